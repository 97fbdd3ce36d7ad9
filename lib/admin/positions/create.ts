import type { Exchange, MarketRules, Side } from '../../exchange/exchange.ts';
import type { OrderRecord, Position } from '../../position/position.ts';
import type { Services } from '../../services.ts';

interface NewPosition {
  positionId: string;
  account: string;
  exchange: Position['exchange'];
  side: Side;
  label?: string | undefined;
  market: MarketRules;
  hedged: boolean;
  declaredSize?: Position['declaredSize'];
  entryOrders: OrderRecord[];
  exitOrders: OrderRecord[];
  price?: string | undefined;
}

/** 62 random bits: never one that another position, forgotten or not, has put into a client order id. */
export function newPositionId(services: Services): string {
  return `pos_${services.randomId().slice(-12)}`;
}

/** A position as it begins: open, never claimed. */
export function newPosition(services: Services, given: NewPosition): Position {
  const now = services.now();
  const { price, ...facts } = given;
  return {
    ...facts,
    symbol: given.market.symbol,
    createdAt: new Date(now).toISOString(),
    lastSync: { at: now, price },
    state: 'open',
    epoch: 0,
    attempt: 0,
    revision: 0,
    uses: {},
  };
}

/** How a perpetual account holds positions. Spot accounts have no such mode. */
export async function fetchPositionMode(exchange: Exchange, market: MarketRules, side: Side) {
  return market.kind === 'spot'
    ? { side: undefined, amount: '0', averagePrice: undefined, hedged: false }
    : exchange.fetchPosition(market, side);
}
