import { type Amount, decimal, isPositive } from '../amount.ts';
import { onlyReduces } from '../position/larger-exits.ts';
import { isPart, type Part } from '../position/part.ts';
import type { OrderBook } from '../position/position.ts';
import { computeTotals, lacksFee } from '../position/totals.ts';
import { checkCoins } from './coins-gone.ts';
import {
  amountToClose,
  computePart,
  hasValueLimits,
  judgeDust,
  judgeMaximum,
  judgeSale,
} from './order-size.ts';
import {
  checkExitFees,
  type ExternalClose,
  hasOpen,
  type Knowledge,
  needsRead,
  type PlannedAction,
  type Step,
} from './step.ts';

/**
 * Decides what an action does next with what is known of the position. The engine performs the step and asks again;
 * the preview assumes its result and asks again. Pure: it reads nothing but its arguments.
 */
export function nextStep(known: Knowledge, planned: PlannedAction): Step {
  const { holding } = known.fresh;
  if (typeof holding === 'object') return nextExternalStep(known, planned, holding);
  return planned.action === 'close' ? nextCloseStep(known, planned) : nextKeepStep(known);
}

function nextCloseStep(known: Knowledge, part: Part): Step {
  const { position } = known;
  // Checked before anything is canceled, so that a refusal leaves the position its exits.
  const early =
    checkCoins(known, part) ??
    (known.cancelsSent ? undefined : checkSizeBeforeCancel(known, part)) ??
    checkTarget(known, part);
  if (early !== undefined) return early;
  const books = booksToCancel(known, part);
  if (books.length > 0) return checkMarket(known, books) ?? { kind: 'cancel', books };
  if (keepsExits(known, part) && hasOpen(position, 'exitOrders') && known.fresh.orders !== true)
    return { kind: 'read-orders' };
  if (lacksFee(position, 'entryOrders')) return { kind: 'read-fees' };
  const { filled, remaining } = computeTotals(position);
  if (!isPositive(filled)) return { kind: 'end', end: 'canceled' };
  if (!isPositive(remaining)) return { kind: 'end', end: 'exits-closed' };
  return (
    checkExitFees(known) ??
    checkRejection(known) ??
    checkDust(known, part) ??
    checkMaximum(known, part) ??
    checkHolding(known) ??
    nextOrderStep(known, amountToClose(position, part))
  );
}

/** A market that is halted would refuse the close, and then the exits as well. */
function checkMarket({ fresh, rejected }: Knowledge, books: OrderBook[]): Step | undefined {
  if (!books.includes('exitOrders') || rejected !== undefined) return undefined;
  if (fresh.trading === undefined) return { kind: 'check-market' };
  return fresh.trading === 'closed' ? { kind: 'end', end: 'market-closed' } : undefined;
}

/** What the account holds of a perpetual may be the trader's next position. */
function checkHolding({ position, fresh }: Knowledge): Step | undefined {
  return position.market.kind === 'perpetual' && fresh.holding === undefined
    ? { kind: 'read-holding' }
    : undefined;
}

/** A size that the exchange rejected is judged by rules and a price that are read after the rejection. */
function checkRejection({ position, rejected, fresh }: Knowledge): Step | undefined {
  const reason = rejected?.reason;
  const isSize = reason === 'below-minimum' || reason === 'above-maximum';
  if ((isSize || reason === 'precision') && fresh.market !== true) return { kind: 'read-market' };
  if (isSize && hasValueLimits(position.market) && fresh.price === undefined) return { kind: 'read-price' };
  return undefined;
}

/** The size is within the market's limits. What a rejection leaves to do depends on its reason. */
function nextOrderStep(known: Knowledge, amount: Amount): Step {
  const { rejected } = known;
  switch (rejected?.reason) {
    case 'below-minimum':
    case 'above-maximum':
      return { kind: 'end-rejected', end: 'refused' };
    case 'precision':
      // The same order again would only be rejected again.
      return decimal(amount).eq(rejected.amount)
        ? { kind: 'end-rejected', end: 'refused' }
        : { kind: 'send', amount };
    case 'insufficient':
      return nextSaleStep(known, amount);
    default:
      return { kind: 'send', amount };
  }
}

/** The account could not sell this amount. What it has and what of that is free decide. */
function nextSaleStep({ position, fresh }: Knowledge, amount: Amount): Step {
  const { balance, holding, price } = fresh;
  if (balance === undefined) return { kind: 'read-balance' };
  const sale = judgeSale(position, amount, balance, price);
  switch (sale.kind) {
    case 'needs-price':
      return { kind: 'read-price' };
    case 'sell':
      return { kind: 'send', amount: sale.amount };
    case 'locked':
      return { kind: 'end-rejected', end: 'locked' };
    case 'gone':
      if (holding === undefined) return { kind: 'read-holding' };
      return { kind: 'end-rejected', end: holding === 'missing' ? 'gone' : 'refused' };
  }
}

/**
 * Exits that only reduce lock nothing, so a partial close of a perpetual leaves them to protect the rest, unless the
 * exchange rejects the close because of them.
 */
