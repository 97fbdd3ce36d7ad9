import { z } from 'zod';
import { hitSchema } from '../../link/hit.ts';
import { linkIdSchema } from '../../link/link.ts';
import { positionIdSchema } from '../../position/position.ts';

/** `resend`: which try of the same alert it seems to be, from 0, by time and place. */
export const hitViewSchema = hitSchema.extend({ resend: z.number() });
export type HitView = z.infer<typeof hitViewSchema>;

export const historyCommands = {
  'history.list': {
    summary:
      'What hit the links, what was decided and why, newest first. Kept 90 days. Without positionId or linkId: of the 50 positions that are open or have ended last. What hit others, and those that were forgotten, is told where positionId or linkId names it.',
    input: z.strictObject({
      positionId: positionIdSchema.optional(),
      linkId: linkIdSchema.optional(),
      limit: z.number().int().min(1).max(500).optional(),
    }),
    result: z.object({ hits: z.array(hitViewSchema) }),
  },
} as const;
