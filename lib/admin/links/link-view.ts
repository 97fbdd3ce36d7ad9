import { isExpired, type Link } from '../../link/link.ts';
import type { LinkState } from '../../link/link-state.ts';
import { isInScope } from '../../link/scope.ts';
import { isFinal, type Position } from '../../position/position.ts';
import { toWatchView } from '../../strategy/watch-view.ts';
import type { LinkView } from '../contract/commands.ts';

/** What is known beside the link. */
interface LinkFacts {
  /** Of a link for one position, unless it was forgotten. */
  position?: Position | undefined;
  /** Of a standing link. */
  state?: LinkState | undefined;
  /** The open positions among which a scope is looked up. */
  open?: readonly Position[] | undefined;
}

/** A link without its token's hash. */
export function toLinkView(link: Link, { position, state, open }: LinkFacts, now: number): LinkView {
  const { tokenHash, account, exchange, watch, scope, ...shown } = link;
  const uses = link.maxUses === undefined ? undefined : (position?.uses[link.linkId] ?? 0);
  const positionClosed = position !== undefined && isFinal(position.state);
  return {
    ...shown,
    ...toPlace(link, position),
    state: toState(link, uses, now),
    positionClosed,
    uses,
    matches: scope && open?.filter((each) => matches(link, each)).length,
    watch: watch && toWatchView({ ...link, watch }, state),
    heard: state?.heard && {
      position: state.heard.position,
      at: new Date(state.heard.at).toISOString(),
    },
  };
}

/** What a link is for: its scope, and the market if there is only one. */
function toPlace({ positionId, scope }: Link, position: Position | undefined) {
  if (scope === undefined) return { scope: { positionId }, symbol: position?.symbol, side: position?.side };
  return 'symbol' in scope ? { scope, symbol: scope.symbol, side: scope.side } : { scope };
}

/** Whether the link can be for the position, which has not ended. */
export function matches(link: Link, position: Position): boolean {
  return isInScope(link, position) && !isFinal(position.state);
}

/**
 * @param links of the position, and standing ones.
 * @returns how many of them can act on the position: armed, unless it has ended.
 */
export function countArmed(links: readonly Link[], position: Position, now: number): number {
  return links
    .filter((link) => matches(link, position))
    .map((link) => toLinkView(link, { position }, now))
    .filter(({ state }) => state === 'armed').length;
}

function toState(link: Link, uses: number | undefined, now: number): LinkView['state'] {
  if (link.revokedAt !== undefined) return 'revoked';
  if (link.pausedReason !== undefined) return 'paused';
  if (isExpired(link, now)) return 'expired';
  if (link.rehearsal === true) return 'rehearsal';
  return link.maxUses !== undefined && (uses ?? 0) >= link.maxUses ? 'used-up' : 'armed';
}
