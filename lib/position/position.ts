import { z } from 'zod';
import { venueIdSchema } from '../account/account.ts';
import { amountSchema, signedAmountSchema } from '../amount.ts';
import { marginSchema, marketRulesSchema, sideSchema } from '../exchange/exchange.ts';
import { exitPlanSchema } from './exit-plan.ts';
import { noticeSchema } from './notice.ts';
import { sentOrderSchema, unknownCloseSchema } from './sent-order.ts';
import { tagSchema } from './tag.ts';

/** `pos_` and 12 of 0-9a-z: 62 random bits, short enough to fit into a client order id. */
export const positionIdSchema = z
  .string()
  .regex(/^pos_[0-9a-z]{12}$/, 'expected pos_ and 12 letters or digits');

export const actionSchema = z.enum(['close', 'keep']);
export type Action = z.infer<typeof actionSchema>;

/** All fees in one currency; negative: more rebates than fees. */
export const feeSchema = z.object({
  currency: z.string(),
  amount: signedAmountSchema,
});

/** Who can hold a claim. */
const claimActorSchema = z.enum(['link', 'operator', 'watch']);

/** What is known of one order of the position. Once `done`, it never changes again. */
export const orderRecordSchema = z.object({
  /** Absent only while an order that Ripcord sent has not been found at the exchange. */
  orderId: z.string().optional(),
  clientOrderId: z.string().optional(),
  conditional: z.boolean().optional(),
  type: z.string(),
  /** `unconfirmed`: sent, answer unknown. */
  status: z.enum(['unconfirmed', 'live', 'done']),
  amount: amountSchema,
  price: amountSchema.optional(),
  triggerPrice: amountSchema.optional(),
  /** Bybit spot: which move of the price triggers it. A stop of a long that waits for a rise is none. */
  triggersOn: z.enum(['rise', 'fall']).optional(),
  filled: amountSchema,
  average: amountSchema.optional(),
  /** Fee taken in base, final once the order is done; absent: not read yet. */
  baseFee: amountSchema.optional(),
  /** `inQuote`: what a coin that is neither base nor quote was worth when it was charged. Absent: not known yet. */
  fees: z.array(feeSchema.extend({ inQuote: signedAmountSchema.optional() })).optional(),
  /** What `fees` are of; `cost` in quote currency. They are read again once `filled` is another amount. */
  traded: z.object({ amount: amountSchema, cost: amountSchema.optional() }).optional(),
  /** The order that a triggered conditional order placed: its trades carry this id. */
  placedOrderId: z.string().optional(),
  /** The `claimedAt` of the claim whose cancel ended this order with something unfilled. */
  canceledByClaimAt: z.number().optional(),
  /** What an exit order adopted beside a declared size had filled by then. It is not part of that size. */
  filledBefore: amountSchema.optional(),
  /** When the exchange created it, epoch milliseconds. */
  createdAt: z.number().optional(),
  /** When the exchange last changed it, epoch milliseconds. */
  updatedAt: z.number().optional(),
  /** For a live order: since when look-ups have missed it, epoch milliseconds. */
  missedSince: z.number().optional(),
  /** For an unconfirmed order: it cannot have left this process later; epoch milliseconds. */
  sendDeadline: z.number().optional(),
  /** Can only reduce a position, so it may protect what a partial close leaves. Perpetuals. */
  reduceOnly: z.boolean().optional(),
  /** For an unconfirmed order: how often a look-up missed it when it could no longer arrive. */
  notFoundCount: z.number().optional(),
  /** When the last of these look-ups was; epoch milliseconds. */
  lastMissAt: z.number().optional(),
  /** The target, or that it is the stop, of the exit plan that this order is for. Absent: Ripcord does not manage it. */
  rung: z.number().optional(),
  isStop: z.literal(true).optional(),
  /** Written before Ripcord cancels its own exit, so that such an end differs from one by the owner or the exchange. */
  endsFor: z.literal('replaced').optional(),
  /** Of an entry: the exits that were sent with it, which the exchange places for what fills. */
  attached: z
    .object({
      stopLoss: z.object({ triggerPrice: amountSchema, price: amountSchema.optional() }),
      takeProfit: z.object({ price: amountSchema }).optional(),
      /** What had filled when the exchange showed its exits for all of it, and when it showed less although it had to. */
      found: amountSchema.optional(),
      missed: amountSchema.optional(),
    })
    .optional(),
  /**
   * Of an entry that Ripcord ended to protect what it had filled, and of its rest until the exchange shows it: what is left
   * is placed again while the position's `epoch` is this one, so that no link has acted since.
   */
  resumesIn: z.number().optional(),
  /**
   * The list or the entry that this exit and its companion came with: the fill, trigger or cancel of one ends the other.
   */
  pair: z.string().optional(),
  /** Of Ripcord's close order: who closed. Absent in records of earlier versions. */
  sentBy: z.object({ actor: claimActorSchema, linkId: z.string().optional() }).optional(),
  /** Its end by the owner or the exchange is part of the exit plan. Spot stops. */
  endReported: z.literal(true).optional(),
});
export type OrderRecord = z.infer<typeof orderRecordSchema>;

