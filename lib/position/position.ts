import { z } from 'zod';
import { amountSchema } from '../amount.ts';
import { marketRulesSchema, sideSchema } from '../exchange/exchange.ts';
import { noticeSchema } from './notice.ts';

/** `pos_` + 12 of 0-9a-z: 62 random bits, and short enough to be spelled inside a client order id. */
export const positionIdSchema = z
  .string()
  .regex(/^pos_[0-9a-z]{12}$/, 'expected pos_ and 12 letters or digits');

export const actionSchema = z.enum(['close', 'keep']);
export type Action = z.infer<typeof actionSchema>;

/** What is known of one order of the position. Once `done`, it never changes again. */
export const orderRecordSchema = z.object({
  /** Absent only while an order we sent has not been seen at the exchange. */
  orderId: z.string().optional(),
  clientOrderId: z.string().optional(),
  conditional: z.boolean().optional(),
  type: z.string(),
  /** `unseen`: sent, answer unknown. */
  status: z.enum(['unconfirmed', 'live', 'done']),
  amount: amountSchema,
  price: amountSchema.optional(),
  triggerPrice: amountSchema.optional(),
  filled: amountSchema,
  average: amountSchema.optional(),
  /** Fee taken in base, final once the order is done; absent: not asked yet. */
  baseFee: amountSchema.optional(),
  /** The `claimedAt` of the claim whose cancel has ended it, with something unfilled. */
  canceledByClaimAt: z.number().optional(),
  /** For exits adopted beside a stated amount: what they had already filled then, which is not ours to count. */
  filledBefore: amountSchema.optional(),
  /** When the exchange last changed it, epoch milliseconds. */
  updatedAt: z.number().optional(),
  /** Can only reduce a position: may go on guarding what a part-close leaves. Perpetuals. */
  reduceOnly: z.boolean().optional(),
  /** Of an order not seen yet: how often the exchange denied it when it could not arrive any more. */
  notFoundCount: z.number().optional(),
});
export type OrderRecord = z.infer<typeof orderRecordSchema>;

