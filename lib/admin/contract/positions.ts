import { z } from 'zod';
import { accountNameSchema } from '../../account/account.ts';
import { amountSchema, positiveAmountSchema } from '../../amount.ts';
import { candleIntervalSchema, marketRulesSchema, sideSchema } from '../../exchange/exchange.ts';
import { linkOptionsSchema } from '../../link/link.ts';
import { positionIdSchema, tagSchema } from '../../position/position.ts';
import { positionViewSchema } from '../../position/position-view.ts';
import type { CommandDefinition } from './command-definition.ts';
import { labelSchema } from './label.ts';
import { symbolSchema } from './symbol.ts';

const positionIdField = positionIdSchema.describe('The position.');
const accountField = accountNameSchema.describe('Name of a stored account.');
const labelField = labelSchema.describe('Your name for the position, up to 80 characters.');
const tagField = tagSchema.describe(
  'Groups positions, such as those of one strategy: a link can be for all with this tag.',
);
const symbolField = symbolSchema.describe(
  'Market: `BTC/USDT` for spot, `BTC/USDT:USDT` for a perpetual. Any script.',
);
const orderIdsSchema = z.array(z.string().trim().min(1).max(64)).max(20);

const adoptInput = z
  .strictObject({
    account: accountField,
    symbol: symbolField,
    side: sideSchema.describe('Side of the position.'),
    entryOrderIds: orderIdsSchema
      .describe('Entry orders, at most 20. The position is what they fill.')
      .optional(),
    exitOrderIds: orderIdsSchema
      .describe('Take-profit and stop-loss orders, at most 20. A close cancels them.')
      .optional(),
    amount: positiveAmountSchema
      .describe(
        'Amount in base currency that the position holds, instead of entry orders. Required on spot without entry orders. Default on a perpetual: what no other position holds.',
      )
      .optional(),
    label: labelField.optional(),
    tag: tagField.optional(),
  })
  .refine((input) => !(input.amount !== undefined && (input.entryOrderIds?.length ?? 0) > 0), {
    path: ['amount'],
    error: 'expected no amount together with entry orders: their fills are the amount',
  });

const takeProfitsField = z
  .array(
    z.strictObject({
      price: positiveAmountSchema.describe('Price of the LIMIT order.'),
      percent: positiveAmountSchema.describe('Part of the filled amount, in %.'),
    }),
  )
  .max(10)
  .describe('Targets that rest at the exchange: at most 10, together for at most 100 %.');
const limitPriceField = positiveAmountSchema
  .describe('Makes the stop a LIMIT order at this price, which may never fill.')
  .optional();
const stopLossField = z
  .strictObject({
    price: positiveAmountSchema.describe(
      'Trigger price, compared with the last price and not with the mark price.',
    ),
    limitPrice: limitPriceField,
  })
  .describe('A stop that rests at the exchange, for all that remains.');

const exitsInput = z
  .strictObject({
    positionId: positionIdField,
    takeProfits: takeProfitsField
      .nullable()
      .describe('Replaces all targets; an empty list removes them. Percents are of what remains.')
      .optional(),
    stopLoss: stopLossField
      .extend({
        price: z
          .union([z.literal('breakEven'), positiveAmountSchema])
          .describe(
            'Trigger price, compared with the last price. `breakEven`: the price that returns the cost, fees included.',
          ),
      })
      .nullable()
      .describe('Replaces the stop; null removes it.')
      .optional(),
  })
  .refine(({ takeProfits, stopLoss }) => takeProfits !== undefined || stopLoss !== undefined, {
    path: ['takeProfits'],
    error: 'expected targets, a stop or both',
  });

const openInput = z
  .strictObject({
    requestId: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, - or _')
      .describe('An id that you choose. A repeat with the same id returns the same position.'),
    account: accountField,
    symbol: symbolField,
    side: sideSchema.describe('Side of the position.'),
    type: z.enum(['market', 'limit']).describe('Type of the entry order.'),
    price: positiveAmountSchema.describe('Price of a LIMIT order. A MARKET order takes none.').optional(),
    amount: positiveAmountSchema
      .describe('Amount in base currency. Either this, `cost` or `riskAmount`.')
      .optional(),
    cost: positiveAmountSchema.describe('Cost in quote currency, instead of `amount`.').optional(),
    riskAmount: positiveAmountSchema
      .describe(
        'Loss in quote currency if the stop fills at its price, fees included. It sizes the position, instead of `amount`.',
      )
      .optional(),
    takeProfits: takeProfitsField.optional(),
    stopLoss: stopLossField.optional(),
    label: labelField.optional(),
    tag: tagField.optional(),
  })
  .refine(({ amount, cost, riskAmount }) => [amount, cost, riskAmount].filter(Boolean).length === 1, {
    path: ['amount'],
    error: 'expected either an amount in base currency or a cost in quote currency, or a risk with a stop',
  })
  .refine((input) => input.riskAmount === undefined || input.stopLoss !== undefined, {
    path: ['riskAmount'],
    error: 'expected a stop, because the risk is what it loses',
  })
  .refine((input) => input.type === 'market' || input.price !== undefined, {
    path: ['price'],
    error: 'expected a price, because this is a LIMIT order',
  })
  .refine((input) => input.type === 'limit' || input.price === undefined, {
    path: ['price'],
    error: 'expected no price, because this is a MARKET order',
  });

const editInput = z
  .strictObject({
    positionId: positionIdField,
    tag: tagField.nullable().describe('A new tag; null removes it.').optional(),
    label: labelField.nullable().describe('Your new name for the position; null removes it.').optional(),
    nakedWatch: z
      .boolean()
      .describe('`false`: no notice when the stop of this position is missing at the exchange.')
      .optional(),
  })
  .refine(({ positionId: _, ...changes }) => Object.values(changes).some((change) => change !== undefined), {
    path: ['tag'],
    error: 'expected tag, label or nakedWatch',
  });

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
    }),
    result: resolveResult,
  },
} as const satisfies Record<string, CommandDefinition>;
