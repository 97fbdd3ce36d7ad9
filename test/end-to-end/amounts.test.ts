import { describe, expect, it } from 'vitest';
import { fire, ledgerSince, markOf, startWorld } from './environment.ts';
import {
  adopt,
  holdingOf,
  kinds,
  movePrice,
  newScene,
  perpetualLong,
  perpetualShort,
  perpetuals,
  placeEntry,
  placeExits,
  type Scene,
  spotLong,
  spotShort,
  tradeByHand,
} from './trader.ts';

/** How much is closed, and of what: never more than the position's own, and only what the exchange says there is. */

const world = await startWorld();
const { core } = world;

/** Fires a new link of the position. @returns the answer, and what it did to the exchange. */
const fireNew = async (positionId: string, action: 'close' | 'keep') => {
  const link = await world.newLink(positionId, action);
  const mark = markOf(core);
  const answer = await fire(link);
  return { ...answer, ...ledgerSince(core, mark) };
};

describe('dust', () => {
  /** What is filled is worth less than 5 USDT, less than one whole DOGE, or less than 10 XRP. */
  const cases = [
    { kind: spotLong, base: 'ETH', entry: '1', filled: '0.0016', left: '0.0015984' },
    { kind: spotShort, base: 'ETH', entry: '1', filled: '0.0016', left: '0.0016' },
    { kind: spotLong, base: 'DOGE', entry: '100', filled: '0.5', left: '0.4995' },
    { kind: spotShort, base: 'DOGE', entry: '100', filled: '0.5', left: '0.5' },
    { kind: perpetualLong, base: 'XRP', entry: '100', filled: '4', left: '4' },
    { kind: perpetualShort, base: 'XRP', entry: '100', filled: '4', left: '4' },
  ] as const;
  /** Only what the position bought: else nothing would tell dust from the trader's other coins. */
  const balances = { spot: { USDT: '100000', DOGE: '0', ETH: '0' }, usdm: { USDT: '100000' } };
  const stage = async ({ kind, base, entry: amount, filled }: (typeof cases)[number]) => {
    const isSale = kind === spotShort;
    const spot = isSale ? { ...balances.spot, [base]: amount } : balances.spot;
    const scene = await newScene(world, kind, base, { balances: { ...balances, spot } });
    const entry = placeEntry(scene, { amount, filled });
    return { scene, entry };
  };

  it.each(cases)('of $kind.name in $base is reported by close, which sends no order', async (given) => {
    const { scene, entry } = await stage(given);
    const { positionId } = await adopt(scene, { entries: [entry] });
    const result = await fireNew(positionId, 'close');
    expect(result).toMatchObject({
      status: 200,
      json: {
        outcome: 'dust',
        left: given.left,
        closedAmount: '0',
        detail: expect.stringContaining(`${given.left} ${given.base}`),
        canceledEntryOrderIds: [String(entry.id)],
      },
      orders: [],
      canceled: [String(entry.id)],
    });
    expect(result.requests.map(({ method }) => method)).toEqual(['DELETE']);
    expect(await world.positionNow(positionId)).toMatchObject({ status: 'closed', left: given.left });
  });

  it.each(cases)('of $kind.name in $base is kept by keep', async (given) => {
    const { scene, entry } = await stage(given);
    core.cancelOrder({ orderId: entry.id });
    const { positionId } = await adopt(scene, { entries: [entry] });
    const result = await fireNew(positionId, 'keep');
    expect(result).toMatchObject({ status: 200, json: { outcome: 'kept', left: given.left }, requests: [] });
    expect(await world.positionNow(positionId)).toMatchObject({ status: 'open', left: given.left });
  });

  it.each(cases.slice(0, 2))('of $kind.name has the exits beside it cancelled by close', async (given) => {
    const { scene, entry } = await stage(given);
    core.setBalance({ apiKey: scene.apiKey, market: 'spot', asset: 'ETH', amount: '1' });
    const exits = placeExits(scene, '0.5');
    const { positionId } = await adopt(scene, { entries: [entry], exits: [exits.takeProfit, exits.stop] });
    const result = await fireNew(positionId, 'close');
    expect(result).toMatchObject({ json: { outcome: 'dust', left: given.left }, orders: [] });
    expect(result.canceled.toSorted()).toEqual(
      [entry.id, exits.takeProfit, exits.stop].map(String).toSorted(),
    );
  });
});

