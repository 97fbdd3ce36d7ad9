import { z } from 'zod';
import { accountNameSchema } from '../../account/account.ts';
import { amountSchema } from '../../amount.ts';
import { candleIntervalSchema, marketRulesSchema } from '../../exchange/exchange.ts';
import { linkOptionsSchema } from '../../link/link.ts';
import { positionIdSchema } from '../../position/position.ts';
import { positionViewSchema } from '../../position/position-view.ts';
import { tagSchema } from '../../position/tag.ts';
import type { CommandDefinition } from './command-definition.ts';
import {
  accountField,
  adoptInput,
  editInput,
  exitsInput,
  openInput,
  positionIdField,
} from './position-inputs.ts';

/** What closing one position did: the status and the text that a link would have returned. */
const closeReportSchema = z.object({
  positionId: positionIdSchema,
  symbol: z.string(),
  /** HTTP status. */
  status: z.number(),
  /** An outcome, or why there is none. `not-started`: the call ran out of time before this position. */
  outcome: z.string(),
  detail: z.string(),
});

export const candleSchema = z.object({
  /** When it opened, epoch milliseconds. */
  at: z.number(),
  open: amountSchema,
  high: amountSchema,
  low: amountSchema,
  close: amountSchema,
});

const positionResult = z.object({ position: positionViewSchema });

/** Whether an action would act, and what it would do. */
const effectSchema = z.object({ fires: z.boolean(), would: z.string() });

const adoptResult = positionResult.extend({
  /** Ids of open orders on the exit side of this market that belong to no position. A close leaves them open. */
  unadoptedOrders: z.array(z.string()).optional(),
  /** What the owner has to know of an exchange that is not proven. */
  warnings: z.array(z.string()).optional(),
});

/** A place in the list, which stays when its position is forgotten; or the id of a position. */
const positionPlaceSchema = z
  .string()
  .regex(/^([\dTZ:.+-]{20,40}#)?pos_[0-9a-z]{12}$/, 'expected `next` of an earlier answer');

const listResult = z.object({
  positions: z.array(positionViewSchema),
  /** There are more than `limit`: `after` of the next call. */
  next: z.string().optional(),
  /** Ids of positions whose items this version can't read. They may be open. */
  unreadable: z.array(z.string()).optional(),
});

const resolveResult = z.object({
  position: positionViewSchema,
  /** The result by the exchange's record. `unknown`: the record allows no conclusion yet. */
  verdict: z.enum(['closed', 'canceled', 'open', 'unknown']),
  /** Why, in sentences that name the orders found. */
  reason: z.string(),
  /** Whether the result was written. */
  applied: z.boolean(),
});

export const positionsCommands = {
  'positions.adopt': {
    summary:
      'Makes a position from entry and exit orders, a perpetual position or an amount of coins that exist at the exchange.',
    details: 'It reads from the exchange and sends nothing to it.',
    input: adoptInput,
    result: adoptResult,
  },
  'positions.open': {
    summary: 'Places a MARKET or LIMIT entry order and makes a position from it.',
    details:
      'It places the exits of a MARKET entry before it answers. A repeat with the same `requestId` returns the same position and sends no second order.',
    input: openInput,
    result: positionResult,
  },
  'positions.setExits': {
    summary: 'Replaces the targets or the stop of a position.',
    details:
      'It answers after it has placed them; `state` shows whether each one rests at the exchange. Nothing is sent while the position is closing. If the stop is refused with `would-trigger`, the position keeps the old one.',
    input: exitsInput,
    result: positionResult,
  },
  'positions.edit': {
    summary:
      "Changes a position's tag or label, or whether a missing stop is reported. Nothing is sent to the exchange.",
    details:
      'A link for a tag matches by the tag that a position has at the hit. A position that is closing is not changed.',
    input: editInput,
    result: positionResult,
  },
  'positions.list': {
    summary: 'Lists positions with their live state, newest first.',
    input: z.strictObject({
      open: z
        .boolean()
        .describe(
          'Leaves out closed and canceled positions; with `live: false`, those that a sweep has archived.',
        )
        .optional(),
      account: accountNameSchema.describe('Only positions of this account.').optional(),
      tag: tagSchema.describe('Only positions with this tag.').optional(),
      live: z
        .boolean()
        .describe('`false`: as stored, without a request to an exchange and without `links`. Default: true.')
        .optional(),
      after: positionPlaceSchema
        .describe('Only positions after this one: `next` of an earlier answer, or the id of a position.')
        .optional(),
      limit: z.number().int().min(1).max(1_000).describe('Number of positions. Default: all.').optional(),
    }),
    result: listResult,
  },
  'positions.get': {
    summary: 'Shows a position with its live state and its orders.',
    input: z.strictObject({ positionId: positionIdField }),
    result: positionResult,
  },
  'positions.candles': {
    summary: "Lists the latest candles of a position's market, oldest first.",
    details: 'The last candle is still open.',
    input: z.strictObject({
      positionId: positionIdField,
      interval: candleIntervalSchema.describe('Duration of one candle.'),
      limit: z.number().int().min(1).max(1_000).describe('Number of candles. Default: 300.').optional(),
    }),
    result: z.object({ candles: z.array(candleSchema) }),
  },
  'positions.prices': {
    summary: 'Reads the prices of many markets of an account in one request to the exchange.',
    details: 'Mark prices of perpetuals, last prices of spot markets. A market without a price is left out.',
    input: z.strictObject({
      account: accountField,
      kind: marketRulesSchema.shape.kind.describe('Kind of the markets.'),
      marketIds: z
        .array(z.string().min(1).max(64))
        .min(1)
        .max(1_000)
        .describe("The markets' `marketId`, as in positions."),
    }),
    result: z.object({ prices: z.array(z.object({ marketId: z.string(), price: amountSchema })) }),
  },
  'positions.forget': {
    summary: 'Removes a position from Ripcord and revokes its links. Nothing changes at the exchange.',
    input: z.strictObject({ positionId: positionIdField }),
    result: z.object({ positionId: positionIdSchema, linksRevoked: z.number() }),
  },
  'positions.close': {
    summary: 'Closes a position now, as a close link would, also while links are paused.',
    input: z.strictObject({ positionId: positionIdField }),
    result: closeReportSchema,
  },
  'positions.closeAll': {
    summary: 'Closes every open position, also while links are paused, and reports on each.',
    details:
      'After 18 s it starts no further position and reports the rest as `not-started`. Repeat the call with their `positionIds`.',
    input: z.strictObject({
      account: accountNameSchema.describe('Only positions of this account.').optional(),
      positionIds: z.array(positionIdSchema).describe('Only these positions, if they are open.').optional(),
    }),
    result: z.object({ reports: z.array(closeReportSchema) }),
  },
  'positions.preview': {
    summary: 'Shows what a close and a keep would do now, from live exchange data, without doing it.',
    input: z.strictObject({
      positionId: positionIdField,
      percent: linkOptionsSchema.shape.percent.describe('Of a partial close.'),
    }),
    result: positionResult.extend({ close: effectSchema, keep: effectSchema }),
  },
  'positions.resolve': {
    summary: "Determines a position's result from the exchange's record, and writes it only on request.",
    input: z.strictObject({
      positionId: positionIdField,
      apply: z.boolean().describe('Writes the result. Default: only shows it.').optional(),
      sold: amountSchema
        .describe(
          'At an exchange of the generic mode: what the close order with an unknown result sold, in base currency, by your own look at the exchange. `0`: nothing.',
        )
        .optional(),
    }),
    result: resolveResult,
  },
} as const satisfies Record<string, CommandDefinition>;
