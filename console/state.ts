import type { CommandResult, HitView, LinkView, PositionView } from '../lib/admin/contract/commands.ts';

export type AccountView = CommandResult<'accounts.list'>['accounts'][number];
export type MarketKind = 'spot' | 'perpetual';

/** When something was last read, and why it could not be read since. Times are epoch milliseconds of this machine. */
export interface Source {
  readAt?: number;
  problem?: { code: string; message: string; since: number };
}

/** A market as an account sees it. */
export interface MarketOfAccount {
  account: string;
  kind: MarketKind;
  marketId: string;
}

export interface Price extends MarketOfAccount {
  price: string;
  /** When the request for it left. */
  at: number;
}

/** What is known of one account's exchange. */
export interface AccountSources {
  prices: Source;
  /** Whether the exchange accepts the account's API key. */
  key: Source;
}

/** What every page shows. */
export interface ConsoleState {
  /** Whether the functions run in the process of the console's server, and end with it. */
  place: 'here' | 'elsewhere';
  positions: PositionView[];
  links: LinkView[];
  paused: boolean;
  /** When the pause ends by itself, ISO 8601. Null if only the owner ends it: a change without a field leaves it as it is. */
  pausedUntil?: string | null | undefined;
  /** A backup is being restored: links and the sweep act on nothing. */
  halted?: true | null | undefined;
  /** The latest, newest first. */
  hits: HitView[];
  accounts: AccountView[];
  prices: Price[];
  table: Source;
  sources: Record<string, AccountSources>;
  /** When the last sweep had processed all positions, ISO 8601. */
  sweptAt?: string | undefined;
}

/** What changed: `positions` and `hits` are those to add or replace, everything else is whole. */
export interface Change extends Partial<ConsoleState> {
  removed?: string[];
}

/**
 * The whole state comes once the positions were read, then each change. `replaced` ends the stream of a page because
 * the console is open in newer ones.
 */
export type StateEvent =
  | { kind: 'state'; state: ConsoleState }
  | { kind: 'change'; change: Change }
  | { kind: 'replaced' };

/** As many hits as the timelines show. */
export const maxHits = 200;

/** @returns the state after a change. Positions and hits stay newest first. */
export function applyChange(state: ConsoleState, { removed = [], ...change }: Change): ConsoleState {
  const { positions, hits, ...whole } = change;
  const next = { ...state, ...whole };
  if (positions !== undefined || removed.length > 0)
    next.positions = mergePositions(state.positions, positions ?? [], removed);
  if (hits !== undefined) next.hits = mergeHits(state.hits, hits);
  return next;
}

function mergePositions(known: PositionView[], changed: PositionView[], removed: string[]): PositionView[] {
  const byId = new Map(known.map((position) => [position.positionId, position]));
  for (const position of changed) byId.set(position.positionId, position);
  for (const positionId of removed) byId.delete(positionId);
  return [...byId.values()].sort(
    (a, b) => b.createdAt.localeCompare(a.createdAt) || a.positionId.localeCompare(b.positionId),
  );
}

function mergeHits(known: HitView[], found: HitView[]): HitView[] {
  const byId = new Map([...found, ...known].map((hit) => [hit.hitId, hit]));
  const sorted = [...byId.values()].sort(
    (a, b) => b.at.localeCompare(a.at) || b.hitId.localeCompare(a.hitId),
  );
  return sorted.slice(0, maxHits);
}

/** @returns what identifies a market of an account. */
export function marketKey({ account, kind, marketId }: MarketOfAccount): string {
  return `${account} ${kind} ${marketId}`;
}

export function marketKind({ symbol }: Pick<PositionView, 'symbol'>): MarketKind {
  return symbol.includes(':') ? 'perpetual' : 'spot';
}

export function isOver({ status }: Pick<PositionView, 'status'>): boolean {
  return status === 'closed' || status === 'canceled';
}
