import { z } from 'zod';
import { amountSchema } from '../amount.ts';

/** How the account finances an exchange position, as the exchange reports it. What it does not report is absent. */
export const marginSchema = z.object({
  /** Of the exchange position, which other positions of the market share. */
  amount: amountSchema,
  leverage: amountSchema.optional(),
  marginMode: z.enum(['cross', 'isolated']).optional(),
  /** In quote currency: the margin of an isolated position, else the initial margin. */
  margin: amountSchema.optional(),
  /** With cross margin an estimate, because the whole account secures the position. */
  liquidationPrice: amountSchema.optional(),
});
export type Margin = z.infer<typeof marginSchema>;
