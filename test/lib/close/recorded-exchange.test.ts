import { describe, expect, it } from 'vitest';
import { recordedExchange } from '../../../lib/close/recorded-exchange.ts';
import type { Exchange, ExchangeOrder, MarketOrder } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import type { RequestNote } from '../../../lib/link/hit.ts';
import { spot } from './close-position.ts';
import { exchangeWith } from './example-execution.ts';

const order: ExchangeOrder = {
  orderId: '9',
  symbol: 'BTC/USDT',
  side: 'sell',
  type: 'market',
  status: 'done',
  amount: '1',
  filled: '0.7',
  conditional: false,
};
const close: MarketOrder = {
  clientOrderId: 'rc1',
  side: 'sell',
  positionSide: 'long',
  amount: '1',
  reduceOnly: false,
  hedged: false,
  sendDeadline: 5_000,
};
const rejected = { kind: 'rejected', reason: 'other', code: '-1', message: 'Unknown' } as const;

/** Sends one request that takes 40 ms. */
async function noteOf(methods: Partial<Exchange>, send: (exchange: Exchange) => Promise<unknown>) {
  const notes: RequestNote[] = [];
  let now = 1_000;
  const recorded = recordedExchange(
    exchangeWith(methods),
    () => {
      now += 40;
      return now - 40;
    },
    notes,
  );
  const answer = await send(recorded).catch((thrown: unknown) => thrown);
  return { answer, notes };
}

const lookUp = (exchange: Exchange) => exchange.fetchOrder(spot, { orderId: '9', clientOrderId: 'rc1' });
const lookUpClose = (exchange: Exchange) => exchange.fetchOrder(spot, { clientOrderId: 'rc1' });
const cancel = (exchange: Exchange) => exchange.cancelOrder(spot, { orderId: '9' }, 5_000);
const cancelClose = (exchange: Exchange) => exchange.cancelOrder(spot, { clientOrderId: 'rc1' }, 5_000);
const reduce = (exchange: Exchange) =>
  exchange.reduceOrder(spot, { orderId: '9', side: 'sell' }, '0.5', 5_000);
const create = (exchange: Exchange) => exchange.createMarketOrder(spot, close);
const exit = { ...close, kind: 'stop-loss', triggerPrice: '58000' } as const;
const target = { clientOrderId: 'rc2', price: '70000' };
const rest = (exchange: Exchange) => exchange.createExitOrder(spot, exit);
const restLimit = (exchange: Exchange) => exchange.createExitOrder(spot, { ...exit, price: '57000' });
const restTarget = (exchange: Exchange) =>
  exchange.createExitOrder(spot, { ...close, ...target, kind: 'take-profit' });
const restBoth = (exchange: Exchange) =>
  exchange.createExitList(spot, {
    ...close,
    listClientOrderId: 'rc3',
    takeProfit: target,
    stopLoss: { clientOrderId: 'rc1', triggerPrice: '58000' },
  });
const resting: ExchangeOrder = { ...order, status: 'live', filled: '0' };

