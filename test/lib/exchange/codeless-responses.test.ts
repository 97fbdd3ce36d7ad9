import { describe, expect, test } from 'vitest';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { fixedResponse, startScriptedServer } from './scripted-server.ts';
import {
  binanceFutures,
  binanceSpot,
  bybitLinear,
  bybitSpot,
  closeOfLong,
  coinbaseSpot,
  gateSpot,
  startTrader,
  type TestMarket,
  testMarkets,
  toAccount,
} from './test-markets.ts';

/** Recorded by others: https://github.com/hummingbot/deploy/issues/28 */
const countryBlock = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=iso-8859-1">
<TITLE>ERROR: The request could not be satisfied</TITLE>
</HEAD><BODY><H1>403 ERROR</H1><H2>The request could not be satisfied.</H2><HR noshade size="1px">
The Amazon CloudFront distribution is configured to block access from your country.
We can't connect to the server for this app or website at this time.
</BODY></HTML>`;

/** Recorded by others: https://github.com/PipedreamHQ/pipedream/issues/5641 */
const blockedByCloudFront = countryBlock.replace(/The Amazon.*country\./, 'Request blocked.');

/** Recorded by others: https://github.com/ccxt/ccxt/issues/16044 */
const restrictedLocation = JSON.stringify({
  code: 0,
  msg: "Service unavailable from a restricted location according to 'b. Eligibility' in https://www.binance.com/en/terms. Please contact customer service if you believe you received this message in error.",
});

async function startScripted(testMarket: TestMarket, now = Date.now) {
  const server = await startScriptedServer();
  const { market } = await startTrader(testMarket);
  const stored = accountsInMemory({
    main: toAccount(testMarket.exchange, server.url),
  });
  const exchange = await ccxtExchanges(stored, now).of('main');
  const create = () => exchange.createMarketOrder(market, closeOfLong(market, now() + 5_000));
  const cancel = () => exchange.cancelOrder(market, { orderId: '1' }, now() + 5_000);
  return { server, exchange, market, stored, create, cancel };
}

const binances = [binanceSpot, binanceFutures];
const bybits = [bybitSpot, bybitLinear];

const refusals = [
  ...testMarkets.map((testMarket) => ({
    testMarket,
    name: 'a page that blocks a country',
    status: 403,
    body: countryBlock,
    words: /does not serve the region that Ripcord runs in \(403\)$/,
    reason: 'permission',
  })),
  ...testMarkets.map((testMarket) => ({
    testMarket,
    name: 'a page that blocks the request',
    status: 403,
    body: blockedByCloudFront,
    words: /firewall .* too many requests .* or a region that .* does not serve \(403\)$/,
    reason: 'refused-for-now',
  })),
  ...testMarkets.map((testMarket) => ({
    testMarket,
    name: 'an empty 403',
    status: 403,
    body: '',
    words: /firewall .* too many requests .* or a region that .* does not serve \(403\)$/,
    reason: 'refused-for-now',
  })),
  ...binances.map((testMarket) => ({
    testMarket,
    name: 'a restricted location',
    status: 451,
    body: restrictedLocation,
    words: /restricted location .* \(451\)$/,
    reason: 'permission',
  })),
  ...testMarkets.map((testMarket) => ({
    testMarket,
    name: 'an empty 451',
    status: 451,
    body: '',
    words: /does not serve the region that Ripcord runs in \(451\)$/,
    reason: 'permission',
  })),
  ...[...bybits, gateSpot, coinbaseSpot].map((testMarket) => ({
    testMarket,
    name: 'an empty 401',
    status: 401,
    body: '',
    words: /(Bybit|Gate|Coinbase) did not accept the API key \(401\)$/,
    reason: 'permission',
  })),
];

describe.each(refusals)('$name at $testMarket.name', ({ testMarket, status, body, words, reason }) => {
  test('refuses a create and a cancel, and names the cause', async () => {
    const { server, create, cancel } = await startScripted(testMarket);
    server.respond = fixedResponse(body, status, 'text/html');
    const message = expect.stringMatching(words);
    expect(await create()).toEqual({ kind: 'rejected', reason, code: String(status), message });
    expect(await cancel()).toEqual({ kind: 'denied', code: String(status), message });
  });

  test('refuses reads and the check of an account, and names the cause', async () => {
    const { server, exchange, market } = await startScripted(testMarket);
    server.respond = fixedResponse(body, status, 'text/html');
    const refused = { code: 'exchange-refused', message: expect.stringMatching(words) };
    await expect(exchange.fetchPermissions()).rejects.toMatchObject(refused);
    await expect(exchange.fetchOrder(market, { orderId: '1' })).rejects.toMatchObject(refused);
    await expect(exchange.loadMarket(testMarket.symbol)).rejects.toMatchObject(refused);
  });
});

describe.each(testMarkets)('at $name', (testMarket) => {
  test.each([429, 418])('a %i without a code is a rate limit, if the venue documents it', async (status) => {
    const { server, create } = await startScripted(testMarket);
    server.respond = fixedResponse('<html>Slow down.</html>', status, 'text/html');
    const isDocumented = status === 429 || testMarket.exchange.startsWith('binance');
    expect(await create()).toMatchObject(
      isDocumented ? { kind: 'rejected', reason: 'rate-limit', code: String(status) } : { kind: 'unknown' },
    );
  });

  test('a rate limit without a code leaves a cancel to be sent again', async () => {
    const { server, cancel } = await startScripted(testMarket);
    server.respond = fixedResponse('', 429);
    await expect(cancel()).rejects.toMatchObject({
      code: 'exchange-unreachable',
      message: expect.stringContaining('Too many requests'),
    });
  });

  test.each([
    [502, '<html><head><title>502 Bad Gateway</title></head></html>', '502 Bad Gateway (502)'],
    [504, 'upstream timed out', 'upstream timed out (504)'],
    [502, '', 'Bad Gateway (502)'],
    [500, '{}', 'Internal Server Error (500)'],
    [503, countryBlock, 'ERROR: The request could not be satisfied (503)'],
  ])('a %i of a proxy proves nothing, and its words are kept', async (status, body, message) => {
    const { server, create } = await startScripted(testMarket);
    server.respond = fixedResponse(body, status, 'text/html');
    expect(await create()).toEqual({ kind: 'unknown', code: String(status), message });
  });

  test('a page of a proxy does not stop the next request', async () => {
    const { server, create } = await startScripted(testMarket);
    server.respond = fixedResponse(countryBlock, 403, 'text/html');
    await create();
    await create();
    expect(server.count).toBe(2);
  });
});

describe.each(bybits)('"403, access too frequent" at $name', (testMarket) => {
  test.each(['{"retMsg":"access too frequent"}', 'access too frequent', '<p>403, Access too frequent</p>'])(
    'stops all requests for 10 minutes: %s',
    async (body) => {
      const clock = { now: Date.now() };
      const { server, exchange, market, create } = await startScripted(testMarket, () => clock.now);
      server.respond = fixedResponse(body, 403);
      expect(await create()).toMatchObject({ kind: 'rejected', reason: 'rate-limit', code: '403' });
      for (const passed of [1, 180_001, 419_997]) {
        clock.now += passed;
        expect(await create()).toMatchObject({ kind: 'rejected', reason: 'rate-limit', code: 'rate-limit' });
        await expect(exchange.fetchOrder(market, { orderId: '1' })).rejects.toMatchObject({
          code: 'exchange-unreachable',
          message: expect.stringContaining('asked for a pause until'),
        });
      }
      expect(server.count).toBe(1);
      clock.now += 2;
      await create();
      expect(server.count).toBe(2);
    },
  );
});

test.each(bybits)('changed keys are tried after a 401 at $name', async (testMarket) => {
  const { server, stored, create } = await startScripted(testMarket);
  stored.all.main = { exchange: 'bybit', apiKey: 'new-key', secret: 'new-secret', baseUrl: server.url };
  server.respond = (response) =>
    fixedResponse(
      server.count === 1 ? '' : '{"retCode":0,"result":{"orderId":"7"}}',
      server.count === 1 ? 401 : 200,
    )(response);
  expect(await create()).toMatchObject({ kind: 'accepted', order: { orderId: '7' } });
});

describe('a 503 of Binance USDⓈ-M', () => {
  const failure = { kind: 'rejected', reason: 'not-placed' };
  const unknown = { kind: 'unknown' };
  const internal = 'Internal error; unable to process your request. Please try again.';
  const throttled =
    'Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again.';

  // https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info#http-return-codes
  test.each([
    [503, -1001, internal, failure],
    [503, -1000, 'Service Unavailable.', failure],
    [503, 0, 'Service Unavailable.', failure],
    [503, -1008, throttled, failure],
    [
      503,
      -1008,
      'Server is currently overloaded with other requests. Please try again in a few minutes.',
      failure,
    ],
    [503, -1000, 'Unknown error, please check your request or try again later.', unknown],
    [503, -1001, 'Internal error; unable to process your request.', unknown],
    [
      503,
      -1006,
      'An unexpected response was received from the message bus. Execution status unknown.',
      unknown,
    ],
    [503, -1007, internal, unknown],
    [500, -1001, internal, unknown],
    [408, -1001, internal, unknown],
    [400, -1001, internal, unknown],
    [400, -1008, 'Server is currently overloaded with other requests.', unknown],
  ])('of %i with %i "%s" is believed as documented', async (status, code, msg, expected) => {
    const { server, create } = await startScripted(binanceFutures);
    server.respond = fixedResponse(JSON.stringify({ code, msg }), status);
    const result = await create();
    expect(result).toMatchObject(expected);
    expect('message' in result && result.message).toContain(msg);
    const spot = await startScripted(binanceSpot);
    spot.server.respond = fixedResponse(JSON.stringify({ code, msg }), status);
    expect(await spot.create()).toMatchObject(unknown);
  });

  test.each([
    [503, -1001, internal],
    [503, -1000, 'Service Unavailable.'],
    [503, -1008, throttled],
    [503, -1000, 'Unknown error, please check your request or try again later.'],
  ])('of %i with %i "%s" leaves a read to be repeated', async (status, code, msg) => {
    const { server, exchange, market } = await startScripted(binanceFutures);
    server.respond = fixedResponse(JSON.stringify({ code, msg }), status);
    await expect(exchange.fetchOrder(market, { orderId: '1' })).rejects.toMatchObject({
      code: 'exchange-unreachable',
      message: expect.stringContaining(msg),
    });
  });

  test('without JSON is believed by its words alone', async () => {
    const { server, create } = await startScripted(binanceFutures);
    server.respond = fixedResponse('Service Unavailable.', 503, 'text/plain');
    expect(await create()).toMatchObject(failure);
    server.respond = fixedResponse('<html><title>503 Service Unavailable</title></html>', 503, 'text/html');
    expect(await create()).toMatchObject(unknown);
  });
});
