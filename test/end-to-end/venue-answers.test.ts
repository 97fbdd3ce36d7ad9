import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../infra/simulator/core/faults.ts';
import {
  bitgetSpot,
  coinbaseSpot,
  findMissing,
  gateSpot,
  gateSwap,
  krakenSpot,
  kucoinSpot,
} from '../lib/exchange/test-markets.ts';
import { fire, ledgerSince, startEnvironment } from './environment.ts';
import {
  allMarkets,
  binanceSpot,
  binanceUsdm,
  bybitLinear,
  bybitSpot,
  okxSpot,
  okxSwap,
  stageLong,
  type VenueMarket,
} from './long-position.ts';

/** What a venue's own words about an order come to: from its response to the hit, the state and the history. */

const environment = await startEnvironment({ table: 'model', pollMs: 20 });
const { core } = environment;

const stage = (venue: VenueMarket, options = {}) => stageLong(environment, venue, options);

function takenSince(mark: number) {
  return ledgerSince(core, mark).orders;
}

async function sweep() {
  await environment.invoke('ripcord-sweep', {});
}

const halted = [
  { venue: binanceSpot, code: '-1013', words: 'Market is closed.' },
  { venue: binanceUsdm, code: '-4141', words: 'Symbol is closed.' },
  { venue: bybitSpot, code: '170151', words: 'The trading pair is not open yet.' },
  { venue: bybitLinear, code: '110074', words: 'This contract is not live' },
  { venue: okxSpot, code: '51022', words: 'Contract suspended.' },
  { venue: okxSwap, code: '51022', words: 'Contract suspended.' },
  { venue: kucoinSpot, code: '200001', words: 'Order creation for this pair suspended' },
  {
    venue: bitgetSpot,
    code: '41114',
    words:
      'The current trading pair is under maintenance, please refer to the official announcement for the opening time',
  },
  { venue: gateSpot, code: 'TRADE_RESTRICTED', words: 'Trading is restricted' },
  { venue: gateSwap, code: 'CONTRACT_IN_DELISTING', words: 'Contract is delisting' },
  {
    venue: krakenSpot,
    code: 'EService:Market in cancel_only mode',
    words: 'EService:Market in cancel_only mode',
  },
  { venue: coinbaseSpot, code: 'ORDER_ENTRY_DISABLED', words: 'Order entry is disabled' },
];

it('has the words of each market of each proven exchange for a halt', () => {
  expect(findMissing(halted.map(({ venue }) => venue))).toEqual([]);
});

describe.each(halted)('a close in a halted market of $venue.name', ({ venue, code, words }) => {
  it('fails with its words, and only a new hit sells', async () => {
    const { url, positionId, mark } = await stage(venue);
    core.changeMarket({ market: venue.market, symbol: 'BTCUSDT', halted: true });
    const answer = await fire(url);
    expect(answer.status).toBe(422);
    expect(answer.json.message).toContain(words);
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'open',
      failure: {
        ...{ source: 'exchange', code, message: expect.stringContaining(words) },
        canceledExitOrderIds: [],
      },
    });
    await sweep();
    core.changeMarket({ market: venue.market, symbol: 'BTCUSDT', halted: false });
    await sweep();
    expect(takenSince(mark)).toEqual([]);
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(takenSince(mark)).toHaveLength(1);
  });
});

describe.each(allMarkets)('a close with exits in a halted market of $name', (venue) => {
  const halt = (halted: boolean) => core.changeMarket({ market: venue.market, symbol: 'BTCUSDT', halted });

  it('fails before an exit is canceled, and only a new hit sells', async () => {
    const { url, positionId, mark } = await stage(venue, { exits: true });
    halt(true);
    const answer = await fire(url);
    expect(answer).toMatchObject({
      status: 422,
      json: { message: expect.stringContaining('exits are unchanged') },
    });
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'open',
      exitOrders: [{ status: 'live', filled: '0' }],
      failure: { source: 'ripcord', code: 'market-closed', canceledExitOrderIds: [] },
    });
    await sweep();
    halt(false);
    await sweep();
    expect(ledgerSince(core, mark)).toMatchObject({ orders: [], canceled: [], requests: [] });
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(takenSince(mark)).toHaveLength(1);
  });

  it('is sent if the market can not be read', async () => {
    const { url, mark } = await stage(venue, { exits: true });
    const path = {
      binance: '/api/v3/exchangeInfo',
      binanceusdm: '/fapi/v1/exchangeInfo',
      bybit: '/v5/market/*',
      okx: '/api/v5/public/*',
      kucoin: '/api/v2/*',
      bitget: '/api/v2/spot/public/*',
      gate: '/api/v4/spot/currency_pairs*',
      kraken: '/0/public/AssetPairs',
      coinbase: '/api/v3/brokerage/market/*',
    };
    core.addFault({ kind: 'drop-before', match: { method: 'GET', path: path[venue.exchange] }, times: 9 });
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(takenSince(mark)).toHaveLength(1);
  });
});

