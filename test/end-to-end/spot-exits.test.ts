import { describe, expect, it } from 'vitest';
import type { CommandInput } from '../../lib/admin/contract/commands.ts';
import { fire, ledgerSince, markOf, startEnvironment } from './environment.ts';

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;

type Opening = Partial<CommandInput<'positions.open'>>;
let requests = 0;

/** A Binance account with money alone, where BTC is at 60000. A buy pays 0.1 % of its coins as fee. */
async function stage() {
  const { apiKey, account } = await environment.newAccount({
    exchange: 'binance',
    balances: { spot: { USDT: '100000' } },
  });
  const opening = (input: Opening) => {
    requests += 1;
    return {
      requestId: `spot-exits-${requests}`,
      account,
      symbol: 'BTC/USDT',
      side: 'long',
      type: 'market',
      ...(input.riskAmount === undefined ? { amount: '0.5' } : {}),
      ...input,
    } as const;
  };
  const isOpen = ({ status }: { status: string }) => ['new', 'partially_filled'].includes(status);
  const orders = () => [...core.state.orders.values()].filter(isOpen);
  const coins = () => core.accountOf(apiKey).spot.BTC;
  return {
    apiKey,
    account,
    mark: markOf(core),
    open: async (input: Opening) => (await environment.admin('positions.open', opening(input))).position,
    refusal: (input: Opening) => environment.refusal({ command: 'positions.open', ...opening(input) }),
    setExits: async (input: CommandInput<'positions.setExits'>) =>
      (await environment.admin('positions.setExits', input)).position,
    coins,
    /** What rests at the exchange, by its own books: the orders of one list have the same letter. */
    resting: () => {
      const lists = [...new Set(orders().map(({ orderListId }) => orderListId ?? 0))].filter((id) => id > 0);
      return orders()
        .map(({ type, amount, filled, orderListId }) => {
          const letter = orderListId === undefined ? '' : ` ${'abcdefgh'[lists.indexOf(orderListId)]}`;
          return `${type} ${amount}${filled === '0' ? '' : ` (${filled} filled)`}${letter}`;
        })
        .sort();
    },
    idOf: (type: string, amount: string) =>
      orders().find((order) => order.type === type && order.amount === amount)?.id ?? 0,
    cancel: (type: string, amount: string) => {
      const orderId = orders().find((order) => order.type === type && order.amount === amount)?.id;
      core.cancelOrder({ apiKey, market: 'spot', symbol: 'BTCUSDT', orderId } as never);
    },
    newPart: async (positionId: string) =>
      (await environment.admin('links.create', { positionId, action: 'close', percent: 50 })).url,
  };
}

const takeProfits = [
  { price: '65000', percent: '50' },
  { price: '70000', percent: '50' },
];
const stopLoss = { price: '58000' };
/** Of 0.4995, which is 0.5 less the fee. */
const ladder = [
  'limit_maker 0.24975 a',
  'limit_maker 0.24975 b',
  'stop_market 0.24975 a',
  'stop_market 0.24975 b',
];
const sweep = () => environment.invoke('ripcord-sweep', {});
const moveTo = (price: string) => core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price });

