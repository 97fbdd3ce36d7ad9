import { type ExchangeOrder, entrySide, exitSide, type Side } from '../../exchange/exchange.ts';
import { Fault } from '../../fault.ts';
import type { Place } from '../../sync/new-position.ts';

type Role = 'entry' | 'exit';

/** Throws `order-not-found`, and `invalid-input` if the order does not fit a position of this market and side. */
export async function findOrder(
  place: Place,
  orderId: string,
  role: Role,
  side: Side,
): Promise<ExchangeOrder> {
  const { exchange, market } = place;
  const order =
    (await exchange.fetchOrder(market, { orderId })) ??
    // Some exchanges keep conditional orders in a separate order book.
    (role === 'exit' && exchange.exits[market.kind]?.stopRef.conditional === true
      ? await exchange.fetchOrder(market, { orderId, conditional: true })
      : undefined);
  if (order === undefined)
    throw new Fault(
      'order-not-found',
      `The exchange finds no ${role} order ${orderId} in ${market.symbol}.`,
      {
        hint: { text: 'Check the order id, the symbol and the account.' },
      },
    );
  checkOrder(order, market.symbol, role, side);
  return order;
}

function checkOrder(order: ExchangeOrder, symbol: string, role: Role, side: Side): void {
  const expected = role === 'entry' ? entrySide(side) : exitSide(side);
  if (order.symbol !== symbol)
    throw new Fault('invalid-input', `Order ${order.orderId} is in ${order.symbol}, not in ${symbol}.`, {
      hint: { text: 'Adopt it with its own symbol.' },
    });
  if (order.side !== expected)
    throw new Fault(
      'invalid-input',
      `Order ${order.orderId} is a ${order.side} order, but the ${role} order of a ${side} is a ${expected} order.`,
      { hint: { text: `Check the side, or give it as an ${role === 'entry' ? 'exit' : 'entry'} order.` } },
    );
  if (order.positionSide !== undefined && order.positionSide !== side)
    throw new Fault(
      'invalid-input',
      `In hedge mode, order ${order.orderId} belongs to the ${order.positionSide} side, and this is a ${side}.`,
      { hint: { text: 'Check the order id and the side.' } },
    );
}
