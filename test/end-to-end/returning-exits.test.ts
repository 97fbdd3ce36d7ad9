import { describe, expect, it } from 'vitest';
import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import type { AlgoOrder, Order } from '../../infra/simulator/core/model.ts';
import { fire, startEnvironment } from './environment.ts';
import { binanceSpot, binanceUsdm, bybitLinear, type MarketWithExits, okxSwap } from './long-position.ts';

/** A hit that has no time left starts a sweep, as it is deployed. */
const environment = await startEnvironment({ table: 'model', wakesSweep: true });
const { core } = environment;

const refusals = {
  binance: { status: 400, code: -2010, msg: 'This action is disabled on this account.' },
  binanceusdm: {
    status: 400,
    code: -4131,
    msg: 'The counterparty best price does not meet the PERCENT_PRICE filter limit.',
  },
  bybit: { status: 200, code: 110090, msg: 'Position may exceed the max. limit.' },
  okx: { status: 200, code: 51030, msg: 'Funding fee is being settled.' },
};

/** A long of 0.5 BTC that was adopted with a target at 70000 and a stop at 50000: a list on spot. */
async function stage(venue: MarketWithExits) {
  const { exchange, market } = venue;
  const { apiKey, account } = await environment.newAccount({
    exchange,
    // A coin that pays the fees, so that the entry leaves whole amounts.
    balances: { spot: { USDT: '100000', BTC: '0.1' }, usdm: { USDT: '100000' } },
  });
  const base = { apiKey, market, symbol: 'BTCUSDT' } as const;
  const entry = core.placeOrder({
    ...base,
    side: 'buy',
    type: 'limit',
    amount: '0.5',
    price: '59000',
  }) as Order;
  core.fill({ orderId: entry.id });
  const exits = market === 'spot' ? placeList(apiKey) : placeExits(venue, apiKey);
  const toId = (id: number) => (exchange === 'bybit' ? toOrderId({ id, market }) : String(id));
  const { position } = await environment.admin('positions.adopt', {
    account,
    symbol: market === 'spot' ? 'BTC/USDT' : 'BTC/USDT:USDT',
    side: 'long',
    entryOrderIds: [toId(entry.id)],
    exitOrderIds: exits.map(toId),
  });
  const { positionId } = position;
  const isOpen = ({ status }: Order | AlgoOrder) => ['new', 'partially-filled'].includes(status);
  const orders = () => [...core.state.orders.values(), ...core.state.algoOrders.values()];
  const open = () => orders().filter((order) => isOpen(order) && order.side === 'sell');
  return {
    positionId,
    apiKey,
    url: await environment.newLink(positionId, 'close'),
    /** What rests besides what was adopted, and when it came. */
    returned: () => open().filter(({ id }) => !exits.includes(id)),
    resting: () => open().map(({ amount }) => amount),
    refuse: () => core.addFault({ kind: 'status', ...refusals[exchange], match: venue.create }),
  };
}

function placeList(apiKey: string): number[] {
  return core.placeOco({
    apiKey,
    symbol: 'BTCUSDT',
    side: 'sell',
    amount: '0.4995',
    above: { type: 'limit_maker', price: '70000' },
    below: { type: 'stop_market', triggerPrice: '50000' },
  } as never).orderIds;
}

function placeExits({ exchange }: MarketWithExits, apiKey: string): number[] {
  const exit = { market: 'usdm', symbol: 'BTCUSDT', side: 'sell', reduceOnly: true, amount: '0.5' } as const;
  const stop = { ...exit, type: 'stop_market' } as const;
  return [
    core.placeOrder({ ...exit, apiKey, type: 'limit', price: '70000' }).id,
    exchange === 'bybit'
      ? core.acknowledgeOrder({ ...stop, account: core.accountOf(apiKey), triggerPrice: '50000' }).id
      : core.placeOrder({ ...stop, apiKey, stopPrice: '50000' }).id,
  ];
}

describe.each([binanceSpot, binanceUsdm, bybitLinear, okxSwap])('adopted exits of $name', (venue) => {
  const amount = venue.market === 'spot' ? '0.4995' : '0.5';

  it.each([
    { takeProfits: [], stopLoss: null },
    { takeProfits: null, stopLoss: null },
  ])('end when their owner sets %o', async (exits) => {
    const { positionId, resting } = await stage(venue);
    const { position } = await environment.admin('positions.setExits', { positionId, ...exits });
    expect(resting()).toEqual([]);
    expect(position).toMatchObject({ protection: 'none', takeProfits: [], stopLoss: null });
  });

  it('return after the exchange refused the close that they were canceled for', async () => {
    const { url, positionId, resting, returned, refuse } = await stage(venue);
    refuse();
    expect((await fire(url)).status).toBe(422);
    expect(resting()).toEqual([amount, amount]);
    expect(returned()).toHaveLength(2);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'full',
      takeProfits: [{ price: '70000', amount, state: 'resting' }],
      stopLoss: { price: '50000', amount, state: 'resting' },
    });
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(resting()).toEqual([]);
  });

  it('return within 3 s of a refusal that left the hit no time', async () => {
    const { url, returned, refuse } = await stage(venue);
    core.addFault({ kind: 'delay', ms: 900, match: venue.cancel, times: 2 });
    core.addFault({ kind: 'delay', ms: 1_000, match: { method: 'GET' }, times: 1 });
    refuse();
    const answer = await fire(url);
    const endedAt = Date.now();
    expect(answer.status).toBe(422);
    await expect.poll(() => returned().length, { timeout: 5_000, interval: 20 }).toBe(2);
    expect(Math.min(...returned().map(({ createdAt }) => createdAt)) - endedAt).toBeLessThan(3_000);
  });

  it('end for good if a hit closes the position while they return', async () => {
    const { url, positionId, resting, refuse } = await stage(venue);
    refuse();
    core.addFault({ kind: 'delay', ms: 400, match: { method: 'POST' }, times: 1 });
    const first = fire(url);
    await expect
      .poll(async () => (await environment.positionNow(positionId)).failure?.code ?? '', { timeout: 10_000 })
      .not.toBe('');
    const second = await fire(url);
    await first;
    expect(second).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    await environment.invoke('ripcord-sweep', {});
    expect(resting()).toEqual([]);
  });

  it('stay where they are if the key may not trade', async () => {
    const { url, apiKey, returned, resting } = await stage(venue);
    core.accountOf(apiKey).permissions.trade = false;
    const answer = await fire(url);
    expect(answer).toMatchObject({ status: 422, json: { status: 'refused' } });
    expect(resting()).toEqual([amount, amount]);
    expect(returned()).toEqual([]);
  });
});
