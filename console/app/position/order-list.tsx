import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { Pill } from '../control/pill.tsx';
import { fixedAmount, isPositive, price, share } from '../format.ts';
import { exitName, type Tone } from '../labels.ts';
import { Moment } from '../timestamp.tsx';

type Order = PositionView['entryOrders'][number];

function stateOf({ status, filled, amount }: Order): { word: string; tone: Tone } {
  if (status === 'unconfirmed') return { word: 'Not seen yet', tone: 'busy' };
  if (status === 'live')
    return isPositive(filled)
      ? { word: `Waiting, ${share(filled, amount)} %`, tone: 'busy' }
      : { word: 'Waiting', tone: 'plain' };
  if (filled === amount) return { word: 'Filled', tone: 'gain' };
  return isPositive(filled)
    ? { word: `Cancelled at ${share(filled, amount)} %`, tone: 'over' }
    : { word: 'Cancelled', tone: 'over' };
}

function kindOf(type: string): string {
  return type.replaceAll('_', ' ');
}

/** The orders a position is made of: entries, then exits. */
export function OrderList({ position }: { position: PositionView }) {
  const orders = [
    ...position.entryOrders.map((order) => ({ order, role: 'Entry' })),
    ...position.exitOrders.map((order) => ({
      order,
      role: exitName(order.triggerPrice ?? order.price ?? order.average, position),
    })),
  ];
  if (orders.length === 0)
    return (
      <p class="muted card-body">
        No orders: the amount was stated when the position was adopted, and nothing waits at the exchange.
      </p>
    );
  return (
    <div class="table-place">
      <table class="data stacks">
        <thead>
          <tr>
            <th scope="col">Order</th>
            <th scope="col">State</th>
            <th scope="col" class="numeric">
              Price
            </th>
            <th scope="col" class="numeric">
              Filled / amount
            </th>
            <th scope="col">Changed</th>
          </tr>
        </thead>
        <tbody>
          {orders.map(({ order, role }) => {
            const state = stateOf(order);
            const at = order.price ?? order.triggerPrice ?? order.average;
            return (
              <tr key={order.orderId ?? order.clientOrderId} class={state.tone === 'over' ? 'over' : ''}>
                <th scope="row">
                  {role}
                  <span class="sub">
                    {kindOf(order.type)} · {order.orderId ?? order.clientOrderId}
                  </span>
                </th>
                <td data-name="State">
                  <Pill tone={state.tone}>{state.word}</Pill>
                </td>
                <td data-name="Price" class="numeric">
                  {price(at, position.priceStep)}
                  {order.triggerPrice === undefined ? null : (
                    <span class="sub">triggers at {price(order.triggerPrice, position.priceStep)}</span>
                  )}
                </td>
                <td data-name="Filled / amount" class="numeric">
                  {fixedAmount(order.filled, position.amountStep)} /{' '}
                  {fixedAmount(order.amount, position.amountStep)}
                </td>
                <td data-name="Changed">
                  {order.updatedAt === undefined ? (
                    '–'
                  ) : (
                    <Moment at={new Date(order.updatedAt).toISOString()} />
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
