import { isListed } from '../../link/hit.ts';
import { isPositionLink, type Link } from '../../link/link.ts';
import { inParallel } from '../../parallel.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { Services } from '../../services.ts';
import { toHitPlace } from '../../store/store.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult, HitView } from '../contract/commands.ts';
import { requireLink } from '../require.ts';
import { countResends } from './resends.ts';

/** How many positions, and how many standing links, are read when none is named: each needs a Query of its own. */
const maxPositions = 50;
/** So many hits before a page show whether its oldest ones are resends. */
const lookBehind = 10;

/** Throws `link-not-found`. */
export async function listHistory(
  { services }: Pick<AdminServices, 'services'>,
  { positionId, linkId, before, limit = 100 }: CommandInput<'history.list'>,
): Promise<CommandResult<'history.list'>> {
  const id = linkId === undefined ? positionId : await findPartition(services, linkId);
  if (id === undefined && before === undefined) return { hits: await listLatest(services, limit) };
  const count = limit + lookBehind;
  const { store } = services;
  const hits = await (id === undefined
    ? store.listHitsBefore(before ?? '', count)
    : store.listHits(id, count, before));
  const page = countResends(hits).slice(0, limit);
  const oldest = hits.length > limit ? page.at(-1) : undefined;
  return {
    hits: page.filter((hit) => linkId === undefined || hit.linkId === linkId),
    ...(oldest === undefined ? {} : { next: toHitPlace(oldest) }),
  };
}

/** The hits of a standing link as wholes are listed by the link, all others by their position. */
async function findPartition(services: Services, linkId: string): Promise<string> {
  const link = await requireLink(services, linkId);
  return isPositionLink(link) ? link.positionId : linkId;
}

async function listLatest({ store }: Services, limit: number): Promise<HitView[]> {
  const [positions, links] = await Promise.all([store.listPositions('all'), store.listStandingLinks()]);
  const ids = [...selectLatest(positions), ...selectNewest(links)];
  const hits = await inParallel(ids, 10, (id) => store.listHits(id, limit));
  return countResends(hits.flat().filter(isListed)).slice(0, limit);
}

/** A standing link that refused an alert has no record at a position. */
function selectNewest(links: Link[]): string[] {
  const armed = links.filter(({ revokedAt }) => revokedAt === undefined);
  const revoked = links.filter(({ revokedAt }) => revokedAt !== undefined);
  const newestFirst = (a: Link, b: Link) => b.createdAt.localeCompare(a.createdAt);
  return [...armed.toSorted(newestFirst), ...revoked.toSorted(newestFirst)]
    .slice(0, maxPositions)
    .map(({ linkId }) => linkId);
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
