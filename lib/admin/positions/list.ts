import { inParallel } from '../../parallel.ts';
import type { Position } from '../../position/position.ts';
import { type PositionView, toPositionView } from '../../position/position-view.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { countArmed } from '../links/link-view.ts';
import { requireAccount } from '../require.ts';
import { toLiveView } from './live-view.ts';

/** Throws `account-not-found`. */
export async function listPositions(
  { services, accounts, linksHalted }: Pick<AdminServices, 'services' | 'accounts' | 'linksHalted'>,
  { open, account, live = true, after, limit }: CommandInput<'positions.list'>,
): Promise<CommandResult<'positions.list'>> {
  const unreadable: string[] = [];
  const [positions, links] = await Promise.all([
    services.store.listPositions(open === true ? 'open' : 'all', (positionId) => unreadable.push(positionId)),
    live ? services.store.listLinks() : [],
  ]);
  const all = positions.filter((position) => account === undefined || position.account === account);
  if (all.length === 0) await requireAccount(accounts, account);
  // One that was forgotten between two pages begins the list again: better twice than not at all.
  const from = all.findIndex(({ positionId }) => positionId === after) + 1;
  const selected = all.slice(from, limit === undefined ? undefined : from + limit);
  const next = from + selected.length < all.length ? selected.at(-1)?.positionId : undefined;
  const toView = (position: Position): Promise<PositionView> =>
    toLiveView({ services, linksHalted }, position, { links: countArmed(links, position, services.now()) });
  const views = live
    ? await inParallel(selected, 5, toView)
    : selected.map((position) => toPositionView(position));
  return {
    positions: open === true && live ? views.filter((view) => !isOver(view)) : views,
    ...(next === undefined ? {} : { next }),
    ...(unreadable.length === 0 ? {} : { unreadable }),
  };
}

function isOver({ status }: PositionView): boolean {
  return status === 'closed' || status === 'canceled';
}
