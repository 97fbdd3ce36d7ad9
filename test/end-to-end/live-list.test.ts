import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { expect, it } from 'vitest';
import { createAdmin } from '../../functions/admin.ts';
import { parseEnvironment } from '../../functions/environment.ts';
import { createServices } from '../../functions/services.ts';
import { commands, type PositionView } from '../../lib/admin/contract/commands.ts';
import { createLog } from '../../lib/log.ts';
import { holdingLagMs } from '../../lib/position/timing.ts';
import { markOf, startEnvironment } from './environment.ts';
import {
  adopt,
  type Kind,
  movePrice,
  newTrader,
  perpetualLong,
  placeEntry,
  spotLong,
  type Trader,
} from './trader.ts';

/** Lists of many positions of one account: what they ask the exchange for, and that they show the same as one by one. */

const environment = await startEnvironment();
const { core } = environment;

/** Right after a fill, an exchange position may be listed late and proves nothing, so this clock is ahead. */
const handler = createAdmin(
  parseEnvironment({
    RIPCORD_TABLE: 'ripcord',
    RIPCORD_TABLE_ENDPOINT: environment.tableEndpoint,
    RIPCORD_ACCOUNTS: `file:${join(environment.data, 'accounts.json')}`,
  }),
  (settings) => {
    const built = createServices(settings);
    built.services.now = () => Date.now() + 2 * holdingLagMs;
    return built;
  },
  createLog({ write: () => undefined }),
);

/** An account of 100 ETH, and positions of 0.1 ETH with an exit order each. */
async function newAccount(kind: Kind, count: number): Promise<{ trader: Trader; exits: number[] }> {
  const trader = await newTrader(environment, kind, 'ETH', {
    balances: { spot: { USDT: '1000', ETH: '100' }, usdm: { USDT: '100000' } },
  });
  if (kind.market === 'usdm') core.setPosition({ apiKey: trader.apiKey, symbol: trader.id, amount: '100' });
  const exits: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const exit = core.placeOrder({
      ...{ apiKey: trader.apiKey, market: kind.market, symbol: trader.id, side: kind.exitSide },
      ...{ type: 'limit', timeInForce: 'GTC', amount: '0.1', price: '3200' },
      reduceOnly: kind.market === 'usdm',
    });
    await adopt(trader, { amount: '0.1', exitOrders: [exit.id] });
    exits.push(exit.id);
  }
  return { trader, exits };
}

/** @returns what a live list shows, and the paths that it asked the exchange for. */
async function list({ account }: Trader): Promise<{ positions: PositionView[]; paths: string[] }> {
  const since = markOf(core);
  const answer = await handler({ command: 'positions.list', account, open: true }, {} as Context);
  if (!answer.ok) throw new Error(answer.error.message);
  const { positions } = commands['positions.list'].result.parse(JSON.parse(JSON.stringify(answer.result)));
  const paths = core.ledger({ since }).flatMap((entry) => (entry.type === 'request' ? [entry.path] : []));
  return { positions, paths: paths.sort() };
}

it.each([spotLong, perpetualLong])(
  'a live list of $name asks the exchange for as much with 30 positions as with 12',
  { timeout: 60_000 },
  async (kind) => {
    const few = (await newAccount(kind, 12)).trader;
    const many = (await newAccount(kind, 30)).trader;
    // The first look at an exchange position also reads its trades.
    for (const trader of [few, many]) await list(trader);
    const listed = await list(many);
    expect(listed.positions).toHaveLength(30);
    expect(listed.paths).toEqual((await list(few)).paths);
    expect(listed.paths.length).toBeLessThanOrEqual(4);
  },
);

it.each([spotLong, perpetualLong])(
  'a live list of many positions of $name shows each as it is, and what has changed',
  { timeout: 60_000 },
  async (kind) => {
    const { trader, exits } = await newAccount(kind, 12);
    await list(trader);
    movePrice(trader, '3100');
    const [exit = 0] = exits;
    core.fill({ orderId: exit, amount: '0.04' });
    const { positions, paths } = await list(trader);
    const changed = positions.filter(({ remaining }) => remaining !== '0.1');
    expect(changed).toMatchObject([
      { remaining: '0.06', exitOrders: [{ orderId: String(exit), filled: '0.04' }] },
    ]);
    for (const position of positions) {
      expect(position).toMatchObject({ markPrice: '3100', links: 0 });
      expect(position).not.toHaveProperty('staleReason');
      const { markPriceAt, lastSyncedAt, exchangePosition, ...shown } = position;
      expect(await environment.positionNow(position.positionId)).toMatchObject(shown);
    }
    // Of a perpetual, the fill changed the exchange position, which all of them share.
    if (kind === spotLong) expect(paths.filter((path) => path === '/api/v3/order')).toHaveLength(1);
  },
);

it('a live list whose account cannot be read shows what is stored, and why, after one request of each kind', async () => {
  const { trader } = await newAccount(spotLong, 12);
  core.addFault({
    kind: 'status',
    status: 401,
    code: -2015,
    msg: 'Invalid API-key, IP, or permissions for action.',
    match: { method: 'GET', path: '/api/v3/openOrders' },
    times: 99,
  });
  const { positions, paths } = await list(trader);
  core.clearFaults();
  expect(positions).toHaveLength(12);
  for (const position of positions)
    expect(position).toMatchObject({
      remaining: '0.1',
      staleReason: expect.stringContaining('Invalid API-key'),
    });
  expect(paths.length).toBeLessThanOrEqual(4);
});

it('a live list of an account with many positions leaves their funding to the sweep', {
  timeout: 60_000,
}, async () => {
  const trader = await newTrader(environment, perpetualLong);
  for (let index = 0; index < 12; index += 1)
    await adopt(trader, { entryOrders: [placeEntry(trader, { amount: '0.1', filled: 'all' })] });
  const { positions, paths } = await list(trader);
  expect(positions).toHaveLength(12);
  expect(paths).not.toContain('/fapi/v1/income');
});
