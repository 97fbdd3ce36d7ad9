import { describe, expect, test } from 'vitest';
import type { Fill } from '../../../infra/simulator/core/model.ts';
import { decimal } from '../../../lib/amount.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import { loadLeanCcxt } from '../../../lib/exchange/ccxt/lean-ccxt.ts';
import { binanceusdm } from '../../../lib/exchange/venues/binanceusdm.ts';
import { bybit } from '../../../lib/exchange/venues/bybit.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { fetchBaseFee } from './fills.ts';
import { fixedResponse, startScriptedServer } from './scripted-server.ts';
import {
  accepted,
  bybitLinear,
  bybitSpot,
  inFiveSeconds,
  keys,
  lastHour,
  startTrader,
  type TestMarket,
  type Trader,
} from './test-markets.ts';

const both = [bybitSpot, bybitLinear];
const effectDelayMs = 2_000;

function passTime({ clock, sim }: Trader, ms: number): void {
  clock.ahead += ms;
  sim.core.runDue();
}

/** Connects the port to a server that responds to every request with this one order. */
async function connectToOrder(testMarket: TestMarket, order: Record<string, unknown>) {
  const { market } = await startTrader(testMarket);
  const server = await startScriptedServer();
  const accounts = accountsInMemory({ main: { exchange: 'bybit', ...keys, baseUrl: server.url } });
  const exchange = await ccxtExchanges(accounts).of('main');
  const whole = {
    orderId: '1',
    orderLinkId: 'entry1',
    symbol: 'BTCUSDT',
    side: 'Buy',
    orderType: 'Limit',
    stopOrderType: '',
    qty: '1',
    cumExecQty: '0',
    cumExecValue: '0',
    leavesQty: '0',
    price: '100',
    positionIdx: 0,
    ...order,
  };
  server.respond = fixedResponse(JSON.stringify({ retCode: 0, result: { list: [whole] } }));
  return { exchange, market, server };
}

describe.each(both)('an acknowledgment at $name', (testMarket) => {
  test('is an order that has filled nothing yet', async () => {
    const trader = await startTrader(testMarket, { effectDelayMs });
    const { exchange, market, requests } = trader;
    const order = accepted(await trader.buy({ type: 'market', price: undefined }));
    expect(order).toMatchObject({ clientOrderId: 'entry1', status: 'live', amount: '0.1', filled: '0' });
    requests();
    // Neither the list of open orders nor the history has it yet.
    expect(await exchange.fetchOrder(market, { orderId: order.orderId })).toBeUndefined();
    expect(requests()).toEqual(['GET /v5/order/realtime', 'GET /v5/order/history']);
    passTime(trader, effectDelayMs);
    expect(await exchange.fetchOrder(market, { orderId: order.orderId })).toMatchObject({
      status: 'done',
      filled: '0.1',
    });
  });

  test('of a cancel is no cancel yet, and the order may still fill', async () => {
    const trader = await startTrader(testMarket, { effectDelayMs });
    const { exchange, market, sim } = trader;
    const { orderId } = accepted(await trader.buy());
    passTime(trader, effectDelayMs);
    expect(await exchange.cancelOrder(market, { orderId }, inFiveSeconds())).toEqual({
      kind: 'unconfirmed',
      reason: 'acknowledged',
      message: 'acknowledged',
    });
    expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({ status: 'live', filled: '0' });
    sim.core.fill({ orderId: trader.order('entry1').id, amount: '0.06' });
    expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({ status: 'live', filled: '0.06' });
    passTime(trader, effectDelayMs);
    expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({
      status: 'done',
      amount: '0.1',
      filled: '0.06',
    });
  });

  test('uses up its client order id permanently', async () => {
    const { buy, order } = await startTrader(testMarket);
    accepted(await buy({ type: 'market', price: undefined }));
    expect(order('entry1').status).toBe('filled');
    expect(await buy()).toMatchObject({ kind: 'rejected', reason: 'duplicate-id' });
  });
});

