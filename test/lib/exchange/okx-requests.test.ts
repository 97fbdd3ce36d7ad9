import { describe, expect, test } from 'vitest';
import { type ExchangeId, exchangeIdSchema } from '../../../lib/account/account.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { Exchange, MarketRules } from '../../../lib/exchange/exchange.ts';
import { venues } from '../../../lib/exchange/venues/venues.ts';
import recording from './recorded/okx.json' with { type: 'json' };
import { startRequestRecorder } from './request-recorder.ts';
import { okxSpot, okxSwap, startTrader } from './test-markets.ts';

type Fields = Record<string, unknown>;

/** One request of ccxt, and how Ripcord's own differs. */
interface Recorded {
  name: string;
  recorded: { method: string; path: string; query?: Fields; body?: Fields | Fields[] };
  ripcord?: { path?: string; single?: boolean; body?: Fields; without?: string[] };
}

const recordings: Recorded[] = recording.requests;

const okxIds = exchangeIdSchema.options.filter((id) => id.endsWith('okx') || id.startsWith('okx'));
const clientOrderId = 'rpabc123def45678';
const sendDeadline = Date.now() + 60_000;

const answers: Record<string, unknown> = {
  '/api/v5/account/config': { acctLv: '2', posMode: 'net_mode' },
  '/api/v5/trade/order': { ordId: '7', clOrdId: clientOrderId, sCode: '0', sMsg: '' },
  '/api/v5/trade/order-algo': { algoId: '7', algoClOrdId: clientOrderId, sCode: '0', sMsg: '' },
  '/api/v5/trade/cancel-order': { ordId: '7', clOrdId: clientOrderId, sCode: '0', sMsg: '' },
  '/api/v5/trade/cancel-algos': { algoId: '7', sCode: '0', sMsg: '' },
};

/** A server that answers as OKX. */
function startRecorder(id: ExchangeId = 'okx', data = answers) {
  return startRequestRecorder(id, (path) => {
    const row = data[path];
    return { code: '0', msg: '', data: row === undefined ? [] : [row] };
  });
}

const spot: MarketRules = {
  ...{ symbol: 'BTC/USDT', id: 'BTC-USDT', kind: 'spot', base: 'BTC', quote: 'USDT' },
  ...{ amountStep: '0.00000001', amountMin: '0.00001', priceStep: '0.1' },
};
const swap: MarketRules = {
  ...{ symbol: 'BTC/USDT:USDT', id: 'BTC-USDT-SWAP', kind: 'perpetual', base: 'BTC', quote: 'USDT' },
  ...{ settle: 'USDT', contractSize: '0.01', amountStep: '0.0001', amountMin: '0.0001', priceStep: '0.1' },
};

const order = { clientOrderId, positionSide: 'long', hedged: false, sendDeadline } as const;
const sell = { ...order, side: 'sell' } as const;
const buy = { ...order, side: 'buy' } as const;
const stop = { ...sell, kind: 'stop-loss', triggerPrice: '40000' } as const;
const asStop = { conditional: true, type: 'conditional' };

