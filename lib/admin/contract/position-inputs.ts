import { z } from 'zod';
import { accountNameSchema } from '../../account/account.ts';
import { positiveAmountSchema } from '../../amount.ts';
import { sideSchema } from '../../exchange/exchange.ts';
import { positionIdSchema } from '../../position/position.ts';
import { tagSchema } from '../../position/tag.ts';
import { labelSchema } from './label.ts';
import { symbolSchema } from './symbol.ts';

export const positionIdField = positionIdSchema.describe('The position.');
export const accountField = accountNameSchema.describe('Name of a stored account.');
const labelField = labelSchema.describe('Your name for the position, up to 80 characters.');
const tagField = tagSchema.describe(
  'Your name for a group of positions, such as those of one strategy. A link can be for all positions with a tag.',
);
const symbolField = symbolSchema.describe(
  'Market: `BTC/USDT` for spot, `BTC/USDT:USDT` for a perpetual. Any script.',
);
const orderIdsSchema = z.array(z.string().trim().min(1).max(64)).max(20);

export const adoptInput = z
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

export const exitsInput = z
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

export const openInput = z
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

export const editInput = z
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
