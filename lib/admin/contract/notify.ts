import { z } from 'zod';

export const notifyCommands = {
  'notify.test': {
    summary: 'Sends a test message to every notification channel, and reports on each.',
    input: z.strictObject({}),
    result: z.object({
      reports: z.array(
        z.object({
          channel: z.string(),
          /** `unknown`: sent, and no answer came. */
          result: z.enum(['sent', 'refused', 'unknown']),
          why: z.string().optional(),
        }),
      ),
    }),
  },
} as const;
