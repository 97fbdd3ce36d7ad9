import type { Amount } from '../amount.ts';
import type { Outcome } from '../position/position.ts';
import { computeTotals, lastFilledExit } from '../position/totals.ts';
import type { ActionResult } from './action-result.ts';
import type { Execution } from './execution.ts';

/** What the exchange has told, less what the run itself knows. */
export interface OutcomeFacts {
  outcome: Outcome['outcome'];
  by: Outcome['closedBy'];
  detail: string;
  left: Amount;
  closedAmount?: Amount;
  averagePrice?: Amount | undefined;
  closeOrderId?: string;
  closeClientOrderId?: string;
  /** When the exchange says it came about, epoch milliseconds. */
  at?: number | undefined;
  sentAt?: number | undefined;
}

export function settled(run: Execution, told: OutcomeFacts, reopens = false): ActionResult {
  return {
    kind: 'settled',
    reopens,
    outcome: {
      outcome: told.outcome,
      closedBy: told.by,
      action: run.claim.action,
      percent: told.closeOrderId === undefined ? undefined : run.claim.percent,
      linkId: run.claim.linkId,
      detail: told.detail,
      entryFilled: computeTotals(run.position).filled,
      closedAmount: told.closedAmount ?? '0',
      averagePrice: told.averagePrice,
      remaining: told.left,
      closeOrderId: told.closeOrderId,
      closeClientOrderId: told.closeClientOrderId,
      canceledEntryOrderIds: canceledIds(run, 'entryOrders'),
      canceledExitOrderIds: canceledIds(run, 'exitOrders'),
      claimedAt: new Date(run.claim.claimedAt).toISOString(),
      sentAt: told.sentAt === undefined ? undefined : new Date(told.sentAt).toISOString(),
      settledAt: new Date(told.at ?? run.deps.now()).toISOString(),
    },
  };
}

export function failed(run: Execution, refusal: { code: string; message: string }): ActionResult {
  return {
    kind: 'failed',
    failure: {
      code: refusal.code,
      message: refusal.message,
      linkId: run.claim.linkId,
      at: new Date(run.deps.now()).toISOString(),
      canceledExitOrderIds: canceledIds(run, 'exitOrders'),
    },
  };
}

/** The orders that this claim's cancels have ended, whichever of its owners sent them. */
export function canceledIds({ position, claim }: Execution, book: 'entryOrders' | 'exitOrders'): string[] {
  return position[book].flatMap((order) =>
    order.canceledByClaimAt === claim.claimedAt && order.orderId !== undefined ? [order.orderId] : [],
  );
}

export function canceledOutcome(run: Execution): OutcomeFacts {
  const byUs = canceledIds(run, 'entryOrders').length > 0;
  const last = Math.max(0, ...run.position.entryOrders.map((entry) => entry.updatedAt ?? 0));
  return {
    outcome: 'canceled',
    by: byUs ? 'link' : 'external',
    detail: byUs
      ? 'The entry had not been filled and was cancelled.'
      : 'The entry had been cancelled outside Ripcord before anything filled; nothing was done.',
    left: '0',
    at: byUs || last === 0 ? undefined : last,
  };
}

/** Something had filled, and none of it is left: exit orders closed it, or fees ate a tiny fill. */
export function nothingLeft(run: Execution): OutcomeFacts {
  const exit = lastFilledExit(run.position);
  if (exit === undefined) return dust(run, '0');
  return {
    outcome: 'closed',
    by: 'exit-order',
    detail: `Its own exit order ${exit.orderId ?? ''} (${exit.type ?? 'exit'}) had closed the position${exit.average === undefined ? '' : ` at ${exit.average} ${run.position.market.quote}`}; no order was sent.`,
    averagePrice: exit.average,
    left: '0',
    at: exit.updatedAt,
  };
}

/** An order for it would be refused: for all that is left that is dust, for a part of it the part was too small. */
export function belowMinimum(run: Execution, left: Amount): ActionResult {
  return run.claim.percent === undefined
    ? settled(run, dust(run, left))
    : failed(run, {
        code: 'below-minimum',
        message: `${run.claim.percent} % of ${left} ${run.position.market.base} is below the exchange's minimum for an order.`,
      });
}

function dust(run: Execution, left: Amount): OutcomeFacts {
  return {
    outcome: 'dust',
    by: 'link',
    detail: `${left} ${run.position.market.base} is below the exchange's minimum for an order, so it stays in the account.`,
    left,
  };
}
