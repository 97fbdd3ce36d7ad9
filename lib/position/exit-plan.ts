import { z } from 'zod';
import { amountSchema } from '../amount.ts';

const exitStateFields = {
  /** The owner or the exchange ended it there. Ripcord does not place it again. */
  removed: z.boolean().optional(),
  /** Why it was not placed: an error of the exchange. The sweep tries again. */
  refusal: z.object({ reason: z.string(), message: z.string() }).optional(),
};

/** What the owner decided about the exits that rest at the exchange. Prices are in quote currency. */
export const exitPlanSchema = z.object({
  takeProfits: z.array(
    z.object({
      /** Names its orders, also after another list has replaced this one: no two targets of a position share it. */
      rung: z.number(),
      price: amountSchema,
      /** Of what the position had when the list was set, and of what its entry has filled since. */
      percent: amountSchema,
      /** What it is for in all, its fills included. Present once a partial close has scaled it. */
      amount: amountSchema.optional(),
      /** What a notice has reported as filled. */
      reported: amountSchema.optional(),
      ...exitStateFields,
    }),
  ),
  /** With `limitPrice`, the stop becomes a LIMIT order, which may never fill. */
  stopLoss: z
    .object({
      price: amountSchema,
      limitPrice: amountSchema.optional(),
      /** Spot: the amount whose stop the owner or the exchange ended, while others rest. Not covered again. */
      uncovered: amountSchema.optional(),
      /** The stop that this one was moved from: it is placed again if this one is refused. */
      previous: z
        .object({
          price: amountSchema,
          limitPrice: amountSchema.optional(),
          /** Its owner had tightened it at the exchange to the price that it has now. `retried`: and that was refused since. */
          tightened: z.enum(['rested', 'retried']).optional(),
        })
        .optional(),
      /** Where this stop was to move when the exchange or the price refused it. */
      refusedMove: z.object({ price: amountSchema, reason: z.string(), message: z.string() }).optional(),
      ...exitStateFields,
    })
    .optional(),
  /** Epoch milliseconds. */
  changedAt: z.number(),
  /** What had been closed of the position when the targets were set: they are not for that. */
  exited: amountSchema,
  /** What other orders than the targets had closed since, when the targets were last scaled. */
  scaledFor: amountSchema.optional(),
});
export type ExitPlan = z.infer<typeof exitPlanSchema>;
export type TakeProfitPlan = ExitPlan['takeProfits'][number];
export type StopLossPlan = NonNullable<ExitPlan['stopLoss']>;
