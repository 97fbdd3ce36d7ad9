import { inParallel } from '../../parallel.ts';
import type { Position } from '../../position/position.ts';
import { type PositionView, toPositionView } from '../../position/position-view.ts';
import {
  type PositionList,
  type PositionPage,
  type PositionStore,
  toPositionPlace,
} from '../../store/store.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { countArmed } from '../links/link-view.ts';
import { requireAccount } from '../require.ts';
import { toLiveView } from './live-view.ts';
import { takeSnapshots } from './snapshots.ts';

/** How many positions one page of the table has at most. */
const pageSize = 500;

/** Throws `account-not-found`. */
export async function listPositions(
  { services, accounts, linksHalted }: Pick<AdminServices, 'services' | 'accounts' | 'linksHalted'>,
  { open, account, tag, live = true, after, limit }: CommandInput<'positions.list'>,
): Promise<CommandResult<'positions.list'>> {
  const list = open === true ? 'open' : 'all';
  const { positions, next, unreadable } = await selectPositions(services.store, {
    list,
    account,
    tag,
    after,
    limit,
  });
  if (positions.length === 0) await requireAccount(accounts, account);
  const views = live
    ? await toLiveViews({ services, linksHalted }, positions)
    : positions.map((position) => toPositionView(position));
  return {
    positions: open === true && live ? views.filter((view) => !isOver(view)) : views,
    ...(next === undefined ? {} : { next }),
    ...(unreadable.length === 0 ? {} : { unreadable }),
  };
}

/** The requests to an exchange grow with the accounts and with what has changed, not with the positions. */
async function toLiveViews(
  admin: Pick<AdminServices, 'services' | 'linksHalted'>,
  positions: Position[],
): Promise<PositionView[]> {
  const { services, linksHalted } = admin;
  const [own, standing, findSnapshot] = await Promise.all([
    services.store.listLinksOf(positions.map(({ positionId }) => positionId)),
    services.store.listStandingLinks(),
    linksHalted === true ? () => undefined : takeSnapshots(services, positions),
  ]);
  return inParallel(positions, 5, (position) => {
    const armed = countArmed([...own, ...standing], position, services.now());
    return toLiveView(admin, position, { links: armed, snapshot: findSnapshot(position) });
  });
}

interface Selection {
  list: PositionList;
  account: string | undefined;
  tag: string | undefined;
  after: string | undefined;
  limit: number | undefined;
}

/**
 * With a limit, it reads the table page by page, until it has one more wanted position than is listed. The index has no
 * accounts and tags, so that the pages of one are large: it may have few positions among many.
 */
async function selectPositions(store: PositionStore, { list, account, tag, after, limit }: Selection) {
  const unreadable: string[] = [];
  const note = (positionId: string) => unreadable.push(positionId);
  const isWanted = (position: Position): boolean =>
    (account === undefined || position.account === account) && (tag === undefined || position.tag === tag);
  const takesAll = account === undefined && tag === undefined;
  if (limit === undefined && after === undefined)
    return {
      positions: (await store.listPositions(list, note)).filter(isWanted),
      next: undefined,
      unreadable,
    };
  const wanted = (limit ?? Number.POSITIVE_INFINITY) + 1;
  const found: Position[] = [];
  let from: string | undefined = after;
  do {
    const place = { list, after: from, limit: takesAll ? Math.min(wanted, pageSize) : pageSize };
    const page: PositionPage = await store.listPositionPage(place, note);
    found.push(...page.positions.filter(isWanted));
    from = page.next;
  } while (from !== undefined && found.length < wanted);
  const positions = found.slice(0, limit);
  const last = found.length < wanted ? undefined : positions.at(-1);
  return { positions, next: last && toPositionPlace(last), unreadable };
}

function isOver({ status }: PositionView): boolean {
  return status === 'closed' || status === 'canceled';
}