/** The first was recorded in a maintenance: https://github.com/freqtrade/freqtrade/issues/2889 */
const refusedCancels = [
  { venue: binanceSpot, code: -2011, msg: 'Rest API trading is not enabled.' },
  { venue: binanceSpot, code: -1013, msg: 'Market is closed.' },
  { venue: binanceSpot, code: -2011, msg: 'This account may not place or cancel orders.' },
  { venue: binanceUsdm, code: -4141, msg: 'Symbol is closed.' },
  { venue: bybitSpot, code: 170151, msg: 'The trading pair is not open yet.' },
  { venue: bybitLinear, code: 110063, msg: 'Settlement in progress! BTCUSDT not available for trading.' },
  { venue: okxSpot, code: 51022, msg: 'Contract suspended.' },
  { venue: okxSwap, code: 51029, msg: 'Contract is being settled.' },
  { venue: kucoinSpot, code: 200002, msg: 'Order cancel for this pair suspended' },
  { venue: bitgetSpot, code: 41114, msg: 'The current trading pair is under maintenance' },
  { venue: gateSpot, code: 'TRADE_RESTRICTED', msg: 'Trading is restricted' },
];

it.each(refusedCancels)(
  '$code "$msg" to a cancel at $venue.name fails the close, and no sweep sends it later',
  async ({ venue, code, msg }) => {
    const { url, positionId, exit, mark } = await stage(venue, { exits: true });
    const status = venue.errorStatus;
    core.addFault({ kind: 'status', status, code, msg, match: venue.cancel, times: 1_000 });
    const words = expect.stringContaining(`${msg} (${code}). Order ${exit} is still open and can fill`);
    expect(await fire(url)).toMatchObject({ status: 422, json: { message: words } });
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'open',
      openExitOrders: 1,
      failure: { source: 'exchange', code: String(code), canceledExitOrderIds: [] },
    });
    core.clearFaults();
    await sweep();
    expect(ledgerSince(core, mark)).toMatchObject({ orders: [], canceled: [] });
    expect(await fire(url)).toMatchObject({ status: 200, json: { canceledExitOrderIds: [exit] } });
  },
);

it.each([
  { venue: binanceSpot, code: -1003, msg: 'Too many requests queued.' },
  { venue: binanceUsdm, code: -1015, msg: 'Too many new orders.' },
  { venue: bybitSpot, code: 170222, msg: 'Too many requests.' },
  { venue: bybitLinear, code: 10006, msg: 'Too many visits. Exceeded the API Rate Limit.' },
  { venue: okxSpot, code: 50011, msg: 'Rate limit reached.' },
  { venue: okxSwap, code: 50061, msg: 'Maximum order rate limit.' },
  { venue: bitgetSpot, code: 40047, msg: 'Too many requests of this account.' },
  { venue: krakenSpot, code: 'EOrder:Rate limit exceeded', msg: 'EOrder:Rate limit exceeded' },
  { venue: coinbaseSpot, code: 'RESOURCE_EXHAUSTED', msg: 'Too many requests' },
])('$code "$msg" after the cancels at $venue.name is quoted while Ripcord retries', async (rate) => {
  const { venue, code, msg } = rate;
  const { url, positionId } = await stage(venue, { exits: true });
  const status = venue.errorStatus;
  core.addFault({ kind: 'status', status, code, msg, match: venue.create });
  const words = expect.stringContaining(msg);
  expect(await fire(url)).toMatchObject({ status: 503, json: { status: 'retrying', message: words } });
  const { hits } = await environment.admin('history.list', { positionId });
  expect(hits).toMatchObject([{ why: words }]);
});

