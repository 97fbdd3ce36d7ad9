import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { type ExchangeId, exchangeIdSchema, toParent } from '../../../lib/account/account.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { MarketRules } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { toAccount } from './test-markets.ts';

const market: MarketRules = {
  ...{ symbol: 'BTC/USDT', id: 'BTCUSDT', kind: 'spot', base: 'BTC', quote: 'USDT' },
  ...{ amountStep: '0.00001', amountMin: '0.00001', priceStep: '0.01' },
};
const clientOrderId = 'rpabc123def45678';

/** These differ with the time of a request. */
const timed = /\b(timestamp|signature|recvWindow|expTime|deadline|nonce)=?[^&]*/g;

async function record(request: IncomingMessage): Promise<string> {
  const body = await text(request);
  return `${request.method} ${request.url} ${body}`.replace(timed, '');
}

/** @returns the requests of a MARKET order, an entry by cost, a look-up and a cancel. */
async function recordRequests(exchange: ExchangeId): Promise<string[]> {
  const sent: string[] = [];
  const server = createServer((request, response) => {
    void record(request).then((line) => {
      sent.push(line);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const port = await ccxtExchanges(accountsInMemory({ main: toAccount(exchange, url) })).of('main');
  const sendDeadline = Date.now() + 60_000;
  const order = { clientOrderId, positionSide: 'long', hedged: false, sendDeadline } as const;
  await port.createMarketOrder(market, { ...order, side: 'sell', amount: '0.1', reduceOnly: false });
  await port.createEntryOrder(market, { ...order, side: 'buy', type: 'market', cost: '100' });
  await port.fetchOrder(market, { clientOrderId }).catch(() => undefined);
  await port.cancelOrder(market, { clientOrderId }, sendDeadline);
  return sent;
}

const regions = exchangeIdSchema.options.filter((id) => toParent(id) !== id);

test.each(regions)('%s sends the requests of the exchange whose API it has', async (id) => {
  const requests = await recordRequests(id);
  expect(requests.length).toBeGreaterThanOrEqual(4);
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
