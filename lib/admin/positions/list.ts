import { inParallel } from '../../parallel.ts';
import type { PositionView } from '../../position/position-view.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { countArmed } from '../links/link-view.ts';
import { requireAccount } from '../require.ts';
import { toLiveView } from './live-view.ts';

/** Throws `account-not-found`. */
export async function listPositions(
  { services, accounts }: Pick<AdminServices, 'services' | 'accounts'>,
  { open, account }: CommandInput<'positions.list'>,
): Promise<CommandResult<'positions.list'>> {
  const unreadable: string[] = [];
  const [positions, links] = await Promise.all([
    services.store.listPositions('all', (positionId) => unreadable.push(positionId)),
    services.store.listLinks(),
  ]);
  const selected = positions.filter((position) => account === undefined || position.account === account);
  if (selected.length === 0) await requireAccount(accounts, account);
  const views = await inParallel(selected, 5, (position) =>
    toLiveView(services, position, { links: countArmed(links, position, services.now()) }),
  );
  return {
    positions: open === true ? views.filter((view) => !isOver(view)) : views,
    ...(unreadable.length === 0 ? {} : { unreadable }),
  };
}

function isOver({ status }: PositionView): boolean {
  return status === 'closed' || status === 'canceled';
}
