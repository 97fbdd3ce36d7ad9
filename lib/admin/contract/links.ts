import { z } from 'zod';
import { sideSchema } from '../../exchange/exchange.ts';
import {
  linkIdSchema,
  linkOptionsSchema,
  linkSchema,
  methodsSchema,
  sourcesSchema,
} from '../../link/link.ts';
import { actionSchema, positionIdSchema } from '../../position/position.ts';
import { positionViewSchema } from '../../position/position-view.ts';
import type { CommandDefinition } from './command-definition.ts';
import { haltedSchema } from './halted.ts';
import { labelSchema } from './label.ts';

const secondsByUnit: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const expectedDuration = 'expected seconds, or a duration such as "90m", "12h" or "7d"';

/** 3600, "3600", "90m" or "7d". @returns seconds. */
const durationSchema = z
  .union(
    [
      z.number().int(expectedDuration).min(1, expectedDuration),
      z.string().regex(/^[1-9]\d{0,8}[smhd]?$/, expectedDuration),
    ],
    expectedDuration,
  )
  .transform((given) => {
    const [, digits = '', unit] = /^(\d+)([smhd]?)$/.exec(String(given)) ?? [];
    return Number(digits) * (secondsByUnit[unit || 's'] ?? 1);
  })
  .refine((seconds) => seconds <= 366 * 86_400, { error: 'expected at most a year' });

const expectedTime = 'expected a time such as 2026-11-27T13:00:00Z';

const { maxUses: maxUsesSchema, percent: percentSchema } = linkOptionsSchema.shape;

const createInput = z
  .strictObject({
    positionId: positionIdSchema.describe('The position that the link acts on.'),
    action: actionSchema.describe(
      'What the link does to a filled position. It cancels an unfilled entry in any case.',
    ),
    label: labelSchema.describe('Your name for the link, up to 80 characters.').optional(),
    expiresIn: durationSchema
      .describe(
        'Seconds, or a duration such as `"90m"`, `"12h"` or `"7d"`; at most a year. Default: no expiry.',
      )
      .optional(),
    maxUses: maxUsesSchema.describe('How often the link may act. Default: no limit; 1 with `percent`.'),
    confirm: z
      .boolean()
      .describe('A GET always shows the page with the button first. Default: false.')
      .optional(),
    methods: methodsSchema.describe('`post-only`: only a POST acts. Default: `any`.').optional(),
    sources: sourcesSchema
      .describe(
        'Allowed source addresses: `tradingview`, or up to 20 addresses and CIDR ranges. Default: `any`.',
      )
      .optional(),
    percent: percentSchema.describe(
      'Closes only this percentage of the remaining amount. Only for the action `close`.',
    ),
  })
  .refine((input) => input.percent === undefined || input.action === 'close', {
    path: ['percent'],
    error: 'expected only for the action "close"',
  });

const updateInput = z
  .strictObject({
    linkId: linkIdSchema.describe('The link.'),
    label: labelSchema.nullable().describe('Your name for the link; null removes it.').optional(),
    expiresIn: durationSchema
      .nullable()
      .describe('From now on, as for `links.create`; null: it works until its position closes.')
      .optional(),
  })
  .refine(({ label, expiresIn }) => label !== undefined || expiresIn !== undefined, {
    path: ['label'],
    error: 'expected label, expiresIn or both',
  });

const shownOfLink = linkSchema.omit({ tokenHash: true, account: true, exchange: true });
const linkViewSchema = shownOfLink.extend({
  /** Of the position, unless it was forgotten. */
  symbol: z.string().optional(),
  side: sideSchema.optional(),
  /** `used-up`: it acted `maxUses` times. `paused`: a restore paused it. */
  state: z.enum(['armed', 'paused', 'revoked', 'expired', 'used-up']),
  /** The position is closed or canceled, so the link can't act in any state. */
  positionClosed: z.boolean().optional(),
  /** How often it acted; counted only with `maxUses`. */
  uses: z.number().optional(),
});
export type LinkView = z.infer<typeof linkViewSchema>;

const createResult = z.object({
  /** With the token, which is stored nowhere: it can't be shown again. */
  url: z.string(),
  link: linkViewSchema,
});

/** Whether links are paused at present. */
export const pauseShape = {
  paused: z.boolean(),
  /** When the pause ends by itself, ISO 8601. Absent: only when the owner resumes links. */
  pausedUntil: z.string().optional(),
};

const previewResult = z.object({
  link: linkViewSchema,
  position: positionViewSchema,
  /** Whether a hit would act now. */
  fires: z.boolean(),
  /** What it would do, or why it would not act. */
  would: z.string(),
});

export const linksCommands = {
  'links.create': {
    summary: 'Creates a link for a position. Its URL is shown only once.',
    input: createInput,
    result: createResult,
  },
  'links.list': {
    summary: 'Lists links, newest first.',
    input: z.strictObject({
      positionId: positionIdSchema.describe('Only links of this position.').optional(),
    }),
    result: z.object({ links: z.array(linkViewSchema), ...pauseShape, halted: haltedSchema }),
  },
  'links.preview': {
    summary: 'Shows what a link would do now, from live exchange data, without doing it.',
    input: z.strictObject({ linkId: linkIdSchema.describe('The link.') }),
    result: previewResult,
  },
  'links.pause': {
    summary: 'Pauses all links, as a kill switch. Hits return 409 and are recorded.',
    details: 'It replaces an earlier pause and its end.',
    input: z.strictObject({
      until: z.iso
        .datetime({ offset: true, error: expectedTime })
        .transform((time) => new Date(time).toISOString())
        .describe(
          'When the pause ends by itself, ISO 8601, such as `2026-11-27T13:00:00Z`. Default: it lasts until `links.resume`.',
        )
        .optional(),
    }),
    result: z.object(pauseShape),
  },
  'links.resume': {
    summary: 'Ends the pause of all links. Hits during the pause are not replayed.',
    input: z.strictObject({}),
    result: z.object({ paused: z.boolean() }),
  },
  'links.arm': {
    summary: 'Arms a link that a restore paused.',
    input: z.strictObject({ linkId: linkIdSchema.describe('The link.') }),
    result: z.object({ link: linkViewSchema }),
  },
  'links.update': {
    summary: 'Renames a link, or changes when it expires. A link that has expired works again.',
    input: updateInput,
    result: z.object({ link: linkViewSchema }),
  },
  'links.revoke': {
    summary: 'Revokes a link permanently. Its URL stops working immediately.',
    input: z.strictObject({ linkId: linkIdSchema.describe('The link.') }),
    result: z.object({ link: linkViewSchema }),
  },
} as const satisfies Record<string, CommandDefinition>;