describe.each(kinds)('$name', (kind) => {
  const own = (filled: string) =>
    kind === spotLong ? (Number(filled) * 0.999).toFixed(4).replace(/0+$/, '') : filled;

  it('of several entry orders is closed as a whole, and what is open of them is cancelled', async () => {
    const scene = await newScene(world, kind);
    const filled = placeEntry(scene, { filled: 'all' });
    const part = placeEntry(scene, { filled: '0.2' });
    const open = placeEntry(scene);
    const { positionId } = await adopt(scene, { entries: [filled, part, open] });
    const result = await fireNew(positionId, 'close');
    expect(result).toMatchObject({
      json: { outcome: 'closed', entryFilled: '1.2', closedAmount: own('1.2') },
      orders: [{ side: kind.exitSide, type: 'market', amount: own('1.2') }],
    });
    expect(result.canceled.toSorted()).toEqual([part.id, open.id].map(String).toSorted());
  });

  it('of several entry orders is kept, and what is open of them is cancelled', async () => {
    const scene = await newScene(world, kind);
    const filled = placeEntry(scene, { filled: 'all' });
    const open = placeEntry(scene);
    const { positionId } = await adopt(scene, { entries: [filled, open] });
    const result = await fireNew(positionId, 'keep');
    expect(result).toMatchObject({ json: { outcome: 'kept' }, orders: [], canceled: [String(open.id)] });
    expect(await world.positionNow(positionId)).toMatchObject({ status: 'open', filled: '1' });
  });

  it('is closed as far as the exchange says it filled, where the fill wins against the cancel', async () => {
    const scene = await newScene(world, kind);
    const entry = placeEntry(scene);
    const { positionId } = await adopt(scene, { entries: [entry] });
    core.addFault({ kind: 'fill-before-cancel', match: { method: 'DELETE' } });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      status: 200,
      json: { outcome: 'closed', entryFilled: '1', closedAmount: own('1'), canceledEntryOrderIds: [] },
      orders: [{ side: kind.exitSide, type: 'market', amount: own('1') }],
      canceled: [],
    });
  });

  it('is closed for a part that fills just before its entry is cancelled', async () => {
    const scene = await newScene(world, kind);
    const entry = placeEntry(scene);
    const { positionId } = await adopt(scene, { entries: [entry] });
    core.addFault({ kind: 'fill-before-cancel', amount: '0.3', match: { method: 'DELETE' } });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', entryFilled: '0.3', closedAmount: own('0.3') },
      orders: [{ side: kind.exitSide, amount: own('0.3') }],
      canceled: [String(entry.id)],
    });
  });

  it('is kept where the fill wins against the cancel', async () => {
    const scene = await newScene(world, kind);
    const entry = placeEntry(scene);
    const { positionId } = await adopt(scene, { entries: [entry] });
    core.addFault({ kind: 'fill-before-cancel', match: { method: 'DELETE' } });
    expect(await fireNew(positionId, 'keep')).toMatchObject({
      json: { outcome: 'kept', entryFilled: '1', canceledEntryOrderIds: [] },
      orders: [],
      canceled: [],
    });
    expect(await world.positionNow(positionId)).toMatchObject({ status: 'open', fill: 'filled' });
  });

  it('is closed by its own take-profit, where that wins against the cancel', async () => {
    const scene = await newScene(world, kind);
    const entry = placeEntry(scene, { filled: 'all' });
    const { takeProfit } = placeExits(scene, own('1'));
    const { positionId } = await adopt(scene, { entries: [entry], exits: [takeProfit] });
    core.addFault({ kind: 'fill-before-cancel', match: { method: 'DELETE' } });
    const result = await fireNew(positionId, 'close');
    expect(result).toMatchObject({
      status: 200,
      json: { outcome: 'closed', by: 'exit-order', closedAmount: '0' },
    });
    expect(result.requests.filter(({ method }) => method === 'POST')).toEqual([]);
    expect(await world.positionNow(positionId)).toMatchObject({ status: 'closed', left: '0' });
  });

  it('is closed to its own amount, and what else the account holds of it stays', async () => {
    const scene = await newScene(world, kind);
    // 5 ETH on spot from the beginning, or 2 opened by hand.
    const others = kind.market === 'spot' ? 5 : kind.side === 'long' ? 2 : -2;
    if (kind.market === 'usdm') tradeByHand(scene, kind.entrySide, '2');
    const entry = placeEntry(scene, { filled: 'all' });
    const { positionId } = await adopt(scene, { entries: [entry] });
    expect(await fireNew(positionId, 'close')).toMatchObject({ json: { outcome: 'closed', left: '0' } });
    // Buying a spot short back costs the fee of that trade.
    expect(Number(holdingOf(scene))).toBeCloseTo(kind === spotShort ? others - 0.001 : others, 8);
  });
});

