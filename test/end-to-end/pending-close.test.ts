import { expect, it } from 'vitest';
import { everyByClock } from '../../infra/local/schedule.ts';
import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import type { Order } from '../../infra/simulator/core/model.ts';
import { pollAttempts } from '../../lib/position/timing.ts';
import { fire, ledgerSince, markOf, startEnvironment } from './environment.ts';
import { adopt, newTrader, perpetualLong, placeEntry, spotLong } from './trader.ts';

/** Sweeps run as deployed: at full minutes, and when a hit starts one. */
const environment = await startEnvironment({
  wakesSweep: true,
  sweepTimeoutMs: 58_000,
  every: everyByClock,
});
const { core } = environment;

it.each([spotLong, perpetualLong])(
  'a close order of $name that look-ups miss at first is found by the sweep that its hit starts',
  async (kind) => {
    const trader = await newTrader(environment, kind);
    const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    const url = await environment.newLink(positionId, 'close');
    const path = kind.market === 'spot' ? '/api/v3/order' : '/fapi/v1/order';
    const mark = markOf(core);
    core.addFault({ kind: 'drop-after', match: { method: 'POST', path } });
    core.addFault({ kind: 'not-found', match: { method: 'GET', path }, times: pollAttempts });
    expect(await fire(url)).toMatchObject({ status: 202, json: { status: 'in-progress', positionId } });
    const status = async () => (await environment.positionNow(positionId)).status;
    await expect.poll(status, { timeout: 20_000, interval: 200 }).toBe('closed');
    expect(ledgerSince(core, mark).requests).toHaveLength(1);
    const { hits } = await environment.admin('history.list', { positionId });
    expect(hits).toMatchObject([{ actor: 'sweep', outcome: 'closed' }, { actor: 'link' }]);
  },
  30_000,
);

it.each([
  { name: 'a spot long', market: 'spot', symbol: 'ETH/USDT', closed: '0.999' },
  { name: 'a long perpetual', market: 'usdm', symbol: 'ETH/USDT:USDT', closed: '1' },
] as const)(
  'a close order of $name on Bybit that never arrives is sent again under its id within 40 s',
  async ({ market, symbol, closed }) => {
    const balances = { spot: { USDT: '100000', ETH: '5' }, usdm: { USDT: '100000' } };
    const { account, apiKey } = await environment.newAccount({ exchange: 'bybit', balances });
    const entry = { apiKey, market, symbol: 'ETHUSDT', side: 'buy', type: 'limit', amount: '1' } as const;
    const order = core.placeOrder({ ...entry, timeInForce: 'GTC', price: '2900' }) as Order;
    core.fill({ orderId: order.id });
    const entryOrderIds = [toOrderId(order)];
    const adopted = await environment.admin('positions.adopt', {
      account,
      symbol,
      side: 'long',
      entryOrderIds,
    });
    const { positionId } = adopted.position;
    const url = await environment.newLink(positionId, 'close');
    const mark = markOf(core);
    core.addFault({ kind: 'drop-before', match: { method: 'POST', path: '/v5/order/create' } });
    const startedAt = Date.now();
    expect(await fire(url)).toMatchObject({ status: 202, json: { status: 'in-progress' } });
    const status = async () => (await environment.positionNow(positionId)).status;
    await expect.poll(status, { timeout: 45_000, interval: 500 }).toBe('closed');
    expect(Date.now() - startedAt).toBeLessThan(40_000);
    const { orders, requests } = ledgerSince(core, mark);
    expect(orders).toMatchObject([{ side: 'sell', type: 'market', amount: closed }]);
    const ids = requests.map(({ parameters }) => /orderLinkId["=:]+([\w-]+)/.exec(parameters)?.[1]);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  },
  60_000,
);