/** The position's two lists of orders. */
export type OrderBook = 'entryOrders' | 'exitOrders';

/** Who started an action: a link's hit, the operator without a link, the sweep, or a link's watch. */
export const actorSchema = z.enum(['link', 'operator', 'sweep', 'watch']);
export type Actor = z.infer<typeof actorSchema>;

/** How an action ended, as the exchange reported it. A link answers with it, now and at every repeat. */
export const outcomeSchema = z.object({
  outcome: z.enum(['closed', 'canceled', 'kept', 'dust']),
  /** What ended the position: an action of Ripcord, one of its exit orders, or something outside Ripcord. */
  closedBy: z.enum(['ripcord', 'exit-order', 'external']),
  action: actionSchema,
  /** Which part of the remaining amount this closed; absent: all. */
  percent: z.number().optional(),
  /** The target that is reached: at most this part of what filled is left, in %, up to what is too small for an order. */
  toPercent: amountSchema.optional(),
  actor: actorSchema,
  /** Present when the actor is a link or its watch. */
  linkId: z.string().optional(),
  /** One or more sentences for a person. */
  detail: z.string(),
  entryFilled: amountSchema,
  /** Executed by the close order; "0" when none was sent. */
  closedAmount: amountSchema,
  averagePrice: amountSchema.optional(),
  /** The position's own that remains: dust, a kept position, or what a thin order book left. */
  remaining: amountSchema,
  closeOrderId: z.string().optional(),
  closeClientOrderId: z.string().optional(),
  canceledEntryOrderIds: z.array(z.string()),
  canceledExitOrderIds: z.array(z.string()),
  /** ISO 8601, UTC: the claim, the moment before the close order left, and the exchange's last report. */
  claimedAt: z.string(),
  sentAt: z.string().optional(),
  settledAt: z.string(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** Nothing executed, and no retry without a new hit: the position may be claimed again. */
export const failureSchema = z.object({
  /** Who stopped it: the exchange refused, or Ripcord did not send or did not get an order accepted. */
  source: z.enum(['exchange', 'ripcord']),
  code: z.string(),
  message: z.string(),
  /** What was tried; absent in records of earlier versions. */
  action: actionSchema.optional(),
  actor: actorSchema,
  linkId: z.string().optional(),
  at: z.string(),
  canceledExitOrderIds: z.array(z.string()),
});
export type Failure = z.infer<typeof failureSchema>;

/** Who acts on a position, until when, and under which client order id its order can be looked up. */
export const claimSchema = z.object({
  actor: claimActorSchema,
  /** Present when the actor is a link or its watch. */
  linkId: z.string().optional(),
  action: actionSchema,
  /** Closes only this part of the remaining amount. */
  percent: z.number().optional(),
  /** A target: at most this part of what filled, less fees in base, is left, in %. */
  toPercent: amountSchema.optional(),
  /** Random: a writer whose answer was lost recognizes its own claim by it. */
  leaseToken: z.string(),
  claimedAt: z.number(),
  /** No other process may act before it; epoch milliseconds. */
  leaseExpiresAt: z.number(),
  /** The claim holder sends no order after it, so that the receive window ends within the lease. Epoch milliseconds. */
  sendDeadline: z.number(),
  /** `not-sent`: proven that no close order left in the present attempt, so none has to be looked up. */
  phase: z.enum(['may-have-sent', 'not-sent']),
  /** Taken over at least once: an earlier holder may have sent cancels already. */
  takenOver: z.boolean().optional(),
  /** How many close orders were sent under this claim and proven not accepted. */
  lostAttempts: z.number().optional(),
  /** The exchange's last message about a close order whose result was unknown. */
  lastExchangeMessage: z.string().optional(),
  /** The present attempt's close order. */
  sentOrder: sentOrderSchema.optional(),
  /** How often a look-up after the receive window missed the present attempt's close order. */
  notFoundCount: z.number().optional(),
  /** When the last of these look-ups was. The next one counts only `missIntervalMs` later. Epoch milliseconds. */
  lastMissAt: z.number().optional(),
  /** No process acts on the claim before it, so that look-ups stay apart; epoch milliseconds. */
  lookAgainAt: z.number().optional(),
});
export type Claim = z.infer<typeof claimSchema>;

/** What a position's record can be in. lib/close/transitions.ts has the legal changes between them. */
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

const positionFieldsSchema = z.object({
  positionId: positionIdSchema,
  account: z.string(),
  exchange: venueIdSchema,
  symbol: z.string(),
  side: sideSchema,
  label: z.string().optional(),
  tag: tagSchema.optional(),
  createdAt: z.string(),
  hedged: z.boolean(),
  market: marketRulesSchema,
  /** The position's own amount when it was declared or read from a perpetual instead of built by entry orders. */
  declaredSize: z.object({ amount: amountSchema, averagePrice: amountSchema.optional() }).optional(),
  /** The alert that it was adopted for by a sweep: a sweep that dies after that leaves it to the next one. */
  adoptedFor: z.object({ linkId: z.string(), alertAt: z.number() }).optional(),
  /** Coins of a spot long that an earlier sale did not find in the account: they are not the position's any more. */
  goneAmount: amountSchema.optional(),
  entryOrders: z.array(orderRecordSchema),
  exitOrders: z.array(orderRecordSchema),
  exitPlan: exitPlanSchema.optional(),
  /** Since when a stop that it had is missing at the exchange, epoch milliseconds, and whether a notice has reported it. */
  naked: z.object({ since: z.number(), reported: z.literal(true).optional() }).optional(),
  /** Its owner wants no notice about a missing stop. */
  nakedWatch: z.literal(false).optional(),
  /** Raised by every order of the exit plan before it is sent: it names the client order id. */
  exitAttempt: z.number().optional(),
  /** All funding of this perpetual up to a time, epoch milliseconds. Negative: paid. Without an amount: unknown. */
  funding: z.object({ amount: signedAmountSchema.optional(), at: z.number() }).optional(),
  /** What the last sync read of the price; epoch milliseconds. */
  lastSync: z
    .object({
      at: z.number(),
      price: amountSchema.optional(),
      /** Since when the account has held none of this perpetual position. */
      flatSince: z.number().optional(),
      /** The exchange position when it was last seen and was still this one: another has another amount or price. */
      held: z
        .object({ at: z.number(), amount: amountSchema, averagePrice: amountSchema.optional() })
        .optional(),
      /** How the account financed the exchange position when it was last read. */
      margin: marginSchema.extend({ at: z.number() }).optional(),
    })
    .optional(),
  /** Raised by every claim and takeover; a write of an older epoch is refused. */
  epoch: z.number(),
  /** Raised by every fresh claim and every new attempt at an order: it names the client order id. */
  attempt: z.number(),
  /** Raised by every write. */
  revision: z.number(),
  claim: claimSchema.optional(),
  /** How often each link with a use limit has acted. */
  uses: z.record(z.string(), z.number()).default({}),
  outcome: outcomeSchema.optional(),
  failure: failureSchema.optional(),
  /** Why the position needs its owner's attention. */
  attentionReason: z.string().optional(),
  /** The close order whose result only its owner can state, on an exchange that is not proven. */
  unknownClose: unknownCloseSchema.optional(),
  /** What the owner is to be notified of, oldest first: written with what it reports, delivered by the sweep. */
  notices: z.array(noticeSchema).optional(),
});

/** A position. A claimed one has its claim, a failed one its failure, one that needs attention its reason. */
export const positionSchema = z.discriminatedUnion('state', [
  positionFieldsSchema.extend({ state: z.enum(['open', 'kept', 'closed', 'canceled']) }),
  positionFieldsSchema.extend({ state: z.literal('claimed'), claim: claimSchema }),
  positionFieldsSchema.extend({ state: z.literal('failed'), failure: failureSchema }),
  positionFieldsSchema.extend({ state: z.literal('needs-attention'), attentionReason: z.string() }),
]);
export type Position = z.infer<typeof positionSchema>;
export type ClaimedPosition = Extract<Position, { state: 'claimed' }>;

/** The state as a position's owner sees it. */
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

/** An account can be replaced by one of another exchange while it has positions, so the key has both. */
export function toAccountKey({ account, exchange }: Pick<Position, 'account' | 'exchange'>): string {
  return `${account} ${exchange}`;
}

/** Whether nothing acts on it again. */
export function isFinal(state: State): boolean {
  return state === 'closed' || state === 'canceled';
}
