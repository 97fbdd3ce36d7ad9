import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Fault } from '../../infra/simulator/core/faults.ts';
import type { MarketKind } from '../../infra/simulator/core/model.ts';
import { startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import type { ParentExchangeId } from '../../lib/account/account.ts';
import { hasExits } from '../lib/exchange/test-markets.ts';
import { fire, ledgerSince, markOf, startEnvironment } from './environment.ts';
import {
  adopt,
  holdingOf,
  type Kind,
  kinds,
  newTrader,
  otherKinds,
  paidInBase,
  placeEntry,
  toId,
} from './trader.ts';

/** Whatever becomes of an answer, one order closes a position, and what is not known is not claimed. */

const environment = await startEnvironment({ table: 'model', pollMs: 20 });
const { core } = environment;

function ownOf(kind: Kind) {
  return paidInBase(kind) ? '0.999' : '1';
}

const allKinds = [...kinds, ...otherKinds.filter((kind) => hasExits(kind) || kind.side === 'long')];
const longs = allKinds.filter(({ side }) => side === 'long');

const readsMode = ({ exchange }: Kind) => exchange === 'okx' || exchange === 'gate';

/** Steps of these exchanges are decimal places. */
const decimalSteps = new Set<string>(['gate', 'bitget', 'kraken']);

/** A step that the market may change to, and what is closed by it. */
function coarseOf(kind: Kind) {
  if (decimalSteps.has(kind.exchange)) return { step: '0.1', amount: '0.9', remaining: '0.099' };
  return { step: '0.7', amount: '0.7', remaining: paidInBase(kind) ? '0.299' : '0.3' };
}

interface Errors {
  unknown: { code: number | string; status: number };
  failed: number | string;
  clock: number | string | undefined;
  /** Of a wrong step, on spot and of perpetuals if they differ. */
  step: number | string | Record<MarketKind, number>;
  /** The most requests of one hit. */
  requests: number;
}

/** The errors of each exchange. The first says that the outcome is unknown. */
const ofBinance = {
  unknown: { code: -1007, status: 503 },
  failed: -1001,
  clock: -1021,
  step: -1013,
  requests: 3,
};
const errors: Record<ParentExchangeId, Errors> = {
  binance: ofBinance,
  binanceusdm: { ...ofBinance, step: -1111 },
  // It only acknowledges both.
  bybit: {
    unknown: { code: 10016, status: 200 },
    failed: 10016,
    clock: 10002,
    step: { spot: 170137, usdm: 10001 },
    requests: 5,
  },
  // OKX only acknowledges a cancel and a create, so both orders are read; and it needs the mode of the account and of the
  // position.
  okx: { unknown: { code: 50004, status: 400 }, failed: 50026, clock: undefined, step: 51121, requests: 7 },
  kucoin: {
    ...{ unknown: { code: 504000, status: 504 }, failed: 500000, clock: 400002, step: 600100 },
    // The order is read before its cancel, and after its create.
    requests: 5,
  },
  // It only acknowledges both, as OKX does.
  bitget: { unknown: { code: 40010, status: 400 }, failed: 45001, clock: 40008, step: 22038, requests: 5 },
  // With the kind of the account.
  gate: {
    ...{ unknown: { code: 'SERVER_TIMEOUT', status: 504 }, failed: 'INTERNAL', clock: 'REQUEST_EXPIRED' },
    ...{ step: 'INVALID_PRECISION', requests: 4 },
  },
  kraken: {
    ...{ unknown: { code: 'EService:Unavailable', status: 200 }, failed: 'EGeneral:Internal error' },
    ...{ clock: 'EService:Deadline elapsed', step: 'EGeneral:Invalid arguments:volume' },
    // The order is read before its cancel and after both requests.
    requests: 7,
  },
  // It only acknowledges both, and has one answer for a wrong key and a wrong clock.
  coinbase: {
    ...{ unknown: { code: 'internal_server_error', status: 504 }, failed: 'UNKNOWN_FAILURE_REASON' },
    ...{ clock: '401', step: 'INVALID_SIZE_PRECISION', requests: 5 },
  },
};

function stepOf({ exchange, market }: Kind): number | string {
  const { step } = errors[exchange];
  return typeof step === 'object' ? step[market] : step;
}

/** A position of 1 ETH, filled unless told otherwise, with a close link. */
async function newCloseLink(kind: Kind, filled = 'all') {
  const trader = await newTrader(environment, kind);
  const entry = placeEntry(trader, filled === '0' ? {} : { filled });
  const { positionId } = await adopt(trader, { entryOrders: [entry] });
  return { trader, entry, positionId, url: await environment.newLink(positionId, 'close') };
}

describe.each(allKinds)('the close order of $name', (kind) => {
  const toOrder = { method: 'POST', path: kind.create };

  const lost: { title: string; fault: Fault }[] = [
    { title: 'the connection ends', fault: { kind: 'drop-after', match: toOrder } },
    { title: 'half of the answer arrives', fault: { kind: 'truncate', match: toOrder } },
    { title: 'a page of HTML arrives', fault: { kind: 'html', executed: true, match: toOrder } },
    {
      title: 'the exchange says that it does not know',
      fault: {
        kind: 'error-after',
        ...errors[kind.exchange].unknown,
        msg: 'Timeout waiting for response',
        match: toOrder,
      },
    },
    {
      title: 'the exchange says that it failed',
      fault: {
        kind: 'error-after',
        code: errors[kind.exchange].failed,
        msg: 'Internal error',
        match: toOrder,
      },
    },
  ];

  it.each(lost)('is found by its client order id where $title', async ({ fault }) => {
    const { trader, positionId, url } = await newCloseLink(kind);
    const held = Number(holdingOf(trader));
    const mark = markOf(core);
    core.addFault(fault);
    const answer = await fire(url);
    const { orders, requests } = ledgerSince(core, mark);
    expect(orders).toMatchObject([{ side: kind.exitSide, type: 'market', amount: ownOf(kind) }]);
    expect(requests).toHaveLength(1);
    expect(answer).toMatchObject({
      status: 200,
      json: {
        outcome: 'closed',
        closedAmount: ownOf(kind),
        averagePrice: '3000',
        closeOrderId: toId(kind, orders[0]?.id ?? 0),
      },
    });
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'closed', remaining: '0' });
    expect(Math.abs(Number(holdingOf(trader)) - held)).toBeCloseTo(Number(ownOf(kind)), 2);
  });

  it('is sent anew after the clock was put right, which the exchange was an hour ahead of', async () => {
    let ahead = 0;
    const exchange = await startSimulatedExchange({ clock: () => Date.now() + ahead });
    onTestFinished(() => exchange.stop());
    const apart = { ...environment, exchange, core: exchange.core };
    const trader = await newTrader(apart, kind, 'ETH', { core: exchange.core, baseUrl: exchange.url });
    const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    const url = await environment.newLink(positionId, 'close');
    ahead = 3_600_000;
    const mark = markOf(exchange.core);
    expect(await fire(url)).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: ownOf(kind) },
    });
    const { orders, requests } = ledgerSince(exchange.core, mark);
    // Of a perpetual, the trades are read before, and at some the account's mode: that request already corrects the clock.
    expect(requests.map(({ code }) => code)).toEqual(
      kind.market === 'spot' && !readsMode(kind) ? [errors[kind.exchange].clock, undefined] : [undefined],
    );
    expect(orders).toHaveLength(1);
  });

  // 418 is Binance's, for an address that goes on after 429. Each waits for 1 s.
  it.each(kind.exchange.startsWith('binance') ? [429, 418] : [429])(
    'is not executed if the exchange limits with %s, and sent by a hit after the pause that it asks for',
    async (status) => {
      const pauseMs = 1_000;
      const { url } = await newCloseLink(kind);
      const mark = markOf(core);
      core.addFault({ kind: 'status', status, retryAfter: pauseMs / 1_000, match: toOrder });
      expect(await fire(url)).toMatchObject({
        status: 503,
        headers: { 'retry-after': expect.any(String) },
        json: {
          message: expect.stringMatching(
            /Nothing was executed.*(Too many requests|Request rate exceeds|Rate limit)/i,
          ),
        },
      });
      const requests = ledgerSince(core, mark).requests.length;
      expect(await fire(url)).toMatchObject({
        status: 503,
        json: {
          message: expect.stringMatching(/Nothing was sent\. .+ asked for a pause until /),
        },
      });
      expect(ledgerSince(core, mark).requests).toHaveLength(requests);
      expect(ledgerSince(core, mark).orders).toEqual([]);
      await setTimeout(pauseMs);
      expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
      expect(ledgerSince(core, mark).orders).toHaveLength(1);
    },
  );

  // A contract of Gate is the step, and does not change.
  const hasSteps = kind.exchange !== 'gate' || kind.market === 'spot';
  it.runIf(hasSteps)('is cut to the new step of a market that has changed its rules', async () => {
    const { url, positionId } = await newCloseLink(kind);
    const market = core.state.market(kind.market, 'ETHUSDT');
    const { step, amount, remaining } = coarseOf(kind);
    const coarse = { min: step, max: '9000000', step };
    core.addMarket({ ...market, lot: coarse, marketLot: coarse });
    const mark = markOf(core);
    const answer = await fire(url);
    const { orders, requests } = ledgerSince(core, mark);
    expect(requests.map(({ code }) => code)).toEqual([stepOf(kind), undefined]);
    expect(orders).toMatchObject([{ amount }]);
    expect(answer).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: amount, remaining },
    });
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'closed', remaining });
  });
});

