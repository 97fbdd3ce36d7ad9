import { inParallel } from '../../parallel.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { Services } from '../../services.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requireLink } from '../require.ts';
import { countResends } from './resends.ts';

/** How many positions are read when none is named: each needs a Query of its own. */
const maxPositions = 50;

/** Throws `link-not-found`. */
export async function listHistory(
  { services }: Pick<AdminServices, 'services'>,
  { positionId, linkId, limit = 100 }: CommandInput<'history.list'>,
): Promise<CommandResult<'history.list'>> {
  const positionIds = await selectPositions(services, { positionId, linkId });
  const hits = (await inParallel(positionIds, 10, (id) => services.store.listHits(id, limit))).flat();
  const selected = hits.filter((hit) => linkId === undefined || hit.linkId === linkId);
  return { hits: countResends(selected).slice(0, limit) };
}

async function selectPositions(
  services: Services,
  { positionId, linkId }: Pick<CommandInput<'history.list'>, 'positionId' | 'linkId'>,
): Promise<string[]> {
  if (linkId !== undefined) return [(await requireLink(services, linkId)).positionId];
  if (positionId !== undefined) return [positionId];
  return selectLatest(await services.store.listPositions('all'));
}

/** @returns the ids of open positions in the given order, then of ended ones, latest end first. */
function selectLatest(positions: Position[]): string[] {
  const open = positions.filter(({ state }) => !isFinal(state));
  const ended = positions
    .filter(({ state }) => isFinal(state))
    .toSorted((a, b) => endedAt(b).localeCompare(endedAt(a)));
  return [...open, ...ended].slice(0, maxPositions).map(({ positionId }) => positionId);
}

function endedAt({ outcome, createdAt }: Position): string {
  return outcome?.settledAt ?? createdAt;
}
