import { describe, expect, it } from 'vitest';
import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import type { Order } from '../../infra/simulator/core/model.ts';
import {
  type AccountOptions,
  type ExchangeAccount,
  fire,
  ledgerSince,
  markOf,
  startEnvironment,
} from './environment.ts';
import { binanceSpot, binanceUsdm, stageLong } from './long-position.ts';

/** What a close comes to when the exchange rejects its first order, and that no order follows unasked. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;

type Venue = 'binance' | 'bybit';
const venues: Venue[] = ['binance', 'bybit'];

interface Leg {
  amount: string;
  price: string;
}

interface Scene extends ExchangeAccount {
  positionId: string;
  exits: Order[];
  idOf(order: Order): string;
}

type Placed = Parameters<typeof core.placeOrder>[0];

/** A spot long of one MARKET entry with LIMIT exits. */
async function buy(
  exchange: Venue,
  symbol: 'BTC' | 'BNB' | 'ETH',
  amount: string,
  exits: Leg[] = [],
  options: Partial<AccountOptions> = {},
): Promise<Scene> {
  const account = await environment.newAccount({
    exchange,
    balances: { spot: { USDT: '100000' } },
    ...options,
  });
  const idOf = (order: Order) => (exchange === 'bybit' ? toOrderId(order) : String(order.id));
  const entry = place(account, symbol, { side: 'buy', type: 'market', amount });
  const placed = exits.map((exit) => place(account, symbol, { side: 'sell', type: 'limit', ...exit }));
  const { position } = await environment.admin('positions.adopt', {
    account: account.account,
    symbol: `${symbol}/USDT`,
    side: 'long',
    entryOrderIds: [idOf(entry)],
    ...(placed.length === 0 ? {} : { exitOrderIds: placed.map(idOf) }),
  });
  return { ...account, positionId: position.positionId, exits: placed, idOf };
}

function place({ apiKey }: ExchangeAccount, base: string, order: Partial<Placed>): Order {
  return core.placeOrder({ apiKey, market: 'spot', symbol: `${base}USDT`, ...order } as Placed) as Order;
}

/** Fires a new close link. @returns the answer, and what it did at the exchange. */
async function close({ positionId }: Pick<Scene, 'positionId'>) {
  const link = await environment.newLink(positionId, 'close');
  const mark = markOf(core);
  const answer = await fire(link);
  return { ...answer, ...ledgerSince(core, mark) };
}

function closeRequests({ requests }: ReturnType<typeof ledgerSince>) {
  return requests.filter(({ method, path }) => method === 'POST' && /\/order(\/create)?$/.test(path));
}

async function sweep(times: number): Promise<void> {
  for (let run = 0; run < times; run += 1) await environment.invoke('ripcord-sweep', {});
}

