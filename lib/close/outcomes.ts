import type { Amount } from '../amount.ts';
import type { Outcome } from '../position/position.ts';
import { lastExitOf, tallyOf } from '../position/totals.ts';
import type { Ending } from './action-result.ts';
import type { Run } from './execution.ts';

/** What the exchange has told, less what the run itself knows. */
export interface Told {
  outcome: Outcome['outcome'];
  by: Outcome['by'];
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

export const settled = (run: Run, told: Told, reopens = false): Ending => ({
  kind: 'settled',
  reopens,
  outcome: {
    outcome: told.outcome,
    by: told.by,
    action: run.claim.action,
    percent: told.closeOrderId === undefined ? undefined : run.claim.percent,
    linkId: run.claim.linkId,
    detail: told.detail,
    entryFilled: tallyOf(run.position).filled,
    closedAmount: told.closedAmount ?? '0',
    averagePrice: told.averagePrice,
    left: told.left,
    closeOrderId: told.closeOrderId,
    closeClientOrderId: told.closeClientOrderId,
    canceledEntryOrderIds: canceledIds(run, 'entries'),
    canceledExitOrderIds: canceledIds(run, 'exits'),
    claimedAt: new Date(run.claim.claimedAt).toISOString(),
    sentAt: told.sentAt === undefined ? undefined : new Date(told.sentAt).toISOString(),
    settledAt: new Date(told.at ?? run.deps.now()).toISOString(),
  },
});

export const failed = (run: Run, refusal: { code: string; message: string }): Ending => ({
  kind: 'failed',
  failure: {
    code: refusal.code,
    message: refusal.message,
    linkId: run.claim.linkId,
    at: new Date(run.deps.now()).toISOString(),
    canceledExitOrderIds: canceledIds(run, 'exits'),
  },
});

/** The orders that this claim's cancels have ended, whichever of its owners sent them. */
export const canceledIds = ({ position, claim }: Run, book: 'entries' | 'exits'): string[] =>
  position[book].flatMap((order) =>
    order.canceledBy === claim.claimedAt && order.orderId !== undefined ? [order.orderId] : [],
  );

export const canceledOutcome = (run: Run): Told => {
  const byUs = canceledIds(run, 'entries').length > 0;
  const last = Math.max(0, ...run.position.entries.map((entry) => entry.at ?? 0));
  return {
    outcome: 'canceled',
    by: byUs ? 'link' : 'outside',
    detail: byUs
      ? 'The entry had not been filled and was cancelled.'
      : 'The entry had been cancelled outside Ripcord before anything filled; nothing was done.',
    left: '0',
    at: byUs || last === 0 ? undefined : last,
  };
};

/** Something had filled, and none of it is left: exit orders closed it, or fees ate a tiny fill. */
export const nothingLeft = (run: Run): Told => {
  const exit = lastExitOf(run.position);
  if (exit === undefined) return dust(run, '0');
  return {
    outcome: 'closed',
    by: 'exit-order',
    detail: `Its own exit order ${exit.orderId ?? ''} (${exit.type ?? 'exit'}) had closed the position${exit.average === undefined ? '' : ` at ${exit.average} ${run.position.market.quote}`}; no order was sent.`,
    averagePrice: exit.average,
    left: '0',
    at: exit.at,
  };
};

/** An order for it would be refused: for all that is left that is dust, for a part of it the part was too small. */
export const tooSmall = (run: Run, left: Amount): Ending =>
  run.claim.percent === undefined
    ? settled(run, dust(run, left))
    : failed(run, {
        code: 'below-minimum',
        message: `${run.claim.percent} % of ${left} ${run.position.market.base} is below the exchange's minimum for an order.`,
      });

const dust = (run: Run, left: Amount): Told => ({
  outcome: 'dust',
  by: 'link',
  detail: `${left} ${run.position.market.base} is below the exchange's minimum for an order, so it stays in the account.`,
  left,
});
