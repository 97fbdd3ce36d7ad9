import type { InvokeAdmin } from '../../../infra/local/invoke-admin.ts';
import type { CommandName, CommandResult } from '../../../lib/admin/contract/commands.ts';
import { applyChange, type Change, type ConsoleState } from '../../state.ts';
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
  stop(): void;
}

/** A page asks again every few seconds for as long as it shows the position. */
const watchedMs = 15_000;

/** Follows the table and the exchanges for all pages of this server, until it is stopped. */
export function follow({ relay, place, publish, onReady }: FollowerOptions): Follower {
  const empty = { positions: [], links: [], hits: [], accounts: [], prices: [] };
  let state: ConsoleState = { place, ...empty, paused: false, table: {}, sources: {} };
  const watched = new Map<string, number>();
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
    watched: () => new Set([...watched].filter(([, until]) => until > Date.now()).map(([id]) => id)),
    onReady,
  };
  const table = followTable(followed);
  const stopAccounts = followAccounts(followed);
  return {
    state: () => state,
    refresh: table.refresh,
    poke: table.poke,
    watch: (positionId) => void watched.set(positionId, Date.now() + watchedMs),
    stop() {
      table.stop();
      stopAccounts();
    },
  };
}
