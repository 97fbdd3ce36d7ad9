import { z } from 'zod';
import { accountNameSchema } from '../../account/account.ts';
import { amountSchema, positiveAmountSchema } from '../../amount.ts';
import { candleIntervalSchema, sideSchema } from '../../exchange/exchange.ts';
import { positionIdSchema } from '../../position/position.ts';
import { positionViewSchema } from '../../position/position-view.ts';
import { labelSchema } from './label.ts';

const symbolSchema = z
  .string()
  .regex(
    /^[A-Z0-9]{1,20}\/[A-Z0-9]{1,20}(:[A-Z0-9]{1,20})?$/,
    'expected BASE/QUOTE such as "BTC/USDT", or "BTC/USDT:USDT" for a perpetual',
  );
const orderIdSchema = z.string().trim().min(1).max(64);

/** What came of closing one position: the status and body that a link would have answered. */
const closeReportSchema = z.object({
  positionId: positionIdSchema,
  symbol: z.string(),
  status: z.number(),
  /** `not-started`: of several, its turn did not come in time, and nothing was done about it. */
  outcome: z.string(),
  detail: z.string(),
});

const candleSchema = z.object({
  /** When it opened, epoch milliseconds. */
  at: z.number(),
  open: amountSchema,
  high: amountSchema,
  low: amountSchema,
  close: amountSchema,
});

const positionAnswer = z.object({ position: positionViewSchema });

export const positionsCommands = {
  'positions.adopt': {
    summary:
      'Takes over what exists at the exchange: entry and exit orders, an existing perpetual position, or a stated spot amount.',
    input: z
      .strictObject({
        account: accountNameSchema,
        symbol: symbolSchema,
        side: sideSchema,
        entryOrderIds: z.array(orderIdSchema).max(20).optional(),
        exitOrderIds: z.array(orderIdSchema).max(20).optional(),
        amount: positiveAmountSchema.optional(),
        label: labelSchema.optional(),
      })
      .refine((input) => !(input.amount !== undefined && (input.entryOrderIds?.length ?? 0) > 0), {
        path: ['amount'],
        error: 'expected either entryOrderIds or amount: entry orders say themselves how much they filled',
      }),
    result: positionAnswer.extend({
      /** Open orders on the exit's side of this market that belong to no position: a close leaves them alone. */
      unadoptedOrders: z.array(z.string()).optional(),
    }),
  },
  'positions.open': {
    summary: 'Places a MARKET or LIMIT entry. Asked twice with the same requestId it opens one.',
    input: z
      .strictObject({
        requestId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, - or _'),
        account: accountNameSchema,
        symbol: symbolSchema,
        side: sideSchema,
        type: z.enum(['market', 'limit']),
        price: positiveAmountSchema.optional(),
        amount: positiveAmountSchema.optional(),
        cost: positiveAmountSchema.optional(),
        label: labelSchema.optional(),
      })
      .refine((input) => (input.amount === undefined) !== (input.cost === undefined), {
        path: ['amount'],
        error: 'expected exactly one of amount (base currency) and cost (quote currency)',
      })
      .refine((input) => (input.type === 'limit') === (input.price !== undefined), {
        path: ['price'],
        error: 'expected a price for a limit entry, and none for a market entry',
      }),
    result: positionAnswer,
  },
  'positions.list': {
    summary: 'All positions with their live state, newest first.',
    input: z.strictObject({
      /** Leave out what is closed or canceled. */
      open: z.boolean().optional(),
      account: accountNameSchema.optional(),
    }),
    result: z.object({
      positions: z.array(positionViewSchema),
      /** Positions whose items this version can not read. They may be open. */
      unreadable: z.array(z.string()).optional(),
    }),
  },
  'positions.get': {
    summary: 'One position with its live state and orders.',
    input: z.strictObject({ positionId: positionIdSchema }),
    result: positionAnswer,
  },
  'positions.candles': {
    summary: "Candles of a position's market, oldest first; the last one is still open.",
    input: z.strictObject({
      positionId: positionIdSchema,
      interval: candleIntervalSchema,
      limit: z.number().int().min(1).max(1_000).optional(),
    }),
    result: z.object({ candles: z.array(candleSchema) }),
  },
  'positions.forget': {
    summary: 'Removes a position and revokes its links. Nothing happens at the exchange.',
    input: z.strictObject({ positionId: positionIdSchema }),
    result: z.object({ positionId: positionIdSchema, linksRevoked: z.number() }),
  },
  'positions.close': {
    summary: 'Closes a position now, as a close link would: the same services, the same record.',
    input: z.strictObject({ positionId: positionIdSchema }),
    result: closeReportSchema,
  },
  'positions.closeAll': {
    summary:
      'Closes every open position, also while links are paused, and reports on each. After 18 s it begins no other: those are reported as `not-started`; ask again, with their positionIds.',
    input: z.strictObject({
      account: accountNameSchema.optional(),
      /** Only those of them that are open. */
      positionIds: z.array(positionIdSchema).optional(),
    }),
    result: z.object({ reports: z.array(closeReportSchema) }),
  },
  'positions.resolve': {
    summary:
      "Looks at the exchange's own record of a position that needs a person, and says what it comes to; with apply, settles it so.",
    input: z.strictObject({ positionId: positionIdSchema, apply: z.boolean().optional() }),
    result: z.object({
      position: positionViewSchema,
      /** What the exchange's record comes to: ended, or open again with what is left. */
      verdict: z.enum(['closed', 'canceled', 'open', 'unknown']),
      /** In words, with the orders found. */
      reason: z.string(),
      applied: z.boolean(),
    }),
  },
} as const;
