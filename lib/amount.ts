import { z } from 'zod';
import { decimal, plainDecimal } from './decimal.ts';

export * from './decimal.ts';

/** `abort`: later refinements calculate, which throws on anything else. */
export const amountSchema = z.string().regex(plainDecimal, {
  error: 'expected a plain decimal such as "0.5"; use a point',
  abort: true,
});
/** Money that can also be lost or paid. */
export const signedAmountSchema = z.string().regex(/^-?\d{1,30}(\.\d{1,30})?$/);
export const positiveAmountSchema = amountSchema.refine((text) => decimal(text).gt(0), {
  message: 'expected more than zero',
});
