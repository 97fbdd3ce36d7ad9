import { z } from 'zod';
import { positionIdSchema } from '../../position/position.ts';
import { positionViewSchema } from '../../position/position-view.ts';
import type { CommandDefinition } from './command-definition.ts';

const reasonSchema = z.string().min(1).max(500);

export const restoreCommands = {
  'restore.pauseLinks': {
    summary: 'Pauses each armed link of a restored table.',
    input: z.strictObject({ reason: reasonSchema.describe('Why, for the list of links.') }),
    result: z.object({ paused: z.number() }),
  },
  'restore.checkPosition': {
    summary:
      'Compares a restored position with the exchange, and sets it aside if it changed after the backup.',
    details:
      'A position that is set aside has the status `needs-attention`: neither a link nor the sweep acts on it.',
    input: z.strictObject({
      positionId: positionIdSchema.describe('The position.'),
      restoredTo: z.iso.datetime().describe('The time of the backup, ISO 8601.'),
      changed: reasonSchema.describe('What the logs know about it since the backup.').optional(),
    }),
    result: z.object({
      position: positionViewSchema,
      /** `open`: as in the backup. `set-aside`: it changed, or can't be checked, and the owner has to resolve it. */
      verdict: z.enum(['open', 'ended', 'set-aside']),
      reason: z.string(),
    }),
  },
} as const satisfies Record<string, CommandDefinition>;
