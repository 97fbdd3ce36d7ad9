import { signal } from '@preact/signals';
import type { CommandResult, HitView, LinkView, PositionView } from '../../lib/admin/contract/commands.ts';
import { ask, Refusal, wordsOf } from './api.ts';

export type AccountView = CommandResult<'accounts.list'>['accounts'][number];

/** Everything the admin function has told; undefined until it has. */
export const positions = signal<PositionView[] | undefined>(undefined);
export const links = signal<LinkView[]>([]);
export const hits = signal<HitView[]>([]);
export const accounts = signal<AccountView[] | undefined>(undefined);
export const paused = signal(false);
/** When all of it was told last, epoch milliseconds, and why it could not be told since. */
export const toldAt = signal<number | undefined>(undefined);
export const trouble = signal<{ code: string; message: string } | undefined>(undefined);

/** As many hits as the timelines show. */
const hitsShown = 200;

let asked = 0;
let shown = 0;

/** Asks for everything. An answer that was overtaken by a later one is dropped. */
export async function refresh(): Promise<void> {
  asked += 1;
  const turn = asked;
  try {
    const [told, linked, history] = await Promise.all([
      ask('positions.list', {}),
      ask('links.list', {}),
      ask('history.list', { limit: hitsShown }),
      accounts.value === undefined ? refreshAccounts() : undefined,
    ]);
    if (turn < shown) return;
    shown = turn;
    positions.value = told.positions;
    links.value = linked.links;
    paused.value = linked.paused;
    hits.value = history.hits;
    toldAt.value = Date.now();
    trouble.value = undefined;
  } catch (thrown) {
    const code = thrown instanceof Refusal ? thrown.code : 'internal';
    trouble.value = { code, message: wordsOf(thrown) };
  }
}

/** Accounts change at the command line only, so they are asked for when the page is looked at anew. */
async function refreshAccounts(): Promise<void> {
  accounts.value = (await ask('accounts.list', {})).accounts;
}

/** Every open position costs the exchange a few requests: with many of them, the page asks less often. */
const leastPauseMs = 3_000;
const pausePerPositionMs = 400;

/** Goes on asking while the page is looked at. */
export function keepFresh(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const round = async (): Promise<void> => {
    clearTimeout(timer);
    await refresh();
    if (document.hidden || trouble.value?.code === 'locked') return;
    const open = positions.value?.filter(({ status }) => status === 'open').length ?? 0;
    timer = setTimeout(() => void round(), Math.max(leastPauseMs, open * pausePerPositionMs));
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    accounts.value = undefined;
    void round();
  });
  void round();
}

export function positionOf(positionId: string): PositionView | undefined {
  return positions.value?.find((position) => position.positionId === positionId);
}

export function linksOf(positionId: string): LinkView[] {
  return links.value.filter((link) => link.positionId === positionId);
}
