import { describe, expect, test } from 'vitest';
import type { FaultKind } from '../../../infra/simulator/core/faults.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { say, startScriptedServer } from './scripted-server.ts';
import { accepted, enter, type Ground, grounds, keys, soon } from './trading-floor.ts';

// Long enough for an answer of this machine, short for one that never ends.
const impatient = { deadlines: { callMs: 400 } };

/** `executed`: whether the exchange has carried the request out. */
const faults: { name: string; fault: FaultKind; executed: boolean }[] = [
  { name: 'a connection closed before', fault: { kind: 'drop-before' }, executed: false },
  { name: 'a connection closed after', fault: { kind: 'drop-after' }, executed: true },
  { name: 'a body that stalls', fault: { kind: 'stall-after' }, executed: true },
  { name: 'half a body', fault: { kind: 'truncate' }, executed: true },
  { name: 'a page of HTML', fault: { kind: 'html', executed: true }, executed: true },
  { name: 'an internal error', fault: { kind: 'status', status: 500 }, executed: false },
  { name: 'a gateway time-out', fault: { kind: 'status', status: 504 }, executed: false },
];

describe.each(grounds)('$name', (ground) => {
  test.each(faults)('leaves the outcome of a create unknown after $name', async ({ fault, executed }) => {
    const { sim, buy, order } = await enter(ground, impatient);
    sim.core.addFault({ ...fault, match: ground.create });
    const result = await buy();
    expect(result.kind).toBe('unknown');
    expect(sim.core.orders().orders).toHaveLength(executed ? 1 : 0);
    if (executed) expect(order('entry-1').status).toBe('new');
  });

  test.each(faults)('has to look after a cancel that met $name', async ({ fault, executed }) => {
    const { sim, exchange, market, buy, order } = await enter(ground, impatient);
    const { orderId } = accepted(await buy());
    sim.core.addFault({ ...fault, match: ground.cancel });
    const result = await exchange.cancelOrder(market, { orderId }, soon());
    expect(result.kind).toBe('unconfirmed');
    expect('message' in result && result.message).not.toBe('acknowledged');
    expect(order('entry-1').status).toBe(executed ? 'canceled' : 'new');
  });

  test.each(faults)('is unreachable to a look-up that met $name', async ({ fault }) => {
    const { sim, exchange, market, buy } = await enter(ground, impatient);
    const { orderId } = accepted(await buy());
    sim.core.addFault({ ...fault, match: ground.fetch });
    await expect(exchange.fetchOrder(market, { orderId })).rejects.toMatchObject({
      code: 'exchange-unreachable',
    });
  });

  test('is unreachable to other reads too, and never tells an empty account instead', async () => {
    for (const { fault } of faults) {
      const { sim, exchange, market } = await enter(ground, impatient);
      sim.core.addFault({ ...fault, match: {}, times: 9 });
      const unreachable = { code: 'exchange-unreachable' };
      await expect(exchange.fetchBalance('BTC')).rejects.toMatchObject(unreachable);
      await expect(exchange.fetchPrice(market)).rejects.toMatchObject(unreachable);
      await expect(exchange.fetchLastTrade(market, 'buy')).rejects.toMatchObject(unreachable);
      if (market.kind === 'perpetual')
        await expect(exchange.fetchPosition(market, 'long')).rejects.toMatchObject(unreachable);
      else await expect(exchange.fetchBaseFee(market, '1', '1')).rejects.toMatchObject(unreachable);
    }
  });

  test.each([
    { name: 'nothing', body: '' },
    { name: 'null', body: 'null' },
    { name: 'an empty object', body: '{}' },
    { name: 'an object of something else', body: '{"message":"Welcome"}' },
    { name: 'success without a result', body: '{"retCode":0,"retMsg":"OK"}' },
    { name: 'success with an empty result', body: '{"retCode":0,"retMsg":"OK","result":{}}' },
    { name: 'a result that is no list', body: '{"retCode":0,"result":{"list":{}}}' },
    { name: 'half an order', body: '{"orderId":1,"retCode":0,"result":{"list":[{"orderId":"1"}]}}' },
    { name: 'text', body: 'OK' },
  ])('proves nothing by an answer of 200 with $name', async ({ body }) => {
    const server = await startScriptedServer();
    const { exchange, market } = await scripted(ground, server.url);
    server.answer = say(body);
    const result = await exchange.createMarketOrder(market, {
      clientOrderId: 'close-1',
      side: 'sell',
      positionSide: 'long',
      amount: '0.1',
      reduceOnly: market.kind === 'perpetual',
      hedged: false,
      sendDeadline: soon(),
    });
    expect(result.kind).toBe('unknown');
    expect((await exchange.cancelOrder(market, { orderId: '1' }, soon())).kind).toBe('unconfirmed');
    const unreachable = { code: 'exchange-unreachable' };
    await expect(exchange.fetchOrder(market, { orderId: '1' })).rejects.toMatchObject(unreachable);
    await expect(exchange.fetchBalance('BTC')).rejects.toMatchObject(unreachable);
    await expect(exchange.fetchPrice(market)).rejects.toMatchObject(unreachable);
  });

  test('is a failure for as long as its address answers nobody', async () => {
    const { exchange, market } = await scripted(ground, 'http://127.0.0.1:9');
    await expect(exchange.fetchOrder(market, { orderId: '1' })).rejects.toMatchObject({
      code: 'exchange-unreachable',
    });
  });
});

async function scripted(ground: Ground, baseUrl: string) {
  const { market } = await enter(ground);
  const accounts = accountsInMemory({ main: { exchange: ground.exchange, ...keys, baseUrl } });
  const exchange = await ccxtExchanges(accounts, Date.now, impatient.deadlines).of('main');
  return { exchange, market };
}
