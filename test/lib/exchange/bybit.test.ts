import { describe, expect, test } from 'vitest';
import type { Fill } from '../../../infra/simulator/core/model.ts';
import { decimal } from '../../../lib/amount.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import { loadCcxt } from '../../../lib/exchange/ccxt/ccxt-loader.ts';
import { binanceusdm } from '../../../lib/exchange/venues/binanceusdm.ts';
import { bybit } from '../../../lib/exchange/venues/bybit.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { say, startScriptedServer } from './scripted-server.ts';
import {
  accepted,
  bybitLinear,
  bybitSpot,
  enter,
  type Floor,
  type Ground,
  keys,
  soon,
} from './trading-floor.ts';

const both = [bybitSpot, bybitLinear];
const effectDelayMs = 2_000;

function passTime({ clock, sim }: Floor, ms: number): void {
  clock.ahead += ms;
  sim.core.runDue();
}

/** A port to a server that answers every request with this one order. */
async function told(ground: Ground, order: Record<string, unknown>) {
  const { market } = await enter(ground);
  const server = await startScriptedServer();
  const accounts = accountsInMemory({ main: { exchange: 'bybit', ...keys, baseUrl: server.url } });
  const exchange = await ccxtExchanges(accounts).of('main');
  const whole = {
    orderId: '1',
    orderLinkId: 'entry-1',
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
  server.answer = say(JSON.stringify({ retCode: 0, result: { list: [whole] } }));
  return { exchange, market, server };
}

describe.each(both)('an acknowledgement at $name', (ground) => {
  test('is an order that has filled nothing yet, whatever becomes of it', async () => {
    const floor = await enter(ground, { effectDelayMs });
    const { exchange, market, requests } = floor;
    const order = accepted(await floor.buy({ type: 'market', price: undefined }));
    expect(order).toMatchObject({ clientOrderId: 'entry-1', status: 'live', amount: '0.1', filled: '0' });
    requests();
    // Asked in the list of open orders and in the history: neither has it yet.
    expect(await exchange.fetchOrder(market, { orderId: order.orderId })).toBeUndefined();
    expect(requests()).toEqual(['GET /v5/order/realtime', 'GET /v5/order/history']);
    passTime(floor, effectDelayMs);
    expect(await exchange.fetchOrder(market, { orderId: order.orderId })).toMatchObject({
      status: 'done',
      filled: '0.1',
    });
  });

  test('of a cancel is no cancel yet, and a fill may come before it', async () => {
    const floor = await enter(ground, { effectDelayMs });
    const { exchange, market, sim } = floor;
    const { orderId } = accepted(await floor.buy());
    passTime(floor, effectDelayMs);
    expect(await exchange.cancelOrder(market, { orderId }, soon())).toEqual({
      kind: 'unconfirmed',
      message: 'acknowledged',
    });
    expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({ status: 'live', filled: '0' });
    sim.core.fill({ orderId: floor.order('entry-1').id, amount: '0.06' });
    expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({ status: 'live', filled: '0.06' });
    passTime(floor, effectDelayMs);
    expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({
      status: 'done',
      amount: '0.1',
      filled: '0.06',
    });
  });

  test('uses its client order id up for ever', async () => {
    const { buy, order } = await enter(ground);
    accepted(await buy({ type: 'market', price: undefined }));
    expect(order('entry-1').status).toBe('filled');
    expect(await buy()).toMatchObject({ kind: 'rejected', reason: 'duplicate-id' });
  });
});

describe.each(both)('a look-up at $name', (ground) => {
  test('goes on to the history where the list of open orders has forgotten what has ended', async () => {
    const { exchange, market, buy, sim, requests } = await enter(ground);
    await buy({ type: 'market', price: undefined });
    requests();
    sim.core.addFault({ kind: 'not-found', match: { path: '/v5/order/realtime' } });
    expect(await exchange.fetchOrder(market, { clientOrderId: 'entry-1' })).toMatchObject({
      status: 'done',
      filled: '0.1',
    });
    expect(requests()).toEqual(['GET /v5/order/realtime', 'GET /v5/order/history']);
  });

  test('fails where the history can not be asked, rather than to call an order absent', async () => {
    const { exchange, market, sim } = await enter(ground);
    sim.core.addFault({ kind: 'status', status: 200, code: 10016, match: { path: '/v5/order/history' } });
    await expect(exchange.fetchOrder(market, { clientOrderId: 'entry-1' })).rejects.toMatchObject({
      code: 'exchange-unreachable',
    });
  });

  test('never takes another order for the one it asked for', async () => {
    const { exchange, market } = await told(ground, { orderStatus: 'New' });
    expect(await exchange.fetchOrder(market, { orderId: '2' })).toBeUndefined();
    expect(await exchange.fetchOrder(market, { clientOrderId: 'entry-2' })).toBeUndefined();
    expect(await exchange.fetchOrder(market, { clientOrderId: 'entry-1' })).toBeDefined();
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
  ])('takes $word for $status, and what has filled from the amount alone', async ({ word, status }) => {
    for (const filled of ['0', '0.3']) {
      const { exchange, market } = await told(ground, {
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
      const { exchange, market, buy, sim } = await enter(bybitLinear, { hedged: true });
      const { core } = sim;
      await buy({ type: 'market', price: undefined });
      core.acknowledgeOrder({
        ...stop,
        account: core.accountOf(keys.apiKey),
        market: 'usdm',
        symbol: 'BTCUSDT',
        positionSide: 'LONG',
        reduceOnly: true,
        clientOrderId: 'stop-1',
      });
      const waiting = await exchange.fetchOrder(market, { clientOrderId: 'stop-1' });
      expect(waiting).toMatchObject({
        type: 'stoploss',
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
        expect(await exchange.cancelOrder(market, { orderId, type: 'stoploss' }, soon())).toMatchObject({
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

  test('of spot are cancelled by their sort, which their view has told', async () => {
    const { exchange, market, sim, order } = await enter(bybitSpot);
    const account = sim.core.accountOf(keys.apiKey);
    sim.core.acknowledgeOrder({
      ...stop,
      account,
      market: 'spot',
      symbol: 'BTCUSDT',
      clientOrderId: 'stop-1',
    });
    const view = await exchange.fetchOrder(market, { clientOrderId: 'stop-1' });
    expect(view).toMatchObject({ type: 'tpslorder', status: 'live', triggerPrice: '55000' });
    const { orderId } = view ?? {};
    expect(await exchange.cancelOrder(market, { orderId }, soon())).toMatchObject({
      kind: 'unconfirmed',
      message: expect.stringContaining('170213'),
    });
    expect(order('stop-1').status).toBe('new');
    expect(await exchange.cancelOrder(market, { orderId, type: 'tpslorder' }, soon())).toEqual({
      kind: 'unconfirmed',
      message: 'acknowledged',
    });
    expect(order('stop-1').status).toBe('canceled');
  });
});

describe('fees at Bybit', () => {
  test('are added up over all pages of trades', async () => {
    const { exchange, market, buy, order, sim, requests } = await enter(bybitSpot);
    const { orderId } = accepted(await buy({ amount: '0.25' }));
    const { id } = order('entry-1');
    for (let fill = 0; fill < 249; fill += 1) sim.core.fill({ orderId: id, amount: '0.001' });
    await buy({ clientOrderId: 'entry-2', type: 'market', price: undefined });
    requests();
    expect(await exchange.fetchBaseFee(market, orderId, '0.249')).toBe('0.000249');
    expect(requests()).toHaveLength(3);
  });

  test('come from the order where its trades are too old to be told', async () => {
    const { exchange, market, buy, sim } = await enter(bybitSpot);
    const { orderId } = accepted(await buy({ type: 'market', price: undefined }));
    sim.core.addFault({ kind: 'not-found', match: { path: '/v5/execution/list' } });
    expect(await exchange.fetchBaseFee(market, orderId, '0.1')).toBe('0.0001');
  });

  test('are unknown for as long as neither trades nor order tell them', async () => {
    const { exchange, market, server } = await told(bybitSpot, {});
    for (const [order, fee] of [
      [{ cumFeeDetail: { BTC: '0.0001' } }, '0.0001'],
      [{ cumFeeDetail: {}, cumExecFee: '0' }, '0'],
      [{ cumFeeDetail: {}, cumExecFee: '' }, undefined],
      [{}, undefined],
    ] as const) {
      server.answer = (response) => {
        const isOrder = response.req.url?.includes('/v5/order/');
        const list = isOrder ? [{ orderId: '1', symbol: 'BTCUSDT', cumExecQty: '0.1', ...order }] : [];
        say(JSON.stringify({ retCode: 0, result: { list } }))(response);
      };
      const asked = exchange.fetchBaseFee(market, '1', '0.1');
      if (fee === undefined) await expect(asked).rejects.toMatchObject({ code: 'exchange-unreachable' });
      else expect(await asked).toBe(fee);
    }
  });

  test('taken in another currency are none in base', async () => {
    const { exchange, market, close, sim } = await enter(bybitSpot);
    const { orderId } = accepted(await close());
    const paid = sim.core.orders().fills.reduce((sum, fill: Fill) => sum.plus(fill.fee), decimal('0'));
    expect(paid.toFixed()).toBe('6');
    expect(await exchange.fetchBaseFee(market, orderId, '0.1')).toBe('0');
  });
});

describe('what Bybit tells of', () => {
  test('prices is the last one on spot and the mark price on perpetuals', async () => {
    for (const [ground, price] of [
      [bybitSpot, '101'],
      [bybitLinear, '102'],
    ] as const) {
      const { exchange, market } = await told(ground, { lastPrice: '101', markPrice: '102' });
      expect(await exchange.fetchPrice(market)).toBe(price);
    }
  });

  test('a key is what it may do', async () => {
    const { exchange, sim } = await enter(bybitSpot);
    const { permissions } = sim.core.accountOf(keys.apiKey);
    permissions.withdraw = true;
    permissions.ipRestricted = false;
    permissions.trade = false;
    expect(await exchange.fetchPermissions()).toEqual({
      canTrade: false,
      canWithdraw: true,
      ipRestricted: false,
    });
  });

  test('markets is asked for one category only', async () => {
    for (const [ground, count] of [
      [bybitSpot, 1],
      // ccxt asks for markets that are only announced, too.
      [bybitLinear, 2],
    ] as const) {
      const { exchange, requests } = await enter(ground);
      await exchange.loadMarket(ground.symbol);
      expect(requests()).toEqual(Array.from({ length: count }, () => 'GET /v5/market/instruments-info'));
    }
  });
});

test("a sandbox account talks to the venue's test network", async () => {
  for (const [venue, host] of [
    [bybit, 'https://api-testnet.'],
    [binanceusdm, 'https://demo-fapi.'],
  ] as const) {
    const ccxt = new (await loadCcxt(venue.id))({});
    venue.useSandbox(ccxt);
    expect(JSON.stringify(ccxt.urls.api)).toContain(host);
  }
});
