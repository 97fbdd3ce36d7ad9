import type { Position } from '../position/position.ts';
import type { Link } from './link.ts';

type Scoped = Pick<Link, 'positionId' | 'scope'>;
type Placed = Pick<Position, 'positionId' | 'account' | 'symbol' | 'side' | 'tag'>;

/** Whether the position is in the link's scope. */
export function isInScope({ positionId, scope }: Scoped, position: Placed): boolean {
  if (scope === undefined) return position.positionId === positionId;
  if ('tag' in scope) return position.tag === scope.tag;
  if (position.account !== scope.account) return false;
  // A link of one side must never touch the other.
  return 'symbol' in scope ? position.symbol === scope.symbol && position.side === scope.side : true;
}

/** @returns the scope in words, such as `every position with the tag "trend"`. */
export function describeScope({ positionId, scope }: Scoped): string {
  if (scope === undefined) return `position ${positionId}`;
  if ('tag' in scope) return `every position with the tag "${scope.tag}"`;
  return 'symbol' in scope
    ? `every ${scope.symbol} ${scope.side} on ${scope.account}`
    : `every position that Ripcord knows on ${scope.account}`;
}
