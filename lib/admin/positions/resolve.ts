import { isGeneric } from '../../account/account.ts';
import { exchangeName } from '../../exchange/exchange-name.ts';
import { Fault } from '../../fault.ts';
import type { Position } from '../../position/position.ts';
import { toPositionView } from '../../position/position-view.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requirePosition } from '../require.ts';
import { applyAssessment } from './apply-assessment.ts';
import { assess } from './assess.ts';
import { resolveByWord } from './resolve-by-word.ts';
import { readFacts } from './resolve-facts.ts';

/**
 * Determines a position's result from the exchange's record, and writes it with `apply`. Throws `position-not-found`,
 * `exchange-unreachable`, `exchange-refused`, and `conflict` if the position is claimed or the result is not certain.
 */
export async function resolvePosition(
  { services }: Pick<AdminServices, 'services'>,
  { positionId, apply = false, sold }: CommandInput<'positions.resolve'>,
): Promise<CommandResult<'positions.resolve'>> {
  const stored = await requirePosition(services, positionId);
  if (isGeneric(stored.exchange)) return resolveByWord(services, stored, { apply, sold });
  if (sold !== undefined) throw recordDecides(stored);
  const facts = await readFacts(services, stored);
  const assessment = assess(facts);
  const position = apply ? await applyAssessment(services, facts.position, assessment) : facts.position;
  return { position: toPositionView(position), ...assessment, applied: apply };
}

function recordDecides({ exchange, positionId }: Position): Fault {
  const detail = `${exchangeName(exchange)} is proven: its record decides what was sold. Nothing was changed.`;
  return new Fault('invalid-input', detail, {
    hint: { text: 'Resolve it without an amount:', command: `positions resolve ${positionId}` },
  });
}