/** How it ended, in the exchange's words. This is what a link answers with, now and at every repeat. */
export const outcomeSchema = z.object({
  outcome: z.enum(['closed', 'canceled', 'kept', 'dust']),
  /** Who brought it about: this link's action, an exit order that filled, or something outside Ripcord. */
  closedBy: z.enum(['link', 'exit-order', 'external']),
  action: actionSchema,
  /** Which part of what was left this closed; absent: all. */
  percent: z.number().optional(),
  linkId: z.string(),
  /** One sentence for a person. */
  detail: z.string(),
  entryFilled: amountSchema,
  /** Executed by the close order; "0" where none was sent. */
  closedAmount: amountSchema,
  averagePrice: amountSchema.optional(),
  /** The position's own that remains: dust, a kept position, or what a thin book left. */
  remaining: amountSchema,
  closeOrderId: z.string().optional(),
  closeClientOrderId: z.string().optional(),
  canceledEntryOrderIds: z.array(z.string()),
  canceledExitOrderIds: z.array(z.string()),
  /** ISO 8601, UTC: the claim, the moment before the close order left, and the exchange's last word. */
  claimedAt: z.string(),
  sentAt: z.string().optional(),
  settledAt: z.string(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** Refused for good by the exchange, nothing executed: the position may be tried again. */
export const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  linkId: z.string(),
  at: z.string(),
  canceledExitOrderIds: z.array(z.string()),
});
export type Failure = z.infer<typeof failureSchema>;

/** Whether it was the exchange that said no; otherwise Ripcord itself stopped before an order was taken. */
export function refusedByExchange({ code }: Failure): boolean {
  return !ownCodes.has(code);
}
const ownCodes = new Set([
  'withdrawn',
  'not-accepted',
  'above-maximum',
  'below-minimum',
  'flipped',
  'not-executed',
]);

/** Who is acting, until when, and under which client order id an order of theirs is to be looked for. */
export const claimSchema = z.object({
  linkId: z.string(),
  action: actionSchema,
  /** Closes only this part of what is left. */
  percent: z.number().optional(),
  /** A random mark by which a writer whose answer was lost recognises its own claim. */
  leaseToken: z.string(),
  claimedAt: z.number(),
  /** Nobody else may act before it; epoch milliseconds. */
  leaseExpiresAt: z.number(),
  /** The owner sends no order after it, so that the request fence runs out within the lease. */
  sendDeadline: z.number(),
  /** Taken over at least once: an earlier owner may have cancelled already. */
  takenOver: z.boolean().optional(),
  /** A takeover's proof that no close order left under the present attempt: nothing has to be looked for. */
  unsent: z.boolean().optional(),
  /** How many close orders were sent under this claim that the exchange provably never took. */
  lostAttempts: z.number().optional(),
  /** The exchange's last words about a close order whose fate was not known. */
  lastExchangeMessage: z.string().optional(),
  /** How often the exchange has said that there is no such order, all after the fence. */
  notFoundCount: z.number().optional(),
});
export type Claim = z.infer<typeof claimSchema>;

/**
 * open → claimed → closed | canceled | kept | failed | needs-attention.
 * kept and failed can be claimed again; the others are final but for a person's `resolve`.
 */
export const stateSchema = z.enum([
  'open',
  'claimed',
  'kept',
  'failed',
  'closed',
  'canceled',
  'needs-attention',
]);
export type State = z.infer<typeof stateSchema>;

export const positionSchema = z.object({
  positionId: positionIdSchema,
  account: z.string(),
  exchange: z.string(),
  symbol: z.string(),
  side: sideSchema,
  label: z.string().optional(),
  createdAt: z.string(),
  hedged: z.boolean(),
  market: marketRulesSchema,
  /** The position's own amount where it was stated or read from a perpetual, not built by entry orders. */
  declaredSize: z.object({ amount: amountSchema, averagePrice: amountSchema.optional() }).optional(),
  entryOrders: z.array(orderRecordSchema),
  exitOrders: z.array(orderRecordSchema),
  /** What the last look at the exchange said about the price; epoch milliseconds. */
  lastSync: z
    .object({
      at: z.number(),
      price: amountSchema.optional(),
      /** Since when the account has been seen to hold none of a perpetual position. */
      flatSince: z.number().optional(),
    })
    .optional(),
  state: stateSchema,
  /** Raised by every claim and takeover; a write of an older epoch is refused. */
  epoch: z.number(),
  /** Raised by every fresh claim and every new try at an order: names the client order id. */
  attempt: z.number(),
  /** Raised by every write. */
  revision: z.number(),
  claim: claimSchema.optional(),
  /** How often links with a use limit have acted. */
  uses: z.record(z.string(), z.number()).default({}),
  outcome: outcomeSchema.optional(),
  failure: failureSchema.optional(),
  /** Why a person has to look. */
  attentionReason: z.string().optional(),
  /** What people are to be told of it, oldest first: written with what it tells, delivered by the sweep. */
  notices: z.array(noticeSchema).optional(),
});
export type Position = z.infer<typeof positionSchema>;

/** The state as the outside knows it. */
export const positionStatusSchema = z.enum(['open', 'closing', 'closed', 'canceled', 'needs-attention']);
export type PositionStatus = z.infer<typeof positionStatusSchema>;

const statusByState: Record<State, PositionStatus> = {
  open: 'open',
  kept: 'open',
  failed: 'open',
  claimed: 'closing',
  closed: 'closed',
  canceled: 'canceled',
  'needs-attention': 'needs-attention',
};

export function toStatus(position: Position): PositionStatus {
  return statusByState[position.state];
}

/** Nothing acts on it any more. */
export function isFinal(state: State): boolean {
  return state === 'closed' || state === 'canceled';
}

/**
 * The client order id of an order of ours: `rc`, the position's own 12 characters, `e`(ntry) or `x`(close), and
 * the attempt in base 36. At most 18 letters and digits, which every venue takes, and readable backwards.
 */
export function formatClientOrderId(positionId: string, purpose: 'entry' | 'close', attempt: number): string {
  const suffix = attempt.toString(36);
  if (suffix.length > 3) throw new RangeError(`attempt ${attempt} does not fit a client order id`);
  return `rc${positionId.slice('pos_'.length)}${purpose === 'entry' ? 'e' : 'x'}${suffix}`;
}

/** @returns the position whose entry has this client order id; undefined where it is none of Ripcord's. */
export function parseEntryClientOrderId(clientOrderId: string): string | undefined {
  const [, own] = /^rc([0-9a-z]{12})e[0-9a-z]{1,3}$/.exec(clientOrderId) ?? [];
  return own === undefined ? undefined : `pos_${own}`;
}

/** Whether an order is one that Ripcord itself has sent to close this position. */
export function isCloseOrderOf({ positionId }: Position, { clientOrderId }: OrderRecord): boolean {
  return clientOrderId?.startsWith(`rc${positionId.slice('pos_'.length)}x`) === true;
}
