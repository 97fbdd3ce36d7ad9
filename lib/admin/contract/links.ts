import { z } from 'zod';
import { linkIdSchema, linkOptionsSchema, methodsSchema, sourcesSchema } from '../../link/link.ts';
import { actionSchema, positionIdSchema } from '../../position/position.ts';
import { positionViewSchema } from '../../position/position-view.ts';
import { labelSchema } from './label.ts';

/** Seconds, or a number with s, m, h or d: 3600, "90m", "7d". At most a year. */
const expiresInWords = 'expected seconds, or a duration such as "90m", "12h" or "7d"';
const expiresInSchema = z
  .union(
    [
      z.number().int(expiresInWords).min(1, expiresInWords),
      z.string().regex(/^[1-9]\d{0,8}[smhd]?$/, expiresInWords),
    ],
    expiresInWords,
  )
  .transform((given) => {
    const [, digits = '', unit = 's'] = /^(\d+)([smhd]?)$/.exec(String(given)) ?? [];
    return Number(digits) * ({ s: 1, m: 60, h: 3_600, d: 86_400 }[unit || 's'] ?? 1);
  })
  .refine((seconds) => seconds <= 366 * 86_400, { error: 'expected at most a year' });

export const linkViewSchema = linkOptionsSchema.extend({
  linkId: linkIdSchema,
  positionId: positionIdSchema,
  action: actionSchema,
  label: z.string().optional(),
  createdAt: z.string(),
  /** `used-up`: it has acted as often as it may. */
  state: z.enum(['armed', 'revoked', 'expired', 'used-up']),
  /** Its position is closed or canceled: whatever its state, it can do nothing more. */
  spent: z.boolean().optional(),
  /** How often it has acted, where that is limited. */
  uses: z.number().optional(),
  revokedAt: z.string().optional(),
});
export type LinkView = z.infer<typeof linkViewSchema>;

export const linksCommands = {
  'links.create': {
    summary: 'Mints a link. The URL is in this answer and nowhere else.',
    input: z
      .strictObject({
        positionId: positionIdSchema,
        action: actionSchema,
        label: labelSchema.optional(),
        expiresIn: expiresInSchema.optional(),
        maxUses: linkOptionsSchema.shape.maxUses,
        confirm: z.boolean().optional(),
        methods: methodsSchema.optional(),
        sources: sourcesSchema.optional(),
        percent: linkOptionsSchema.shape.percent,
      })
      .refine((input) => input.percent === undefined || input.action === 'close', {
        path: ['percent'],
        error: 'expected only with the action close',
      }),
    result: z.object({ url: z.string(), link: linkViewSchema }),
  },
  'links.list': {
    summary: 'All links, newest first, or those of one position.',
    input: z.strictObject({ positionId: positionIdSchema.optional() }),
    result: z.object({ links: z.array(linkViewSchema), paused: z.boolean() }),
  },
  'links.preview': {
    summary: "What a link would do now, from the exchange's live answer, without doing it.",
    input: z.strictObject({ linkId: linkIdSchema }),
    result: z.object({
      link: linkViewSchema,
      position: positionViewSchema,
      /** Whether it would fire at all, and what it would do, in one sentence. */
      fires: z.boolean(),
      would: z.string(),
    }),
  },
  'links.pause': {
    summary: 'The kill switch: no link fires until links.resume. Hits are answered 409 and recorded.',
    input: z.strictObject({}),
    result: z.object({ paused: z.boolean() }),
  },
  'links.resume': {
    summary: 'Ends the pause.',
    input: z.strictObject({}),
    result: z.object({ paused: z.boolean() }),
  },
  'links.revoke': {
    summary: 'Makes a link useless, for good.',
    input: z.strictObject({ linkId: linkIdSchema }),
    result: z.object({ link: linkViewSchema }),
  },
} as const;
