import { z } from 'zod';
import type { CommandDefinition } from './command-definition.ts';

const channelReportSchema = z.object({
  channel: z.string(),
  /** `unknown`: it was sent and no answer came. */
  result: z.enum(['sent', 'refused', 'unknown']),
  why: z.string().optional(),
});

export const notifyCommands = {
  'notify.test': {
    summary: 'Sends a test message to every notification channel and reports on each.',
    input: z.strictObject({}),
    result: z.object({ reports: z.array(channelReportSchema) }),
  },
} as const satisfies Record<string, CommandDefinition>;
