import { Fault } from '../../fault.ts';
import { toPositionView } from '../../position/position-view.ts';
import type { PositionChange } from '../../store/store.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requirePosition } from '../require.ts';

/** Syncs and the sweep write the position, too. */
const tries = 8;

/**
 * Throws `position-not-found`, and `conflict` while the position is claimed: a write would refuse the result of the claim's
 * holder.
 */
export async function editPosition(
  { services }: Pick<AdminServices, 'services'>,
  { positionId, tag, label, nakedWatch }: CommandInput<'positions.edit'>,
): Promise<CommandResult<'positions.edit'>> {
  const change: PositionChange = {
    tag,
    label,
    ...(nakedWatch === undefined ? {} : { nakedWatch: nakedWatch ? null : false }),
  };
  for (let count = 0; count < tries; count += 1) {
    const position = await requirePosition(services, positionId);
    if (position.state === 'claimed')
      throw new Fault('conflict', `${positionId} is being closed. Nothing was changed.`, {
        hint: { text: 'Try again when the close has ended.' },
      });
    const saved = await services.store.savePosition(position, change);
    if (saved !== undefined) return { position: toPositionView(saved) };
  }
  throw new Fault('conflict', `${positionId} changed at the same time. Nothing was changed.`, {
    hint: { text: 'Try again.' },
  });
}