describe.each(venues)('on %s, fees in the base coin of a spot long', (exchange) => {
  const options = { feesInBnb: true, balances: { spot: { USDT: '100000' } } };
  const exits = [
    { amount: '5', price: '700' },
    { amount: '4.9', price: '900' },
  ];

  it('are counted for an exit that filled since the last sweep', async () => {
    const scene = await buy(exchange, 'BNB', '10', exits, options);
    core.fill({ orderId: scene.exits[0]?.id ?? 0 });
    // 10 less 0.0075 for the entry, 5 for the exit and 0.004375 for its fee.
    expect(await close(scene)).toMatchObject({
      status: 200,
      json: {
        outcome: 'closed',
        closedAmount: '4.988',
        remaining: '0.000125',
        detail: expect.stringContaining('Fees of exit orders took 0.004375 BNB of the position.'),
      },
      orders: [{ side: 'sell', amount: '4.988' }],
    });
  });

  it('are counted by a sweep, so that a hit has nothing to read', async () => {
    const scene = await buy(exchange, 'BNB', '10', exits, options);
    core.fill({ orderId: scene.exits[0]?.id ?? 0 });
    await sweep(1);
    expect(await environment.positionNow(scene.positionId)).toMatchObject({ remaining: '4.988125' });
    expect(await close(scene)).toMatchObject({ json: { closedAmount: '4.988' } });
  });

  it('are found by the balance if the trades cannot be read', async () => {
    const scene = await buy(exchange, 'BNB', '10', exits, options);
    core.fill({ orderId: scene.exits[0]?.id ?? 0 });
    const path = exchange === 'bybit' ? '/v5/execution/list' : '/api/v3/myTrades';
    core.addFault({ kind: 'status', status: 500, match: { path }, times: 20 });
    const result = await close(scene);
    core.clearFaults();
    expect(result).toMatchObject({
      status: 200,
      json: {
        outcome: 'closed',
        closedAmount: '4.988',
        detail: expect.stringContaining(
          '0.0045 BNB of the position was not sold: 0.004375 BNB is no longer in the account.',
        ),
      },
      orders: [{ side: 'sell', amount: '4.988' }],
    });
    expect(closeRequests(result)).toHaveLength(2);
  });

  it('of a partial close make less remain, and are read later if they cannot be read at once', async () => {
    const scene = await buy(exchange, 'BNB', '10', [], {
      ...options,
      balances: { spot: { USDT: '100000', BNB: '1' } },
    });
    const half = async () => {
      const { positionId } = scene;
      const { url } = await environment.admin('links.create', { positionId, action: 'close', percent: 50 });
      return (await fire(url)).json;
    };
    // Half of 9.9925, and a fee of 0.075 %.
    expect(await half()).toMatchObject({ closedAmount: '4.996', remaining: '4.992753' });
    for (const path of ['/api/v3/myTrades', '/v5/execution/list', '/v5/order/realtime'])
      core.addFault({ kind: 'status', status: 500, match: { path }, times: 40 });
    const unread = 'Fees of exit orders could not be read yet, so less may remain.';
    if (exchange === 'binance') expect((await half()).detail).toContain(unread);
    // Bybit only acknowledges an order, so its result is not known without a look-up.
    else expect(await half()).toMatchObject({ status: 'in-progress' });
    core.clearFaults();
    await sweep(1);
    expect(await environment.positionNow(scene.positionId)).toMatchObject({ remaining: '2.494881' });
  });

  it('of other trades take a part of the position', async () => {
    const scene = await buy(exchange, 'BNB', '10', [], options);
    place(scene, 'BTC', { side: 'buy', type: 'market', amount: '0.1' });
    expect(await close(scene)).toMatchObject({
      status: 200,
      json: {
        outcome: 'closed',
        closedAmount: '9.985',
        detail: expect.stringContaining('0.0075 BNB of the position is no longer in the account.'),
      },
      orders: [{ side: 'sell', amount: '9.985' }],
    });
  });
});

