import type { Amount } from '../amount.ts';
import type { RejectReason } from '../exchange/exchange.ts';
import type { Part } from '../position/part.ts';
import type { Action, OrderBook, Position } from '../position/position.ts';
import { lacksFee } from '../position/totals.ts';
import type { AccountBalance } from './order-size.ts';

/** What an action does, whichever link or person asks for it. */
export interface PlannedAction extends Part {
  action: Action;
}

/** What a run knows. A cancel may change all of it, so a cancel clears `fresh`. */
export interface Knowledge {
  position: Position;
  /** A cancel may have left in this run. */
  cancelsSent: boolean;
  /** This run's last close order, which the exchange rejected for a reason that may change the plan. */
  rejected?: RejectedOrder | undefined;
  /** What this run did not find of the position in the account. The position's own count leaves it out. */
  gone?: Amount | undefined;
  fresh: {
    orders?: boolean;
    /** The fees that could be read. */
    fees?: boolean;
    market?: boolean;
    /** Whether the market was checked before exits are canceled. `closed`: the exchange would refuse the close. */
    trading?: 'open' | 'closed';
    price?: Amount;
    /** Whether the account still holds the position. */
    holding?: Holding;
    /** How much of it. */
    held?: Amount | undefined;
    /** Spot: what the account has of the base. */
    balance?: AccountBalance;
  };
}

export interface RejectedOrder {
  reason: RejectReason;
  amount: Amount;
}

/** `missing`: the account holds none of it, and no trade shows why. */
export type Holding = 'held' | 'missing' | ExternalClose;

/** The position was closed outside Ripcord. */
export interface ExternalClose {
  detail: string;
  /** Epoch milliseconds, when the exchange reports it. */
  at: number | undefined;
  /** What the account still holds, if anything: too little for an order. */
  held?: Amount;
}

/** How a run ends without a close order of its own. */
export type PlannedEnd =
  | 'canceled'
  | 'exits-closed'
  | 'too-small'
  | 'above-maximum'
  | 'market-closed'
  | 'kept'
  /** No more is left than the target, or too little more for an order. */
  | 'reached'
  /** The account has too little of the position for an order, and no trade shows why. */
  | 'missing';

/**
 * How a run ends after a rejection. `locked`: the coins are there, and other orders hold them. `gone`: the account does
 * not have them, and no trade shows why.
 */
export type RejectedEnd = 'refused' | 'locked' | 'gone';

/** The one thing to do next. */
export type Step =
  | { kind: 'cancel'; books: OrderBook[] }
  | {
      kind:
        | 'read-orders'
        | 'read-fees'
        | 'read-market'
        | 'check-market'
        | 'read-price'
        | 'read-holding'
        | 'read-balance';
    }
  /** What the account does not have of the position counts as closed. */
  | { kind: 'count-gone'; gone: Amount }
  | { kind: 'send'; amount: Amount }
  | { kind: 'end'; end: PlannedEnd }
  | { kind: 'end-rejected'; end: RejectedEnd }
  | { kind: 'end-external'; external: ExternalClose };

/** An exit's fee that was taken in base makes less remain. A hit tries once to read it. */
export function checkExitFees({ position, fresh }: Knowledge): Step | undefined {
  return lacksFee(position, 'exitOrders') && fresh.fees !== true ? { kind: 'read-fees' } : undefined;
}

export function hasOpen(position: Position, book: OrderBook): boolean {
  return position[book].some(({ status }) => status !== 'done');
}

/** Whether reading the orders again can change anything. */
export function needsRead({ position, fresh }: Knowledge): boolean {
  const canChange =
    hasOpen(position, 'entryOrders') || hasOpen(position, 'exitOrders') || lacksFee(position, 'entryOrders');
  return canChange && fresh.orders !== true;
}