const priceBands = [
  { venue: binanceSpot, status: 400, code: -1013, msg: 'Filter failure: PERCENT_PRICE_BY_SIDE' },
  { venue: binanceSpot, status: 400, code: -2010, msg: 'Rest API trading is not enabled.' },
  {
    venue: binanceUsdm,
    status: 400,
    code: -4131,
    msg: "The counterparty's best price does not meet the PERCENT_PRICE filter limit",
  },
  { venue: binanceUsdm, status: 400, code: -4400, msg: 'Futures Trading Quantitative Rules violated' },
  { venue: bybitSpot, status: 200, code: 170198, msg: 'Your order quantity to sell is too large.' },
  { venue: kucoinSpot, status: 200, code: 126022, msg: 'Your order will trigger the price protection.' },
  { venue: bitgetSpot, status: 400, code: 43008, msg: 'The current order price cannot be less than 59000.' },
  { venue: bybitSpot, status: 200, code: 170194, msg: 'Sell order price cannot be lower than 59000.' },
  {
    venue: bybitLinear,
    status: 200,
    code: 30209,
    msg: 'The order price is lower than the minimum selling price.',
  },
  {
    venue: bybitLinear,
    status: 200,
    code: 110063,
    msg: 'Settlement in progress! BTCUSDT not available for trading.',
  },
];

it.each(priceBands)('$code "$msg" at $venue.name fails at once, and is not sent again', async (band) => {
  const { venue, status, code, msg } = band;
  const { url, positionId, mark } = await stage(venue);
  core.addFault({ kind: 'status', status, code, msg, match: venue.create });
  expect(await fire(url)).toMatchObject({ status: 422, json: { message: expect.stringContaining(msg) } });
  await sweep();
  expect(takenSince(mark)).toEqual([]);
  expect(await environment.positionNow(positionId)).toMatchObject({
    status: 'open',
    failure: { code: String(code) },
  });
});

const countryBlock =
  '<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>403 ERROR</H1>The Amazon CloudFront distribution is configured to block access from your country.</BODY></HTML>';
const blocked: { name: string; fault: FaultKind; words: RegExp; on: VenueMarket[] }[] = [
  {
    name: "a CDN's page that blocks a country",
    fault: { kind: 'html', status: 403, body: countryBlock },
    words: /does not serve the region that Ripcord runs in \(403\)/,
    on: allMarkets,
  },
  {
    name: "a firewall's page",
    fault: { kind: 'html', status: 403, body: '<html><body>Request blocked.</body></html>' },
    words: /too many requests from this address, or a region that \S.* does not serve \(403\)/,
    on: allMarkets,
  },
  {
    name: 'a restricted location',
    fault: {
      kind: 'status',
      status: 451,
      code: 0,
      msg: "Service unavailable from a restricted location according to 'b. Eligibility' in https://www.binance.com/en/terms.",
    },
    words: /restricted location .* \(451\)/,
    on: [binanceSpot, binanceUsdm],
  },
  {
    name: 'a 451 without words',
    fault: { kind: 'html', status: 451, body: '' },
    words: /does not serve the region that Ripcord runs in \(451\)/,
    on: allMarkets,
  },
];

describe.each(blocked.flatMap(({ on, ...each }) => on.map((venue) => ({ ...each, venue }))))(
  '$name at $venue.name',
  ({ fault, words, venue }) => {
    it('is named by the check of the account', async () => {
      const { account } = await stage(venue);
      core.addFault({ ...fault, match: {}, times: 1_000 });
      const refusal = await environment.refusal({ command: 'accounts.check', name: account });
      expect(refusal).toMatchObject({ code: 'exchange-refused', message: expect.stringMatching(words) });
    });

    it.each([true, false])('fails a hit instead of keeping it in progress: with exits %s', async (exits) => {
      const { url, positionId, mark } = await stage(venue, { exits });
      core.addFault({ ...fault, match: {}, times: 1_000 });
      const answer = await fire(url);
      expect(answer).toMatchObject({ status: 422, json: { message: expect.stringMatching(words) } });
      await sweep();
      expect(takenSince(mark)).toEqual([]);
      expect(await environment.positionNow(positionId)).toMatchObject({
        status: 'open',
        failure: { canceledExitOrderIds: [] },
      });
      core.clearFaults();
      expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    });
  },
);

