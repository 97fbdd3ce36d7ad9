import { describe, expect, it } from 'vitest';
import type { AlgoOrder, Order } from '../../infra/simulator/core/model.ts';
import {
  binanceSpot,
  bitgetSpot,
  bybitLinear,
  bybitSpot,
  gateSwap,
  kucoinSpot,
  okxSpot,
  okxSwap,
  testMarkets,
  binanceFutures as usdm,
} from '../lib/exchange/test-markets.ts';
import { bybitHedged, type Days, dayMs, okxHedged, type Place, startDays, usdmHedged } from './days.ts';

/** A kind of exit, and how many days the venue's look-ups find it after it ended unfilled. */
interface ExitKind {
  name: string;
  place: Place;
  keptDays: number;
  placeExit(days: Days): Order | AlgoOrder;
}

const reduces = ({ place }: Days) =>
  place.market === 'usdm' && place.hedged !== true ? { reduceOnly: true } : {};

function placeLimit(days: Days): Order | AlgoOrder {
  const amount = days.place.market === 'spot' ? '0.4995' : '0.5';
  return days.placeOrder({ side: 'sell', type: 'limit', amount, price: '70000', ...reduces(days) });
}

/** On Bybit a conditional order is in the same book as all others. */
function placeStop(days: Days): Order | AlgoOrder {
  if (days.place.exchange !== 'bybit')
    return days.placeOrder({
      side: 'sell',
      type: 'stop_market',
      amount: '0.5',
      stopPrice: '50000',
      ...reduces(days),
    });
  return days.core.acknowledgeOrder({
    account: days.core.accountOf(days.apiKey),
    market: 'usdm',
    symbol: 'BTCUSDT',
    side: 'sell',
    type: 'stop_market',
    amount: '0.5',
    triggerPrice: '50000',
    positionSide: days.positionSide,
    ...reduces(days),
  });
}

const exitKinds: ExitKind[] = [
  { name: 'a LIMIT exit at Binance USDⓈ-M', place: usdm, keptDays: 3, placeExit: placeLimit },
  { name: 'an algo stop at Binance USDⓈ-M', place: usdm, keptDays: 3, placeExit: placeStop },
  {
    name: 'a LIMIT exit of a hedge at Binance USDⓈ-M',
    place: usdmHedged,
    keptDays: 3,
    placeExit: placeLimit,
  },
  { name: 'an algo stop of a hedge at Binance USDⓈ-M', place: usdmHedged, keptDays: 3, placeExit: placeStop },
  { name: 'a LIMIT exit at Bybit linear', place: bybitLinear, keptDays: 1, placeExit: placeLimit },
  { name: 'a stop at Bybit linear', place: bybitLinear, keptDays: 1, placeExit: placeStop },
  { name: 'a LIMIT exit of a hedge at Bybit linear', place: bybitHedged, keptDays: 1, placeExit: placeLimit },
  { name: 'a LIMIT exit at Bybit spot', place: bybitSpot, keptDays: 1, placeExit: placeLimit },
  { name: 'a LIMIT exit at Binance spot', place: binanceSpot, keptDays: 90, placeExit: placeLimit },
  // Bitget forgets their client order ids after two hours, and lists them for 90 days.
  { name: 'a LIMIT exit at Bitget spot', place: bitgetSpot, keptDays: 1 / 12, placeExit: placeLimit },
  // OKX keeps them for two hours.
  { name: 'a LIMIT exit at OKX swap', place: okxSwap, keptDays: 1 / 12, placeExit: placeLimit },
  { name: 'an algo stop at OKX swap', place: okxSwap, keptDays: 1 / 12, placeExit: placeStop },
  { name: 'a LIMIT exit of a hedge at OKX swap', place: okxHedged, keptDays: 1 / 12, placeExit: placeLimit },
  { name: 'an algo stop of a hedge at OKX swap', place: okxHedged, keptDays: 1 / 12, placeExit: placeStop },
  { name: 'a LIMIT exit at OKX spot', place: okxSpot, keptDays: 1 / 12, placeExit: placeLimit },
  // KuCoin keeps them for two days, and filled ones for three.
  { name: 'a LIMIT exit at KuCoin spot', place: kucoinSpot, keptDays: 1.5, placeExit: placeLimit },
];

/** A filled long whose exit was seen live, `ageDays` old by now. */
async function startWithExit({ place, placeExit }: ExitKind, ageDays: number) {
  const days = await startDays(place);
  const entry = days.buy();
  const exit = placeExit(days);
  const position = await days.adopt({ entries: [entry], exits: [exit] });
  const closeLink = await days.link(position, 'close');
  days.pass(ageDays * dayMs);
  await days.sweep();
  return { days, exit, position, closeLink };
}