describe.each(both)('a look-up at $name', (testMarket) => {
  test('continues with the history if the list of open orders has lost an ended order', async () => {
    const { exchange, market, buy, sim, requests } = await startTrader(testMarket);
    await buy({ type: 'market', price: undefined });
    requests();
    sim.core.addFault({ kind: 'not-found', match: { path: '/v5/order/realtime' } });
    expect(await exchange.fetchOrder(market, { clientOrderId: 'entry1' })).toMatchObject({
      status: 'done',
      filled: '0.1',
    });
    expect(requests()).toEqual(['GET /v5/order/realtime', 'GET /v5/order/history']);
  });

  test('fails if the history is unreadable, and does not report the order as unknown', async () => {
    const { exchange, market, sim } = await startTrader(testMarket);
    sim.core.addFault({ kind: 'status', status: 200, code: 10016, match: { path: '/v5/order/history' } });
    await expect(exchange.fetchOrder(market, { clientOrderId: 'entry1' })).rejects.toMatchObject({
      code: 'exchange-unreachable',
    });
  });

  test('never returns another order than the requested one', async () => {
    const { exchange, market } = await connectToOrder(testMarket, { orderStatus: 'New' });
    expect(await exchange.fetchOrder(market, { orderId: '2' })).toBeUndefined();
    expect(await exchange.fetchOrder(market, { clientOrderId: 'entry2' })).toBeUndefined();
    expect(await exchange.fetchOrder(market, { clientOrderId: 'entry1' })).toBeDefined();
  });

  test.each([
    ...[
      'Created',
      'New',
      'PartiallyFilled',
      'Untriggered',
      'Triggered',
      'Active',
      'PendingCancel',
      'Novel',
    ].map((word) => ({ word, status: 'live' })),
    ...['Rejected', 'PartiallyFilledCanceled', 'Filled', 'Cancelled', 'Deactivated'].map((word) => ({
      word,
      status: 'done',
    })),
  ])('reads $word as $status, and the fill from the amount alone', async ({ word, status }) => {
    for (const filled of ['0', '0.3']) {
      const { exchange, market } = await connectToOrder(testMarket, {
        orderStatus: word,
        cumExecQty: filled,
        cumExecValue: filled === '0' ? '0' : '30',
      });
      expect(await exchange.fetchOrder(market, { orderId: '1' })).toMatchObject({
        status,
        filled,
        amount: '1',
      });
    }
  });
});

describe('conditional orders at Bybit', () => {
  const stop = { side: 'sell', type: 'stop_market', amount: '0.1', triggerPrice: '55000' } as const;

  test('of perpetuals are in the same book, and keep their id when they trigger', async () => {
    for (const canceled of [true, false]) {
      const { exchange, market, buy, sim } = await startTrader(bybitLinear, { hedged: true });
      const { core } = sim;
      await buy({ type: 'market', price: undefined });
      core.acknowledgeOrder({
        ...stop,
        account: core.accountOf(keys.apiKey),
        market: 'usdm',
        symbol: 'BTCUSDT',
        positionSide: 'LONG',
        reduceOnly: true,
        clientOrderId: 'stop1',
      });
      const waiting = await exchange.fetchOrder(market, { clientOrderId: 'stop1' });
      expect(waiting).toMatchObject({
        type: 'stop',
        side: 'sell',
        status: 'live',
        filled: '0',
        triggerPrice: '55000',
        positionSide: 'long',
        reduceOnly: true,
        conditional: false,
      });
      const orderId = waiting?.orderId;
      if (canceled) {
        expect(
          await exchange.cancelOrder(market, { orderId, type: 'stoploss' }, inFiveSeconds()),
        ).toMatchObject({
          kind: 'unconfirmed',
        });
        expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({ status: 'done', filled: '0' });
      } else {
        core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price: '54000' });
        expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({
          status: 'done',
          filled: '0.1',
        });
        expect(await exchange.fetchPosition(market, 'long')).toMatchObject({ side: undefined });
      }
    }
  });

  test('of spot are canceled by the type that the exchange reported', async () => {
    const { exchange, market, sim, order } = await startTrader(bybitSpot);
    const account = sim.core.accountOf(keys.apiKey);
    sim.core.acknowledgeOrder({
      ...stop,
      account,
      market: 'spot',
      symbol: 'BTCUSDT',
      clientOrderId: 'stop1',
    });
    const view = await exchange.fetchOrder(market, { clientOrderId: 'stop1' });
    expect(view).toMatchObject({ type: 'tpslorder', status: 'live', triggerPrice: '55000' });
    const { orderId } = view ?? {};
    expect(await exchange.cancelOrder(market, { orderId }, inFiveSeconds())).toMatchObject({
      kind: 'unconfirmed',
      message: expect.stringContaining('170213'),
    });
    expect(order('stop1').status).toBe('new');
    expect(await exchange.cancelOrder(market, { orderId, type: 'tpslorder' }, inFiveSeconds())).toEqual({
      kind: 'unconfirmed',
      reason: 'acknowledged',
      message: 'acknowledged',
    });
    expect(order('stop1').status).toBe('canceled');
  });
});

test.each([
  ['CorporateAction', '0.5', 'trade'],
  ['ReverseSplitSettle', '0.5', 'trade'],
  ['Dividend', '', 'other'],
  ['Funding', '0.5', 'funding'],
])('a Bybit execution of type %s that closes "%s" counts as %s', async (execType, closedSize, cause) => {
  const { exchange, market } = await connectToOrder(bybitLinear, {
    execType,
    closedSize,
    execQty: '0.5',
    execPrice: '60000',
    execFee: '0',
    execTime: String(Date.now()),
    execId: '1',
    side: 'Sell',
  });
  expect(await exchange.fetchTrades(market, lastHour())).toMatchObject([{ side: 'sell', cause }]);
});

