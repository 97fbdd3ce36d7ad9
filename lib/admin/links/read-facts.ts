import { isPositionLink, type Link } from '../../link/link.ts';
import type { LinkState } from '../../link/link-state.ts';
import type { Store } from '../../store/store.ts';
import type { LinkView } from '../contract/commands.ts';
import { toLinkView } from './link-view.ts';

/** @returns the link as it is shown, with its position, or with its state and how many positions it matches. */
export async function readLinkView(store: Store, link: Link, now: number): Promise<LinkView> {
  const { positionId, scope } = link;
  const [position, state, open] = await Promise.all([
    positionId === undefined ? undefined : store.readPosition(positionId),
    readStateOf(store, link),
    scope === undefined ? undefined : store.listPositions('open', () => undefined),
  ]);
  return toLinkView(link, { position, state, open }, now);
}

/** @returns the state of a standing link. Links that close or keep one position have none. */
export async function readStateOf(store: Store, link: Link): Promise<LinkState | undefined> {
  return isPositionLink(link) ? undefined : store.readLinkState(link.linkId);
}