describe.each([spotLong, spotShort])('on spot $name', (kind) => {
  it('is closed for the rest, where its take-profit closes a part just before it is cancelled', async () => {
    const scene = await newScene(world, kind);
    const entry = placeEntry(scene, { filled: 'all' });
    const { takeProfit } = placeExits(scene, kind === spotLong ? '0.999' : '1');
    // Of the two legs only this one: both cancels leave at once, and the fault is to meet the one that can fill.
    const { positionId } = await adopt(scene, { entries: [entry], exits: [takeProfit] });
    core.addFault({
      kind: 'fill-before-cancel',
      amount: '0.3',
      match: { method: 'DELETE', path: '/api/v3/order' },
    });
    const amount = kind === spotLong ? '0.699' : '0.7';
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: amount, left: '0' },
      orders: [{ side: kind.exitSide, amount }],
      canceled: [String(takeProfit)],
    });
  });
});

describe('on spot', () => {
  it('an amount is cut to the step, and the rest is named', async () => {
    const scene = await newScene(world, spotLong);
    const entry = placeEntry(scene, { amount: '0.3333', filled: 'all' });
    const { positionId } = await adopt(scene, { entries: [entry] });
    // 0.3333 less 0.1 % is 0.3329667, and the step is 0.0001.
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.3329', left: '0.0000667' },
      orders: [{ amount: '0.3329' }],
    });
    expect(await world.positionNow(positionId)).toMatchObject({ status: 'closed', left: '0.0000667' });
  });

  it('an amount is cut to the step of MARKET orders, where they have a larger one', async () => {
    const scene = await newScene(world, spotLong, 'DOGE');
    const entry = placeEntry(scene, { amount: '100.5', filled: 'all' });
    const { positionId } = await adopt(scene, { entries: [entry] });
    const result = await fireNew(positionId, 'close');
    expect(result).toMatchObject({
      json: { outcome: 'closed', closedAmount: '100', left: '0.3995' },
      orders: [{ amount: '100' }],
    });
    expect(result.requests, 'right at once').toHaveLength(1);
  });

  it('all that was bought is sold, where fees are paid in BNB', async () => {
    const scene = await newScene(world, spotLong, 'ETH', {
      feesInBnb: true,
      balances: { spot: { USDT: '100000', BNB: '1' } },
    });
    const entry = placeEntry(scene, { filled: 'all' });
    const { positionId } = await adopt(scene, { entries: [entry] });
    expect(await world.positionNow(positionId)).toMatchObject({ left: '1' });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '1', left: '0' },
      orders: [{ amount: '1' }],
    });
    expect(holdingOf(scene)).toBe('0');
  });

  it('a stated amount is closed, and the rest of the account stays', async () => {
    const scene = await newScene(world, spotLong);
    const { positionId } = await adopt(scene, { amount: '0.5' });
    expect(await world.positionNow(positionId)).toMatchObject({
      status: 'open',
      fill: 'filled',
      left: '0.5',
    });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.5' },
      orders: [{ side: 'sell', type: 'market', amount: '0.5' }],
    });
    expect(holdingOf(scene)).toBe('4.5');
  });

  it('of a stated amount only what its exits sell after adoption is counted', async () => {
    const scene = await newScene(world, spotLong);
    const { takeProfit, stop } = placeExits(scene, '1');
    core.fill({ orderId: takeProfit, amount: '0.4' });
    const { positionId } = await adopt(scene, { amount: '0.6', exits: [takeProfit, stop] });
    core.fill({ orderId: takeProfit, amount: '0.25' });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.35' },
      orders: [{ amount: '0.35' }],
      canceled: [String(takeProfit)],
    });
  });

  it('a position of which the trader has sold a part is not made up from other coins', async () => {
    const scene = await newScene(world, spotLong, 'ETH', { balances: { spot: { USDT: '100000' } } });
    const entry = placeEntry(scene, { filled: 'all' });
    const { positionId } = await adopt(scene, { entries: [entry] });
    tradeByHand(scene, 'sell', '0.5');
    expect(await fireNew(positionId, 'close')).toMatchObject({
      status: 422,
      json: {
        status: 'refused',
        message: expect.stringContaining('Account has insufficient balance for requested action. (-2010)'),
      },
      orders: [],
    });
    expect(holdingOf(scene)).toBe('0.499');
  });
});