describe.each(venues)('on %s, a spot long of which a part is not there', (exchange) => {
  it('is closed by what is there, once', async () => {
    const scene = await buy(exchange, 'BTC', '0.5', [{ amount: '0.1', price: '70000' }]);
    place(scene, 'BTC', { side: 'sell', type: 'market', amount: '0.2' });
    const result = await close(scene);
    expect(result).toMatchObject({
      status: 200,
      json: {
        outcome: 'closed',
        closedAmount: '0.2995',
        remaining: '0',
        detail: expect.stringContaining('0.2 BTC of the position is no longer in the account.'),
      },
      orders: [{ side: 'sell', amount: '0.2995' }],
      canceled: [String(scene.exits[0]?.id)],
    });
    expect(closeRequests(result)).toHaveLength(2);
    expect(await environment.positionNow(scene.positionId)).toMatchObject({
      status: 'closed',
      remaining: '0',
    });
  });

  it.each<[string, { soldByHand?: string; held: string }]>([
    // Sold for another currency, or withdrawn.
    ['no trade shows', { held: '0.00005' }],
    ['the sale of a part does not show', { soldByHand: '0.2', held: '0' }],
  ])('fails with what the account holds if %s why the rest is gone', async (_, { soldByHand, held }) => {
    const scene = await buy(exchange, 'BTC', '0.5');
    if (soldByHand !== undefined) place(scene, 'BTC', { side: 'sell', type: 'market', amount: soldByHand });
    core.setBalance({ apiKey: scene.apiKey, market: 'spot', asset: 'BTC', amount: held });
    const result = await close(scene);
    expect(result).toMatchObject({ status: 422, orders: [] });
    expect(result.json.message).toMatch(`The account holds ${held} BTC.`);
    expect(result.json.message).toMatch(/nsufficient balance/);
    expect(await environment.positionNow(scene.positionId)).toMatchObject({ status: 'open' });
  });

  it('ends with the dust that a sale by hand left', async () => {
    const scene = await buy(exchange, 'BTC', '0.5');
    place(scene, 'BTC', { side: 'sell', type: 'market', amount: '0.49945' });
    expect(await close(scene)).toMatchObject({
      status: 200,
      json: {
        outcome: 'closed',
        closedBy: 'external',
        remaining: '0.00005',
        detail: expect.stringContaining('the account holds only 0.00005 BTC; the last sell was 0.49945'),
      },
      orders: [],
    });
  });

  it('is kept with what the account still holds', async () => {
    const { positionId, ...scene } = await buy(exchange, 'BTC', '0.5', [{ amount: '0.1', price: '70000' }]);
    place(scene, 'BTC', { side: 'sell', type: 'market', amount: '0.2' });
    const answer = await fire(await environment.newLink(positionId, 'keep'));
    expect(answer.json.detail).toBe(
      'The position of 0.4995 BTC stays open. The account holds only 0.2995 BTC now.',
    );
  });

  it('is closed by what is free, and stays open for what another order holds', async () => {
    const scene = await buy(exchange, 'BTC', '0.5', [{ amount: '0.1', price: '70000' }]);
    const holder = place(scene, 'BTC', { side: 'sell', type: 'limit', amount: '0.3', price: '90000' });
    const locked = `0.3 BTC of the position is locked in the account by order ${scene.idOf(holder)} (limit sell of 0.3 BTC)`;
    expect(await close(scene)).toMatchObject({
      status: 200,
      json: {
        outcome: 'closed',
        closedAmount: '0.1995',
        remaining: '0.3',
        detail: expect.stringContaining(locked),
      },
      orders: [{ side: 'sell', amount: '0.1995' }],
    });
    expect(await environment.positionNow(scene.positionId)).toMatchObject({
      status: 'open',
      remaining: '0.3',
    });

    expect(await close(scene)).toMatchObject({
      status: 422,
      json: { status: 'refused', message: expect.stringContaining(locked) },
      orders: [],
      canceled: [],
    });

    core.cancelOrder({ orderId: holder.id });
    expect(await close(scene)).toMatchObject({ status: 200, json: { closedAmount: '0.3', remaining: '0' } });
  });

  it('is closed by what is there, and names what other orders hold of it', async () => {
    const scene = await buy(exchange, 'ETH', '2');
    place(scene, 'ETH', { side: 'sell', type: 'market', amount: '0.5' });
    const holder = place(scene, 'ETH', { side: 'sell', type: 'limit', amount: '1', price: '9000' });
    const result = await close(scene);
    expect(result).toMatchObject({
      status: 200,
      json: { closedAmount: '0.498', remaining: '1' },
      orders: [{ amount: '0.498' }],
    });
    expect(result.json.detail).toContain(`by order ${scene.idOf(holder)} (limit sell of 1 ETH)`);
    expect(result.json.detail).toContain('0.5 ETH of the position is no longer in the account.');

    // What was gone stays gone: coins that the trader buys later are not the position's.
    expect(await environment.positionNow(scene.positionId)).toMatchObject({ remaining: '1' });
    core.cancelOrder({ orderId: holder.id });
    place(scene, 'ETH', { side: 'buy', type: 'market', amount: '0.5' });
    expect(await close(scene)).toMatchObject({
      json: { closedAmount: '1', remaining: '0' },
      orders: [{ amount: '1' }],
    });
  });

  it('is no dust because too little of it is free', async () => {
    const scene = await buy(exchange, 'ETH', '1');
    place(scene, 'ETH', { side: 'sell', type: 'limit', amount: '0.998', price: '9000' });
    expect(await close(scene)).toMatchObject({ status: 422, json: { status: 'refused' }, orders: [] });
    expect(await environment.positionNow(scene.positionId)).toMatchObject({
      status: 'open',
      remaining: '0.999',
    });
  });
});