const sold = ({ place }: Days) => (place.market === 'spot' ? '0.4995' : '0.5');

describe.each(exitKinds)('$name', (kind) => {
  it('that was canceled by hand and is forgotten does not hold up the close', async () => {
    const { days, exit, position, closeLink } = await startWithExit(kind, kind.keptDays + 1);
    days.core.cancelOrder({ orderId: exit.id });
    if (kind.place.exchange === 'binance') days.pass(91 * dayMs);
    expect(await days.fire(closeLink)).toMatchObject({
      httpStatus: 200,
      outcome: { outcome: 'closed', closedBy: 'ripcord', closedAmount: sold(days), canceledExitOrderIds: [] },
    });
    expect(days.closes()).toHaveLength(1);
    expect(await days.now(position)).toMatchObject({
      state: 'closed',
      exitOrders: [{ status: 'done', filled: '0' }, { filled: sold(days) }],
    });
  });

  it('that was canceled by hand while it can be found is found', async () => {
    const { days, exit, closeLink } = await startWithExit(
      kind,
      kind.keptDays - Math.min(0.5, kind.keptDays / 2),
    );
    days.core.cancelOrder({ orderId: exit.id });
    expect(await days.fire(closeLink)).toMatchObject({
      httpStatus: 200,
      outcome: { closedBy: 'ripcord', closedAmount: sold(days), canceledExitOrderIds: [] },
    });
    expect(days.closes()).toHaveLength(1);
  });

  it('that is older than look-ups find unfilled ones, and live, is canceled before the close', async () => {
    const { days, exit, closeLink } = await startWithExit(kind, kind.keptDays + 1);
    expect(await days.fire(closeLink)).toMatchObject({
      httpStatus: 200,
      outcome: {
        closedBy: 'ripcord',
        closedAmount: sold(days),
        canceledExitOrderIds: [days.idOf(exit)],
      },
    });
    expect(days.closes()).toHaveLength(1);
  });

  it('that was canceled by hand and is forgotten is shown as ended after two sweeps', async () => {
    const { days, exit, position } = await startWithExit(kind, kind.keptDays + 1);
    days.core.cancelOrder({ orderId: exit.id });
    if (kind.place.exchange === 'binance') days.pass(91 * dayMs);
    await days.sweep();
    days.pass(60_000);
    await days.sweep();
    expect(await days.now(position)).toMatchObject({
      state: 'open',
      exitOrders: [{ status: 'done', filled: '0' }],
    });
  });
});

/** Entries that were canceled by hand without a fill, long ago. */
describe.each([usdm, bybitLinear, bybitSpot, okxSwap, okxSpot, kucoinSpot, gateSwap])(
  'An unfilled entry at $name that is forgotten',
  (place) => {
    it.each(['close', 'keep'] as const)('lets a %s end the position as canceled', async (action) => {
      const days = await startDays(place);
      const entry = days.placeOrder({ side: 'buy', type: 'limit', amount: '0.5', price: '50000' });
      const position = await days.adopt({ entries: [entry] });
      const link = await days.link(position, action);
      days.core.cancelOrder({ orderId: entry.id });
      days.pass((place === kucoinSpot ? 2.5 : 4) * dayMs);
      expect(await days.fire(link)).toMatchObject({
        httpStatus: 200,
        outcome: { outcome: 'canceled', closedBy: 'external', canceledEntryOrderIds: [] },
      });
      expect(days.closes()).toEqual([]);
    });
  },
);