describe('a spot position with exits', () => {
  it('opens at MARKET with a list for each rung, all of which rest before the command answers', async () => {
    const { open, resting, coins } = await stage();
    expect(await open({ takeProfits, stopLoss })).toMatchObject({
      protection: 'full',
      takeProfits: [
        { price: '65000', amount: '0.24975', state: 'resting', orderId: expect.any(String) },
        { price: '70000', amount: '0.24975', state: 'resting', orderId: expect.any(String) },
      ],
      stopLoss: { price: '58000', amount: '0.4995', state: 'resting', orderId: expect.any(String) },
    });
    expect(resting()).toEqual(ladder);
    expect(coins()).toMatchObject({ free: '0' });
  });

  it('has a plain stop for the part that has no target', async () => {
    const { open, resting } = await stage();
    await open({ takeProfits: [{ price: '65000', percent: '30' }], stopLoss });
    expect(resting()).toEqual(['limit_maker 0.14985 a', 'stop_market 0.14985 a', 'stop_market 0.34965']);
  });

  it('has LIMIT orders alone without a stop, and a stop alone without a target', async () => {
    const { open, resting, setExits } = await stage();
    const { positionId, protection } = await open({ takeProfits });
    expect(protection).toBe('none');
    expect(resting()).toEqual(['limit 0.24975', 'limit 0.24975']);
    expect(await setExits({ positionId, takeProfits: null, stopLoss })).toMatchObject({ protection: 'full' });
    expect(resting()).toEqual(['stop_market 0.4995']);
  });

  it('is sized so that its stop loses about the risk, fees included', async () => {
    const { open, apiKey } = await stage();
    const money = () => Number(core.accountOf(apiKey).spot.USDT?.free);
    const before = money();
    await open({ riskAmount: '50', stopLoss });
    moveTo('58000');
    expect(before - money()).toBeGreaterThan(47);
    // Less than a step of BTC, which is worth 0.6, is left of the fee.
    expect(before - money()).toBeLessThanOrEqual(50.6);
  });

  it('shrinks with a target that fills, and ends with the last stop', async () => {
    const { open, resting, coins } = await stage();
    const { positionId } = await open({ takeProfits, stopLoss });
    moveTo('65000');
    await sweep();
    expect(resting()).toEqual(['limit_maker 0.24975 a', 'stop_market 0.24975 a']);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'full',
      remaining: '0.24975',
      takeProfits: [{ state: 'filled' }, { state: 'resting' }],
    });
    moveTo('57900');
    await sweep();
    expect(coins()).toMatchObject({ free: '0', locked: '0' });
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'closed',
      outcome: { closedBy: 'exit-order' },
      stopLoss: { filled: '0.24975' },
    });
  });

  it('is protected again by the sweep after a target has filled in part, which ends its stop', async () => {
    const { open, resting, idOf } = await stage();
    const { positionId } = await open({ takeProfits, stopLoss });
    core.fill({ orderId: idOf('limit_maker', '0.24975'), amount: '0.1' });
    expect((await environment.positionNow(positionId)).protection).toBe('partial');
    await sweep();
    expect(resting()).toEqual([
      'limit_maker 0.14975 b',
      'limit_maker 0.24975 a',
      'stop_market 0.14975 b',
      'stop_market 0.24975 a',
    ]);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'full',
      remaining: '0.3995',
    });
  });

  it('is protected for the rest after a link has closed a part', async () => {
    const { open, resting, newPart } = await stage();
    const { positionId } = await open({ takeProfits, stopLoss });
    expect(await fire(await newPart(positionId))).toMatchObject({
      status: 200,
      json: { closedAmount: '0.24975' },
    });
    expect(resting()).toEqual([
      'limit_maker 0.12487 a',
      'limit_maker 0.12488 b',
      'stop_market 0.12487 a',
      'stop_market 0.12488 b',
    ]);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'full',
      remaining: '0.24975',
    });
  });

  it('leaves no exit behind when a link closes it', async () => {
    const { open, resting, coins } = await stage();
    const { positionId } = await open({ takeProfits, stopLoss });
    expect(await fire(await environment.newLink(positionId, 'close'))).toMatchObject({ status: 200 });
    expect(resting()).toEqual([]);
    expect(coins()).toMatchObject({ free: '0', locked: '0' });
    await sweep();
    expect(resting()).toEqual([]);
  });

  it('has its exits again after the exchange refused the close', async () => {
    const { open, resting } = await stage();
    const { positionId } = await open({ takeProfits, stopLoss });
    core.addFault({
      kind: 'status',
      status: 400,
      code: -1013,
      msg: 'Filter failure: PERCENT_PRICE',
      match: { method: 'POST', path: '/api/v3/order' },
    });
    const url = await environment.newLink(positionId, 'close');
    expect((await fire(url)).status).toBe(422);
    expect(resting()).toEqual(ladder);
    expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'full' });
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(resting()).toEqual([]);
  });

  it('keeps its exits when a link keeps it', async () => {
    const { open, resting } = await stage();
    const { positionId } = await open({ takeProfits, stopLoss });
    expect(await fire(await environment.newLink(positionId, 'keep'))).toMatchObject({
      json: { outcome: 'kept' },
    });
    await sweep();
    expect(resting()).toEqual(ladder);
  });

  it('says at once that its owner has canceled a list, and places neither of its orders again', async () => {
    const { open, resting, cancel, setExits } = await stage();
    const { positionId } = await open({ takeProfits, stopLoss });
    cancel('stop_market', '0.24975');
    expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'partial' });
    await sweep();
    await sweep();
    expect(resting()).toEqual(['limit_maker 0.24975 a', 'stop_market 0.24975 a']);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'partial',
      takeProfits: [{ state: 'removed' }, { state: 'resting' }],
      stopLoss: { state: 'resting', amount: '0.24975' },
    });
    expect(await setExits({ positionId, takeProfits, stopLoss })).toMatchObject({ protection: 'full' });
    expect(resting()).toEqual(ladder);
  });

  it('says at once that its owner has canceled the only stop, and does not place it again', async () => {
    const { open, resting, cancel } = await stage();
    const { positionId } = await open({ stopLoss });
    cancel('stop_market', '0.4995');
    expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'none' });
    await sweep();
    await sweep();
    expect(resting()).toEqual([]);
    expect(await environment.positionNow(positionId)).toMatchObject({ stopLoss: { state: 'removed' } });
  });

  it('changes its exits on request, and leaves what is not named', async () => {
    const { open, resting, setExits } = await stage();
    const { positionId } = await open({ takeProfits, stopLoss });
    expect(await setExits({ positionId, stopLoss: { price: '59000' } })).toMatchObject({
      protection: 'full',
      stopLoss: { price: '59000', amount: '0.4995', state: 'resting' },
      takeProfits: [{ price: '65000' }, { price: '70000' }],
    });
    expect(resting()).toEqual(ladder);
    await setExits({ positionId, takeProfits: [{ price: '66000', percent: '40' }] });
    expect(resting()).toEqual(['limit_maker 0.1998 a', 'stop_market 0.1998 a', 'stop_market 0.2997']);
    expect(await setExits({ positionId, takeProfits: [], stopLoss: null })).toMatchObject({
      protection: 'none',
      takeProfits: [],
      stopLoss: null,
    });
    expect(resting()).toEqual([]);
  });

  it('keeps its stop if the new one would trigger at once', async () => {
    const { open, resting } = await stage();
    const { positionId } = await open({ takeProfits, stopLoss });
    const stop = { command: 'positions.setExits', positionId, stopLoss: { price: '61000' } };
    expect(await environment.refusal(stop)).toMatchObject({ code: 'would-trigger' });
    expect(resting()).toEqual(ladder);
  });

  it('has its old stop again if the price passes the new one after the old one has ended', async () => {
    const { open, resting } = await stage();
    const { positionId } = await open({ takeProfits, stopLoss });
    core.addFault({
      kind: 'status',
      status: 400,
      code: -2010,
      msg: 'The relationship of the prices for the orders is not correct.',
      match: { method: 'POST', path: '/api/v3/orderList/oco' },
      times: 2,
    });
    const stop = { command: 'positions.setExits', positionId, stopLoss: { price: '59990' } };
    expect(await environment.refusal(stop)).toMatchObject({
      code: 'would-trigger',
      message: expect.stringContaining('The position keeps the stop that it had.'),
    });
    expect(resting()).toEqual(ladder);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'full',
      stopLoss: { price: '58000', state: 'resting' },
    });
  });

  it('is looked up, and not placed twice, after the answer to a list was lost', async () => {
    const { open, resting } = await stage();
    core.addFault({ kind: 'drop-after', match: { method: 'POST', path: '/api/v3/orderList/oco' } });
    const { positionId } = await open({ takeProfits, stopLoss });
    await sweep();
    expect(resting()).toEqual(ladder);
    expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'full' });
  });

  it('gets exits after it was adopted, which replace the adopted ones', async () => {
    const { apiKey, account, setExits, resting } = await stage();
    const base = { apiKey, market: 'spot', symbol: 'BTCUSDT', amount: '0.3', type: 'limit' } as const;
    const entry = core.placeOrder({ ...base, side: 'buy', amount: '0.5', price: '59000' });
    core.fill({ orderId: entry.id });
    const exit = core.placeOrder({ ...base, side: 'sell', price: '80000' });
    const { position } = await environment.admin('positions.adopt', {
      account,
      symbol: 'BTC/USDT',
      side: 'long',
      entryOrderIds: [String(entry.id)],
      exitOrderIds: [String(exit.id)],
    });
    const { positionId } = position;
    expect(await environment.refusal({ command: 'positions.setExits', positionId, stopLoss })).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('the exits that you adopted hold the coins'),
    });
    expect(await setExits({ positionId, takeProfits, stopLoss })).toMatchObject({ protection: 'full' });
    expect(resting()).toEqual(ladder);
  });

  it.each<[string, Opening, string, string]>([
    [
      'a target below the price',
      { takeProfits: [{ price: '59000', percent: '50' }] },
      'invalid-input',
      'not above',
    ],
    ['a stop above the price', { stopLoss: { price: '60001' } }, 'would-trigger', 'not below'],
    [
      'a target worth less than the minimum at its stop',
      { amount: '0.0015', takeProfits: [{ price: '65000', percent: '5' }], stopLoss },
      'invalid-input',
      "is below the market's minimum of 0.00009 BTC",
    ],
    [
      'more stops than the market allows conditional orders',
      {
        takeProfits: [1, 2, 3, 4, 5, 6].map((nth) => ({ price: `${64000 + nth * 1000}`, percent: '15' })),
        stopLoss,
      },
      'invalid-input',
      'These exits need 7 stops, and BTC/USDT allows 5 conditional orders.',
    ],
    ['a short', { side: 'short', stopLoss: { price: '62000' } }, 'invalid-input', 'a stop of a short buys'],
  ])('is refused before anything is sent with %s', async (_, input, code, words) => {
    const { refusal, mark } = await stage();
    expect(await refusal(input)).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(ledgerSince(core, mark)).toMatchObject({ orders: [], requests: [] });
  });

  it('is refused if the conditional orders of its owner leave too little room', async () => {
    const { refusal, apiKey } = await stage();
    for (let nth = 0; nth < 4; nth += 1)
      core.placeOrder({
        apiKey,
        market: 'spot',
        symbol: 'BTCUSDT',
        side: 'buy',
        type: 'stop_limit',
        amount: '0.01',
        price: '70000',
        stopPrice: '69000',
      } as never);
    expect(await refusal({ takeProfits, stopLoss })).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('The account has 4 other conditional orders open there.'),
    });
  });
});

