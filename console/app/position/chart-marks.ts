import type { HitView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { amount, isPositive } from '../format.ts';
import { exitName } from '../labels.ts';
import type { Line, Mark } from './chart-drawing.ts';

/** Where the position stands and where its orders wait. */
export function linesOf(position: PositionView): Line[] {
  return [
    ...(position.averageEntry === undefined || !isPositive(position.remaining)
      ? []
      : [{ price: position.averageEntry, title: 'Entry', look: 'entry' as const, dashed: false }]),
    ...position.entryOrders.flatMap(({ status, price }): Line[] =>
      status === 'live' && price !== undefined
        ? [{ price, title: 'Entry waits', look: 'entry', dashed: true }]
        : [],
    ),
    ...position.exitOrders.flatMap(({ status, price, triggerPrice }): Line[] => {
      const at = triggerPrice ?? price;
      if (status !== 'live' || at === undefined) return [];
      const title = exitName(at, position);
      return [{ price: at, title, look: title === 'Stop' ? 'stop' : 'target', dashed: true }];
    }),
  ];
}

/** What filled, and what hit its links. */
export function marksOf(position: PositionView, hits: HitView[]): Mark[] {
  const { entryOrders, exitOrders, side, amountStep } = position;
  const fills = [
    ...entryOrders.map((order) => ({ order, buys: side === 'long' })),
    ...exitOrders.map((order) => ({ order, buys: side === 'short' })),
  ].flatMap(({ order, buys }): Mark[] =>
    order.updatedAt === undefined || !isPositive(order.filled)
      ? []
      : [
          {
            at: order.updatedAt,
            shape: buys ? 'buy' : 'sell',
            text: `${buys ? 'Bought' : 'Sold'} ${amount(order.filled, amountStep)}`,
          },
        ],
  );
  return [
    ...fills,
    ...hits.map((hit): Mark => ({ at: Date.parse(hit.at), shape: 'hit', text: hit.outcome ?? hit.decision })),
  ].sort((a, b) => a.at - b.at);
}