/** The call of Ripcord that each recorded call stands for. 10 contracts are 0.1 BTC. */
const calls: Record<string, (exchange: Exchange) => Promise<unknown>> = {
  'spot market sell': (at) => at.createMarketOrder(spot, { ...sell, amount: '0.01', reduceOnly: false }),
  'spot market buy': (at) => at.createMarketOrder(spot, { ...buy, amount: '0.01', reduceOnly: false }),
  'spot market buy by cost': (at) => at.createEntryOrder(spot, { ...buy, type: 'market', cost: '100' }),
  'spot limit buy': (at) =>
    at.createEntryOrder(spot, { ...buy, type: 'limit', amount: '0.01', price: '50000' }),
  'spot stop': (at) => at.createExitOrder(spot, { ...stop, amount: '0.01' }),
  'spot stop limit': (at) => at.createExitOrder(spot, { ...stop, amount: '0.01', price: '39900' }),
  'swap market sell': (at) => at.createMarketOrder(swap, { ...sell, amount: '0.1', reduceOnly: true }),
  'swap market buy': (at) => at.createEntryOrder(swap, { ...buy, type: 'market', amount: '0.1' }),
  'swap limit buy': (at) =>
    at.createEntryOrder(swap, { ...buy, type: 'limit', amount: '0.1', price: '50000' }),
  'swap close of a hedge': (at) =>
    at.createMarketOrder(swap, { ...sell, amount: '0.1', reduceOnly: true, hedged: true }),
  'swap stop': (at) => at.createExitOrder(swap, { ...stop, amount: '0.1' }),
  'spot look-up by client id': (at) => at.fetchOrder(spot, { clientOrderId }),
  'spot look-up by id': (at) => at.fetchOrder(spot, { orderId: '1234567' }),
  'swap look-up by client id': (at) => at.fetchOrder(swap, { clientOrderId }),
  'spot cancel by client id': (at) => at.cancelOrder(spot, { clientOrderId }, sendDeadline),
  'spot cancel by id': (at) => at.cancelOrder(spot, { orderId: '1234567' }, sendDeadline),
  'spot cancel of a stop': (at) => at.cancelOrder(spot, { orderId: '1234567', ...asStop }, sendDeadline),
  'swap cancel by client id': (at) => at.cancelOrder(swap, { clientOrderId }, sendDeadline),
  'swap cancel of a stop': (at) => at.cancelOrder(swap, { orderId: '1234567', ...asStop }, sendDeadline),
};

/**
 * What Ripcord sends other than ccxt by default: one order by `trade/order`, which takes `expTime` as well; `banAmend`,
 * without which OKX buys less than ordered; `algoClOrdId`, the only id that the algo book knows; `cash` for a stop of
 * spot, where ccxt sends `cross`; `tgtCcy` with MARKET orders only.
 */
function toExpected({ recorded, ripcord: { path, single, body, without = [] } = {} }: Recorded) {
  const own = [recorded.body].flat()[0];
  const fields = Object.entries({ ...own, ...body }).filter(([name]) => !without.includes(name));
  const isList = Array.isArray(recorded.body) && single !== true;
  return {
    method: recorded.method,
    path: path ?? recorded.path,
    query: recorded.query ?? {},
    body: own === undefined ? undefined : isList ? [Object.fromEntries(fields)] : Object.fromEntries(fields),
  };
}

describe('A sale on spot while OKX would borrow what the account lacks', () => {
  const sellAt = async (config: Fields, free: string) => {
    const { exchange, sent } = await startRecorder('okx', {
      ...answers,
      '/api/v5/account/config': { acctLv: '1', ...config },
      '/api/v5/account/balance': { details: [{ ccy: 'BTC', availBal: free, cashBal: free }] },
    });
    const result = await exchange.createMarketOrder(spot, { ...sell, amount: '0.01', reduceOnly: false });
    return { result, orders: sent.filter(({ method }) => method === 'POST').length };
  };

  test.each([
    { acctLv: '3', autoLoan: true },
    { acctLv: '1', enableSpotBorrow: true },
  ])('is refused without a request: %j', async (config) => {
    expect(await sellAt(config, '0.004')).toMatchObject({
      result: {
        kind: 'rejected',
        reason: 'insufficient',
        message: expect.stringContaining('only 0.004 BTC is free'),
      },
      orders: 0,
    });
  });

  test('is sent if the account has the coins', async () => {
    expect(await sellAt({ acctLv: '3', autoLoan: true }, '0.01')).toMatchObject({
      result: { kind: 'accepted' },
      orders: 1,
    });
  });

  test('is left to OKX without borrowing', async () => {
    expect(await sellAt({ autoLoan: false, enableSpotBorrow: false }, '0.004')).toMatchObject({ orders: 1 });
  });
});

