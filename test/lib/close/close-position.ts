import type { MarketRules, Side } from '../../../lib/exchange/exchange.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { examplePosition } from '../position/example-position.ts';

export const spot: MarketRules = {
  symbol: 'BTC/USDT',
  id: 'BTCUSDT',
  kind: 'spot',
  base: 'BTC',
  quote: 'USDT',
  amountStep: '0.1',
  amountMin: '0.2',
  priceStep: '0.01',
  marketAmountMax: '100',
};
export const perpetual: MarketRules = { ...spot, kind: 'perpetual' };
/** Worth at least 1,000 USDT an order. */
export const withMinimumValue: MarketRules = { ...spot, costMin: '1000' };

export type Order = Partial<OrderRecord>;
export const filled: Order = { filled: '1', baseFee: '0' };
export const live: Order = { status: 'live' };

export interface PositionFacts {
  market?: MarketRules;
  side?: Side;
  hedged?: boolean;
  /** At the last sync. */
  price?: string;
  entries?: Order[];
  exits?: Order[];
}

function order(orderId: string, differing: Order): OrderRecord {
  return { orderId, type: 'limit', status: 'done', amount: '1', price: '70000', filled: '0', ...differing };
}

/** @returns a position whose entry orders are e0, e1, … and whose exit orders are x0, x1, …; one filled entry by default. */
export function closePosition(facts: PositionFacts = {}): Position {
  const { market = spot, side = 'long', hedged = false, price, entries = [filled], exits = [] } = facts;
  return {
    ...examplePosition,
    market,
    side,
    hedged,
    // Before the example's claim.
    createdAt: '2025-10-09T08:53:20.000Z',
    lastSync: price === undefined ? undefined : { at: 0, price },
    entryOrders: entries.map((each, index) => order(`e${index}`, each)),
    exitOrders: exits.map((each, index) => order(`x${index}`, each)),
  } as Position;
}
