import { ZodError } from 'zod';
import { Fault } from '../../fault.ts';
import type { Link } from '../../link/link.ts';
import { toPresent } from '../../link/pause.ts';
import { isInScope } from '../../link/scope.ts';
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
  const [{ links, positions }, states, status] = await Promise.all([
    positionId === undefined ? listAll(store) : listOf(store, positionId),
    store.listLinkStates(),
    store.readStatus(),
  ]);
  // A forgotten position's links are still listed. Without any link, the id may be mistyped.
  if (positionId !== undefined && links.length === 0) await requirePosition(services, positionId);
  const positionById = new Map(positions.map((position) => [position.positionId, position]));
  const stateById = new Map(states.map((state) => [state.linkId, state]));
  const now = services.now();
  const views = links.map((link) =>
    toLinkView(
      link,
      {
        position: positionById.get(link.positionId ?? ''),
        state: stateById.get(link.linkId),
        open: positions,
      },
      now,
    ),
  );
  return { links: views, ...toPresent(status, now), halted };
}

interface Listed {
  links: Link[];
  positions: Position[];
}

async function listAll(store: Store): Promise<Listed> {
  const [links, positions] = await Promise.all([store.listLinks(), store.listPositions('all')]);
  return { links, positions };
}

/** The position's own links and standing ones that match it, newest first. */
async function listOf(store: Store, positionId: string): Promise<Listed> {
  const [own, standing, position] = await Promise.all([
    store.listLinks(positionId),
    store.listStandingLinks(),
    readIfReadable(store, positionId),
  ]);
  const matching = position === undefined ? [] : standing.filter((link) => isInScope(link, position));
  const positions = await listPositionsFor(store, matching, position);
  const links = [...own, ...matching].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  return { links, positions };
}

/** How many positions a standing link matches is counted among the open ones. */
async function listPositionsFor(
  store: Store,
  standing: Link[],
  position: Position | undefined,
): Promise<Position[]> {
  if (standing.length === 0) return position === undefined ? [] : [position];
  const open = await store.listPositions('open', () => undefined);
  const others = open.filter(({ positionId }) => positionId !== position?.positionId);
  return position === undefined ? others : [position, ...others];
}

/** A position that this version can't read must not hide its links: one of them may have to be revoked. */
async function readIfReadable(store: Store, positionId: string): Promise<Position | undefined> {
  try {
    return await store.readPosition(positionId);
  } catch (thrown) {
    const isUnreadable =
      thrown instanceof ZodError || (thrown instanceof Fault && thrown.code === 'newer-version');
    if (!isUnreadable) throw thrown;
    return undefined;
  }
}