describe('fees at Bybit', () => {
  test('are summed over all pages of trades', async () => {
    const { exchange, market, buy, order, sim, requests } = await startTrader(bybitSpot);
    const { orderId } = accepted(await buy({ amount: '0.25' }));
    const { id } = order('entry1');
    for (let fill = 0; fill < 249; fill += 1) sim.core.fill({ orderId: id, amount: '0.001' });
    await buy({ clientOrderId: 'entry2', type: 'market', price: undefined });
    requests();
    expect(await fetchBaseFee(exchange, market, orderId, '0.249')).toBe('0.000249');
    expect(requests()).toHaveLength(3);
  });

  test('come from the order if its trades are too old to be listed', async () => {
    const { exchange, market, buy, sim } = await startTrader(bybitSpot);
    const { orderId } = accepted(await buy({ type: 'market', price: undefined }));
    sim.core.addFault({ kind: 'not-found', match: { path: '/v5/execution/list' } });
    expect(await fetchBaseFee(exchange, market, orderId, '0.1')).toBe('0.0001');
  });

  test('are unavailable while neither the trades nor the order report them', async () => {
    const { exchange, market, server } = await connectToOrder(bybitSpot, {});
    for (const [order, fee] of [
      [{ cumFeeDetail: { BTC: '0.0001' } }, '0.0001'],
      // A rebate.
      [{ cumFeeDetail: { BTC: '-0.0001' } }, '-0.0001'],
      [{ cumFeeDetail: {}, cumExecFee: '0' }, '0'],
      [{ cumFeeDetail: {}, cumExecFee: '' }, undefined],
      [{}, undefined],
    ] as const) {
      server.respond = (response) => {
        const isOrder = response.req.url?.includes('/v5/order/');
        const list = isOrder ? [{ orderId: '1', symbol: 'BTCUSDT', cumExecQty: '0.1', ...order }] : [];
        fixedResponse(JSON.stringify({ retCode: 0, result: { list } }))(response);
      };
      const read = fetchBaseFee(exchange, market, '1', '0.1');
      if (fee === undefined) await expect(read).rejects.toMatchObject({ code: 'exchange-unreachable' });
      else expect(await read).toBe(fee);
    }
  });

  test('taken in another currency are zero in base currency', async () => {
    const { exchange, market, close, sim } = await startTrader(bybitSpot);
    const { orderId } = accepted(await close());
    const paid = sim.core.orders().fills.reduce((sum, fill: Fill) => sum.plus(fill.fee), decimal('0'));
    expect(paid.toFixed()).toBe('6');
    expect(await fetchBaseFee(exchange, market, orderId, '0.1')).toBe('0');
  });
});

describe('Bybit', () => {
  test('returns the last price on spot and the mark price on perpetuals', async () => {
    for (const [testMarket, price] of [
      [bybitSpot, '101'],
      [bybitLinear, '102'],
    ] as const) {
      const { exchange, market } = await connectToOrder(testMarket, { lastPrice: '101', markPrice: '102' });
      expect(await exchange.fetchPrice(market)).toBe(price);
    }
  });

  test('returns the permissions of a key', async () => {
    const { exchange, sim } = await startTrader(bybitSpot);
    const { permissions } = sim.core.accountOf(keys.apiKey);
    permissions.withdraw = true;
    permissions.ipRestricted = false;
    permissions.trade = false;
    expect(await exchange.fetchPermissions()).toEqual({
      canTrade: false,
      canWithdraw: true,
      ipRestricted: false,
      accountId: '1',
    });
  });

  test.each([
    [{ expiredAt: '2026-12-03T12:00:00Z', deadlineDay: 9 }, Date.parse('2026-12-03T12:00:00Z')],
    [{ expiredAt: '1970-01-01T00:00:00Z', deadlineDay: -2 }, undefined],
    [{ deadlineDay: 9 }, Date.parse('2026-12-01T00:00:00Z')],
    [{}, undefined],
  ])('reads when a key expires from %j', async (fields, expiresAt) => {
    const key = { readOnly: 0, permissions: { Spot: ['SpotTrade'] }, ips: ['*'], ...fields };
    const time = Date.parse('2026-11-22T00:00:00Z');
    const client = { privateGetV5UserQueryApi: async () => ({ result: key, time }) };
    const permissions = await bybit.fetchPermissions(
      client as unknown as Parameters<typeof bybit.fetchPermissions>[0],
    );
    expect(permissions.expiresAt).toBe(expiresAt);
  });

  test('lists the markets of one category only', async () => {
    for (const [testMarket, count] of [
      [bybitSpot, 1],
      // ccxt also requests markets that are announced and not open yet.
      [bybitLinear, 2],
    ] as const) {
      const { exchange, requests } = await startTrader(testMarket);
      await exchange.loadMarket(testMarket.symbol);
      expect(requests()).toEqual(Array.from({ length: count }, () => 'GET /v5/market/instruments-info'));
    }
  });
});

test("a sandbox account uses the venue's test network", async () => {
  for (const [venue, host] of [
    [bybit, 'https://api-testnet.'],
    [binanceusdm, 'https://demo-fapi.'],
  ] as const) {
    const ccxt = new (await loadLeanCcxt(venue.id))({});
    venue.useSandbox?.(ccxt);
    expect(JSON.stringify(ccxt.urls.api)).toContain(host);
  }
});
