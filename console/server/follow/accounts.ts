import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import {
  type AccountSources,
  isOver,
  type MarketKind,
  type MarketOfAccount,
  marketKind,
  type Price,
} from '../../state.ts';
import { type Followed, failed, showLive } from './followed.ts';
import {
  type AccountClock,
  chooseRead,
  keyEveryMs,
  type NextRead,
  newClock,
  noteRead,
  noteRequests,
} from './next-read.ts';

const tickMs = 250;
/** A key that was refused is tried again after this. */
const refusedKeyMs = 15_000;

/** Reads prices, keys and single positions of each account that has an open position, or a market that a page shows. @returns what stops it. */
export function followAccounts(followed: Followed): () => void {
  const clocks = new Map<string, AccountClock>();
  const busy = new Set<string>();
  const tick = (): void => {
    const open = followed.state().positions.filter((position) => !isOver(position));
    const byAccount = Map.groupBy(open, ({ account }) => account);
    const shown = Map.groupBy(followed.watchedMarkets(), ({ account }) => account);
    for (const account of new Set([...byAccount.keys(), ...shown.keys()])) {
      const positions = byAccount.get(account) ?? [];
      const markets = shown.get(account) ?? [];
      const clock = clocks.get(account) ?? newClock();
      clocks.set(account, clock);
      if (busy.has(account)) continue;
      noteRequests(clock, followed.takeCharged(account));
      const next = chooseRead(Date.now(), clock, positions, {
        watched: followed.watched(),
        kinds: markets.map(({ kind }) => kind),
      });
      if (next.kind === 'wait') continue;
      noteRead(Date.now(), clock, next);
      busy.add(account);
      void read(followed, account, [...positions.map(toMarket), ...markets], next, clock).finally(() =>
        busy.delete(account),
      );
    }
  };
  const timer = setInterval(tick, tickMs);
  return () => clearInterval(timer);
}

function toMarket(position: PositionView): MarketOfAccount {
  return { account: position.account, kind: marketKind(position), marketId: position.marketId };
}

async function read(
  followed: Followed,
  account: string,
  markets: MarketOfAccount[],
  next: NextRead,
  clock: AccountClock,
): Promise<void> {
  if (next.kind === 'prices') await readPrices(followed, account, markets, next.of);
  if (next.kind === 'key') await readKey(followed, account, clock);
  if (next.kind === 'position' && !(await readPosition(followed, next.positionId))) {
    // The reason may be the key, which is else checked once a minute.
    clock.keyAt = Math.min(clock.keyAt, Date.now() - keyEveryMs + refusedKeyMs);
  }
}

function sourcesOf(followed: Followed, account: string): AccountSources {
  return followed.state().sources[account] ?? { prices: {}, key: {} };
}

function noteSource(followed: Followed, account: string, change: Partial<AccountSources>): void {
  const sources = { ...followed.state().sources, [account]: { ...sourcesOf(followed, account), ...change } };
  followed.apply({ sources });
}

async function readPrices(
  followed: Followed,
  account: string,
  markets: MarketOfAccount[],
  kind: MarketKind,
): Promise<void> {
  const at = Date.now();
  const marketIds = [
    ...new Set(markets.filter((each) => each.kind === kind).map(({ marketId }) => marketId)),
  ];
  try {
    const { prices } = await followed.ask('positions.prices', { account, kind, marketIds });
    const read = prices.map((price): Price => ({ ...price, account, kind, at }));
    const ids = new Set(read.map(({ marketId }) => marketId));
    // A market that the exchange no longer lists keeps its last price, which grows old.
    const others = followed
      .state()
      .prices.filter((price) => price.account !== account || price.kind !== kind || !ids.has(price.marketId));
    followed.apply({ prices: [...others, ...read] });
    noteSource(followed, account, { prices: { readAt: at } });
  } catch (thrown) {
    noteSource(followed, account, { prices: failed(sourcesOf(followed, account).prices, thrown, at) });
  }
}

/** An exchange that does not respond says nothing about the key. */
async function readKey(followed: Followed, name: string, clock: AccountClock): Promise<void> {
  const now = Date.now();
  try {
    const { canTrade } = await followed.ask('accounts.check', { name });
    const message = 'Its API key may not trade.';
    const problem = { code: 'exchange-refused', message, since: now };
    noteSource(followed, name, { key: { readAt: now, ...(canTrade === false ? { problem } : {}) } });
  } catch (thrown) {
    const key = failed(sourcesOf(followed, name).key, thrown, now);
    clock.keyAt = now - keyEveryMs + refusedKeyMs;
    if (key.problem?.code !== 'exchange-unreachable') noteSource(followed, name, { key });
  }
}

/** @returns whether the exchange could be read. */
async function readPosition(followed: Followed, positionId: string): Promise<boolean> {
  const askedAs = followed.stored.get(positionId);
  try {
    const { position } = await followed.ask('positions.get', { positionId });
    showLive(followed, position, askedAs);
    return position.staleReason === undefined;
  } catch {
    // It was forgotten, or the table fails, which the reads of the table show.
    return true;
  }
}
