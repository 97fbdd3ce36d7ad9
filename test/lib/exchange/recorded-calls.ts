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
export const byId = { orderId: '1234567' };

/**
 * Made anew for each test file: files share a process, and the deadline of an order made earlier would be over.
 * @returns orders for a spot market with their deadline, and the calls that the recorded calls stand for.
 */
export function recordedCalls(market: MarketRules) {
  const sendDeadline = Date.now() + 60_000;
  const order = { clientOrderId, positionSide: 'long', hedged: false, sendDeadline } as const;
  const buy = { ...order, side: 'buy' } as const;
  const close = { ...order, side: 'sell', amount: '0.01', reduceOnly: false } as const;
  const calls: Record<string, (exchange: Exchange) => Promise<unknown>> = {
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
  return { sendDeadline, buy, close, calls };
}
