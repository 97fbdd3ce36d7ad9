import { decimal, isPositive, sum } from '../amount.ts';
import type { Fee, OrderFills } from '../exchange/exchange.ts';
import type { OrderRecord, Position } from './position.ts';
import { paysFeesInBase } from './totals.ts';

/** A fee with what it was worth. */
export type ValuedFee = Fee & { inQuote?: string | undefined };

/** Whether fees and cost are of all that the order has filled. */
export function hasFills({ filled, fees, traded }: OrderRecord): boolean {
  return fees !== undefined && traded !== undefined && decimal(traded.amount).eq(filled);
}

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

/**
 * @returns the order with its final fee in base, if its fees are known. A rebate, which Bybit pays to makers who sell,
 * adds to the account and not to the position. https://bybit-exchange.github.io/docs/v5/enum#spot-fee-currency-instruction
 */
export function withBaseFee(position: Position, order: OrderRecord): OrderRecord {
  if (!paysFeesInBase(position) || order.status !== 'done' || !hasFills(order)) return order;
  const fee = order.fees?.find(({ currency }) => currency === position.market.base)?.amount;
  return { ...order, baseFee: fee !== undefined && isPositive(fee) ? fee : '0' };
}
