import type { BigNumber } from 'bignumber.js';
import { type Amount, decimal, toAmount } from '../amount.ts';
import {
  type ExchangePosition,
  entrySide,
  type Funding,
  type Side,
  type Trade,
} from '../exchange/exchange.ts';
import { endsPosition } from './ending.ts';
import type { Position } from './position.ts';
import { computeTotals } from './totals.ts';

/**
 * Sums the funding of every time at which the exchange position was this position alone, counted back from now by the
 * account's trades.
 * @param trades all trades in the market since the first funding.
 * @param held what the exchange holds on the position's side now; in a hedged account, `opposite` is the other side.
 * @returns undefined if it was more or less than this position at one of these times: the exchange names no shares.
 */
export function attributeFunding(
  position: Position,
  fundings: Funding[],
  trades: Trade[],
  { held, opposite }: { held: ExchangePosition; opposite?: ExchangePosition | undefined },
): Amount | undefined {
  const { side, hedged, entryOrders, exitOrders } = position;
  const ids = new Set([...entryOrders, ...exitOrders].flatMap((each) => [each.orderId, each.placedOrderId]));
  const { remaining } = computeTotals(position);
  let total = decimal('0');
  for (const { at, amount } of fundings) {
    const since = trades.filter((trade) => trade.at > at && Object.hasOwn(endsPosition, trade.cause));
    if (hedged && since.some(({ positionSide }) => positionSide === undefined)) return undefined;
    const isOfSide = ({ positionSide }: Trade) => !hedged || positionSide === side;
    const own = amountBefore(
      since.filter(({ orderId }) => ids.has(orderId)),
      side,
      decimal(remaining),
    );
    const all = amountBefore(since.filter(isOfSide), side, toSigned(held, side));
    const others = amountBefore(
      since.filter((trade) => !isOfSide(trade)),
      side,
      toSigned(opposite, side),
    );
    if (own.isZero() && !(all.isZero() && others.isZero())) continue;
    if (!own.gt(0) || !own.eq(all) || !others.isZero()) return undefined;
    total = total.plus(amount);
  }
  return toAmount(total);
}

/** @returns the holding with a sign: negative if it is against the side. */
function toSigned(held: ExchangePosition | undefined, side: Side): BigNumber {
  const amount = decimal(held?.amount ?? '0');
  return held?.side === side ? amount : amount.negated();
}

function amountBefore(trades: Trade[], side: Side, now: BigNumber): BigNumber {
  return trades.reduce(
    (amount, trade) =>
      trade.side === entrySide(side) ? amount.minus(trade.amount) : amount.plus(trade.amount),
    now,
  );
}
