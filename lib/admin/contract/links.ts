import { z } from 'zod';
import { sideSchema } from '../../exchange/exchange.ts';
import { linkIdSchema, linkSchema } from '../../link/link.ts';
import { linkStateSchema } from '../../link/link-state.ts';
import { positionIdSchema } from '../../position/position.ts';
import { positionViewSchema } from '../../position/position-view.ts';
import { tagSchema } from '../../position/tag.ts';
import type { CommandDefinition } from './command-definition.ts';
import { createLinkInput, watchField } from './create-link-input.ts';
import { durationSchema } from './duration.ts';
import { haltedSchema } from './halted.ts';
import { labelSchema } from './label.ts';

const expectedTime = 'expected a time such as 2026-11-27T13:00:00Z';

const updateInput = z
  .strictObject({
    linkId: linkIdSchema.describe('The link.'),
    label: labelSchema.nullable().describe('Your name for the link; null removes it.').optional(),
    expiresIn: durationSchema
      .nullable()
      .describe('From now on, as for `links.create`; null: no expiry.')
      .optional(),
    watch: watchField.nullable().describe('Replaces the watch; null removes it.').optional(),
  })
  .refine(({ linkId: _, ...changes }) => Object.values(changes).some((change) => change !== undefined), {
    path: ['label'],
    error: 'expected label, expiresIn or watch',
  });

const shownOfLink = linkSchema.omit({
  tokenHash: true,
  account: true,
  exchange: true,
  scope: true,
  watch: true,
});
const watchStates = linkStateSchema.shape.watch.unwrap().shape.state.options;

const watchViewSchema = watchField.extend({
  /** `waiting`: no alert has arrived yet. `late`: one is missing. `silent`: it would act, but something holds it. `tripped`: it has acted. */
  state: z.enum(watchStates),
  /** No position in its scope is open, so it does nothing. */
  asleep: z.literal(true).optional(),
  /** When the last alert arrived, and since when they are counted; ISO 8601. */
  lastBeatAt: z.string().optional(),
  beatsSince: z.string().optional(),
  beats: z.number().optional(),
  /** The longest pause between two alerts, in milliseconds. */
  longestGapMs: z.number().optional(),
});

const linkViewSchema = shownOfLink.extend({
  /** Which positions it matches: one id; account, symbol and side; a tag; or an account. */
  scope: z.object({
    positionId: positionIdSchema.optional(),
    account: z.string().optional(),
    symbol: z.string().optional(),
    side: sideSchema.optional(),
    tag: tagSchema.optional(),
  }),
  watch: watchViewSchema.optional(),
  /** A link that follows a strategy: what was heard last, and when; ISO 8601. */
  heard: z.object({ position: z.enum(['long', 'short', 'flat']), at: z.string() }).optional(),
  /** Of the position, unless it was forgotten, or of the scope. */
  symbol: z.string().optional(),
  side: sideSchema.optional(),
  /** How many open positions it matches now. Of a link with another scope than one position. */
  matches: z.number().optional(),
  /** `rehearsal`: hits do nothing. `used-up`: it acted `maxUses` times. `paused`: a restore paused it. */
  state: z.enum(['armed', 'rehearsal', 'paused', 'revoked', 'expired', 'used-up']),
  /** The position is closed or canceled, so the link can't act in any state. */
  positionClosed: z.boolean().optional(),
  /** How often it acted; counted only with `maxUses`. */
  uses: z.number().optional(),
});
export type LinkView = z.infer<typeof linkViewSchema>;

const warningsField = z.array(z.string()).optional();

const createResult = z.object({
  /** With the token, which is stored nowhere: it can't be shown again. */
  url: z.string(),
  link: linkViewSchema,
  /** What the owner may not have meant. Absent without any. */
  warnings: warningsField,
});

/** Whether links are paused at present. */
export const pauseShape = {
  paused: z.boolean(),
  /** When the pause ends by itself, ISO 8601. Absent: only when the owner resumes links. */
  pausedUntil: z.string().optional(),
};

const planShape = {
  /** What would become of each position that it matches; of a link that follows a strategy, of each one that is followed. */
  positions: z.array(
    z.object({
      positionId: positionIdSchema,
      account: z.string(),
      symbol: z.string(),
      side: sideSchema,
      fires: z.boolean(),
      would: z.string(),
      /** Why it is among them. */
      why: z.string(),
    }),
  ),
  /** With `adopt`: what becomes of an exchange position beyond those of Ripcord. */
  adopts: z
    .object({
      account: z.string(),
      symbol: z.string(),
      side: sideSchema,
      /** In base currency. Absent if there is none, or the exchange was not read. */
      amount: z.string().optional(),
      fires: z.boolean(),
      would: z.string(),
    })
    .optional(),
  /** Open positions that the owner may expect here, and why they are not. */
  leftOut: z.array(
    z.object({ positionId: positionIdSchema, symbol: z.string(), side: sideSchema, why: z.string() }),
  ),
  /** Whether a hit would act now. */
  fires: z.boolean(),
  /** What it would do, or why it would not act. */
  would: z.string(),
};

const previewResult = z.object({
  link: linkViewSchema,
  /** Of a link for one position. */
  position: positionViewSchema.optional(),
  ...planShape,
});

export const linksCommands = {
  'links.create': {
    summary:
      'Creates a link for a position, or for all positions of a market, a tag or an account. Its URL is shown only once.',
    input: createLinkInput,
    result: createResult,
  },
  'links.plan': {
    summary: 'Shows what a link would do now, from live exchange data, without creating it.',
    details:
      'For the input of `links.create`. A link that follows a strategy acts on a position once it follows it.',
    input: createLinkInput,
    result: z.object({
      ...planShape,
      /** What the owner may not have meant. Absent without any. */
      warnings: warningsField,
    }),
  },
  'links.list': {
    summary: 'Lists links, newest first.',
    details:
      'With `positionId`, it lists the links of that position, and those with a wider scope that match it.',
    input: z.strictObject({
      positionId: positionIdSchema.describe('Only links that match this position.').optional(),
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
    summary: 'Arms a link that a restore paused or that is in rehearsal, and a watch that has acted.',
    details:
      'A link that follows a strategy leaves its rehearsal once it has heard its own side; before, the call is refused with `not-heard`.',
    input: z.strictObject({ linkId: linkIdSchema.describe('The link.') }),
    result: z.object({ link: linkViewSchema }),
  },
  'links.update': {
    summary: 'Renames a link, or changes when it expires or its watch. A link that has expired works again.',
    details:
      'A watch that closes is accepted at any time. Until 7 days of alerts have arrived, `warnings` states that; the console offers it only then.',
    input: updateInput,
    result: z.object({
      link: linkViewSchema,
      /** What the owner may not have meant. Absent without any. */
      warnings: warningsField,
    }),
  },
  'links.revoke': {
    summary: 'Revokes a link permanently. Its URL stops working immediately.',
    input: z.strictObject({ linkId: linkIdSchema.describe('The link.') }),
    result: z.object({
      link: linkViewSchema,
      /** What a link for more than one position may still do. */
      note: z.string().optional(),
    }),
  },
} as const satisfies Record<string, CommandDefinition>;