describe('a request', () => {
  it.each<[string, Partial<Exchange>, (exchange: Exchange) => Promise<unknown>, Partial<RequestNote>]>([
    [
      'look-up',
      { fetchOrder: async () => order },
      lookUp,
      { request: 'look up', orderId: '9', answer: 'done, filled 0.7 of 1' },
    ],
    [
      'look-up by client order id',
      { fetchOrder: async () => undefined },
      lookUpClose,
      { request: 'look up', orderId: 'rc1', answer: 'not found' },
    ],
    [
      'cancel',
      { cancelOrder: async () => ({ kind: 'confirmed', order }) },
      cancel,
      { request: 'cancel', orderId: '9', answer: 'done, filled 0.7 of 1' },
    ],
    [
      'cancel that is only acknowledged',
      { cancelOrder: async () => ({ kind: 'unconfirmed', reason: 'acknowledged', message: 'acknowledged' }) },
      cancelClose,
      { request: 'cancel', orderId: 'rc1', answer: 'acknowledged' },
    ],
    [
      'reduction of an exit',
      { reduceOrder: async () => ({ kind: 'accepted', message: 'accepted' }) },
      reduce,
      { request: 'reduce to 0.5', orderId: '9', answer: 'accepted' },
    ],
    [
      'reduction that the exchange refuses',
      { reduceOrder: async () => ({ kind: 'refused', message: 'Only limit order is supported. (-5025)' }) },
      reduce,
      { request: 'reduce to 0.5', orderId: '9', answer: 'Only limit order is supported. (-5025)' },
    ],
    [
      'MARKET order',
      { createMarketOrder: async () => ({ kind: 'accepted', order }) },
      create,
      { request: 'sell 1 at MARKET', orderId: '9', answer: 'accepted, done, filled 0.7 of 1' },
    ],
    [
      'MARKET order that is rejected',
      { createMarketOrder: async () => rejected },
      create,
      { request: 'sell 1 at MARKET', orderId: 'rc1', answer: 'rejected: Unknown' },
    ],
    [
      'stop',
      { createExitOrder: async () => ({ kind: 'accepted', order: resting }) },
      rest,
      {
        request: 'sell 1 at MARKET if the price reaches 58000',
        orderId: '9',
        answer: 'accepted, live, filled 0 of 1',
      },
    ],
    [
      'stop that becomes a LIMIT order, which the exchange rejects',
      { createExitOrder: async () => rejected },
      restLimit,
      {
        request: 'sell 1 at 57000 if the price reaches 58000',
        orderId: 'rc1',
        answer: 'rejected: Unknown',
      },
    ],
    [
      'target',
      { createExitOrder: async () => ({ kind: 'unknown', message: 'no answer' }) },
      restTarget,
      { request: 'sell 1 at 70000', orderId: 'rc2', answer: 'unknown: no answer' },
    ],
    [
      'target and stop',
      { createExitList: async () => ({ kind: 'accepted', takeProfit: resting, stopLoss: resting }) },
      restBoth,
      {
        request: 'sell 1 at 70000, or at MARKET if the price reaches 58000',
        orderId: 'rc3',
        answer: 'accepted, live, filled 0 of 1; live, filled 0 of 1',
      },
    ],
    [
      'target and stop that the exchange rejects',
      { createExitList: async () => rejected },
      restBoth,
      {
        request: 'sell 1 at 70000, or at MARKET if the price reaches 58000',
        orderId: 'rc3',
        answer: 'rejected: Unknown',
      },
    ],
  ])('is noted with its answer: %s', async (_, methods, send, note) => {
    const { answer, notes } = await noteOf(methods, send);
    expect(answer).toEqual(await send(exchangeWith(methods)));
    expect(notes).toEqual([{ at: '1970-01-01T00:00:01.000Z', ms: 40, ...note }]);
  });

  it('without an answer is noted, and its fault is passed on', async () => {
    const fault = new Fault('exchange-unreachable', 'no');
    const { answer, notes } = await noteOf({ fetchOrder: () => Promise.reject(fault) }, lookUp);
    expect(answer).toBe(fault);
    expect(notes).toMatchObject([{ request: 'look up', orderId: '9', answer: 'no answer' }]);
  });
});

it('every method receives its arguments, and only those that act are noted', async () => {
  const names = [
    'openConnection',
    'loadMarket',
    'fetchOrder',
    'cancelOrder',
    'reduceOrder',
    'createMarketOrder',
    'createEntryOrder',
    'createExitOrder',
    'createExitList',
    'fetchFills',
    'fetchFunding',
    'fetchPastPrice',
    'fetchPosition',
    'fetchBalance',
    'fetchPrice',
    'fetchTrades',
    'fetchPermissions',
    'fetchOpenOrders',
    'fetchOpenPositions',
    'fetchCandles',
  ] as const;
  const echo =
    (name: string) =>
    async (...args: unknown[]) => ({ name, args, kind: 'unknown' });
  const exchange = {
    recvWindowMs: 5,
    lookupLagMs: 65,
    ...Object.fromEntries(names.map((name) => [name, echo(name)])),
  } as unknown as Exchange;
  const notes: RequestNote[] = [];
  const recorded = recordedExchange(exchange, () => 0, notes);
  type Call = (...args: unknown[]) => Promise<{ name: string; args: unknown[] }>;
  const args = [{ orderId: 'a' }, { orderId: 'b', takeProfit: {}, stopLoss: {} }, 3, 4];
  for (const name of names) {
    const got = await (recorded[name] as unknown as Call)(...args);
    expect(got).toMatchObject({ name, args: args.slice(0, got.args.length) });
  }
  expect(recorded).toMatchObject({ recvWindowMs: 5, lookupLagMs: 65 });
  expect(notes).toHaveLength(6);
});