describe.each(longs)('with $name', (kind) => {
  const { create: path, cancel, lookUp } = kind;

  it('an order that is not found at once is looked for again', async () => {
    const { url } = await newCloseLink(kind);
    const mark = markOf(core);
    core.addFault({ kind: 'drop-after', match: { method: 'POST', path } });
    core.addFault({ kind: 'not-found', match: lookUp });
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(ledgerSince(core, mark).requests).toHaveLength(1);
  });

  it('an order that may or may not have left is not sent again by the next hit', async () => {
    const { url, positionId, trader } = await newCloseLink(kind);
    const held = holdingOf(trader);
    const mark = markOf(core);
    core.addFault({ kind: 'drop-before', match: { method: 'POST', path } });
    expect(await fire(url)).toMatchObject({ status: 202, json: { status: 'in-progress', positionId } });
    expect(await fire(url)).toMatchObject({ status: 202, json: { status: 'in-progress', positionId } });
    expect(ledgerSince(core, mark)).toMatchObject({ orders: [], requests: [{ method: 'POST' }] });
    expect(holdingOf(trader)).toBe(held);
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'closing' });
    // What is being closed can not be forgotten: somebody has to bring it to an end.
    expect(await environment.refusal({ command: 'positions.forget', positionId })).toMatchObject({
      code: 'conflict',
    });
  });

  it('a cancel whose answer is lost is followed to what the exchange says', async () => {
    const { url, entry } = await newCloseLink(kind, '0.5');
    const mark = markOf(core);
    core.addFault({ kind: 'drop-after', match: cancel });
    const closedAmount = paidInBase(kind) ? '0.4995' : '0.5';
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed', closedAmount } });
    expect(ledgerSince(core, mark)).toMatchObject({
      canceled: [String(entry.id)],
      orders: [{ amount: closedAmount }],
    });
  });

  it('a cancel whose answer is lost is not said to have come from outside', async () => {
    const { url, entry } = await newCloseLink(kind, '0');
    core.addFault({ kind: 'drop-after', match: cancel });
    expect(await fire(url)).toMatchObject({
      status: 200,
      json: { outcome: 'canceled', closedBy: 'ripcord', canceledEntryOrderIds: [toId(kind, entry.id)] },
    });
  });

  it('a cancel that never arrives is sent again by the next hit, and nothing is closed before', async () => {
    const { url, entry } = await newCloseLink(kind, '0.5');
    const mark = markOf(core);
    core.addFault({ kind: 'drop-before', match: cancel });
    expect(await fire(url)).toMatchObject({
      status: 503,
      headers: { 'retry-after': expect.any(String) },
      json: { status: 'retrying' },
    });
    expect(ledgerSince(core, mark)).toMatchObject({ orders: [], canceled: [] });
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed', entryFilled: '0.5' } });
    expect(ledgerSince(core, mark)).toMatchObject({
      canceled: [String(entry.id)],
      orders: [{ side: kind.exitSide }],
    });
  });

  it('an order that a thin book executes in part is left to a person', async () => {
    const { url, positionId } = await newCloseLink(kind);
    core.setLiquidity({ market: kind.market, symbol: 'ETHUSDT', amount: '0.3' });
    const mark = markOf(core);
    const message = expect.stringMatching(/ 0\.(699|7) ETH is still open/);
    const reason = expect.stringMatching(/executed 0\.3 of .*; 0\.(699|7) ETH is still open/);
    expect(await fire(url)).toMatchObject({ status: 409, json: { status: 'needs-attention', message } });
    expect(await fire(url)).toMatchObject({ status: 409, json: { status: 'needs-attention', message } });
    const { hits } = await environment.admin('history.list', { positionId });
    expect(hits).toMatchObject([{ why: reason }, { why: reason }]);
    expect(ledgerSince(core, mark).requests).toHaveLength(1);
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'needs-attention',
      attentionReason: reason,
      remaining: paidInBase(kind) ? '0.699' : '0.7',
    });
  });
});

it('asks for nothing but what it needs on the way of a hit', async () => {
  for (const kind of allKinds) {
    const { url } = await newCloseLink(kind, '0.5');
    const mark = markOf(core);
    await fire(url);
    const asked = core
      .ledger({ since: mark })
      .flatMap((entry) => (entry.type === 'request' ? [entry.path] : []));
    expect(
      asked.filter((path) => /exchangeInfo|instruments/.test(path)),
      kind.name,
    ).toEqual([]);
    expect(asked.length, kind.name).toBeLessThanOrEqual(errors[kind.exchange].requests);
  }
});
