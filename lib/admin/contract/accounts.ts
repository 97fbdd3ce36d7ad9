import { z } from 'zod';
import { accountNameSchema, newAccountSchema } from '../../account/account.ts';
import { amountSchema } from '../../amount.ts';
import { sideSchema } from '../../exchange/exchange.ts';
import { positionIdSchema } from '../../position/position.ts';

/** An order that can still fill, as a list to adopt from shows it. */
const openOrderSchema = z.object({
  orderId: z.string(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  /** The venue's own word in lower case. */
  type: z.string(),
  amount: amountSchema,
  filled: amountSchema,
  price: amountSchema.optional(),
  triggerPrice: amountSchema.optional(),
  /** Which side of a hedged perpetual it belongs to. */
  positionSide: sideSchema.optional(),
  reduceOnly: z.boolean().optional(),
  conditional: z.boolean(),
  priceStep: amountSchema,
  amountStep: amountSchema,
  /** The position that has it as one of its orders already. */
  positionId: positionIdSchema.optional(),
});
export type OpenOrderView = z.infer<typeof openOrderSchema>;

const openHoldingSchema = z.object({
  symbol: z.string(),
  side: sideSchema,
  amount: amountSchema,
  averagePrice: amountSchema.optional(),
  /** An open position of this market and side. */
  positionId: positionIdSchema.optional(),
});

const accountViewSchema = z.object({ name: z.string(), exchange: z.string() });

export const accountsCommands = {
  'accounts.add': {
    summary:
      'Stores the credentials of an exchange account. Where the name has another key or exchange already, only with replace.',
    input: z.strictObject({
      name: accountNameSchema,
      account: newAccountSchema,
      replace: z.boolean().optional(),
    }),
    result: z.object({ account: accountViewSchema }),
  },
  'accounts.list': {
    summary: 'Names and exchanges of the stored accounts; never a secret.',
    input: z.strictObject({}),
    result: z.object({ accounts: z.array(accountViewSchema) }),
  },
  'accounts.open': {
    summary: 'What is open at the exchange: orders and perpetual positions, to adopt from.',
    input: z.strictObject({ name: accountNameSchema }),
    result: z.object({ orders: z.array(openOrderSchema), holdings: z.array(openHoldingSchema) }),
  },
  'accounts.remove': {
    summary: 'Removes stored credentials. Refused while an open position uses them.',
    input: z.strictObject({ name: accountNameSchema }),
    result: z.object({ name: accountNameSchema }),
  },
  'accounts.check': {
    summary: 'Calls the exchange with an account and reports what its key may do.',
    input: z.strictObject({ name: accountNameSchema }),
    result: z.object({
      name: accountNameSchema,
      exchange: z.string(),
      canTrade: z.boolean().optional(),
      canWithdraw: z.boolean().optional(),
      ipRestricted: z.boolean().optional(),
      /** What a careful owner would change, in words. */
      warnings: z.array(z.string()),
    }),
  },
} as const;
