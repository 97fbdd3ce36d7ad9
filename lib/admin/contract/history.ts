import { z } from 'zod';
import { hitSchema } from '../../link/hit.ts';
import { linkIdSchema } from '../../link/link.ts';
import { positionIdSchema } from '../../position/position.ts';
import type { CommandDefinition } from './command-definition.ts';
import { haltedSchema } from './halted.ts';
import { pauseShape } from './links.ts';

/** `resend`: 0 for an alert's first request, 1 for its first resend and so on, estimated from time and source. */
const hitViewSchema = hitSchema.extend({ resend: z.number() });
export type HitView = z.infer<typeof hitViewSchema>;

/** Places of hits are compared as text, and those of stored hits have milliseconds. */
function withMilliseconds(place: string): string {
  const [time = '', ...hit] = place.split('#');
  return [new Date(time).toISOString(), ...hit].join('#');
}

const expectedPlace =
  'expected a time in UTC such as 2026-01-31T12:00:00.000Z, or `next` of an earlier answer';
const placeSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z(#\w{1,64})?$/, { error: expectedPlace, abort: true })
  .refine((place) => !Number.isNaN(Date.parse(place.split('#')[0] ?? '')), {
    error: expectedPlace,
    abort: true,
  })
  .transform(withMilliseconds);

export const historyCommands = {
  'history.list': {
    summary:
      'Lists the hits of the last 90 days with what was decided and why, newest first. By default, these are the hits of 50 positions, the open ones and then the latest ended ones, and of 50 standing links.',
    details:
      'With `positionId`, `linkId` or `before` it also lists the hits of positions that were forgotten, and returns `next` if there are older ones. Without an id, `before` leaves out hits that an earlier version of Ripcord recorded.',
    input: z.strictObject({
      positionId: positionIdSchema.describe('Only hits of this position.').optional(),
      linkId: linkIdSchema.describe('Only hits of this link.').optional(),
      before: placeSchema
        .describe('Only hits before this: a time in UTC, ISO 8601, or `next` of an earlier answer.')
        .optional(),
      limit: z.number().int().min(1).max(500).describe('Number of hits. Default: 100.').optional(),
    }),
    result: z.object({
      hits: z.array(hitViewSchema),
      /** There may be older hits: `before` of the next call. A page of a link's hits can be short or empty. */
      next: z.string().optional(),
    }),
  },
  'changes.list': {
    summary:
      'Reports the hits of all positions since a time, newest first and at most 200, the pause of all links, and the last sweep.',
    details: 'For a page that follows: it costs one query and one read, however many positions there are.',
    input: z.strictObject({
      since: z.iso
        .datetime()
        .transform(withMilliseconds)
        .describe('Only hits after this time, ISO 8601. Default: all.')
        .optional(),
    }),
    result: z.object({
      hits: z.array(hitViewSchema),
      ...pauseShape,
      halted: haltedSchema,
      /** When the last sweep had processed all positions, ISO 8601. */
      sweptAt: z.string().optional(),
    }),
  },
} as const satisfies Record<string, CommandDefinition>;
