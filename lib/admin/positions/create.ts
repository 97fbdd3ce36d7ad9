import type { Exchange, MarketRules, Side } from '../../exchange/exchange.ts';
import type { OrderRecord, Position } from '../../position/position.ts';
import type { Engine } from '../../services.ts';

interface NewPosition {
  positionId: string;
  account: string;
  exchange: string;
  side: Side;
  label?: string | undefined;
  market: MarketRules;
  hedged: boolean;
  stated?: Position['stated'];
  entries: OrderRecord[];
  exits: OrderRecord[];
  price?: string | undefined;
}

/** 62 random bits: never one that another position, forgotten or not, has put into a client order id. */
export const newPositionId = (engine: Engine): string => `pos_${engine.newMark().slice(-12)}`;

/** A position as it begins: open, never claimed. */
export const newPosition = (engine: Engine, given: NewPosition): Position => {
  const now = engine.now();
  const { price, ...facts } = given;
  return {
    ...facts,
    symbol: given.market.symbol,
    createdAt: new Date(now).toISOString(),
    seen: { at: now, price },
    state: 'open',
    epoch: 0,
    attempt: 0,
    revision: 0,
    uses: {},
  };
};

/** How a perpetual account holds positions. Spot accounts have no such mode. */
export const holdingOf = async (exchange: Exchange, market: MarketRules, side: Side) =>
  market.kind === 'spot'
    ? { side: undefined, amount: '0', averagePrice: undefined, hedged: false }
    : exchange.fetchHolding(market, side);