describe('a maximum value of spot orders', () => {
  const exits = [{ amount: '0.5', price: '90000' }];

  it('that is known refuses a close before its exits are canceled', async () => {
    core.changeMarket({ market: 'spot', symbol: 'BTCUSDT', maxNotional: '70000' });
    const scene = await buy('binance', 'BTC', '1', exits, { balances: { spot: { USDT: '900000' } } });
    core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '80000' });
    expect(await close(scene)).toMatchObject({
      status: 422,
      json: {
        status: 'refused',
        source: 'ripcord',
        message: expect.stringContaining('maximum of 70000 USDT'),
      },
      orders: [],
      canceled: [],
    });
  });

  it('that is new refuses a close before its exits are canceled', async () => {
    const scene = await buy('binance', 'BTC', '1', exits);
    core.changeMarket({ market: 'spot', symbol: 'BTCUSDT', maxNotional: '20000' });
    expect(await close(scene)).toMatchObject({
      status: 422,
      json: { status: 'refused', message: expect.stringContaining('maximum of 20000 USDT') },
      orders: [],
      canceled: [],
    });
    expect(await environment.positionNow(scene.positionId)).toMatchObject({
      exitOrders: [{ status: 'live' }],
      failure: { code: 'above-maximum', canceledExitOrderIds: [] },
    });
  });

  it('that is new is never told as dust', async () => {
    const scene = await buy('binance', 'BTC', '1');
    core.changeMarket({ market: 'spot', symbol: 'BTCUSDT', maxNotional: '20000' });
    expect(await close(scene)).toMatchObject({
      status: 422,
      json: {
        status: 'refused',
        message: expect.stringMatching(/maximum of 20000 USDT.*Filter failure: NOTIONAL \(-1013\)/),
      },
      orders: [],
    });
    expect(await environment.positionNow(scene.positionId)).toMatchObject({
      status: 'open',
      remaining: '0.999',
      failure: { code: 'above-maximum' },
    });
  });

  it.each([
    ['999999', 'raised'],
    ['5', 'unchanged'],
  ])('beside a minimum of %s, which is %s, is judged by what is read', async (minNotional) => {
    const scene = await buy('binance', 'BTC', '1');
    core.changeMarket({ market: 'spot', symbol: 'BTCUSDT', minNotional });
    core.addFault({
      kind: 'status',
      status: 400,
      code: -1013,
      msg: 'Filter failure: NOTIONAL',
      match: { method: 'POST', path: '/api/v3/order' },
    });
    const result = await close(scene);
    if (minNotional === '5')
      expect(result).toMatchObject({
        status: 422,
        json: { source: 'exchange', message: expect.stringContaining('Filter failure: NOTIONAL (-1013)') },
      });
    else expect(result).toMatchObject({ status: 200, json: { outcome: 'dust', remaining: '0.999' } });
  });
});

describe('a maximum amount', () => {
  it.each(venues)('is judged on %s by what its exits have filled by then', async (exchange) => {
    const scene = await buy(exchange, 'ETH', '1', [
      { amount: '0.5', price: '6000' },
      { amount: '0.3', price: '7000' },
    ]);
    const market = { market: 'spot', symbol: 'ETHUSDT' } as const;
    core.changeMarket({ ...market, marketLot: { min: '0.0001', max: '0.6', step: '0.0001' } });
    // As a position that was adopted later knows it.
    await environment.admin('positions.get', { positionId: scene.positionId });
    core.fill({ orderId: scene.exits[0]?.id ?? 0 });
    expect(await close(scene)).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: '0.499' },
      orders: [{ amount: '0.499' }],
    });
  });
});

describe('a minimum amount', () => {
  it.each([binanceSpot, binanceUsdm])(
    'that $name has lowered since adoption does not call a position dust',
    async (venue) => {
      const market = { market: venue.market, symbol: 'BTCUSDT' } as const;
      const { marketLot } = core.state.market(venue.market, 'BTCUSDT');
      core.changeMarket({ ...market, marketLot: { min: '1', max: '100', step: '0.001' } });
      const { url, positionId } = await stageLong(environment, venue, { exits: true });
      core.changeMarket({ ...market, marketLot: { ...marketLot, min: '0.001' } });
      const closedAmount = venue.market === 'spot' ? '0.4995' : '0.5';
      expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed', closedAmount } });
      expect(await environment.positionNow(positionId)).toMatchObject({ status: 'closed' });
    },
  );
});

