import { describe, expect, it } from 'vitest';
import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import type { AlgoOrder, Order } from '../../infra/simulator/core/model.ts';
import { fire, ledgerSince, markOf, startEnvironment } from './environment.ts';
import { binanceUsdm, bybitLinear, type MarketWithExits, okxSwap } from './long-position.ts';

const environment = await startEnvironment();
const { core } = environment;

const reduceOf = ({ exchange }: MarketWithExits) =>
  ({
    binance: { method: 'PUT', path: '/api/v3/order' },
    binanceusdm: { method: 'PUT', path: '/fapi/v1/order' },
    bybit: { method: 'POST', path: '/v5/order/amend' },
    okx: { method: 'POST', path: '/api/v5/trade/amend-*' },
  })[exchange];

interface Exit {
  type: 'limit' | 'stop_market';
  amount: string;
  price: string;
}

/** A long of 0.5 BTC with exits, in an account that holds 1 BTC, and a link that closes half of it. */
async function stage(venue: MarketWithExits, exits: Exit[]) {
  const { apiKey, account } = await environment.newAccount({
    exchange: venue.exchange,
    balances: { spot: {}, usdm: { USDT: '100000' } },
  });
  const base = { apiKey, market: 'usdm', symbol: 'BTCUSDT' } as const;
  core.placeOrder({ ...base, side: 'buy', type: 'market', amount: '0.5' });
  const entry = core.placeOrder({ ...base, side: 'buy', type: 'limit', amount: '0.5', price: '59000' });
  core.fill({ orderId: entry.id });
  const placed = exits.map((exit) => placeExit(venue, apiKey, exit));
  const toId = ({ id }: { id: number }) =>
    venue === bybitLinear ? toOrderId({ id, market: 'usdm' }) : String(id);
  const { position } = await environment.admin('positions.adopt', {
    account,
    symbol: 'BTC/USDT:USDT',
    side: 'long',
    entryOrderIds: [toId(entry)],
    exitOrderIds: placed.map(toId),
  });
  const { positionId } = position;
  const { url } = await environment.admin('links.create', { positionId, action: 'close', percent: 50 });
  return {
    positionId,
    url,
    exits: placed.map(toId),
    mark: markOf(core),
    held: () => core.accountOf(apiKey).positions['BTCUSDT:BOTH']?.amount,
    amounts: () =>
      placed.map(({ id }) => (core.state.orders.get(id) ?? core.state.algoOrders.get(id))?.amount ?? 'gone'),
  };
}

/** Bybit keeps conditional orders in the book of all others. */
function placeExit(venue: MarketWithExits, apiKey: string, { type, amount, price }: Exit): Order | AlgoOrder {
  const exit = { market: 'usdm', symbol: 'BTCUSDT', side: 'sell', reduceOnly: true, type, amount } as const;
  if (type === 'limit') return core.placeOrder({ ...exit, apiKey, price });
  return venue === bybitLinear
    ? core.acknowledgeOrder({ ...exit, account: core.accountOf(apiKey), triggerPrice: price })
    : core.placeOrder({ ...exit, apiKey, stopPrice: price });
}

const target: Exit = { type: 'limit', amount: '0.5', price: '70000' };
const stop: Exit = { type: 'stop_market', amount: '0.5', price: '50000' };
const sweep = () => environment.invoke('ripcord-sweep', {});
const moveTo = (price: string) => core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price });

const reducible = [
  { what: 'a target at Binance', venue: binanceUsdm, exit: target },
  { what: 'a target at Bybit', venue: bybitLinear, exit: target },
  { what: 'a stop at Bybit', venue: bybitLinear, exit: stop },
  { what: 'a target at OKX', venue: okxSwap, exit: target },
  { what: 'a stop at OKX', venue: okxSwap, exit: stop },
];

