import { z } from 'zod';
import { amountSchema } from '../amount.ts';

/** A claim's close order: what was sent, if that is known, and not later than when it was sent first; epoch milliseconds. */
export const sentOrderSchema = z.object({
  amount: amountSchema.optional(),
  sentAt: z.number(),
  /** The exchange's id in its answer, if there was one: the order exists. */
  orderId: z.string().optional(),
  /** The rest is of an exchange that is not proven. What the account had of the base currency before. */
  balanceBefore: amountSchema.optional(),
  /** The name of ccxt's error. */
  errorClass: z.string().optional(),
  /** When the first of the reads was that found nothing of it, epoch milliseconds. */
  quietSince: z.number().optional(),
  /** A read found something, or could not read everything. */
  sawMore: z.literal(true).optional(),
});

/** A close order whose result only its owner can state. */
export const unknownCloseSchema = z.object({
  clientOrderId: z.string(),
  sentAt: z.number(),
  amount: amountSchema.optional(),
  balanceBefore: amountSchema.optional(),
  /** What the exchange showed of it, which the position counts already. */
  counted: amountSchema.optional(),
});