it('tells a spot short that can not be paid for in the words of the exchange', async () => {
  const scene = await newScene(world, spotShort, 'ETH', { balances: { spot: { ETH: '1' } } });
  const { positionId } = await adopt(scene, { entries: [placeEntry(scene, { filled: 'all' })] });
  core.setBalance({ apiKey: scene.apiKey, market: 'spot', asset: 'USDT', amount: '100' });
  expect(await fireNew(positionId, 'close')).toMatchObject({
    status: 422,
    json: { status: 'refused', message: expect.stringContaining('insufficient balance') },
    orders: [],
  });
});

describe.each(perpetuals)('on perpetuals $name', (kind) => {
  const sign = kind.side === 'long' ? '' : '-';
  const held = (scene: Scene, amount: string) =>
    core.setPosition({ apiKey: scene.apiKey, symbol: scene.id, amount: sign + amount });

  it('that exists is adopted and closed as a whole', async () => {
    const scene = await newScene(world, kind);
    held(scene, '0.75');
    const position = await adopt(scene, {});
    expect(position).toMatchObject({ status: 'open', fill: 'filled', left: '0.75', averageEntry: '3000' });
    expect(await fireNew(position.positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.75', left: '0' },
      orders: [
        { side: kind.exitSide, type: 'market', amount: '0.75', reduceOnly: true, positionSide: 'BOTH' },
      ],
    });
    expect(holdingOf(scene)).toBe('0');
  });

  it('that exists is adopted and closed in part', async () => {
    const scene = await newScene(world, kind);
    held(scene, '0.75');
    const { positionId } = await adopt(scene, { amount: '0.25' });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.25', left: '0' },
      orders: [{ side: kind.exitSide, amount: '0.25', reduceOnly: true }],
    });
    expect(holdingOf(scene)).toBe(`${sign}0.5`);
  });

  it('that exists is kept without a request for a change', async () => {
    const scene = await newScene(world, kind);
    held(scene, '0.75');
    const { positionId } = await adopt(scene, {});
    expect(await fireNew(positionId, 'keep')).toMatchObject({
      json: { outcome: 'kept', left: '0.75' },
      requests: [],
    });
  });

  it('beside one of the other side is closed by its position side, without reduceOnly', async () => {
    const scene = await newScene(world, kind, 'ETH', { hedged: true });
    core.setPosition({ apiKey: scene.apiKey, symbol: scene.id, positionSide: 'LONG', amount: '1' });
    core.setPosition({ apiKey: scene.apiKey, symbol: scene.id, positionSide: 'SHORT', amount: '-2' });
    const own = kind.side === 'long' ? '1' : '2';
    const position = await adopt(scene, {});
    expect(position.left).toBe(own);
    const result = await fireNew(position.positionId, 'close');
    expect(result).toMatchObject({
      json: { outcome: 'closed', closedAmount: own },
      orders: [{ side: kind.exitSide, amount: own, positionSide: kind.side.toUpperCase() }],
    });
    expect(result.requests.map(({ parameters }) => /reduceOnly/.test(parameters))).toEqual([false]);
    expect([holdingOf(scene, 'LONG'), holdingOf(scene, 'SHORT')]).toEqual(
      kind.side === 'long' ? ['0', '-2'] : ['1', '0'],
    );
  });

  it('of a hedge is taken over by its entry, of which the rest is cancelled', async () => {
    const scene = await newScene(world, kind, 'ETH', { hedged: true });
    const [positionSide, other, otherAmount] =
      kind.side === 'long' ? (['LONG', 'SHORT', '-1'] as const) : (['SHORT', 'LONG', '1'] as const);
    core.setPosition({ apiKey: scene.apiKey, symbol: scene.id, positionSide: other, amount: otherAmount });
    const entry = placeEntry(scene, { positionSide, filled: '0.4' });
    const { positionId } = await adopt(scene, { entries: [entry] });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.4' },
      orders: [{ side: kind.exitSide, amount: '0.4', positionSide }],
      canceled: [String(entry.id)],
    });
    expect([holdingOf(scene, positionSide), holdingOf(scene, other)]).toEqual(['0', otherAmount]);
  });

  it('that was closed by hand has its live exits cancelled', async () => {
    const scene = await newScene(world, kind);
    const entry = placeEntry(scene, { filled: 'all' });
    const { takeProfit, stop } = placeExits(scene, '1');
    const { positionId } = await adopt(scene, { entries: [entry], exits: [takeProfit, stop] });
    tradeByHand(scene, kind.exitSide, '1');
    const result = await fireNew(positionId, 'close');
    expect(result).toMatchObject({ json: { outcome: 'closed', by: 'outside' }, orders: [] });
    expect(result.canceled.toSorted()).toEqual([takeProfit, stop].map(String).toSorted());
  });

  it('that was turned by hand is not touched by close, and the exchange is quoted', async () => {
    const scene = await newScene(world, kind);
    const entry = placeEntry(scene, { filled: 'all' });
    const { positionId } = await adopt(scene, { entries: [entry] });
    tradeByHand(scene, kind.exitSide, '3');
    expect(await fireNew(positionId, 'close')).toMatchObject({
      status: 422,
      json: {
        status: 'refused',
        message: expect.stringMatching(/now holds a (long|short) of 2 ETH.*nothing was sent/),
      },
      orders: [],
    });
    expect(holdingOf(scene)).toBe(kind.side === 'long' ? '-2' : '2');
  });

  it('that was turned by hand is not called kept', async () => {
    const scene = await newScene(world, kind);
    const entry = placeEntry(scene, { filled: 'all' });
    const { positionId } = await adopt(scene, { entries: [entry] });
    tradeByHand(scene, kind.exitSide, '3');
    expect(await fireNew(positionId, 'keep')).toMatchObject({
      status: 200,
      json: { outcome: 'closed', by: 'outside' },
      requests: [],
    });
  });

  it('that was reduced by hand is closed for what is left of it', async () => {
    const scene = await newScene(world, kind);
    const entry = placeEntry(scene, { filled: 'all' });
    const { positionId } = await adopt(scene, { entries: [entry] });
    tradeByHand(scene, kind.exitSide, '0.6');
    expect(await fireNew(positionId, 'close')).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: '0.4', left: '0' },
      orders: [{ side: kind.exitSide, reduceOnly: true }],
    });
    expect(holdingOf(scene)).toBe('0');
  });

  it('of a hedge that was reduced by hand is closed for what is left of it', async () => {
    const scene = await newScene(world, kind, 'ETH', { hedged: true });
    const positionSide = kind.side === 'long' ? 'LONG' : 'SHORT';
    const entry = placeEntry(scene, { positionSide, filled: 'all' });
    const { positionId } = await adopt(scene, { entries: [entry] });
    tradeByHand(scene, kind.exitSide, '0.6', { positionSide });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: '0.4', left: '0' },
      orders: [{ side: kind.exitSide, amount: '0.4', positionSide }],
    });
    expect(holdingOf(scene, positionSide)).toBe('0');
  });

  describe('with exits that close whatever there is', () => {
    const stage = async () => {
      const scene = await newScene(world, kind);
      const entry = placeEntry(scene, { filled: 'all' });
      const [takeProfit, stop] = (
        [
          ['take_profit_market', kind.side === 'long' ? '3200' : '2800'],
          ['stop_market', kind.side === 'long' ? '2700' : '3300'],
        ] as const
      ).map(([type, stopPrice]) =>
        core.placeOrder({
          apiKey: scene.apiKey,
          market: 'usdm',
          symbol: scene.id,
          side: kind.exitSide,
          type,
          stopPrice,
          closePosition: true,
        }),
      );
      const exits = [takeProfit?.id ?? 0, stop?.id ?? 0];
      const { positionId } = await adopt(scene, { entries: [entry], exits });
      return { scene, exits, positionId };
    };

    it('has both cancelled before it is closed', async () => {
      const { positionId, exits } = await stage();
      expect(await fireNew(positionId, 'close')).toMatchObject({
        json: { outcome: 'closed', closedAmount: '1', canceledExitOrderIds: exits.map(String) },
        orders: [{ amount: '1', reduceOnly: true }],
        // They leave at once, and arrive in any order.
        canceled: expect.arrayContaining(exits.map(String)),
      });
    });

    it('is closed by the one that triggers', async () => {
      const { positionId, scene, exits } = await stage();
      movePrice(scene, kind.side === 'long' ? '3200' : '2800');
      expect(await fireNew(positionId, 'close')).toMatchObject({
        json: { outcome: 'closed', by: 'exit-order', canceledExitOrderIds: [String(exits[1])] },
        orders: [],
        canceled: [String(exits[1])],
      });
    });
  });

  it('has a reduce-only LIMIT exit cancelled that has closed a part', async () => {
    const scene = await newScene(world, kind);
    const entry = placeEntry(scene, { filled: 'all' });
    const exit = placeEntry(scene, {
      side: kind.exitSide,
      price: kind.side === 'long' ? '3200' : '2800',
      reduceOnly: true,
      filled: '0.3',
    });
    const { positionId } = await adopt(scene, { entries: [entry], exits: [exit.id] });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.7', canceledExitOrderIds: [String(exit.id)] },
      orders: [{ amount: '0.7', reduceOnly: true }],
      canceled: [String(exit.id)],
    });
    expect(holdingOf(scene)).toBe('0');
  });

  it('has the LIMIT order of a triggered take-profit cancelled that has closed a part', async () => {
    const scene = await newScene(world, kind);
    const entry = placeEntry(scene, { filled: 'all' });
    const isLong = kind.side === 'long';
    const takeProfit = core.placeOrder({
      apiKey: scene.apiKey,
      market: 'usdm',
      symbol: 'ETHUSDT',
      side: kind.exitSide,
      type: 'take_profit_limit',
      amount: '1',
      stopPrice: isLong ? '3200' : '2800',
      price: isLong ? '3250' : '2750',
      reduceOnly: true,
    });
    const { positionId } = await adopt(scene, { entries: [entry], exits: [takeProfit.id] });
    movePrice(scene, isLong ? '3200' : '2800');
    const [resting] = core.state.openOrders();
    core.fill({ orderId: resting?.id ?? 0, amount: '0.3' });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: '0.7' },
      orders: [{ amount: '0.7', reduceOnly: true }],
      canceled: [String(resting?.id)],
    });
    expect(holdingOf(scene)).toBe('0');
  });
});
