import { isExpired, type Link } from '../../link/link.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { PositionStore } from '../../store/store.ts';
import type { LinkView } from '../contract/commands.ts';

/** A link without its token's hash. @param position of the link, if it was not forgotten. */
export function toLinkView(link: Link, position: Position | undefined, now: number): LinkView {
  const { tokenHash, account, exchange, watch, scope = { positionId: link.positionId }, ...shown } = link;
  const uses = link.maxUses === undefined ? undefined : (position?.uses[link.linkId] ?? 0);
  const positionClosed = position !== undefined && isFinal(position.state);
  const { symbol, side } = position ?? {};
  return { ...shown, scope, symbol, side, state: toState(link, uses, now), positionClosed, uses };
}

/** @returns how many links can act on a position: armed, and not of a position that ended. */
export function countArmed(links: Link[], position: Position, now: number): number {
  return links
    .filter(({ positionId }) => positionId === position.positionId)
    .map((link) => toLinkView(link, position, now))
    .filter(({ state, positionClosed }) => state === 'armed' && positionClosed !== true).length;
}

function toState(link: Link, uses: number | undefined, now: number): LinkView['state'] {
  if (link.revokedAt !== undefined) return 'revoked';
  if (link.pausedReason !== undefined) return 'paused';
  if (link.rehearsal === true) return 'rehearsal';
  if (isExpired(link, now)) return 'expired';
  return link.maxUses !== undefined && (uses ?? 0) >= link.maxUses ? 'used-up' : 'armed';
}

/** @returns the position of a link for one position, unless it was forgotten. */
export async function readPositionOf(
  { readPosition }: Pick<PositionStore, 'readPosition'>,
  { positionId }: Link,
): Promise<Position | undefined> {
  return positionId === undefined ? undefined : readPosition(positionId);
}
