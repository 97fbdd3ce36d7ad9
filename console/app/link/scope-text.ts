import type { LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { isInScope } from '../../../lib/link/scope.ts';
import { hasEnded, marketName } from '../labels.ts';

/** Which positions a link is for, as a view and the form have it: exactly one kind of scope. */
export type LinkScope = LinkView['scope'];

/** Whether the position is in the scope now. */
export function isMatch(scope: LinkScope, position: PositionView): boolean {
  const { positionId, account, symbol, side, tag } = scope;
  if (tag !== undefined) return isInScope({ scope: { tag } }, position);
  if (account === undefined) return isInScope({ positionId }, position);
  return symbol === undefined || side === undefined
    ? isInScope({ scope: { account } }, position)
    : isInScope({ scope: { account, symbol, side } }, position);
}

/** @returns the open positions in the scope. */
export function listMatching(scope: LinkScope, positions: readonly PositionView[]): PositionView[] {
  return positions.filter((position) => !hasEnded(position) && isMatch(scope, position));
}

/** @returns the scope in a few words: "BTC/USDT perp long on main". */
export function scopeText({ account, symbol, side, tag }: LinkScope): string {
  if (tag !== undefined) return `Tag ${tag}`;
  return symbol === undefined ? `All of ${account}` : `${marketName(symbol)} ${side} on ${account}`;
}

/** @returns the scope in a sentence: "every BTC/USDT perp long on main". */
export function describeScope({ account, symbol, side, tag }: LinkScope): string {
  if (tag !== undefined) return `every position with the tag "${tag}"`;
  return symbol === undefined
    ? `every position that Ripcord knows on ${account}`
    : `every ${marketName(symbol)} ${side} on ${account}`;
}