const pauses = allMarkets.map(
  (venue) =>
    ({
      binance: { venue, status: 429, code: -1003, msg: 'Too many requests; current limit is 1200.' },
      binanceusdm: { venue, status: 429, code: -1003, msg: 'Too many requests; current limit is 1200.' },
      bybit: { venue, status: 200, code: 10006, msg: 'Too many visits. Exceeded the API Rate Limit.' },
      okx: { venue, status: 200, code: 50011, msg: 'Rate limit reached.' },
      gate: { venue, status: 429, code: 'TOO_MANY_REQUESTS', msg: 'Request rate exceeds limits' },
      kucoin: { venue, status: 429, code: 429000, msg: 'Too many requests in a short period.' },
      bitget: { venue, status: 429, code: 429, msg: 'Too Many Requests' },
      kraken: { venue, status: 200, code: 'EAPI:Rate limit exceeded', msg: 'EAPI:Rate limit exceeded' },
      coinbase: { venue, status: 429, code: 'rate_limit_exceeded', msg: 'You have exceeded the rate limit' },
    })[venue.exchange],
);

it.each(pauses)(
  'a rate limit at $venue.name that stops a close is quoted until the close is sent',
  async ({ venue, status, code, msg }) => {
    const { url, positionId, mark } = await stage(venue, { exits: true });
    core.addFault({ kind: 'status', status, code, msg, match: venue.create });
    const words = `Last exchange message: ${msg}`;
    const message = expect.stringContaining(words);
    expect(await fire(url)).toMatchObject({ status: 503, json: { status: 'retrying', message } });
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'closing',
      progress: expect.stringContaining(words),
    });
    const { hits } = await environment.admin('history.list', { positionId });
    expect(hits[0]?.why).toContain(words);
    expect(takenSince(mark)).toEqual([]);
  },
);

const internal = 'Internal error; unable to process your request. Please try again.';

describe('a 503 that Binance USDⓈ-M documents as a failure', () => {
  it.each([
    [-1001, internal],
    [-1000, 'Service Unavailable.'],
    [-1008, 'Request throttled by system-level protection. Reduce-only/close-position orders are exempt.'],
  ])('costs no recovery: %i "%s"', async (code, msg) => {
    const { url, mark } = await stage(binanceUsdm, { exits: true });
    core.addFault({ kind: 'status', status: 503, code, msg, match: binanceUsdm.create });
    const first = await fire(url);
    // The sender resends within seconds if the first hit did not try again itself.
    const last = first.status === 200 ? first : await fire(url);
    expect(last).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(takenSince(mark)).toHaveLength(1);
  });

  it.each([
    { venue: binanceUsdm, code: -1000, msg: 'Unknown error, please check your request or try again later.' },
    {
      venue: binanceUsdm,
      code: -1006,
      msg: 'An unexpected response was received from the message bus. Execution status unknown.',
    },
    {
      venue: binanceUsdm,
      code: -1007,
      msg: 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
    },
    { venue: binanceSpot, code: -1001, msg: internal },
    {
      venue: binanceSpot,
      code: -1008,
      msg: 'Server is currently overloaded with other requests. Please try again in a few minutes.',
    },
    { venue: bybitLinear, code: 10016, msg: 'Server error.' },
    { venue: bybitSpot, code: 170146, msg: 'Order creation timeout' },
  ])(
    'is no reason to send again after an error that leaves the result unknown: $code at $venue.name',
    async ({ venue, code, msg }) => {
      const { url, mark } = await stage(venue);
      core.addFault({ kind: 'error-after', status: 503, code, msg, match: venue.create });
      const first = await fire(url);
      await fire(url);
      await sweep();
      // The order executed behind the error. A look-up finds it, so Ripcord sends no other.
      expect(takenSince(mark)).toHaveLength(1);
      expect([200, 202]).toContain(first.status);
    },
  );
});
