import { describe, expect, test } from 'vitest';
import type { CreateListResult, ExitList } from '../../../lib/exchange/exchange.ts';
import { startLong } from './long-with-exits.ts';
import {
  accepted,
  binanceFutures,
  binanceSpot,
  bybitLinear,
  bybitSpot,
  inFiveSeconds,
  okxSpot,
  okxSwap,
} from './test-markets.ts';

const free = '1.0999';

async function startSpotLong() {
  const trader = await startLong(binanceSpot);
  const { exchange, market } = trader;
  return {
    ...trader,
    /** A target at 70000 and a stop at 55000. */
    list: (given: Partial<ExitList> = {}) =>
      exchange.createExitList(market, {
        listClientOrderId: 'list1',
        side: 'sell',
        amount: '0.1',
        takeProfit: { clientOrderId: 'target1', price: '70000' },
        stopLoss: { clientOrderId: 'stop1', triggerPrice: '55000' },
        sendDeadline: inFiveSeconds(),
        ...given,
      }),
    read: (clientOrderId: string) => exchange.fetchOrder(market, { clientOrderId }),
    freeCoins: async () => (await exchange.fetchBalance('BTC')).free,
  };
}

function bothOf(result: CreateListResult) {
  if (result.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
  return result;
}

const oco = {
  path: 'POST /api/v3/orderList/oco',
  symbol: 'BTCUSDT',
  listClientOrderId: 'list1',
  side: 'SELL',
  quantity: '0.1',
  aboveType: 'LIMIT_MAKER',
  aboveClientOrderId: 'target1',
  abovePrice: '70000',
  belowType: 'STOP_LOSS',
  belowClientOrderId: 'stop1',
  belowStopPrice: '55000',
  newOrderRespType: 'RESULT',
};
const liveTarget = { clientOrderId: 'target1', type: 'limit_maker', status: 'live', price: '70000' };
const liveStop = { clientOrderId: 'stop1', type: 'stop_loss', status: 'live', triggerPrice: '55000' };
const unfilled = { side: 'sell', amount: '0.1', filled: '0', conditional: false };

describe('a list of a target and a stop at Binance spot', () => {
  // https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md#new-order-list---oco-trade
  test('is one request with the parameters that Binance documents', async () => {
    const { list, sent, requests } = await startSpotLong();
    bothOf(await list());
    expect(sent()).toEqual(oco);
    expect(requests()).toHaveLength(1);
  });

  test('can have a stop that becomes a LIMIT order', async () => {
    const { list, sent } = await startSpotLong();
    const stopLoss = { clientOrderId: 'stop1', triggerPrice: '55000', price: '54900' };
    expect(bothOf(await list({ stopLoss })).stopLoss).toMatchObject({
      type: 'stop_loss_limit',
      price: '54900',
      triggerPrice: '55000',
    });
    expect(sent()).toEqual({
      ...oco,
      belowType: 'STOP_LOSS_LIMIT',
      belowPrice: '54900',
      belowTimeInForce: 'GTC',
    });
  });

  test('buys back what a short has sold, with the stop above', async () => {
    const { list, sent, setPrice, read } = await startSpotLong();
    const { stopLoss } = bothOf(
      await list({
        side: 'buy',
        takeProfit: { clientOrderId: 'target1', price: '50000' },
        stopLoss: { clientOrderId: 'stop1', triggerPrice: '65000' },
      }),
    );
    const { abovePrice: _, belowStopPrice: __, ...shared } = oco;
    expect(sent()).toEqual({
      ...shared,
      side: 'BUY',
      aboveType: 'STOP_LOSS',
      aboveClientOrderId: 'stop1',
      aboveStopPrice: '65000',
      belowType: 'LIMIT_MAKER',
      belowClientOrderId: 'target1',
      belowPrice: '50000',
    });
    expect(stopLoss).toMatchObject({ side: 'buy', status: 'live' });
    setPrice('66000');
    expect(await read('stop1')).toMatchObject({ status: 'done', filled: '0.1' });
  });

  test('reports both orders, which are found by their own client order ids', async () => {
    const { list, read } = await startSpotLong();
    const { takeProfit, stopLoss } = bothOf(await list());
    expect(takeProfit).toMatchObject({ ...unfilled, ...liveTarget });
    expect(stopLoss).toMatchObject({ ...unfilled, ...liveStop });
    expect(await read('target1')).toMatchObject({ ...unfilled, ...liveTarget, orderId: takeProfit.orderId });
    expect(await read('stop1')).toMatchObject({ ...unfilled, ...liveStop, orderId: stopLoss.orderId });
  });

  test('holds its coins once', async () => {
    const { list, freeCoins } = await startSpotLong();
    expect(await freeCoins()).toBe(free);
    bothOf(await list());
    expect(await freeCoins()).toBe('0.9999');
  });

  test.each(['target1', 'stop1'])('ends with the cancel of %s alone', async (clientOrderId) => {
    const { exchange, market, list, read, freeCoins } = await startSpotLong();
    bothOf(await list());
    await exchange.cancelOrder(market, { clientOrderId }, inFiveSeconds());
    for (const id of ['target1', 'stop1'])
      expect(await read(id)).toMatchObject({ status: 'done', filled: '0' });
    expect(await freeCoins()).toBe(free);
  });

  test.each([
    ['71000', 'target1', 'stop1'],
    ['54000', 'stop1', 'target1'],
  ])('sells once at %s', async (price, filled, ended) => {
    const { list, read, setPrice, freeCoins } = await startSpotLong();
    bothOf(await list());
    setPrice(price);
    expect(await read(filled)).toMatchObject({ status: 'done', filled: '0.1' });
    expect(await read(ended)).toMatchObject({ status: 'done', filled: '0' });
    setPrice('60000');
    expect(await freeCoins()).toBe('0.9999');
  });

  test('has an unknown outcome if the answer is lost, and is found', async () => {
    const { sim, list, read } = await startSpotLong();
    sim.core.addFault({ kind: 'drop-after', match: { method: 'POST' } });
    expect(await list()).toEqual({ kind: 'unknown', message: 'no readable response' });
    expect(await read('target1')).toMatchObject(liveTarget);
    expect(await read('stop1')).toMatchObject(liveStop);
  });

  test('has an unknown outcome if the request is lost, and is not found', async () => {
    const { sim, list, read } = await startSpotLong();
    sim.core.addFault({ kind: 'drop-before', match: { method: 'POST' } });
    expect(await list()).toMatchObject({ kind: 'unknown' });
    expect(await read('target1')).toBeUndefined();
    expect(await read('stop1')).toBeUndefined();
  });

  test('is refused under the ids of an open list', async () => {
    const { list } = await startSpotLong();
    bothOf(await list());
    expect(await list()).toMatchObject({ kind: 'rejected', reason: 'duplicate-id' });
    const other = { listClientOrderId: 'list2' };
    expect(await list(other)).toMatchObject({ kind: 'rejected', reason: 'duplicate-id' });
  });

  test.each(['54999', '70001'])('is refused whole if the price has come to %s', async (price) => {
    const { list, read, setPrice, freeCoins } = await startSpotLong();
    setPrice(price);
    expect(await list()).toMatchObject({ kind: 'rejected', reason: 'would-trigger' });
    expect(await read('target1')).toBeUndefined();
    expect(await freeCoins()).toBe(free);
  });

  test('is refused if the coins are not free', async () => {
    const { list } = await startSpotLong();
    expect(await list({ amount: '1.2' })).toMatchObject({ kind: 'rejected', reason: 'insufficient' });
  });

  test('is refused if the market has as many conditional orders as its rules allow', async () => {
    const { list, stop, market } = await startSpotLong();
    expect(market.conditionalMax).toBe(5);
    for (let nth = 1; nth <= 5; nth += 1)
      accepted(await stop({ clientOrderId: `other${nth}`, amount: '0.01' }));
    expect(await list()).toMatchObject({ kind: 'rejected', reason: 'too-many-orders' });
  });

  test('is not sent after the send deadline', async () => {
    const { list, requests } = await startSpotLong();
    expect(await list({ sendDeadline: Date.now() - 1 })).toMatchObject({
      kind: 'rejected',
      reason: 'too-late',
    });
    expect(requests()).toEqual([]);
  });
});

describe('a stop without a target at Binance spot', () => {
  const single = {
    path: 'POST /api/v3/order',
    symbol: 'BTCUSDT',
    side: 'SELL',
    type: 'STOP_LOSS',
    quantity: '0.1',
    stopPrice: '55000',
    newClientOrderId: 'stop1',
    newOrderRespType: 'FULL',
  };

  // https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md#new-order-trade
  test('rests with the parameters that Binance documents', async () => {
    const { stop, sent } = await startSpotLong();
    expect(accepted(await stop())).toMatchObject({ ...unfilled, ...liveStop });
    expect(sent()).toEqual(single);
    accepted(await stop({ clientOrderId: 'stop2', price: '54900' }));
    const limit = { type: 'STOP_LOSS_LIMIT', price: '54900', timeInForce: 'GTC' };
    expect(sent()).toEqual({ ...single, ...limit, newClientOrderId: 'stop2' });
  });

  test('is found and canceled by client order id alone', async () => {
    const { stop, lookUp, cancel } = await startSpotLong();
    accepted(await stop());
    expect(await lookUp()).toMatchObject(liveStop);
    expect(await cancel()).toMatchObject({ kind: 'confirmed', order: { status: 'done', filled: '0' } });
  });

  test('is refused if the price has passed the trigger price', async () => {
    const { stop, lookUp, setPrice } = await startSpotLong();
    setPrice('54999');
    expect(await stop()).toMatchObject({ kind: 'rejected', reason: 'would-trigger' });
    expect(await lookUp()).toBeUndefined();
  });

  test('reports what it filled after it triggered', async () => {
    const { stop, lookUp, setPrice } = await startSpotLong();
    const { orderId } = accepted(await stop());
    setPrice('54000');
    expect(await lookUp()).toMatchObject({ orderId, status: 'done', filled: '0.1', average: '54000' });
  });
});

test.each([binanceSpot, bybitSpot, okxSpot])(
  'a target alone is a LIMIT order at $name',
  async (testMarket) => {
    const { exchange, market, target, setPrice, order } = await startLong(testMarket);
    const { orderId } = accepted(await target());
    expect(order('target1')).toMatchObject({ type: 'limit', side: 'sell', amount: '0.1', price: '70000' });
    setPrice('71000');
    expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({ status: 'done', filled: '0.1' });
  },
);

describe('a stop at Bybit spot', () => {
  // https://bybit-exchange.github.io/docs/v5/order/create-order
  const tpslOrder = {
    path: 'POST /v5/order/create',
    category: 'spot',
    symbol: 'BTCUSDT',
    side: 'Sell',
    orderType: 'Market',
    qty: '0.1',
    marketUnit: 'baseCoin',
    triggerPrice: '55000',
    orderFilter: 'tpslOrder',
    orderLinkId: 'stop1',
  };
  const waiting = { type: 'tpslorder', status: 'live', triggerPrice: '55000', triggersOn: 'fall' };

  test('is a tpslOrder, which holds its coins', async () => {
    const { exchange, stop, sent, lookUp } = await startLong(bybitSpot);
    const before = (await exchange.fetchBalance('BTC')).free;
    accepted(await stop());
    expect(sent()).toEqual(tpslOrder);
    expect(await lookUp()).toMatchObject({ ...waiting, amount: '0.1', filled: '0' });
    expect(Number((await exchange.fetchBalance('BTC')).free)).toBeCloseTo(Number(before) - 0.1, 9);
    accepted(await stop({ clientOrderId: 'stop2', price: '54900' }));
    const { marketUnit: _, ...limit } = tpslOrder;
    expect(sent()).toEqual({ ...limit, orderType: 'Limit', price: '54900', orderLinkId: 'stop2' });
  });

  test('is found and canceled by client order id alone', async () => {
    const { stop, lookUp, cancel } = await startLong(bybitSpot);
    accepted(await stop());
    expect(await cancel()).toMatchObject({ kind: 'unconfirmed', reason: 'acknowledged' });
    expect(await lookUp()).toMatchObject({ status: 'done', filled: '0' });
  });

  test('keeps its id when it triggers', async () => {
    const { stop, lookUp, setPrice } = await startLong(bybitSpot);
    const { orderId } = accepted(await stop());
    setPrice('54000');
    expect(await lookUp()).toMatchObject({ orderId, status: 'done', filled: '0.1', average: '54000' });
  });

  test('shows that it arrived after the price had passed it, so that it waits as a target', async () => {
    const { stop, lookUp, setPrice } = await startLong(bybitSpot);
    setPrice('54000');
    accepted(await stop());
    expect(await lookUp()).toMatchObject({ ...waiting, triggersOn: 'rise' });
  });
});

describe('a stop at OKX spot', () => {
  // https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-post-place-algo-order
  const conditional = {
    path: 'POST /api/v5/trade/order-algo',
    instId: 'BTC-USDT',
    // ccxt sends `cross`, which a spot order of this account mode must not have.
    tdMode: 'cash',
    side: 'sell',
    ordType: 'conditional',
    sz: '0.1',
    tgtCcy: 'base_ccy',
    slTriggerPx: '55000',
    slTriggerPxType: 'last',
    slOrdPx: '-1',
    algoClOrdId: 'stop1',
    clOrdId: 'stop1',
  };
  const waiting = { type: 'conditional', conditional: true, status: 'live', triggerPrice: '55000' };

  test('is an algo order, which holds no coins', async () => {
    const { exchange, stop, sent, lookUp } = await startLong(okxSpot);
    const before = await exchange.fetchBalance('BTC');
    accepted(await stop());
    expect(sent()).toEqual(conditional);
    expect(await lookUp()).toMatchObject({ ...waiting, amount: '0.1', filled: '0' });
    expect(await exchange.fetchBalance('BTC')).toEqual(before);
    accepted(await stop({ clientOrderId: 'stop2', price: '54900' }));
    expect(sent()).toEqual({ ...conditional, slOrdPx: '54900', algoClOrdId: 'stop2', clOrdId: 'stop2' });
  });

  test('is found and canceled by client order id alone', async () => {
    const { stop, lookUp, cancel, exchange, market } = await startLong(okxSpot);
    accepted(await stop());
    expect(await exchange.fetchOpenOrders(market)).toMatchObject([{ order: waiting }]);
    expect(await cancel()).toMatchObject({ kind: 'unconfirmed', reason: 'acknowledged' });
    expect(await lookUp()).toMatchObject({ status: 'done', filled: '0' });
  });

  test('reports what the order filled that it placed', async () => {
    const { stop, lookUp, cancel, setPrice } = await startLong(okxSpot);
    const { orderId } = accepted(await stop());
    setPrice('54000');
    const done = { orderId, status: 'done', filled: '0.1', average: '54000', conditional: true };
    expect(await lookUp()).toMatchObject({ ...done, placedOrderId: expect.stringMatching(/^\d+$/) });
    expect(await cancel()).toMatchObject({ kind: 'unconfirmed' });
  });

  test('fails at its trigger if the coins are gone, and has filled nothing', async () => {
    const { stop, lookUp, setPrice, close } = await startLong(okxSpot);
    accepted(await stop({ amount: '0.1' }));
    accepted(await close({ amount: '1.0999' }));
    setPrice('54000');
    expect(await lookUp()).toMatchObject({ status: 'done', filled: '0' });
  });

  test('is refused if the price has passed the trigger price', async () => {
    const { stop, lookUp, setPrice } = await startLong(okxSpot);
    setPrice('54999');
    expect(await stop()).toMatchObject({ kind: 'rejected', reason: 'would-trigger' });
    expect(await lookUp()).toBeUndefined();
  });
});

test.each([binanceFutures, bybitLinear, bybitSpot, okxSpot, okxSwap])(
  '$name gets no list',
  async (testMarket) => {
    const { exchange, market, requests } = await startLong(testMarket);
    expect(
      await exchange.createExitList(market, {
        listClientOrderId: 'list1',
        side: 'sell',
        amount: '0.1',
        takeProfit: { clientOrderId: 'target1', price: '70000' },
        stopLoss: { clientOrderId: 'stop1', triggerPrice: '55000' },
        sendDeadline: inFiveSeconds(),
      }),
    ).toMatchObject({ kind: 'rejected', reason: 'other' });
    expect(requests()).toEqual([]);
  },
);
