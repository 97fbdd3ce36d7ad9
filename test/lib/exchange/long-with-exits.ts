import type { StopLossOrder, TakeProfitOrder } from '../../../lib/exchange/exchange.ts';
import { inFiveSeconds, startTrader, type TestMarket, type TraderOptions } from './test-markets.ts';

type Place<Exit> = Partial<Omit<Exit, 'kind'>>;

/** A request: its method and path, and its own parameters. */
export type Sent = Record<string, unknown>;

/** A filled long of 0.1 at 60000, and the exits that a test places for it. */
export async function startLong(testMarket: TestMarket, options: TraderOptions = {}) {
  const trader = await startTrader(testMarket, options);
  const { sim, exchange, market } = trader;
  await trader.buy({ type: 'market', price: undefined });
  trader.requests();
  const usual = () =>
    ({
      side: 'sell',
      positionSide: 'long',
      hedged: options.hedged ?? false,
      amount: '0.1',
      sendDeadline: inFiveSeconds(),
    }) as const;
  const { stopRef } = exchange.exits[market.kind] ?? {};
  return {
    ...trader,
    /** A stop at 55000. */
    stop: (given: Place<StopLossOrder> = {}) =>
      exchange.createExitOrder(market, {
        ...usual(),
        clientOrderId: 'stop1',
        triggerPrice: '55000',
        ...given,
        kind: 'stop-loss',
      }),
    /** A target at 70000. */
    target: (given: Place<TakeProfitOrder> = {}) =>
      exchange.createExitOrder(market, {
        ...usual(),
        clientOrderId: 'target1',
        price: '70000',
        ...given,
        kind: 'take-profit',
      }),
    lookUp: () => exchange.fetchOrder(market, { clientOrderId: 'stop1', ...stopRef }),
    cancel: () => exchange.cancelOrder(market, { clientOrderId: 'stop1', ...stopRef }, inFiveSeconds()),
    setPrice: (price: string) => sim.core.setPrice({ market: testMarket.market, symbol: 'BTCUSDT', price }),
    /** @returns the last request without what every request has. */
    sent(): Sent {
      const last = sim.core.ledger().findLast((entry) => entry.type === 'request');
      if (last?.type !== 'request') throw new Error('no request');
      // OKX takes a list of algo orders to cancel.
      const parameters = /^[{[]/.test(last.query)
        ? [JSON.parse(last.query)].flat()[0]
        : Object.fromEntries(new URLSearchParams(last.query));
      const { timestamp: _, recvWindow: __, ...own } = parameters;
      return { path: `${last.method} ${last.path}`, ...own };
    },
  };
}
