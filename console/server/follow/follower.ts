import type { InvokeAdmin } from '../../../infra/local/invoke-admin.ts';
import type { CommandName, CommandResult } from '../../../lib/admin/contract/commands.ts';
import { applyChange, type Change, type ConsoleState, type MarketOfAccount } from '../../state.ts';
import { followAccounts } from './accounts.ts';
import { AskFailure, type Followed } from './followed.ts';
import { followTable } from './table.ts';

export interface FollowerOptions {
  relay: InvokeAdmin;
  place: ConsoleState['place'];
  publish: (change: Change) => void;
  /** The positions were read for the first time. */
  onReady: () => void;
}

export interface Follower {
  state(): ConsoleState;
  /** Ends when everything stored was read again. */
  refresh(): Promise<void>;
  /** Something may have happened just now. A hit that ended shows in the changes. */
  poke(what: 'hit' | 'anything'): void;
  /** A page shows this position in detail, for now. */
  watch(positionId: string): void;
  /** A page shows the price of this market, for now. */
  watchMarket(market: MarketOfAccount): void;
  /** A page had the account's exchange answer so many requests. */
  charge(account: string, requests: number): void;
  stop(): void;
}

/** A page asks again every few seconds for as long as it shows the position, or the market's price. */
const watchedMs = 15_000;

/** Follows the table and the exchanges for all pages of this server, until it is stopped. */
export function follow({ relay, place, publish, onReady }: FollowerOptions): Follower {
  const empty = { positions: [], links: [], hits: [], accounts: [], prices: [] };
  let state: ConsoleState = { place, ...empty, paused: false, table: {}, sources: {} };
  const { asked, ...asks } = collectAsks();
  const followed: Followed = {
    state: () => state,
    apply(change) {
      state = applyChange(state, change);
      publish(change);
    },
    async ask<Name extends CommandName>(command: Name, input: Record<string, unknown>) {
      const answer = await relay(command, input);
      if (!answer.ok) throw new AskFailure(answer.error.code, answer.error.message);
      return answer.result as CommandResult<Name>;
    },
    stored: new Map(),
    ...asked,
    onReady,
  };
  const table = followTable(followed);
  const stopAccounts = followAccounts(followed);
  return {
    state: () => state,
    refresh: table.refresh,
    poke: table.poke,
    ...asks,
    stop() {
      table.stop();
      stopAccounts();
    },
  };
}

/** What pages show and have asked for, for now. */
function collectAsks() {
  const positions = new Map<string, number>();
  const markets = new Map<string, { market: MarketOfAccount; until: number }>();
  const charged = new Map<string, number>();
  const watch: Follower['watch'] = (positionId) => void positions.set(positionId, Date.now() + watchedMs);
  const watchMarket: Follower['watchMarket'] = (market) =>
    void markets.set(JSON.stringify(market), { market, until: Date.now() + watchedMs });
  const charge: Follower['charge'] = (account, requests) =>
    void charged.set(account, (charged.get(account) ?? 0) + requests);
  const asked: Pick<Followed, 'watched' | 'watchedMarkets' | 'takeCharged'> = {
    watched: () => new Set([...positions].filter(([, until]) => until > Date.now()).map(([id]) => id)),
    watchedMarkets: () =>
      [...markets.values()].filter(({ until }) => until > Date.now()).map(({ market }) => market),
    takeCharged(account) {
      const requests = charged.get(account) ?? 0;
      charged.delete(account);
      return requests;
    },
  };
  return { watch, watchMarket, charge, asked };
}
