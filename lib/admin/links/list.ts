import { ZodError } from 'zod';
import { Fault } from '../../fault.ts';
import { toPresent } from '../../link/pause.ts';
import type { Position } from '../../position/position.ts';
import type { Store } from '../../store/store.ts';
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
    positionId === undefined ? store.listPositions('all') : readIfReadable(store, positionId),
    store.readStatus(),
  ]);
  // A forgotten position's links are still listed. Without any link, the id may be mistyped.
  if (positionId !== undefined && links.length === 0) await requirePosition(services, positionId);
  const positionById = new Map(positions.map((position) => [position.positionId, position]));
  const now = services.now();
  const views = links.map((link) => toLinkView(link, positionById.get(link.positionId ?? ''), now));
  return { links: views, ...toPresent(status, now), halted };
}

/** A position that this version can't read must not hide its links: one of them may have to be revoked. */
async function readIfReadable(store: Store, positionId: string): Promise<Position[]> {
  try {
    return [await store.readPosition(positionId)].filter((position) => position !== undefined);
  } catch (thrown) {
    const isUnreadable =
      thrown instanceof ZodError || (thrown instanceof Fault && thrown.code === 'newer-version');
    if (!isUnreadable) throw thrown;
    return [];
  }
}