describe('a request to OKX', () => {
  test.each(recordings)('has the fields of the recorded one: $name', async (each) => {
    const { exchange, last } = await startRecorder();
    await calls[each.name]?.(exchange).catch(() => undefined);
    const { headers: _, ...sent } = last() ?? { headers: {} };
    expect(sent).toEqual(toExpected(each));
  });

  test.each(okxIds)('has the rules of OKX for an account of %s', async (id) => {
    const { exchange, last } = await startRecorder(id);
    await exchange.createMarketOrder(spot, { ...sell, amount: '0.01', reduceOnly: false });
    const { headers: _, ...sent } = last() ?? { headers: {} };
    expect(sent).toEqual(toExpected(recordings[0] as Recorded));
    const { id: __, ...rules } = venues[id];
    const { id: ___, ...rulesOfOkx } = venues.okx;
    expect(rules).toEqual(rulesOfOkx);
  });

  test('carries its own send deadline as expTime, if it is a create or an amend', async () => {
    const { exchange, sent } = await startRecorder();
    const at = (deadline: number) => ({ ...sell, sendDeadline: deadline, amount: '0.1', reduceOnly: true });
    const [first, second] = [sendDeadline + 1, sendDeadline + 2];
    // Concurrent requests of one client.
    await Promise.all([
      exchange.createMarketOrder(swap, at(first)),
      exchange.createMarketOrder(swap, { ...at(second), clientOrderId: 'other' }),
      exchange.reduceOrder(swap, { orderId: '1', side: 'sell' }, '0.01', sendDeadline + 3),
      exchange.cancelOrder(swap, { orderId: '1' }, sendDeadline + 4),
      exchange.fetchOrder(swap, { orderId: '1' }).catch(() => undefined),
      exchange.createExitOrder(swap, { ...stop, amount: '0.1', sendDeadline: sendDeadline + 5 }),
    ]);
    const fences = sent.map(({ method, path, headers, body }) => ({
      request: `${method} ${path.split('/').at(-1)} ${(body as Fields | undefined)?.clOrdId ?? ''}`.trim(),
      expTime: headers.exptime,
    }));
    expect(fences).toContainEqual({ request: `POST order ${clientOrderId}`, expTime: String(first) });
    expect(fences).toContainEqual({ request: 'POST order other', expTime: String(second) });
    expect(fences).toContainEqual({ request: 'POST amend-order', expTime: String(sendDeadline + 3) });
    // "The following endpoints are supported": neither cancels nor algo orders.
    expect(fences.filter(({ expTime }) => expTime !== undefined)).toHaveLength(3);
  });

  test('is signed, with the passphrase', async () => {
    const { exchange, last } = await startRecorder();
    await exchange.cancelOrder(spot, { orderId: '1' }, sendDeadline);
    expect(last()?.headers).toMatchObject({
      'ok-access-key': 'key-of-the-tests',
      'ok-access-passphrase': 'passphrase',
      'ok-access-sign': expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      'ok-access-timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });
});

describe('an answer of OKX without a result', () => {
  test('is no answer: neither a success nor an absence', async () => {
    const { exchange } = await startRecorder('okx', { '/api/v5/account/config': { acctLv: '2' } });
    const close = { ...sell, amount: '0.01', reduceOnly: false };
    expect(await exchange.createMarketOrder(spot, close)).toEqual({
      kind: 'unknown',
      message: 'the response names no order',
    });
    expect(await exchange.cancelOrder(spot, { orderId: '1' }, sendDeadline)).toMatchObject({
      kind: 'unconfirmed',
      reason: 'no-response',
    });
    for (const ref of [{ orderId: '1' }, { clientOrderId, ...asStop }])
      await expect(exchange.fetchOrder(spot, ref)).rejects.toMatchObject({ code: 'exchange-unreachable' });
  });

  test.each(['0', '1', '2'])('that refuses its one order within code %s is a refusal', async (code) => {
    const { sim, close, exchange, market } = await startTrader(okxSpot);
    const refusal = { code, msg: '', data: [{ ordId: '', sCode: '51008', sMsg: 'Insufficient balance' }] };
    const body = JSON.stringify(refusal);
    sim.core.addFault({ kind: 'html', status: 200, match: okxSpot.create, body });
    expect(await close()).toEqual({
      kind: 'rejected',
      reason: 'insufficient',
      code: '51008',
      message: 'Insufficient balance (51008)',
    });
    const lost = JSON.stringify({ code, msg: '', data: [{ sCode: '51400', sMsg: 'Cancellation failed' }] });
    sim.core.addFault({ kind: 'html', status: 200, match: okxSpot.cancel, body: lost });
    expect(await exchange.cancelOrder(market, { orderId: '1' }, sendDeadline)).toMatchObject({
      kind: 'unconfirmed',
      reason: 'not-found',
    });
  });
});

describe('an order that waits at OKX', () => {
  test('is refused after its deadline, and by a clock that is far off after a second try', async () => {
    const { sim, buy: send, clock } = await startTrader(okxSpot);
    // The request arrives 6 s after it was sent, by the clock of OKX.
    sim.core.addFault({ kind: 'late', ms: 100, match: okxSpot.create });
    expect(await send({ sendDeadline: Date.now() + 50 })).toMatchObject({ kind: 'unknown', code: '50004' });
    clock.ahead = 20_000;
    sim.core.runDue();
    expect(sim.core.orders().orders).toEqual([]);
    // 20 s are within the window of the timestamp, and beyond the fence: the clock is corrected.
    expect(await send()).toMatchObject({ kind: 'accepted' });
  });

  test('executes again under the id of one that has filled, so that it is never sent again as if unique', async () => {
    const { sim, exchange, close } = await startTrader(okxSpot);
    expect(exchange.replayWindowMs).toBeUndefined();
    for (const _ of [1, 2]) expect(await close()).toMatchObject({ kind: 'accepted' });
    expect(sim.core.orders().orders.filter(({ status }) => status === 'filled')).toHaveLength(2);
  });
});

describe('the mode of an OKX account', () => {
  test.each([
    ['1', 'cash'],
    ['2', 'cash'],
    ['3', 'cross'],
    ['4', 'cross'],
  ] as const)('acctLv %s trades spot as %s', async (accountMode, tdMode) => {
    const { sim, exchange, market, last } = await startModed(accountMode);
    const result = await exchange.createMarketOrder(market, { ...sell, amount: '0.1', reduceOnly: false });
    expect(result.kind).toBe('accepted');
    expect(last()).toMatchObject({ tdMode });
    expect(sim.core.orders().orders).toHaveLength(1);
  });

  test('that changed is read again after a refused order', async () => {
    const { sim, close } = await startTrader(okxSpot);
    sim.core.accountOf('key-of-the-tests').accountMode = '3';
    expect(await close()).toMatchObject({ kind: 'rejected', reason: 'permission', code: '51010' });
    expect(await close()).toMatchObject({ kind: 'accepted' });
  });

  test('of portfolio margin sends no order of a perpetual, whose close could open the other side', async () => {
    const { sim, close, buy: enter, requests } = await startTrader(okxSwap, { accountMode: '4' });
    requests();
    for (const create of [close, enter])
      expect(await create()).toMatchObject({
        kind: 'rejected',
        code: 'unsupported',
        message: expect.stringContaining('portfolio margin'),
      });
    expect(requests().filter((each) => each.startsWith('POST'))).toEqual([]);
    expect(sim.core.orders().orders).toEqual([]);
  });

  async function startModed(accountMode: '1' | '2' | '3' | '4') {
    const trader = await startTrader(okxSpot, { accountMode });
    return {
      ...trader,
      last: () => {
        const request = trader.sim.core.ledger().findLast((entry) => entry.type === 'request');
        return JSON.parse(request?.type === 'request' ? request.query : '{}');
      },
    };
  }
});

describe('the margin mode of an OKX position', () => {
  test('goes with the order that closes it', async () => {
    const { sim, exchange, market, close } = await startTrader(okxSwap);
    sim.core.setPosition({
      apiKey: 'key-of-the-tests',
      symbol: 'BTCUSDT',
      amount: '0.1',
      entryPrice: '60000',
    });
    sim.core.accountOf('key-of-the-tests').marginType.BTCUSDT = 'isolated';
    expect(await exchange.fetchPosition(market, 'long')).toMatchObject({
      margin: { marginMode: 'isolated' },
    });
    expect(await close()).toMatchObject({ kind: 'accepted' });
    expect(await exchange.fetchPosition(market, 'long')).toMatchObject({ side: undefined });
  });

  test('is read before an order if no position was read lately', async () => {
    const { sim, stored, market, requests } = await startTrader(okxSwap);
    sim.core.setPosition({
      apiKey: 'key-of-the-tests',
      symbol: 'BTCUSDT',
      amount: '0.1',
      entryPrice: '60000',
    });
    sim.core.accountOf('key-of-the-tests').marginType.BTCUSDT = 'isolated';
    const exchange = await ccxtExchanges(stored).of('main');
    const close = { ...sell, amount: '0.1', reduceOnly: true };
    expect(await exchange.createMarketOrder(market, close)).toMatchObject({ kind: 'accepted' });
    const order = 'POST /api/v5/trade/order';
    expect(requests()).toEqual(['GET /api/v5/account/config', 'GET /api/v5/account/positions', order]);
  });

  test('that is two at once is refused', async () => {
    const { sim, exchange, market } = await startTrader(okxSwap);
    const row = { instId: 'BTC-USDT-SWAP', posSide: 'net', pos: '5', avgPx: '60000' };
    const data = [
      { ...row, mgnMode: 'cross' },
      { ...row, mgnMode: 'isolated' },
    ];
    const body = JSON.stringify({ code: '0', data });
    sim.core.addFault({ kind: 'html', status: 200, match: { path: '/api/v5/account/positions' }, body });
    await expect(exchange.fetchPosition(market, 'long')).rejects.toMatchObject({
      code: 'exchange-refused',
      message: expect.stringContaining('both with cross and with isolated margin'),
    });
  });
});

describe('a stop of an OKX perpetual', () => {
  test('is changed in place, in contracts', async () => {
    const { sim, exchange, market } = await startTrader(okxSwap);
    const apiKey = 'key-of-the-tests';
    sim.core.setPosition({ apiKey, symbol: 'BTCUSDT', amount: '0.1', entryPrice: '60000' });
    const placed = await exchange.createExitOrder(market, { ...stop, amount: '0.1' });
    expect(placed).toMatchObject({ kind: 'accepted' });
    const found = await exchange.fetchOrder(market, { clientOrderId, ...asStop });
    const orderId = found?.orderId ?? '';
    const change = { amount: '0.05', triggerPrice: '45000' };
    expect(await exchange.amendStop?.(market, orderId, change, sendDeadline)).toMatchObject({
      kind: 'accepted',
    });
    expect(await exchange.fetchOrder(market, { orderId, ...asStop })).toMatchObject({
      ...{ status: 'live', amount: '0.05', triggerPrice: '45000' },
    });
    const beyond = { amount: '0.05', triggerPrice: '61000' };
    expect(await exchange.amendStop?.(market, orderId, beyond, sendDeadline)).toMatchObject({
      ...{ kind: 'rejected', reason: 'would-trigger' },
    });
    sim.core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price: '44000' });
    expect(await exchange.fetchOrder(market, { orderId, ...asStop })).toMatchObject({
      ...{ status: 'done', filled: '0.05' },
    });
    expect(await exchange.fetchPosition(market, 'long')).toMatchObject({ side: 'long', amount: '0.05' });
  });
});
