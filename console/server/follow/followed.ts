import type { CommandName, CommandResult, PositionView } from '../../../lib/admin/contract/commands.ts';
import type { Change, ConsoleState, MarketOfAccount, Source } from '../../state.ts';

/** What the parts of the follower work on. */
export interface Followed {
  state(): ConsoleState;
  apply(change: Change): void;
  ask<Name extends CommandName>(command: Name, input: Record<string, unknown>): Promise<CommandResult<Name>>;
  /** Each position as the table reported it last, as JSON. */
  stored: Map<string, string>;
  /** Ids of positions that a page shows in detail. */
  watched(): ReadonlySet<string>;
  /** Markets whose prices a page shows, with or without a position. */
  watchedMarkets(): readonly MarketOfAccount[];
  /** Requests that a page had the account's exchange answer, since the last call. */
  takeCharged(account: string): number;
  onReady(): void;
}

/** A failure that the admin function answered. */
export class AskFailure extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** @returns the source after a read that failed. The time since when it fails stays. */
export function failed(source: Source, thrown: unknown, now: number): Source {
  const { code, message } =
    thrown instanceof AskFailure ? thrown : { code: 'internal', message: 'Unexpected error.' };
  return { ...source, problem: { code, message, since: source.problem?.since ?? now } };
}

/** Shows what the exchange reported, unless the table reported something newer since the read began. */
export function showLive(followed: Followed, position: PositionView, askedAs: string | undefined): void {
  const isCurrent = askedAs !== undefined && followed.stored.get(position.positionId) === askedAs;
  if (isCurrent) followed.apply({ positions: [position] });
}
