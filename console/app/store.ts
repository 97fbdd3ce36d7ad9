import { signal } from '@preact/signals';
import type { CommandResult, HitView, LinkView, PositionView } from '../../lib/admin/contract/commands.ts';
import { ApiError, call, errorMessage } from './api.ts';

export type AccountView = CommandResult<'accounts.list'>['accounts'][number];

/** The last answers of the admin function; undefined before the first. */
export const positions = signal<PositionView[] | undefined>(undefined);
export const links = signal<LinkView[]>([]);
export const hits = signal<HitView[]>([]);
export const accounts = signal<AccountView[] | undefined>(undefined);
export const paused = signal(false);
/** Epoch milliseconds of the last complete update. */
export const lastUpdatedAt = signal<number | undefined>(undefined);
/** Why the last update failed; undefined if it succeeded. */
export const error = signal<{ code: string; message: string } | undefined>(undefined);

/** As many hits as the timelines show. */
const maxHits = 200;

let lastStarted = 0;
let lastShown = 0;

/** Reads everything again. Drops an answer if a later request was answered first. */
export async function refresh(): Promise<void> {
  lastStarted += 1;
  const turn = lastStarted;
  try {
    const [listed, linked, history] = await Promise.all([
      call('positions.list', {}),
      call('links.list', {}),
      call('history.list', { limit: maxHits }),
      accounts.value === undefined ? refreshAccounts() : undefined,
    ]);
    if (turn < lastShown) return;
    lastShown = turn;
    positions.value = listed.positions;
    links.value = linked.links;
    paused.value = linked.paused;
    hits.value = history.hits;
    lastUpdatedAt.value = Date.now();
    error.value = undefined;
  } catch (thrown) {
    const code = thrown instanceof ApiError ? thrown.code : 'internal';
    error.value = { code, message: errorMessage(thrown) };
  }
}

/** Accounts change only on the command line, so they are read when the page becomes visible. */
async function refreshAccounts(): Promise<void> {
  accounts.value = (await call('accounts.list', {})).accounts;
}

/** Every open position costs the exchange a few requests, so the page polls less often with many of them. */
const minPauseMs = 3_000;
const pausePerPositionMs = 400;

/** Polls while the page is visible. */
export function startPolling(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const poll = async (): Promise<void> => {
    clearTimeout(timer);
    await refresh();
    if (document.hidden || error.value?.code === 'locked') return;
    const open = positions.value?.filter(({ status }) => status === 'open').length ?? 0;
    timer = setTimeout(() => void poll(), Math.max(minPauseMs, open * pausePerPositionMs));
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    accounts.value = undefined;
    void poll();
  });
  void poll();
}

export function findPosition(positionId: string): PositionView | undefined {
  return positions.value?.find((position) => position.positionId === positionId);
}

export function findLinks(positionId: string): LinkView[] {
  return links.value.filter((link) => link.positionId === positionId);
}
