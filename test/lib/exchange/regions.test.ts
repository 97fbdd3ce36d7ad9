import { expect, test } from 'vitest';
import { type ExchangeId, exchangeIdSchema, toParent } from '../../../lib/account/account.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { MarketRules } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { recordedCalls } from './recorded-calls.ts';
import { startRequestRecorder } from './request-recorder.ts';
import { toAccount } from './test-markets.ts';

const market: MarketRules = {
  ...{ symbol: 'BTC/USDT', id: 'BTCUSDT', kind: 'spot', base: 'BTC', quote: 'USDT' },
  ...{ amountStep: '0.00001', amountMin: '0.00001', priceStep: '0.01' },
};
/** These differ with the time of a request. */
const timed = new Set(['timestamp', 'signature', 'recvWindow', 'nonce']);

function withoutTime(fields: unknown): unknown {
  return Object.fromEntries(Object.entries(fields ?? {}).filter(([name]) => !timed.has(name)));
}

/** @returns the requests of every recorded call. */
async function recordRequests(id: ExchangeId) {
  const { exchange, sent } = await startRequestRecorder(id, () => ({}));
  for (const call of Object.values(recordedCalls(market).calls)) await call(exchange).catch(() => undefined);
  return sent.map(({ headers: _, query, body, ...each }) => ({
    ...each,
    ...{ query: withoutTime(query), body: withoutTime(body) },
  }));
}

const regions = exchangeIdSchema.options.filter((id) => toParent(id) !== id);

test.each(regions)('%s sends the requests of the exchange whose API it has', async (id) => {
  const requests = await recordRequests(id);
  expect(requests.length).toBeGreaterThanOrEqual(10);
  expect(requests).toEqual(await recordRequests(toParent(id)));
});

test('An account at an exchange without a test network is refused as a test account', async () => {
  const account = { ...toAccount('binanceus', 'http://127.0.0.1:9'), sandbox: true };
  const connected = ccxtExchanges(accountsInMemory({ main: account })).of('main');
  await expect(connected).rejects.toThrow(Fault);
  await expect(connected).rejects.toMatchObject({
    code: 'account-invalid',
    message: expect.stringContaining('Binance US has no test network. Nothing was sent.'),
  });
});