describe('A LIMIT exit at Binance USDⓈ-M older than 90 days, which no look-up finds', () => {
  const kind = exitKinds[0] as ExitKind;

  async function startOld() {
    const { days, exit, position, closeLink } = await startWithExit(kind, 89);
    days.pass(2 * dayMs);
    return { days, exit, position, closeLink };
  }

  it('is counted with what its trades show', async () => {
    const { days, exit, position, closeLink } = await startOld();
    days.core.fill({ orderId: exit.id, amount: '0.2' });
    days.core.cancelOrder({ orderId: exit.id });
    expect(await days.fire(closeLink)).toMatchObject({
      httpStatus: 200,
      outcome: { closedBy: 'ripcord', closedAmount: '0.3' },
    });
    expect((await days.now(position)).exitOrders[0]).toMatchObject({
      status: 'done',
      filled: '0.2',
      average: '70000',
    });
  });

  it('is canceled if it is still live', async () => {
    const { days, exit, closeLink } = await startOld();
    expect(await days.fire(closeLink)).toMatchObject({
      outcome: { closedAmount: '0.5', canceledExitOrderIds: [days.idOf(exit)] },
    });
  });

  it('needs attention if its trades cannot be read, and resolve reports the same', async () => {
    const { days, exit, position, closeLink } = await startOld();
    days.core.cancelOrder({ orderId: exit.id });
    const match = { path: '/fapi/v1/userTrades' };
    days.core.addFault({
      kind: 'status',
      status: 503,
      code: -1008,
      msg: 'Server is overloaded.',
      match,
      times: 99,
    });
    await days.fire(closeLink);
    const { state, attentionReason } = await days.now(position);
    expect(state).toBe('needs-attention');
    expect(attentionReason).toContain(`Order ${exit.id} has ended, and its trades don't show what it filled`);
    expect(days.closes()).toEqual([]);
    const { verdict, reason } = await days.resolve(position);
    expect(verdict).toBe('unknown');
    expect(reason).toContain(attentionReason?.replace(/\.$/, ''));
    days.core.clearFaults();
    expect((await days.resolve(position, true)).verdict).toBe('open');
    expect(await days.fire(closeLink)).toMatchObject({ outcome: { closedAmount: '0.5' } });
  });
});

describe('An exit that was seen with a fill', () => {
  it.each([
    ['Bybit linear', bybitLinear, '/v5/order/*'],
    ['Binance USDⓈ-M', usdm, '/fapi/v1/order'],
    ['OKX swap', okxSwap, '/api/v5/trade/order'],
  ])('at %s and that nothing finds is counted with its trades', async (_, place, path) => {
    const { days, exit, closeLink } = await startWithExit(
      { name: '', place, keptDays: 1, placeExit: placeLimit },
      2,
    );
    days.core.fill({ orderId: exit.id, amount: '0.2' });
    await days.sweep();
    days.core.fill({ orderId: exit.id, amount: '0.1' });
    days.core.cancelOrder({ orderId: exit.id });
    // Three look-ups, in two lists at Bybit.
    const times = place.exchange === 'bybit' ? 6 : 3;
    days.core.addFault({ kind: 'not-found', match: { method: 'GET', path }, times });
    expect(await days.fire(closeLink)).toMatchObject({
      outcome: { closedBy: 'ripcord', closedAmount: '0.2' },
    });
  });
});

describe('A cancel that reports the order as ended', () => {
  it('at Bybit spot reads its fill', async () => {
    const { days, exit, closeLink } = await startWithExit(
      { name: '', place: bybitSpot, keptDays: 1, placeExit: placeLimit },
      2,
    );
    days.core.fill({ orderId: exit.id, amount: '0.2' });
    days.core.cancelOrder({ orderId: exit.id });
    days.core.addFault({ kind: 'not-found', match: { method: 'GET', path: '/v5/order/*' }, times: 6 });
    expect(await days.fire(closeLink)).toMatchObject({
      outcome: { closedBy: 'ripcord', closedAmount: '0.2995' },
    });
  });
});

describe('A young exit', () => {
  it.each(testMarkets)('at $name that nothing finds does not let the close leave', async (place) => {
    const days = await startDays(place, { isQuick: true });
    const entry = days.buy();
    const exit = placeLimit(days);
    const position = await days.adopt({ entries: [entry], exits: [exit] });
    const closeLink = await days.link(position, 'close');
    for (const path of place.lookUps) days.core.addFault({ kind: 'not-found', match: { path }, times: 99 });
    expect((await days.fire(closeLink)).httpStatus).toBe(503);
    expect(days.closes()).toEqual([]);
    expect((await days.now(position)).exitOrders[0]?.status).toBe('live');
  });
});

it('A close order of Bitget whose answer was lost is found three hours later, and not sent again', async () => {
  const days = await startDays(bitgetSpot, { isQuick: true });
  const position = await days.adopt({});
  const closeLink = await days.link(position, 'close');
  days.core.addFault({ kind: 'drop-after', match: { path: '/api/v2/spot/trade/place-order' } });
  days.core.addFault({ kind: 'drop-before', match: { method: 'GET', path: '/api/v2/spot/*' }, times: 99 });
  expect((await days.fire(closeLink)).httpStatus).toBe(202);
  days.core.clearFaults();
  // By then, no look-up by client order id finds it.
  days.pass(3 * 3_600_000);
  await days.sweep();
  expect(await days.now(position)).toMatchObject({ state: 'closed', exitOrders: [{ filled: '0.4995' }] });
  expect(days.closes()).toHaveLength(1);
});