describe('a LIMIT entry with exits', () => {
  const limit = { type: 'limit', price: '59000', stopLoss } as const;
  const single = [{ price: '65000', percent: '100' }];

  it('carries its stop and its only target, which protect from the fill', async () => {
    const { open, resting, idOf } = await stage();
    const { positionId, protection } = await open({ ...limit, takeProfits: single });
    expect(protection).toBe('none');
    expect(resting()).toEqual(['limit 0.5 a']);
    core.fill({ orderId: idOf('limit', '0.5') });
    expect(resting()).toEqual(['limit_maker 0.4995 a', 'stop_market 0.4995 a']);
    await sweep();
    expect(resting()).toEqual(['limit_maker 0.4995 a', 'stop_market 0.4995 a']);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'full',
      takeProfits: [{ state: 'resting', amount: '0.4995' }],
      stopLoss: { state: 'resting', amount: '0.4995' },
    });
  });

  it('carries the stop of a ladder, which the sweep replaces by the lists of its rungs', async () => {
    const { open, resting, idOf } = await stage();
    await open({ ...limit, takeProfits });
    core.fill({ orderId: idOf('limit', '0.5') });
    expect(resting()).toEqual(['stop_market 0.4995 a']);
    await sweep();
    expect(resting()).toEqual(ladder);
  });

  it('gets targets without a stop from the sweep', async () => {
    const { open, resting, idOf } = await stage();
    await open({ type: 'limit', price: '59000', takeProfits });
    core.fill({ orderId: idOf('limit', '0.5'), amount: '0.2' });
    await sweep();
    expect(resting()).toEqual(['limit 0.0999', 'limit 0.0999', 'limit 0.5 (0.2 filled)']);
    core.fill({ orderId: idOf('limit', '0.5') });
    await sweep();
    expect(resting()).toEqual(['limit 0.24975', 'limit 0.24975']);
  });

  it('is protected for what it has filled within one sweep, while the rest goes on', async () => {
    const { open, resting, idOf } = await stage();
    const { positionId } = await open({ ...limit, takeProfits });
    core.fill({ orderId: idOf('limit', '0.5'), amount: '0.2' });
    expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'none', filled: '0.2' });
    await sweep();
    expect(resting()).toEqual([
      'limit 0.3 c',
      'limit_maker 0.0999 a',
      'limit_maker 0.0999 b',
      'stop_market 0.0999 a',
      'stop_market 0.0999 b',
    ]);
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'open',
      protection: 'full',
      fillStatus: 'partly-filled',
      amount: '0.5',
      filled: '0.2',
    });
    core.fill({ orderId: idOf('limit', '0.3') });
    await sweep();
    expect(resting()).toEqual(ladder);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'full',
      filled: '0.5',
      remaining: '0.4995',
    });
  });

  it.each(['close', 'keep'] as const)(
    'ends with its exits when a link has to %s it unfilled',
    async (action) => {
      const { open, resting } = await stage();
      const { positionId } = await open({ ...limit, takeProfits: single });
      expect(await fire(await environment.newLink(positionId, action))).toMatchObject({
        json: { outcome: 'canceled' },
      });
      await sweep();
      expect(resting()).toEqual([]);
    },
  );

  it('keeps the exits of what has filled when a link keeps it, and does not buy the rest', async () => {
    const { open, resting, idOf } = await stage();
    const { positionId } = await open({ ...limit, takeProfits: single });
    core.fill({ orderId: idOf('limit', '0.5'), amount: '0.2' });
    expect(await fire(await environment.newLink(positionId, 'keep'))).toMatchObject({
      json: { outcome: 'kept' },
    });
    await sweep();
    expect(resting()).toEqual(['limit_maker 0.1998 a', 'stop_market 0.1998 a']);
    await sweep();
    expect(resting()).toEqual(['limit_maker 0.1998 a', 'stop_market 0.1998 a']);
  });

  it('leaves nothing when a link closes what has filled', async () => {
    const { open, resting, idOf, coins } = await stage();
    const { positionId } = await open({ ...limit, takeProfits: single });
    core.fill({ orderId: idOf('limit', '0.5'), amount: '0.2' });
    await sweep();
    expect(await fire(await environment.newLink(positionId, 'close'))).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.1998' },
    });
    await sweep();
    expect(resting()).toEqual([]);
    expect(coins()).toMatchObject({ free: '0', locked: '0' });
  });

  it('is found, and not sent twice, if the answer was lost', async () => {
    const { open, resting, idOf } = await stage();
    core.addFault({ kind: 'drop-after', match: { method: 'POST', path: '/api/v3/orderList/opoco' } });
    const { positionId } = await open({ ...limit, takeProfits: single });
    expect(resting()).toEqual(['limit 0.5 a']);
    core.fill({ orderId: idOf('limit', '0.5') });
    await sweep();
    expect(resting()).toEqual(['limit_maker 0.4995 a', 'stop_market 0.4995 a']);
    expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'full' });
  });

  it('is protected by the next sweep in a market without OPO lists', async () => {
    const { open, resting, idOf } = await stage();
    core.changeMarket({ market: 'spot', symbol: 'BTCUSDT', opoAllowed: false });
    await open({ ...limit, takeProfits });
    expect(resting()).toEqual(['limit 0.5']);
    core.fill({ orderId: idOf('limit', '0.5'), amount: '0.2' });
    await sweep();
    expect(resting()).toEqual([
      'limit 0.5 (0.2 filled)',
      'limit_maker 0.0999 a',
      'limit_maker 0.0999 b',
      'stop_market 0.0999 a',
      'stop_market 0.0999 b',
    ]);
    core.fill({ orderId: idOf('limit', '0.5') });
    await sweep();
    expect(resting()).toEqual(ladder);
  });

  it('says that its owner canceled the list after the fill, and does not place it again', async () => {
    const { open, resting, idOf, cancel } = await stage();
    const { positionId } = await open({ ...limit, takeProfits: single });
    core.fill({ orderId: idOf('limit', '0.5') });
    cancel('stop_market', '0.4995');
    await sweep();
    await sweep();
    expect(resting()).toEqual([]);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'none',
      stopLoss: { state: 'removed' },
    });
  });

  it('is protected for the rest after a link has closed a part of what it has filled', async () => {
    const { open, resting, idOf, newPart } = await stage();
    const { positionId } = await open({ ...limit, takeProfits: single });
    core.fill({ orderId: idOf('limit', '0.5'), amount: '0.2' });
    expect(await fire(await newPart(positionId))).toMatchObject({ json: { closedAmount: '0.0999' } });
    expect(resting()).toEqual(['limit_maker 0.0999 a', 'stop_market 0.0999 a']);
    await sweep();
    expect(resting()).toEqual(['limit_maker 0.0999 a', 'stop_market 0.0999 a']);
    expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'full' });
  });

  it('gets the exits that replaced those it carries within one sweep after its fill', async () => {
    const { open, resting, idOf, setExits } = await stage();
    const { positionId } = await open({ ...limit, takeProfits: single });
    await setExits({ positionId, takeProfits, stopLoss: { price: '57000' } });
    expect(resting()).toEqual(['limit 0.5 a']);
    core.fill({ orderId: idOf('limit', '0.5') });
    await sweep();
    expect(resting()).toEqual(ladder);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'full',
      stopLoss: { price: '57000' },
    });
  });
});
