import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { countArmed } from '../links/link-view.ts';
import { requirePosition } from '../require.ts';
import { toLiveView } from './live-view.ts';

/** Throws `position-not-found`. */
export async function getPosition(
  admin: Pick<AdminServices, 'services' | 'linksHalted'>,
  { positionId }: CommandInput<'positions.get'>,
): Promise<CommandResult<'positions.get'>> {
  const { services } = admin;
  const position = await requirePosition(services, positionId);
  const [own, standing] = await Promise.all([
    services.store.listLinks(positionId),
    services.store.listStandingLinks(),
  ]);
  const links = countArmed([...own, ...standing], position, services.now());
  return { position: await toLiveView(admin, position, { links, figures: 'all' }) };
}
