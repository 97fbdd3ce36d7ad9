import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { countArmed } from '../links/link-view.ts';
import { requirePosition } from '../require.ts';
import { toLiveView } from './live-view.ts';

/** Throws `position-not-found`. */
export async function getPosition(
  { services }: Pick<AdminServices, 'services'>,
  { positionId }: CommandInput<'positions.get'>,
): Promise<CommandResult<'positions.get'>> {
  const position = await requirePosition(services, positionId);
  const links = countArmed(await services.store.listLinks(positionId), position, services.now());
  return { position: await toLiveView(services, position, { links, figures: 'all' }) };
}
