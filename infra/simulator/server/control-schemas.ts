import { z } from 'zod';

export const amount = z.string().regex(/^\d+(\.\d+)?$/, 'a decimal string such as "0.001"');
export const signedAmount = z.string().regex(/^-?\d+(\.\d+)?$/, 'a decimal string such as "-0.001"');
export const apiKey = z.string().regex(/^[\w-]+$/, 'letters, digits, _ and -');
export const market = z.enum(['spot', 'usdm']);
export const symbol = z.string().min(1);
export const side = z.enum(['buy', 'sell']);
export const orderType = z.enum([
  'limit',
  'market',
  'limit_maker',
  'stop_market',
  'stop_limit',
  'take_profit_market',
  'take_profit_limit',
]);
export const positionSide = z.enum(['BOTH', 'LONG', 'SHORT']);
export const timeInForce = z.enum(['GTC', 'IOC', 'FOK']);
export const clientOrderId = z.string().min(1).max(36);
// Query strings contain numbers as text.
export const wholeNumber = z.coerce.number().int().nonnegative();
const errorCode = z.union([z.number().int(), z.string().min(1)]);
const httpStatus = z.number().int().min(200).max(599);
export const limits = z.strictObject({ min: amount, max: amount, step: amount });

export const fault = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('drop-before') }),
    z.object({ kind: z.literal('drop-after') }),
    z.object({ kind: z.literal('delay'), ms: wholeNumber }),
    z.object({ kind: z.literal('stall-after') }),
    z.object({ kind: z.literal('truncate') }),
    z.object({
      kind: z.literal('html'),
      executed: z.boolean().optional(),
      status: httpStatus.optional(),
      body: z.string().optional(),
    }),
    z.object({
      kind: z.literal('status'),
      // Some venues respond to errors with 200.
      status: httpStatus,
      code: errorCode.optional(),
      msg: z.string().optional(),
      retryAfter: wholeNumber.optional(),
    }),
    z.object({
      kind: z.literal('error-after'),
      code: errorCode,
      msg: z.string().optional(),
      status: httpStatus.optional(),
    }),
    z.object({ kind: z.literal('not-found') }),
    z.object({ kind: z.literal('late'), ms: wholeNumber }),
    z.object({ kind: z.literal('fill-before-cancel'), amount: amount.optional() }),
    z.object({ kind: z.literal('bad-signature') }),
  ])
  .and(
    z.object({
      match: z.strictObject({
        method: z.string().optional(),
        path: z.string().optional(),
        market: market.optional(),
        nth: z.number().int().positive().optional(),
      }),
      times: z.number().int().positive().optional(),
    }),
  );

export const ocoLeg = z.strictObject({
  type: orderType,
  price: amount.optional(),
  triggerPrice: amount.optional(),
  timeInForce: timeInForce.optional(),
  clientOrderId: clientOrderId.optional(),
});

export const nothing = z.strictObject({});
