import { computed, signal } from '@preact/signals';
import type { HitView, LinkView, PositionView } from '../../lib/admin/contract/commands.ts';
import {
  type AccountView,
  applyChange,
  type ConsoleState,
  isOver,
  type MarketOfAccount,
  marketKey,
  marketKind,
  maxHits,
  type Price,
} from '../state.ts';
import { askServer, toError } from './api.ts';
import { computeFreshness } from './freshness.ts';
import { reprice } from './reprice.ts';
import { listen } from './stream.ts';

export type { AccountView };

/** What the server knows. Undefined until it has read the positions for the first time. */
export const state = signal<ConsoleState | undefined>(undefined);
/** Why nothing arrives from the console's own server; undefined while it does. */
export const error = signal<{ code: string; message: string } | undefined>(undefined);
/** Why the table can't be read at first. */
export const startProblem = signal<string | undefined>(undefined);
/** Epoch milliseconds, once a second, for the age of what is shown. */
export const now = signal(Date.now());
/** Candles are asked for this often. */
export const candleTurn = computed(() => Math.floor(now.value / 15_000));
export const openedAt = Date.now();

/** As the server has them, at the latest prices. */
export const positions = computed<PositionView[] | undefined>(() => {
  const { positions: listed, prices } = state.value ?? {};
  if (listed === undefined) return undefined;
  const byMarket = new Map(prices?.map((price) => [marketKey(price), price]));
  return listed.map((position) =>
    repriceOnce(position, byMarket.get(marketKey({ ...position, kind: marketKind(position) }))),
  );
});
export const links = computed<LinkView[]>(() => state.value?.links ?? []);
/** Of the positions that Ripcord still has, and of standing links. */
export const hits = computed<HitView[]>(() => {
  const known = new Set(state.value?.positions.map(({ positionId }) => positionId));
  return (state.value?.hits ?? []).filter(
    ({ positionId }) => positionId === undefined || known.has(positionId),
  );
});
/** ISO 8601: this page knows every hit since then. Empty: every hit that Ripcord keeps. */
export const hitsKnownSince = computed<string>(() => {
  const known = state.value?.hits ?? [];
  return known.length < maxHits ? '' : (known.at(-1)?.at ?? '');
});
export const accounts = computed<AccountView[] | undefined>(() => state.value?.accounts);
/** Without those that are for `venues verify` only. */
export const tradingAccounts = computed(() =>
  accounts.value?.filter(({ testOnly }) => testOnly === undefined),
);
export const paused = computed(() => state.value?.paused ?? false);
/** ISO 8601; undefined if only the owner ends the pause. */
export const pausedUntil = computed(() => state.value?.pausedUntil ?? undefined);
export const freshness = computed(() => computeFreshness(state.value, now.value));

const repriced = new WeakMap<PositionView, { price: Price; position: PositionView }>();

/** The same position at the same price is the same object, so that what shows it is not drawn again. */
function repriceOnce(position: PositionView, price: Price | undefined): PositionView {
  if (price === undefined || isOver(position)) return position;
  const known = repriced.get(position);
  if (known?.price === price) return known.position;
  const next = reprice(position, price);
  repriced.set(position, { price, position: next });
  return next;
}

/** Has the server read everything again, such as after a command. What it reads arrives on the stream. */
export async function refresh(): Promise<void> {
  try {
    await askServer('refresh', { read: true });
  } catch (thrown) {
    error.value = toError(thrown);
  }
}

/** Sends the server the position that is shown in detail, so that it reads this one more often. */
export async function watch(positionId: string): Promise<void> {
  await askServer('refresh', { read: false, watched: positionId }).catch(() => undefined);
}

/** Sends the server the market whose price is shown, so that it reads the price for now. */
export async function watchMarket(market: MarketOfAccount): Promise<void> {
  await askServer('refresh', { read: false, market }).catch(() => undefined);
}

interface FollowCallbacks {
  onFirst(state: ConsoleState): void;
  /** Hits that may be new. */
  onHits(hits: HitView[]): void;
}

/** Follows the server for as long as the page is open. */
export function startFollowing({ onFirst, onHits }: FollowCallbacks): void {
  setInterval(() => {
    now.value = Date.now();
  }, 1_000);
  listen({
    onEvent(event) {
      error.value = undefined;
      now.value = Date.now();
      if (event.kind === 'state') {
        const isFirst = state.value === undefined;
        startProblem.value = undefined;
        state.value = event.state;
        if (isFirst) onFirst(event.state);
        else onHits(event.state.hits);
      } else if (event.kind === 'change') {
        if (state.value !== undefined) state.value = applyChange(state.value, event.change);
        else if (event.change.table !== undefined) startProblem.value = event.change.table.problem?.message;
        if (state.value !== undefined && event.change.hits !== undefined) onHits(event.change.hits);
      }
    },
    onFailure: (failure) => {
      error.value = failure;
    },
  });
}

/** The market's latest price that the server has read. */
export function findPrice(market: MarketOfAccount): Price | undefined {
  return state.value?.prices.find((price) => marketKey(price) === marketKey(market));
}

export function findPosition(positionId: string | undefined): PositionView | undefined {
  return positions.value?.find((position) => position.positionId === positionId);
}

export function findLinks(positionId: string): LinkView[] {
  return links.value.filter((link) => link.positionId === positionId);
}