function keepsExits({ position, rejected }: Knowledge, part: Part): boolean {
  return isPart(part) && position.market.kind === 'perpetual' && rejected?.reason !== 'exit-in-the-way';
}

function booksToCancel(known: Knowledge, part: Part): OrderBook[] {
  const { position, fresh } = known;
  // Whether a target is reached depends on what the entry has filled when it ends. Until then the exits stay.
  if (part.toPercent !== undefined && hasOpen(position, 'entryOrders')) return ['entryOrders'];
  if (!keepsExits(known, part))
    return (['entryOrders', 'exitOrders'] as const).filter((book) => hasOpen(position, book));
  if (hasOpen(position, 'entryOrders')) return ['entryOrders'];
  // Which exits may stay is decided on what they have filled by now.
  if (fresh.orders !== true || !hasOpen(position, 'exitOrders')) return [];
  const mayStay =
    isPositive(computeTotals(position).remaining) &&
    position.exitOrders.every((exit) => onlyReduces(position, exit));
  return mayStay ? [] : ['exitOrders'];
}

function checkSizeBeforeCancel(known: Knowledge, part: Part): Step | undefined {
  const refusal = checkMaximum(known, part) ?? checkPartBeforeCancel(known, part);
  // Orders may have filled since the last sync: a refusal is decided on fresh orders only.
  const isDecided = refusal?.kind === 'read-market' || refusal?.kind === 'end';
  return isDecided && needsRead(known) ? { kind: 'read-orders' } : refusal;
}

function checkPartBeforeCancel(known: Knowledge, part: Part): Step | undefined {
  const { remaining, entriesDone } = computeTotals(known.position);
  return part.percent === undefined || !entriesDone || !isPositive(remaining)
    ? undefined
    : checkDust(known, part);
}

/** A reached target needs no order. Decided on fresh orders before an exit is canceled: a repeat leaves the exits. */
function checkTarget(known: Knowledge, part: Part): Step | undefined {
  const { position } = known;
  if (part.toPercent === undefined || hasOpen(position, 'entryOrders')) return undefined;
  if (!isPositive(computeTotals(position).remaining)) return undefined;
  if (hasOpen(position, 'exitOrders') && known.fresh.orders !== true) return { kind: 'read-orders' };
  if (lacksFee(position, 'entryOrders')) return { kind: 'read-fees' };
  return checkExitFees(known) ?? checkRejection(known) ?? checkDust(known, part);
}

function checkMaximum({ position, fresh }: Knowledge, part: Part): Step | undefined {
  const above = judgeMaximum(position, amountToClose(position, part), fresh.price);
  if (above === 'needs-price') return { kind: 'read-price' };
  if (!above) return undefined;
  // Binance's maximum for MARKET orders moves with the market's volume.
  return fresh.market === true ? { kind: 'end', end: 'above-maximum' } : { kind: 'read-market' };
}

function checkDust(known: Knowledge, part: Part): Step | undefined {
  const { position, fresh } = known;
  const dust = judgeDust(position, amountToClose(position, part), fresh.price);
  if (dust === 'needs-price') return { kind: 'read-price' };
  if (!dust) return undefined;
  // Exchanges lower minimums and steps. What could be closed must not be recorded as too little.
  if (fresh.market !== true && isPositive(computePart(position, part))) return { kind: 'read-market' };
  if (part.toPercent === undefined) return { kind: 'end', end: 'too-small' };
  return checkHolding(known) ?? { kind: 'end', end: 'reached' };
}

function nextKeepStep(known: Knowledge): Step {
  const { position, fresh, cancelsSent } = known;
  if (hasOpen(position, 'entryOrders')) return { kind: 'cancel', books: ['entryOrders'] };
  const { filled, remaining } = computeTotals(position);
  const isUnfilled = !isPositive(filled);
  if (!isUnfilled && needsRead(known)) return { kind: 'read-orders' };
  // Exits that are left would act on the trader's next position.
  if (!isPositive(remaining))
    return hasOpen(position, 'exitOrders')
      ? { kind: 'cancel', books: ['exitOrders'] }
      : { kind: 'end', end: isUnfilled ? 'canceled' : 'exits-closed' };
  // What the account holds may lag behind a fill that raced the cancel.
  if (!cancelsSent && fresh.holding === undefined) return { kind: 'read-holding' };
  return { kind: 'end', end: 'kept' };
}

/** The account no longer holds the position. Its own exits may have closed it since the last sync. */
function nextExternalStep(known: Knowledge, { action }: PlannedAction, external: ExternalClose): Step {
  const { position } = known;
  if (needsRead(known)) return { kind: 'read-orders' };
  // Exits that stay alive without a position would act on the trader's next one.
  if (action === 'close' && hasOpen(position, 'exitOrders')) return { kind: 'cancel', books: ['exitOrders'] };
  return isPositive(computeTotals(position).remaining)
    ? { kind: 'end-external', external }
    : { kind: 'end', end: 'exits-closed' };
}
