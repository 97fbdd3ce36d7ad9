import { describe, expect, it } from 'vitest';
import type { CommandInput } from '../../lib/admin/contract/commands.ts';
import { fire, ledgerSince, markOf, startWorld } from './environment.ts';
import { kinds, newScene, perpetualLong, perpetuals, type Scene, spotLong } from './trader.ts';

/** Positions that Ripcord opens itself: one order for one request, whatever becomes of the answers. */

const world = await startWorld();
const { core } = world;

type Opening = CommandInput<'positions.open'>;

/** A request for a MARKET entry of 0.5 ETH, unless told otherwise. */
const requestOf = (scene: Scene, over: Partial<Opening> = {}): Opening => ({
  requestId: 'request-1',
  account: scene.account,
  symbol: scene.kind.symbolOf(scene.base),
  side: scene.kind.side,
  type: 'market',
  ...(over.cost === undefined ? { amount: '0.5' } : {}),
  ...over,
});

const open = async (scene: Scene, over: Partial<Opening> = {}) =>
  (await world.admin('positions.open', requestOf(scene, over))).position;

const refusalOf = (input: object) => world.refusal({ command: 'positions.open', ...input });

describe.each(kinds)('$name', (kind) => {
  const left = kind === spotLong ? '0.4995' : '0.5';

  it('is opened by amount with one MARKET order, and can be closed', async () => {
    const scene = await newScene(world, kind);
    const mark = markOf(core);
    const position = await open(scene, { label: 'first' });
    const { orders } = ledgerSince(core, mark);
    expect(orders).toMatchObject([
      { side: kind.entrySide, type: 'market', amount: '0.5', reduceOnly: false, positionSide: 'BOTH' },
    ]);
    expect(position).toMatchObject({
      status: 'open',
      fill: 'filled',
      label: 'first',
      amount: '0.5',
      filled: '0.5',
      left,
      averageEntry: '3000',
      entries: [{ orderId: orders[0]?.id, clientOrderId: expect.stringMatching(/^[0-9a-zA-Z]{1,18}$/) }],
    });
    const closed = await fire(await world.newLink(position.positionId, 'close'));
    expect(closed).toMatchObject({ status: 200, json: { outcome: 'closed', closedAmount: left } });
  });

  it('is opened by cost', async () => {
    const scene = await newScene(world, kind);
    const mark = markOf(core);
    const position = await open(scene, { cost: '1000' });
    // 1000 / 3000, cut to the step.
    const amount = kind.market === 'spot' ? '0.3333' : '0.333';
    const { orders, requests } = ledgerSince(core, mark);
    expect(orders).toMatchObject([{ side: kind.entrySide, type: 'market', amount }]);
    if (kind.market === 'spot') expect(requests[0]?.parameters).toContain('quoteOrderQty=1000');
    expect(position).toMatchObject({ fill: 'filled', filled: amount, amount });
  });

  it('is opened with a LIMIT order that rests, and cancelled by close', async () => {
    const scene = await newScene(world, kind);
    const mark = markOf(core);
    const price = kind.side === 'long' ? '2900' : '3100';
    const position = await open(scene, { type: 'limit', price });
    const { orders } = ledgerSince(core, mark);
    expect(orders).toMatchObject([{ side: kind.entrySide, type: 'limit', amount: '0.5' }]);
    expect(position).toMatchObject({
      status: 'open',
      fill: 'unfilled',
      entries: [{ status: 'live', price }],
    });
    expect(await fire(await world.newLink(position.positionId, 'close'))).toMatchObject({
      status: 200,
      json: { outcome: 'canceled', canceledEntryOrderIds: [orders[0]?.id] },
    });
    expect(core.state.openOrders()).toEqual([]);
  });

  it('is opened once where it is asked for twice, or ten times at once', async () => {
    const scene = await newScene(world, kind);
    const mark = markOf(core);
    const answers = await Promise.all(Array.from({ length: 10 }, () => open(scene)));
    answers.push(await open(scene));
    expect(new Set(answers.map(({ positionId }) => positionId)).size).toBe(1);
    expect(answers.at(-1)).toMatchObject({ fill: 'filled', filled: '0.5' });
    expect(ledgerSince(core, mark).requests).toHaveLength(1);
    await open(scene, { requestId: 'request-2' });
    expect(ledgerSince(core, mark).orders).toHaveLength(2);
  });

  it('is opened once where the answer is lost, and found by its client order id', async () => {
    const scene = await newScene(world, kind);
    const mark = markOf(core);
    core.addFault({ kind: 'drop-after', match: { method: 'POST' } });
    const first = await open(scene);
    expect(first).toMatchObject({ status: 'open', fill: 'filled', filled: '0.5', left });
    expect(await open(scene)).toMatchObject({ positionId: first.positionId, filled: '0.5' });
    expect(ledgerSince(core, mark).orders).toHaveLength(1);
  });

  it('is opened once where the answer is lost and the order is not found at first', async () => {
    const scene = await newScene(world, kind);
    const mark = markOf(core);
    core.addFault({ kind: 'drop-after', match: { method: 'POST' } });
    core.addFault({ kind: 'not-found', times: 2, match: { method: 'GET', path: pathOf(scene) } });
    const first = await open(scene);
    expect(first).toMatchObject({ status: 'open', fill: 'unfilled', entries: [{ status: 'unseen' }] });
    expect(await open(scene)).toMatchObject({ positionId: first.positionId, fill: 'filled', left });
    expect(ledgerSince(core, mark).orders).toHaveLength(1);
  });

  it('that is refused leaves nothing behind, and can be asked for again', async () => {
    const scene = await newScene(world, kind, 'ETH', { balances: { spot: {}, usdm: {} } });
    const refused = await refusalOf(requestOf(scene));
    expect(refused).toMatchObject({
      code: 'exchange-refused',
      message: expect.stringMatching(
        kind.market === 'spot'
          ? /insufficient balance for requested action\. \(-2010\).*Nothing was opened/
          : /Margin is insufficient\. \(-2019\).*Nothing was opened/,
      ),
    });
    expect(await world.admin('positions.list', { account: scene.account })).toEqual({ positions: [] });
    const { apiKey } = scene;
    core.setBalance({ apiKey, market: kind.market, asset: 'USDT', amount: '10000' });
    if (kind.market === 'spot') core.setBalance({ apiKey, market: 'spot', asset: 'ETH', amount: '5' });
    expect(await open(scene)).toMatchObject({ fill: 'filled' });
  });
});

