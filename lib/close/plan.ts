import { type Amount, decimal, toAmount, truncateToStep } from '../amount.ts';
import { exitSide, type OrderSide } from '../exchange/exchange.ts';
import type { Part } from '../position/part.ts';
import type { OrderBook, OrderRecord, Position } from '../position/position.ts';
import { computeTotals, isFeeUnknown, isMissingFee, readBaseFee } from '../position/totals.ts';
import { countGone } from './coins-gone.ts';
import { nextStep } from './next-step.ts';
import { amountToClose, judgeDust, marketOrderStep } from './order-size.ts';
import type { Knowledge, PlannedAction, PlannedEnd, Step } from './step.ts';

/** What an action would do now, step by step, if nothing changes at the exchange on the way. */
export interface ActionPlan {
  /** Orders that would be canceled, in this order. */
  cancels: { book: OrderBook; order: OrderRecord }[];
  /** The MARKET order that would be sent. */
  order?: {
    side: OrderSide;
    amount: Amount;
    /** The entry's fee is not known yet: less by that fee. */
    lessFee: boolean;
  };
  /** Enough remains after the order for the position to stay open, with exits. */
  leavesPart?: boolean;
  /** How it would end without an order. */
  end?: PlannedEnd;
}

/**
 * Runs the engine's own `nextStep` on a position, with every read finding what is known and every cancel ending its
 * orders as they are. So a preview can't differ from the run, except by what changes at the exchange in between.
 */
export function planAction(position: Position, planned: PlannedAction): ActionPlan {
  const cancels: ActionPlan['cancels'] = [];
  // An amount that depends on a fee is planned without it and marked `lessFee`.
  const lessFee = isFeeUnknown(position);
  let known: Knowledge = { position, cancelsSent: false, fresh: {} };
  for (;;) {
    const step = nextStep(known, planned);
    if (step.kind === 'send') {
      const leavesPart = !leavesDust(known.position, step.amount);
      if (!leavesPart) cancels.push(...openOrders(known.position, ['exitOrders']));
      return { cancels, order: { side: exitSide(position.side), amount: step.amount, lessFee }, leavesPart };
    }
    if (step.kind === 'end') return { cancels, end: step.end };
    // A preview assumes no rejection.
    if (step.kind === 'end-rejected') return { cancels };
    if (step.kind === 'end-external') return { cancels, end: 'exits-closed' };
    if (step.kind === 'cancel') cancels.push(...openOrders(known.position, step.books));
    known = assume(known, step, planned);
  }
}

/** A part that leaves nothing to close ends the position, and with it the exits that were kept. */
function leavesDust(position: Position, amount: Amount): boolean {
  const rest = decimal(computeTotals(position).remaining).minus(amount);
  const closable = truncateToStep(toAmount(rest), marketOrderStep(position.market));
  return judgeDust(position, closable, undefined) === true;
}

function openOrders(position: Position, books: OrderBook[]): ActionPlan['cancels'] {
  return books.flatMap((book) =>
    position[book].filter(({ status }) => status !== 'done').map((order) => ({ book, order })),
  );
}

function assume(
  known: Knowledge,
  step: Exclude<Step, { kind: 'send' | 'end' | 'end-rejected' | 'end-external' }>,
  planned: PlannedAction,
): Knowledge {
  const { position, fresh } = known;
  switch (step.kind) {
    case 'cancel':
      return { position: endOrders(position, step.books), cancelsSent: true, fresh: {} };
    case 'read-orders':
      return { ...known, fresh: { ...fresh, orders: true } };
    case 'read-fees':
      return { ...known, position: withoutFees(position), fresh: { ...fresh, fees: true } };
    case 'read-market':
      return { ...known, fresh: { ...fresh, market: true } };
    case 'check-market':
      return { ...known, fresh: { ...fresh, trading: 'open' } };
    case 'read-price':
      return { ...known, fresh: { ...fresh, price: assumePrice(position, planned) } };
    case 'read-holding':
      return { ...known, fresh: { ...fresh, holding: 'held' } };
    case 'count-gone':
      return countGone(known, step.gone);
    case 'read-balance': {
      const { remaining } = computeTotals(position);
      return {
        ...known,
        fresh: { ...fresh, balance: { free: remaining, total: remaining, holders: undefined } },
      };
    }
  }
}

function endOrders(position: Position, books: OrderBook[]): Position {
  const ended = books.map((book) => [
    book,
    position[book].map((order) => ({ ...order, status: 'done' as const })),
  ]);
  return { ...position, ...Object.fromEntries(ended) };
}

function withoutFees(position: Position): Position {
  const withoutFee = (order: OrderRecord) =>
    isMissingFee(position, order) ? { ...order, baseFee: readBaseFee(position, order) ?? '0' } : order;
  return {
    ...position,
    entryOrders: position.entryOrders.map(withoutFee),
    exitOrders: position.exitOrders.map(withoutFee),
  };
}

/** The best price known. Without any, one at which the order is worth more than the market's minimum. */
function assumePrice(position: Position, part: Part): Amount {
  const known = position.lastSync?.price ?? computeTotals(position).averageEntry;
  const least = decimal(position.market.costMin ?? '0').dividedBy(amountToClose(position, part));
  return known ?? toAmount(least.plus('1'));
}
