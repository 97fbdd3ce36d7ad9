import { describe, expect, test } from 'vitest';
import type { FaultKind } from '../../../infra/simulator/core/faults.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { fetchBaseFee } from './fills.ts';
import { fixedResponse, startScriptedServer } from './scripted-server.ts';
import {
  accepted,
  closeOfLong,
  inFiveSeconds,
  lastHour,
  startTrader,
  type TestMarket,
  testMarkets,
  toAccount,
} from './test-markets.ts';

// Long enough for a response on this machine, and short for one that never ends.
const impatient = { deadlines: { callMs: 400 } };

/** `executed`: whether the exchange executed the request. */
const faults: { name: string; fault: FaultKind; executed: boolean }[] = [
  { name: 'a connection closed before', fault: { kind: 'drop-before' }, executed: false },
  { name: 'a connection closed after', fault: { kind: 'drop-after' }, executed: true },
  { name: 'a body that stalls', fault: { kind: 'stall-after' }, executed: true },
  { name: 'half a body', fault: { kind: 'truncate' }, executed: true },
  { name: 'a page of HTML', fault: { kind: 'html', executed: true }, executed: true },
  { name: 'an internal error', fault: { kind: 'status', status: 500 }, executed: false },
  { name: 'a gateway time-out', fault: { kind: 'status', status: 504 }, executed: false },
];

describe.each(testMarkets)('$name', (testMarket) => {
  test.each(faults)('leaves the outcome of a create unknown after $name', async ({ fault, executed }) => {
    const { sim, buy, order } = await startTrader(testMarket, impatient);
    sim.core.addFault({ ...fault, match: testMarket.create });
    const result = await buy();
    expect(result.kind).toBe('unknown');
    expect(sim.core.orders().orders).toHaveLength(executed ? 1 : 0);
    if (executed) expect(order('entry1').status).toBe('new');
  });

  test.each(faults)('leaves a cancel unconfirmed after $name', async ({ fault, executed }) => {
    const { sim, exchange, market, buy, order } = await startTrader(testMarket, impatient);
    const { orderId } = accepted(await buy());
    sim.core.addFault({ ...fault, match: testMarket.cancel });
    const result = await exchange.cancelOrder(market, { orderId }, inFiveSeconds());
    expect(result.kind).toBe('unconfirmed');
    expect('reason' in result && result.reason).not.toBe('acknowledged');
    expect(order('entry1').status).toBe(executed ? 'canceled' : 'new');
  });

  test.each(faults)('is unreachable for a look-up that meets $name', async ({ fault }) => {
    const { sim, exchange, market, buy } = await startTrader(testMarket, impatient);
    const { orderId } = accepted(await buy());
    sim.core.addFault({ ...fault, match: testMarket.fetch });
    await expect(exchange.fetchOrder(market, { orderId })).rejects.toMatchObject({
      code: 'exchange-unreachable',
    });
  });

  test('is unreachable for other reads too, and never reports an empty account instead', async () => {
    for (const { fault } of faults) {
      const { sim, exchange, market } = await startTrader(testMarket, impatient);
      sim.core.addFault({ ...fault, match: {}, times: 9 });
      const unreachable = { code: 'exchange-unreachable' };
      await expect(exchange.fetchBalance('BTC')).rejects.toMatchObject(unreachable);
      await expect(exchange.fetchPrice(market)).rejects.toMatchObject(unreachable);
      await expect(exchange.fetchTrades(market, lastHour())).rejects.toMatchObject(unreachable);
      if (market.kind === 'perpetual')
        await expect(exchange.fetchPosition(market, 'long')).rejects.toMatchObject(unreachable);
      await expect(fetchBaseFee(exchange, market, '1', '1')).rejects.toMatchObject(unreachable);
    }
  });

  test.each([
    { name: 'nothing', body: '' },
    { name: 'null', body: 'null' },
    { name: 'an empty object', body: '{}' },
    { name: 'an unrelated object', body: '{"message":"Welcome"}' },
    { name: 'success without a result', body: '{"retCode":0,"retMsg":"OK"}' },
    { name: 'success with an empty result', body: '{"retCode":0,"retMsg":"OK","result":{}}' },
    { name: 'a result that is no list', body: '{"retCode":0,"result":{"list":{}}}' },
    { name: 'half an order', body: '{"orderId":1,"retCode":0,"result":{"list":[{"orderId":"1"}]}}' },
    { name: 'text', body: 'OK' },
  ])('proves nothing with a status of 200 and $name', async ({ body }) => {
    const server = await startScriptedServer();
    const { exchange, market } = await scripted(testMarket, server.url);
    server.respond = fixedResponse(body);
    const result = await exchange.createMarketOrder(market, closeOfLong(market));
    expect(result.kind).toBe('unknown');
    expect((await exchange.cancelOrder(market, { orderId: '1' }, inFiveSeconds())).kind).toBe('unconfirmed');
    const unreachable = { code: 'exchange-unreachable' };
    await expect(exchange.fetchOrder(market, { orderId: '1' })).rejects.toMatchObject(unreachable);
    await expect(exchange.fetchBalance('BTC')).rejects.toMatchObject(unreachable);
    await expect(exchange.fetchPrice(market)).rejects.toMatchObject(unreachable);
  });

  test('is unreachable while nothing listens at its address', async () => {
    const { exchange, market } = await scripted(testMarket, 'http://127.0.0.1:9');
    await expect(exchange.fetchOrder(market, { orderId: '1' })).rejects.toMatchObject({
      code: 'exchange-unreachable',
    });
  });
});

async function scripted(testMarket: TestMarket, baseUrl: string) {
  const { market } = await startTrader(testMarket);
  const accounts = accountsInMemory({ main: toAccount(testMarket.exchange, baseUrl) });
  const exchange = await ccxtExchanges(accounts, Date.now, impatient.deadlines).of('main');
  return { exchange, market };
}
