import type { Exchange, MarketRules } from '../../../lib/exchange/exchange.ts';

type Fields = Record<string, unknown>;

/** One request of ccxt, and how Ripcord's own differs. */
export interface Recorded<Differences = unknown> {
  name: string;
  /** Kraken's are all POST. */
  recorded: { method?: string; path: string; query?: Fields; body?: Fields };
  ripcord?: Differences;
}

export const clientOrderId = 'rpabc123def45678';
export const sendDeadline = Date.now() + 60_000;
export const byId = { orderId: '1234567' };

const order = { clientOrderId, positionSide: 'long', hedged: false, sendDeadline } as const;
export const buy = { ...order, side: 'buy' } as const;
/** Of a spot long. */
export const close = { ...order, side: 'sell', amount: '0.01', reduceOnly: false } as const;

/** @returns the calls of Ripcord on a spot market that the recorded calls stand for. */
export function recordedCalls(market: MarketRules): Record<string, (exchange: Exchange) => Promise<unknown>> {
  return {
    'market sell': (at) => at.createMarketOrder(market, close),
    'market buy': (at) => at.createMarketOrder(market, { ...close, side: 'buy' }),
    'market buy by cost': (at) => at.createEntryOrder(market, { ...buy, type: 'market', cost: '100' }),
    'limit buy': (at) =>
      at.createEntryOrder(market, { ...buy, type: 'limit', amount: '0.01', price: '50000' }),
    'look-up by client id': (at) => at.fetchOrder(market, { clientOrderId }),
    'look-up by id': (at) => at.fetchOrder(market, byId),
    'cancel by client id': (at) => at.cancelOrder(market, { clientOrderId }, sendDeadline),
    'cancel by id': (at) => at.cancelOrder(market, byId, sendDeadline),
    'open orders': (at) => at.fetchOpenOrders(market),
    balance: (at) => at.fetchBalance('BTC'),
  };
}
