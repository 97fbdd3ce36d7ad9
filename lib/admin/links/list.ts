import { toPresent } from '../../link/pause.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requirePosition } from '../require.ts';
import { toLinkView } from './link-view.ts';

/** Throws `position-not-found` for a position that never had a link. */
export async function listLinks(
  { services, linksHalted: halted }: Pick<AdminServices, 'services' | 'linksHalted'>,
  { positionId }: CommandInput<'links.list'>,
): Promise<CommandResult<'links.list'>> {
  const { store } = services;
  const [links, positions, status] = await Promise.all([
    store.listLinks(positionId),
    positionId === undefined
      ? store.listPositions('all')
      : store.readPosition(positionId).then((position) => (position === undefined ? [] : [position])),
    store.readStatus(),
  ]);
  // A forgotten position's links are still listed. Without any link, the id may be mistyped.
  if (positionId !== undefined && links.length === 0) await requirePosition(services, positionId);
  const positionById = new Map(positions.map((position) => [position.positionId, position]));
  const now = services.now();
  const views = links.map((link) => toLinkView(link, positionById.get(link.positionId), now));
  return { links: views, ...toPresent(status, now), halted };
}
