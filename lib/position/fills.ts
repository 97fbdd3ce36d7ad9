import { decimal, sum } from '../amount.ts';
import type { Fee, OrderFills } from '../exchange/exchange.ts';
import type { OrderRecord, Position } from './position.ts';
import { hasFills, paysFeesInBase, readBaseFee } from './totals.ts';

/** A fee with what it was worth. */
export type ValuedFee = Fee & { inQuote?: string | undefined };

/** @returns the order with the cost and the fees of what it has filled. */
export function withFills(
  position: Position,
  order: OrderRecord,
  fills: OrderFills & { fees: ValuedFee[] },
): OrderRecord {
  const byCurrency = Map.groupBy(fills.fees, ({ currency }) => currency);
  const fees = [...byCurrency].map(([currency, all]) => {
    const values = all.flatMap(({ inQuote }) => inQuote ?? []);
    return {
      currency,
      amount: sum(all.map(({ amount }) => amount)),
      ...(values.length === all.length ? { inQuote: sum(values) } : {}),
    };
  });
  return withBaseFee(position, {
    ...order,
    fees: fees.filter(({ amount }) => !decimal(amount).isZero()),
    traded: { amount: order.filled, ...(fills.cost === undefined ? {} : { cost: fills.cost }) },
  });
}

/** @returns the order with its final fee in base, if its fees are known. */
export function withBaseFee(position: Position, order: OrderRecord): OrderRecord {
  if (!paysFeesInBase(position) || order.status !== 'done' || !hasFills(order)) return order;
  return { ...order, baseFee: readBaseFee(position, { ...order, baseFee: undefined }) };
}
