import { toPositionView } from '../../position/position-view.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requirePosition } from '../require.ts';
import { applyAssessment } from './apply-assessment.ts';
import { assess } from './assess.ts';
import { readFacts } from './resolve-facts.ts';

/**
 * Determines a position's result from the exchange's record, and writes it with `apply`. Throws `position-not-found`,
 * `exchange-unreachable`, `exchange-refused`, and `conflict` if the position is claimed or the result is not certain.
 */
export async function resolvePosition(
  { services }: Pick<AdminServices, 'services'>,
  { positionId, apply = false }: CommandInput<'positions.resolve'>,
): Promise<CommandResult<'positions.resolve'>> {
  const facts = await readFacts(services, await requirePosition(services, positionId));
  const assessment = assess(facts);
  const position = apply ? await applyAssessment(services, facts.position, assessment) : facts.position;
  return { position: toPositionView(position), ...assessment, applied: apply };
}