/** Where single orders are asked for. */
const pathOf = ({ kind }: Scene): string => (kind.market === 'spot' ? '/api/v3/order' : '/fapi/v1/order');

it.each(perpetuals)('opens $name on its own side of a hedge', async (kind) => {
  const scene = await newScene(world, kind, 'ETH', { hedged: true });
  const mark = markOf(core);
  const position = await open(scene);
  const positionSide = kind.side === 'long' ? 'LONG' : 'SHORT';
  expect(ledgerSince(core, mark).orders).toMatchObject([{ side: kind.entrySide, positionSide }]);
  const closing = markOf(core);
  await fire(await world.newLink(position.positionId, 'close'));
  expect(ledgerSince(core, closing).orders).toMatchObject([{ side: kind.exitSide, positionSide }]);
});

it('takes the size of a LIMIT order by cost from its price', async () => {
  const scene = await newScene(world, spotLong);
  expect(await open(scene, { type: 'limit', price: '2500', cost: '1000' })).toMatchObject({ amount: '0.4' });
});

it('cuts an amount to the step of the market', async () => {
  const scene = await newScene(world, perpetualLong);
  expect(await open(scene, { amount: '0.12345' })).toMatchObject({ amount: '0.123', filled: '0.123' });
});

it('refuses a requestId that has opened something else', async () => {
  const scene = await newScene(world, spotLong);
  const { positionId } = await open(scene);
  for (const over of [{ symbol: 'BTC/USDT' }, { side: 'short' }, { type: 'limit', price: '2900' }])
    expect(await refusalOf({ ...requestOf(scene), ...over })).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`request-1 has opened ${positionId} already`),
    });
});

describe('an opening', () => {
  const limit = { type: 'limit', price: '2900' } as const;
  const cases: { title: string; over: object; code?: string; message: RegExp }[] = [
    {
      title: 'of less than the minimum amount',
      over: { amount: '0.00001' },
      message: /below the market's minimum of 0\.0001/,
    },
    {
      title: 'of less than the minimum value',
      over: { amount: '0.0016' },
      message: /worth less than the market's minimum of 5 USDT/,
    },
    {
      title: 'by a cost of less than the minimum',
      over: { amount: undefined, cost: '4' },
      message: /worth less than the market's minimum of 5 USDT/,
    },
    {
      title: 'at a price off the tick',
      over: { type: 'limit', price: '2900.001' },
      message: /price 2900\.001 is not a multiple of the market's price step 0\.01/,
    },
    { title: 'by amount and by cost', over: { cost: '100' }, message: /exactly one of amount .* and cost/ },
    { title: 'by neither', over: { amount: undefined }, message: /exactly one of amount .* and cost/ },
    {
      title: 'of a MARKET order with a price',
      over: { price: '2900' },
      message: /a price for a limit entry, and none for a market entry/,
    },
    { title: 'of a LIMIT order without one', over: { type: 'limit' }, message: /a price for a limit entry/ },
    { title: 'of a STOP order', over: { type: 'stop' }, message: /type: .*"market"\|"limit"/ },
    { title: 'without a requestId', over: { ...limit, requestId: undefined }, message: /requestId: / },
    {
      title: 'with a requestId of other characters',
      over: { requestId: 'a b' },
      message: /requestId: expected 1 to 64 letters/,
    },
    {
      title: 'in a market there is not',
      over: { symbol: 'FOO/USDT' },
      code: 'unknown-market',
      message: /FOO\/USDT/,
    },
    {
      title: 'from an account there is not',
      over: { account: 'nobody' },
      code: 'unknown-account',
      message: /"nobody"/,
    },
  ];

  it.each(cases)(
    '$title is refused, and no order is sent',
    async ({ over, code = 'invalid-input', message }) => {
      const scene = await newScene(world, spotLong);
      const mark = markOf(core);
      expect(await refusalOf({ ...requestOf(scene), ...over })).toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
      expect(ledgerSince(core, mark).requests).toEqual([]);
      expect(await world.admin('positions.list', { account: scene.account })).toEqual({ positions: [] });
    },
  );
});