describe.each(reducible)('$what that is larger than what a partial close leaves', ({ venue, exit }) => {
  it('is reduced, and takes no more than the position has', async () => {
    const { url, exits, amounts, held, positionId } = await stage(venue, [exit]);
    // Bybit acknowledges first: the first look comes too early.
    core.setEffectDelay({ ms: 100 });
    expect(await fire(url)).toMatchObject({
      status: 200,
      json: {
        outcome: 'closed',
        closedAmount: '0.25',
        detail: expect.stringContaining(`Exit order ${exits[0]} was reduced to the remaining 0.25 BTC.`),
      },
    });
    expect(amounts()).toEqual(['0.25']);
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'open',
      remaining: '0.25',
      exitOrders: [{ amount: '0.25', filled: '0', status: 'live' }, { filled: '0.25' }],
    });
    moveTo(exit.price);
    expect(held()).toBe('0.5');
    expect(await fire(await environment.newLink(positionId, 'close'))).toMatchObject({
      json: { outcome: 'closed', closedBy: 'exit-order' },
    });
    expect(held()).toBe('0.5');
  });

  it('is reduced by the next sweep if the hit could not', async () => {
    const { url, exits, amounts, held, positionId } = await stage(venue, [exit]);
    core.addFault({ kind: 'drop-before', match: reduceOf(venue) });
    expect(await fire(url)).toMatchObject({
      status: 200,
      json: { detail: expect.stringContaining(`Exit order ${exits[0]} may still be larger than`) },
    });
    expect(amounts()).toEqual(['0.5']);
    await sweep();
    expect(amounts()).toEqual(['0.25']);
    expect(await environment.positionNow(positionId)).toMatchObject({
      exitOrders: [{ amount: '0.25', status: 'live' }, {}],
    });
    moveTo(exit.price);
    expect(held()).toBe('0.5');
  });

  it('is named if the exchange refuses to reduce it', async () => {
    const { url, exits } = await stage(venue, [exit]);
    core.addFault({ kind: 'status', status: 400, code: -5026, msg: 'No.', match: reduceOf(venue) });
    expect(await fire(url)).toMatchObject({
      status: 200,
      json: {
        outcome: 'closed',
        detail: expect.stringContaining(`Exit order ${exits[0]} is larger than the remaining 0.25 BTC.`),
      },
    });
  });
});

it('names a stop at Binance, which cannot be changed, and leaves it as it is', async () => {
  const { url, exits, amounts, mark } = await stage(binanceUsdm, [stop]);
  expect(await fire(url)).toMatchObject({
    status: 200,
    json: {
      outcome: 'closed',
      detail: expect.stringContaining(`Exit order ${exits[0]} is larger than the remaining 0.25 BTC.`),
    },
  });
  await sweep();
  expect(amounts()).toEqual(['0.5']);
  expect(ledgerSince(core, mark).requests).toHaveLength(1);
});

describe.each([binanceUsdm, bybitLinear, okxSwap])(
  'targets at $name that are larger only together',
  (venue) => {
    const ladder = ['70000', '71000'].map((price): Exit => ({ type: 'limit', amount: '0.25', price }));

    it('are reduced, and take no more than the position has', async () => {
      const { url, exits, amounts, held, positionId } = await stage(venue, ladder);
      expect(await fire(url)).toMatchObject({
        status: 200,
        json: {
          outcome: 'closed',
          closedAmount: '0.25',
          detail: expect.stringContaining(
            `Exit order ${exits[0]} was reduced to 0.125 of the remaining 0.25 BTC.`,
          ),
        },
      });
      expect(amounts()).toEqual(['0.125', '0.125']);
      await sweep();
      expect(amounts()).toEqual(['0.125', '0.125']);
      moveTo('71000');
      expect(held()).toBe('0.5');
      expect(await fire(await environment.newLink(positionId, 'close'))).toMatchObject({
        json: { outcome: 'closed', closedBy: 'exit-order' },
      });
      expect(held()).toBe('0.5');
    });

    it('are reduced by the next sweep if the hit could not', async () => {
      const { url, amounts, held } = await stage(venue, ladder);
      core.addFault({ kind: 'drop-before', match: reduceOf(venue), times: 2 });
      expect(await fire(url)).toMatchObject({
        json: {
          detail: expect.stringContaining('may still be together larger than the remaining 0.25 BTC.'),
        },
      });
      expect(amounts()).toEqual(['0.25', '0.25']);
      await sweep();
      expect(amounts()).toEqual(['0.125', '0.125']);
      moveTo('71000');
      expect(held()).toBe('0.5');
    });
  },
);

it('reduces a stop when a target has filled in part', async () => {
  const { held, amounts, exits } = await stage(bybitLinear, [stop, { ...target, amount: '0.2' }]);
  core.fill({ orderId: Number(exits[1]?.slice(-12)), amount: '0.2' });
  await sweep();
  expect(amounts()).toEqual(['0.3', '0.2']);
  moveTo(stop.price);
  expect(held()).toBe('0.5');
});

it('leaves a stop that is larger than its position alone until a part of that is closed', async () => {
  const { amounts, mark } = await stage(bybitLinear, [{ ...stop, amount: '1' }]);
  await sweep();
  expect(amounts()).toEqual(['1']);
  expect(ledgerSince(core, mark).requests).toEqual([]);
});