describe('a market that is halted', () => {
  const stage = () => buy('binance', 'BTC', '0.5', [{ amount: '0.2', price: '70000' }]);
  const halt = (halted: boolean) => core.changeMarket({ market: 'spot', symbol: 'BTCUSDT', halted });

  it('refuses a close before an exit is canceled, and no sweep sends an order later', async () => {
    const scene = await stage();
    halt(true);
    expect(await close(scene)).toMatchObject({
      status: 422,
      json: { status: 'refused', message: expect.stringContaining('is not open for MARKET orders') },
      orders: [],
      canceled: [],
    });
    expect(await environment.positionNow(scene.positionId)).toMatchObject({
      status: 'open',
      exitOrders: [{ status: 'live' }],
      failure: { source: 'ripcord', code: 'market-closed', canceledExitOrderIds: [] },
    });
    const mark = markOf(core);
    await sweep(2);
    halt(false);
    await sweep(2);
    expect(ledgerSince(core, mark)).toEqual({ orders: [], canceled: [], requests: [] });
    expect(await close(scene)).toMatchObject({ status: 200, json: { closedAmount: '0.4995' } });
  });

  it('refuses a close without exits too', async () => {
    const scene = await buy('binance', 'BTC', '0.5');
    halt(true);
    expect(await close(scene)).toMatchObject({
      status: 422,
      json: { status: 'refused', message: expect.stringContaining('Market is closed.') },
    });
  });
});

describe('a long perpetual', () => {
  async function stage() {
    const account = await environment.newAccount({
      exchange: 'binanceusdm',
      balances: { usdm: { USDT: '100000' } },
    });
    const order = { apiKey: account.apiKey, market: 'usdm', symbol: 'ETHUSDT' } as const;
    const entry = core.placeOrder({ ...order, side: 'buy', type: 'market', amount: '1' });
    const exit = { ...order, side: 'sell', reduceOnly: true, amount: '1' } as const;
    const exits = [
      core.placeOrder({ ...exit, type: 'limit', price: '6000' }),
      core.placeOrder({ ...exit, type: 'stop_market', stopPrice: '1000' }),
    ];
    const { position } = await environment.admin('positions.adopt', {
      account: account.account,
      symbol: 'ETH/USDT:USDT',
      side: 'long',
      entryOrderIds: [String(entry.id)],
      exitOrderIds: exits.map(({ id }) => String(id)),
    });
    return { ...account, positionId: position.positionId, exits };
  }

  const order = { method: 'POST', path: '/fapi/v1/order' };
  const failed = {
    kind: 'status',
    status: 503,
    code: -1001,
    msg: 'Internal error; unable to process your request. Please try again.',
    match: order,
  } as const;

  it('is closed in the hit whose first order was proven not placed', async () => {
    const scene = await stage();
    core.addFault(failed);
    const result = await close(scene);
    expect(result).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: '1' },
      orders: [{ amount: '1', reduceOnly: true }],
    });
    const ids = closeRequests(result).map(({ parameters }) =>
      new URLSearchParams(parameters).get('newClientOrderId'),
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('is closed by the next hit if its orders were not placed twice', async () => {
    const scene = await stage();
    core.addFault({ ...failed, times: 2 });
    expect(await close(scene)).toMatchObject({ status: 503, orders: [] });
    expect(await close(scene)).toMatchObject({ status: 200, json: { outcome: 'closed', closedAmount: '1' } });
  });

  it('stays unknown if the exchange does not know what it executed', async () => {
    const scene = await stage();
    core.addFault({ ...failed, msg: 'Unknown error, please check your request or try again later.' });
    const result = await close(scene);
    expect(result).toMatchObject({ status: 202, orders: [] });
    expect(closeRequests(result)).toHaveLength(1);
  });

  it.each([-4118, -2022])(
    'is closed by a part after the exits in the way are canceled (%i)',
    async (code) => {
      const scene = await stage();
      if (code === -4118)
        core.changeMarket({ market: 'usdm', symbol: 'ETHUSDT', countsReduceOnlyOrders: true });
      // The documented conflict with open orders has the words of a position that is not there.
      else
        core.addFault({
          kind: 'status',
          status: 400,
          code,
          msg: 'ReduceOnly Order is rejected.',
          match: order,
        });
      const { url } = await environment.admin('links.create', {
        positionId: scene.positionId,
        action: 'close',
        percent: 50,
      });
      const mark = markOf(core);
      const exitIds = scene.exits.map(({ id }) => String(id));
      const answer = await fire(url);
      expect(answer).toMatchObject({
        status: 200,
        json: { outcome: 'closed', closedAmount: '0.5', remaining: '0.5', canceledExitOrderIds: exitIds },
      });
      const { orders, canceled } = ledgerSince(core, mark);
      expect(orders.slice(0, 1)).toMatchObject([{ type: 'market', amount: '0.5', reduceOnly: true }]);
      expect(canceled.sort()).toEqual(exitIds.sort());
    },
  );
});
