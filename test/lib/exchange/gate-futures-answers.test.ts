import { expect, test } from 'vitest';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { MarketRules } from '../../../lib/exchange/exchange.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { faultOf } from './fault-of.ts';
import { byId, clientOrderId } from './recorded-calls.ts';
import { startRequestRecorder } from './request-recorder.ts';
import { fixedResponse, startScriptedServer } from './scripted-server.ts';
import { accepted, inFiveSeconds, toAccount } from './test-markets.ts';

type Fields = Record<string, unknown>;

const futures = '/api/v4/futures/usdt/';

/** 10 contracts are 0.001 BTC. */
const swap: MarketRules = {
  ...{ symbol: 'BTC/USDT:USDT', id: 'BTC_USDT', kind: 'perpetual', base: 'BTC', quote: 'USDT' },
  ...{ settle: 'USDT', contractSize: '0.0001', amountStep: '0.0001', amountMin: '0.0001', priceStep: '0.1' },
};

const toClose = () => ({
  ...({ clientOrderId, positionSide: 'long', hedged: false, sendDeadline: inFiveSeconds() } as const),
  ...({ side: 'sell', amount: '0.001', reduceOnly: true } as const),
});

const order = {
  ...{
    id: 1234567,
    contract: 'BTC_USDT',
    size: '-10',
    left: '0',
    price: '0',
    fill_price: '60000',
    tif: 'ioc',
  },
  ...{ text: `t-${clientOrderId}`, status: 'finished', finish_as: 'filled', is_reduce_only: true },
  ...{ create_time: 1_790_000_000.123, finish_time: 1_790_000_000.125 },
};

/** @param answers by method and end of the path; anything else is an empty list. */
const startGate = (answers: Record<string, unknown>, mode = 'single') =>
  startRequestRecorder('gate', (path, { method }) => {
    const own = path.replace(futures, '');
    return answers[`${method} ${own}`] ?? (own === 'accounts' ? { position_mode: mode } : []);
  });

test.each<Fields>([
  // Their size was 0, and they filled something.
  { size: '0', left: '0', is_close: true, finish_as: 'filled' },
  // They filled something without a price.
  { left: '0', fill_price: '0' },
  { left: '-4', fill_price: '0', status: 'open' },
  // More is left than was ordered.
  { left: '-18.66', status: 'open' },
])('no fill is read from an order that contradicts itself: %j', async (fields) => {
  const row = { ...order, ...fields };
  const { exchange } = await startGate({
    ...{ 'POST orders': row, 'GET orders/1234567': row, 'DELETE orders/1234567': row },
  });
  expect(await exchange.createMarketOrder(swap, toClose())).toMatchObject({ kind: 'unknown' });
  expect((await faultOf(exchange.fetchOrder(swap, byId))).code).toBe('exchange-unreachable');
  expect(await exchange.cancelOrder(swap, byId, inFiveSeconds())).toMatchObject({ kind: 'unconfirmed' });
});

test('no order is named by an id that lost its last digits', async () => {
  const scripted = await startScriptedServer();
  const accounts = accountsInMemory({ main: toAccount('gate', scripted.url) });
  const exchange = await ccxtExchanges(accounts).of('main');
  // 2^53 + 1, in an answer with spaces, whose numbers ccxt reads as JavaScript's.
  const toText = (id: string) =>
    JSON.stringify({ ...order, id: 1 }, undefined, 1).replace('"id": 1', `"id": ${id}`);
  scripted.respond = fixedResponse(toText('9007199254740993'));
  expect(await exchange.createMarketOrder(swap, toClose())).toMatchObject({ kind: 'unknown' });
  scripted.respond = fixedResponse(
    toText('9007199254740993').replace('"id"', '"id_string": "9007199254740993", "id"'),
  );
  expect(accepted(await exchange.createMarketOrder(swap, toClose())).orderId).toBe('9007199254740993');
  scripted.respond = fixedResponse(toText('9007199254740991'));
  expect(accepted(await exchange.createMarketOrder(swap, toClose())).orderId).toBe('9007199254740991');
});
