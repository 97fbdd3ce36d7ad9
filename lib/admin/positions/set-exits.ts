import { changeExits } from '../../sync/change-exits.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { refuseGeneric } from '../generic-limits.ts';
import { requirePosition } from '../require.ts';
import { toLiveView } from './live-view.ts';

/**
 * Replaces targets or the stop, and answers after it has placed them. Throws `position-not-found`, `conflict` if
 * the position is closing or has ended, `invalid-input`, `would-trigger`, `exchange-unreachable`, `exchange-refused`.
 */
export async function setExits(
  { services }: Pick<AdminServices, 'services'>,
  { positionId, ...wanted }: CommandInput<'positions.setExits'>,
): Promise<CommandResult<'positions.setExits'>> {
  refuseGeneric((await requirePosition(services, positionId)).exchange, 'exits');
  const current = await changeExits(services, () => requirePosition(services, positionId), wanted);
  return { position: await toLiveView({ services }, current) };
}
