import { describe, expect, it } from 'vitest';
import { fire, ledgerSince, markOf, startEnvironment } from './environment.ts';
import {
  adopt,
  holdingOf,
  kinds,
  movePrice,
  newTrader,
  perpetualLong,
  perpetualShort,
  perpetuals,
  placeEntry,
  placeExits,
  spotLong,
  spotShort,
  type Trader,
  tradeByHand,
} from './trader.ts';

/** How much is closed, and of what: never more than the position's own, and only what the exchange says there is. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;

/** Fires a new link of the position. @returns the answer, and what it did to the exchange. */
async function fireNew(positionId: string, action: 'close' | 'keep') {
  const link = await environment.newLink(positionId, action);
  const mark = markOf(core);
  const answer = await fire(link);
  return { ...answer, ...ledgerSince(core, mark) };
}

describe('dust', () => {
  /** What is filled is worth less than 5 USDT, less than one whole DOGE, or less than 10 XRP. */
  const cases = [
    { kind: spotLong, base: 'ETH', entry: '1', filled: '0.0016', remaining: '0.0015984' },
    { kind: spotShort, base: 'ETH', entry: '1', filled: '0.0016', remaining: '0.0016' },
    { kind: spotLong, base: 'DOGE', entry: '100', filled: '0.5', remaining: '0.4995' },
    { kind: spotShort, base: 'DOGE', entry: '100', filled: '0.5', remaining: '0.5' },
    { kind: perpetualLong, base: 'XRP', entry: '100', filled: '4', remaining: '4' },
    { kind: perpetualShort, base: 'XRP', entry: '100', filled: '4', remaining: '4' },
  ] as const;
  /** Only what the position bought: else nothing would tell dust from the trader's other coins. */
  const balances = { spot: { USDT: '100000', DOGE: '0', ETH: '0' }, usdm: { USDT: '100000' } };
  const stage = async ({ kind, base, entry: amount, filled }: (typeof cases)[number]) => {
    const isSale = kind === spotShort;
    const spot = isSale ? { ...balances.spot, [base]: amount } : balances.spot;
    const trader = await newTrader(environment, kind, base, { balances: { ...balances, spot } });
    const entry = placeEntry(trader, { amount, filled });
    return { trader, entry };
  };

  it.each(cases)('of $kind.name in $base is reported by close, which sends no order', async (given) => {
    const { trader, entry } = await stage(given);
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    const result = await fireNew(positionId, 'close');
    expect(result).toMatchObject({
      status: 200,
      json: {
        outcome: 'dust',
        remaining: given.remaining,
        closedAmount: '0',
        detail: expect.stringContaining(`${given.remaining} ${given.base}`),
        canceledEntryOrderIds: [String(entry.id)],
      },
      orders: [],
      canceled: [String(entry.id)],
    });
    expect(result.requests.map(({ method }) => method)).toEqual(['DELETE']);
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'closed',
      remaining: given.remaining,
    });
  });

  it.each(cases)('of $kind.name in $base is kept by keep', async (given) => {
    const { trader, entry } = await stage(given);
    core.cancelOrder({ orderId: entry.id });
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    const result = await fireNew(positionId, 'keep');
    expect(result).toMatchObject({
      status: 200,
      json: { outcome: 'kept', remaining: given.remaining },
      requests: [],
    });
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'open',
      remaining: given.remaining,
    });
  });

  it.each(cases.slice(0, 2))('of $kind.name has the exits beside it cancelled by close', async (given) => {
    const { trader, entry } = await stage(given);
    core.setBalance({ apiKey: trader.apiKey, market: 'spot', asset: 'ETH', amount: '1' });
    const exitOrders = placeExits(trader, '0.5');
    const { positionId } = await adopt(trader, {
      entryOrders: [entry],
      exitOrders: [exitOrders.takeProfit, exitOrders.stop],
    });
    const result = await fireNew(positionId, 'close');
    expect(result).toMatchObject({ json: { outcome: 'dust', remaining: given.remaining }, orders: [] });
    expect(result.canceled.toSorted()).toEqual(
      [entry.id, exitOrders.takeProfit, exitOrders.stop].map(String).toSorted(),
    );
  });
});

describe.each(kinds)('$name', (kind) => {
  const own = (filled: string) =>
    kind === spotLong ? (Number(filled) * 0.999).toFixed(4).replace(/0+$/, '') : filled;

  it('of several entry orders is closed as a whole, and what is open of them is cancelled', async () => {
    const trader = await newTrader(environment, kind);
    const filled = placeEntry(trader, { filled: 'all' });
    const part = placeEntry(trader, { filled: '0.2' });
    const open = placeEntry(trader);
    const { positionId } = await adopt(trader, { entryOrders: [filled, part, open] });
    const result = await fireNew(positionId, 'close');
    expect(result).toMatchObject({
      json: { outcome: 'closed', entryFilled: '1.2', closedAmount: own('1.2') },
      orders: [{ side: kind.exitSide, type: 'market', amount: own('1.2') }],
    });
    expect(result.canceled.toSorted()).toEqual([part.id, open.id].map(String).toSorted());
  });

  it('of several entry orders is kept, and what is open of them is cancelled', async () => {
    const trader = await newTrader(environment, kind);
    const filled = placeEntry(trader, { filled: 'all' });
    const open = placeEntry(trader);
    const { positionId } = await adopt(trader, { entryOrders: [filled, open] });
    const result = await fireNew(positionId, 'keep');
    expect(result).toMatchObject({ json: { outcome: 'kept' }, orders: [], canceled: [String(open.id)] });
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open', filled: '1' });
  });

  it('is closed as far as the exchange says it filled, where the fill wins against the cancel', async () => {
    const trader = await newTrader(environment, kind);
    const entry = placeEntry(trader);
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    core.addFault({ kind: 'fill-before-cancel', match: { method: 'DELETE' } });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      status: 200,
      json: { outcome: 'closed', entryFilled: '1', closedAmount: own('1'), canceledEntryOrderIds: [] },
      orders: [{ side: kind.exitSide, type: 'market', amount: own('1') }],
      canceled: [],
    });
  });

  it('is closed for a part that fills just before its entry is cancelled', async () => {
    const trader = await newTrader(environment, kind);
    const entry = placeEntry(trader);
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    core.addFault({ kind: 'fill-before-cancel', amount: '0.3', match: { method: 'DELETE' } });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', entryFilled: '0.3', closedAmount: own('0.3') },
      orders: [{ side: kind.exitSide, amount: own('0.3') }],
      canceled: [String(entry.id)],
    });
  });

  it('is kept where the fill wins against the cancel', async () => {
    const trader = await newTrader(environment, kind);
    const entry = placeEntry(trader);
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    core.addFault({ kind: 'fill-before-cancel', match: { method: 'DELETE' } });
    expect(await fireNew(positionId, 'keep')).toMatchObject({
      json: { outcome: 'kept', entryFilled: '1', canceledEntryOrderIds: [] },
      orders: [],
      canceled: [],
    });
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open', fillStatus: 'filled' });
  });

  it('is closed by its own take-profit, where that wins against the cancel', async () => {
    const trader = await newTrader(environment, kind);
    const entry = placeEntry(trader, { filled: 'all' });
    const { takeProfit } = placeExits(trader, own('1'));
    const { positionId } = await adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit] });
    core.addFault({ kind: 'fill-before-cancel', match: { method: 'DELETE' } });
    const result = await fireNew(positionId, 'close');
    expect(result).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedBy: 'exit-order', closedAmount: '0' },
    });
    expect(result.requests.filter(({ method }) => method === 'POST')).toEqual([]);
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'closed', remaining: '0' });
  });

  it('is closed to its own amount, and what else the account holds of it stays', async () => {
    const trader = await newTrader(environment, kind);
    // 5 ETH on spot from the beginning, or 2 opened by hand.
    const others = kind.market === 'spot' ? 5 : kind.side === 'long' ? 2 : -2;
    if (kind.market === 'usdm') tradeByHand(trader, kind.entrySide, '2');
    const entry = placeEntry(trader, { filled: 'all' });
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    expect(await fireNew(positionId, 'close')).toMatchObject({ json: { outcome: 'closed', remaining: '0' } });
    // Buying a spot short back costs the fee of that trade.
    expect(Number(holdingOf(trader))).toBeCloseTo(kind === spotShort ? others - 0.001 : others, 8);
  });
});

describe.each([spotLong, spotShort])('on spot $name', (kind) => {
  it('is closed for the rest, where its take-profit closes a part just before it is cancelled', async () => {
    const trader = await newTrader(environment, kind);
    const entry = placeEntry(trader, { filled: 'all' });
    const { takeProfit } = placeExits(trader, kind === spotLong ? '0.999' : '1');
    // Of the two legs only this one: both cancels leave at once, and the fault is to meet the one that can fill.
    const { positionId } = await adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit] });
    core.addFault({
      kind: 'fill-before-cancel',
      amount: '0.3',
      match: { method: 'DELETE', path: '/api/v3/order' },
    });
    const amount = kind === spotLong ? '0.699' : '0.7';
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: amount, remaining: '0' },
      orders: [{ side: kind.exitSide, amount }],
      canceled: [String(takeProfit)],
    });
  });
});

describe('on spot', () => {
  it('an amount is cut to the step, and the rest is named', async () => {
    const trader = await newTrader(environment, spotLong);
    const entry = placeEntry(trader, { amount: '0.3333', filled: 'all' });
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    // 0.3333 less 0.1 % is 0.3329667, and the step is 0.0001.
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.3329', remaining: '0.0000667' },
      orders: [{ amount: '0.3329' }],
    });
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'closed',
      remaining: '0.0000667',
    });
  });

  it('an amount is cut to the step of MARKET orders, where they have a larger one', async () => {
    const trader = await newTrader(environment, spotLong, 'DOGE');
    const entry = placeEntry(trader, { amount: '100.5', filled: 'all' });
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    const result = await fireNew(positionId, 'close');
    expect(result).toMatchObject({
      json: { outcome: 'closed', closedAmount: '100', remaining: '0.3995' },
      orders: [{ amount: '100' }],
    });
    expect(result.requests, 'right at once').toHaveLength(1);
  });

  it('all that was bought is sold, where fees are paid in BNB', async () => {
    const trader = await newTrader(environment, spotLong, 'ETH', {
      feesInBnb: true,
      balances: { spot: { USDT: '100000', BNB: '1' } },
    });
    const entry = placeEntry(trader, { filled: 'all' });
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    expect(await environment.positionNow(positionId)).toMatchObject({ remaining: '1' });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '1', remaining: '0' },
      orders: [{ amount: '1' }],
    });
    expect(holdingOf(trader)).toBe('0');
  });

  it('a stated amount is closed, and the rest of the account stays', async () => {
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adopt(trader, { amount: '0.5' });
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'open',
      fillStatus: 'filled',
      remaining: '0.5',
    });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.5' },
      orders: [{ side: 'sell', type: 'market', amount: '0.5' }],
    });
    expect(holdingOf(trader)).toBe('4.5');
  });

  it('of a stated amount only what its exits sell after adoption is counted', async () => {
    const trader = await newTrader(environment, spotLong);
    const { takeProfit, stop } = placeExits(trader, '1');
    core.fill({ orderId: takeProfit, amount: '0.4' });
    const { positionId } = await adopt(trader, { amount: '0.6', exitOrders: [takeProfit, stop] });
    core.fill({ orderId: takeProfit, amount: '0.25' });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.35' },
      orders: [{ amount: '0.35' }],
      canceled: [String(takeProfit)],
    });
  });

  it('a position of which the trader has sold a part is closed by what is there', async () => {
    const trader = await newTrader(environment, spotLong, 'ETH', { balances: { spot: { USDT: '100000' } } });
    const entry = placeEntry(trader, { filled: 'all' });
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    tradeByHand(trader, 'sell', '0.5');
    expect(await fireNew(positionId, 'close')).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: '0.499', remaining: '0' },
      orders: [{ amount: '0.499' }],
    });
    expect(holdingOf(trader)).toBe('0');
  });
});

it('tells a spot short that can not be paid for in the words of the exchange', async () => {
  const trader = await newTrader(environment, spotShort, 'ETH', { balances: { spot: { ETH: '1' } } });
  const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
  core.setBalance({ apiKey: trader.apiKey, market: 'spot', asset: 'USDT', amount: '100' });
  expect(await fireNew(positionId, 'close')).toMatchObject({
    status: 422,
    json: { status: 'refused', message: expect.stringContaining('insufficient balance') },
    orders: [],
  });
});

describe.each(perpetuals)('on perpetuals $name', (kind) => {
  const sign = kind.side === 'long' ? '' : '-';
  const held = (trader: Trader, amount: string) =>
    core.setPosition({ apiKey: trader.apiKey, symbol: trader.id, amount: sign + amount });

  it('that exists is adopted and closed as a whole', async () => {
    const trader = await newTrader(environment, kind);
    held(trader, '0.75');
    const position = await adopt(trader, {});
    expect(position).toMatchObject({
      status: 'open',
      fillStatus: 'filled',
      remaining: '0.75',
      averageEntry: '3000',
    });
    expect(await fireNew(position.positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.75', remaining: '0' },
      orders: [
        { side: kind.exitSide, type: 'market', amount: '0.75', reduceOnly: true, positionSide: 'BOTH' },
      ],
    });
    expect(holdingOf(trader)).toBe('0');
  });

  it('that exists is adopted and closed in part', async () => {
    const trader = await newTrader(environment, kind);
    held(trader, '0.75');
    const { positionId } = await adopt(trader, { amount: '0.25' });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.25', remaining: '0' },
      orders: [{ side: kind.exitSide, amount: '0.25', reduceOnly: true }],
    });
    expect(holdingOf(trader)).toBe(`${sign}0.5`);
  });

  it('that exists is kept without a request for a change', async () => {
    const trader = await newTrader(environment, kind);
    held(trader, '0.75');
    const { positionId } = await adopt(trader, {});
    expect(await fireNew(positionId, 'keep')).toMatchObject({
      json: { outcome: 'kept', remaining: '0.75' },
      requests: [],
    });
  });

  it('beside one of the other side is closed by its position side, without reduceOnly', async () => {
    const trader = await newTrader(environment, kind, 'ETH', { hedged: true });
    core.setPosition({ apiKey: trader.apiKey, symbol: trader.id, positionSide: 'LONG', amount: '1' });
    core.setPosition({ apiKey: trader.apiKey, symbol: trader.id, positionSide: 'SHORT', amount: '-2' });
    const own = kind.side === 'long' ? '1' : '2';
    const position = await adopt(trader, {});
    expect(position.remaining).toBe(own);
    const result = await fireNew(position.positionId, 'close');
    expect(result).toMatchObject({
      json: { outcome: 'closed', closedAmount: own },
      orders: [{ side: kind.exitSide, amount: own, positionSide: kind.side.toUpperCase() }],
    });
    expect(result.requests.map(({ parameters }) => /reduceOnly/.test(parameters))).toEqual([false]);
    expect([holdingOf(trader, 'LONG'), holdingOf(trader, 'SHORT')]).toEqual(
      kind.side === 'long' ? ['0', '-2'] : ['1', '0'],
    );
  });

  it('of a hedge is taken over by its entry, of which the rest is cancelled', async () => {
    const trader = await newTrader(environment, kind, 'ETH', { hedged: true });
    const [positionSide, other, otherAmount] =
      kind.side === 'long' ? (['LONG', 'SHORT', '-1'] as const) : (['SHORT', 'LONG', '1'] as const);
    core.setPosition({ apiKey: trader.apiKey, symbol: trader.id, positionSide: other, amount: otherAmount });
    const entry = placeEntry(trader, { positionSide, filled: '0.4' });
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.4' },
      orders: [{ side: kind.exitSide, amount: '0.4', positionSide }],
      canceled: [String(entry.id)],
    });
    expect([holdingOf(trader, positionSide), holdingOf(trader, other)]).toEqual(['0', otherAmount]);
  });

  it('that was closed by hand has its live exits cancelled', async () => {
    const trader = await newTrader(environment, kind);
    const entry = placeEntry(trader, { filled: 'all' });
    const { takeProfit, stop } = placeExits(trader, '1');
    const { positionId } = await adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit, stop] });
    tradeByHand(trader, kind.exitSide, '1');
    const result = await fireNew(positionId, 'close');
    expect(result).toMatchObject({ json: { outcome: 'closed', closedBy: 'external' }, orders: [] });
    expect(result.canceled.toSorted()).toEqual([takeProfit, stop].map(String).toSorted());
  });

  it('that was turned by hand is not touched by close, and the exchange is quoted', async () => {
    const trader = await newTrader(environment, kind);
    const entry = placeEntry(trader, { filled: 'all' });
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    tradeByHand(trader, kind.exitSide, '3');
    expect(await fireNew(positionId, 'close')).toMatchObject({
      status: 422,
      json: {
        status: 'refused',
        message: expect.stringMatching(/now holds a (long|short) of 2 ETH.*It refused the order/),
      },
      orders: [],
    });
    expect(holdingOf(trader)).toBe(kind.side === 'long' ? '-2' : '2');
  });

  it('that was turned by hand is not called kept', async () => {
    const trader = await newTrader(environment, kind);
    const entry = placeEntry(trader, { filled: 'all' });
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    tradeByHand(trader, kind.exitSide, '3');
    expect(await fireNew(positionId, 'keep')).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedBy: 'external' },
      requests: [],
    });
  });

  it('that was reduced by hand is closed for what is left of it', async () => {
    const trader = await newTrader(environment, kind);
    const entry = placeEntry(trader, { filled: 'all' });
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    tradeByHand(trader, kind.exitSide, '0.6');
    expect(await fireNew(positionId, 'close')).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: '0.4', remaining: '0' },
      orders: [{ side: kind.exitSide, reduceOnly: true }],
    });
    expect(holdingOf(trader)).toBe('0');
  });

  it('of a hedge that was reduced by hand is closed for what is left of it', async () => {
    const trader = await newTrader(environment, kind, 'ETH', { hedged: true });
    const positionSide = kind.side === 'long' ? 'LONG' : 'SHORT';
    const entry = placeEntry(trader, { positionSide, filled: 'all' });
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    tradeByHand(trader, kind.exitSide, '0.6', { positionSide });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: '0.4', remaining: '0' },
      orders: [{ side: kind.exitSide, amount: '0.4', positionSide }],
    });
    expect(holdingOf(trader, positionSide)).toBe('0');
  });

  describe('with exits that close whatever there is', () => {
    const stage = async () => {
      const trader = await newTrader(environment, kind);
      const entry = placeEntry(trader, { filled: 'all' });
      const [takeProfit, stop] = (
        [
          ['take_profit_market', kind.side === 'long' ? '3200' : '2800'],
          ['stop_market', kind.side === 'long' ? '2700' : '3300'],
        ] as const
      ).map(([type, stopPrice]) =>
        core.placeOrder({
          apiKey: trader.apiKey,
          market: 'usdm',
          symbol: trader.id,
          side: kind.exitSide,
          type,
          stopPrice,
          closePosition: true,
        }),
      );
      const exitOrders = [takeProfit?.id ?? 0, stop?.id ?? 0];
      const { positionId } = await adopt(trader, { entryOrders: [entry], exitOrders });
      return { trader, exitOrders, positionId };
    };

    it('has both cancelled before it is closed', async () => {
      const { positionId, exitOrders } = await stage();
      expect(await fireNew(positionId, 'close')).toMatchObject({
        json: { outcome: 'closed', closedAmount: '1', canceledExitOrderIds: exitOrders.map(String) },
        orders: [{ amount: '1', reduceOnly: true }],
        // They leave at once, and arrive in any order.
        canceled: expect.arrayContaining(exitOrders.map(String)),
      });
    });

    it('is closed by the one that triggers', async () => {
      const { positionId, trader, exitOrders } = await stage();
      movePrice(trader, kind.side === 'long' ? '3200' : '2800');
      expect(await fireNew(positionId, 'close')).toMatchObject({
        json: { outcome: 'closed', closedBy: 'exit-order', canceledExitOrderIds: [String(exitOrders[1])] },
        orders: [],
        canceled: [String(exitOrders[1])],
      });
    });
  });

  it('has a reduce-only LIMIT exit cancelled that has closed a part', async () => {
    const trader = await newTrader(environment, kind);
    const entry = placeEntry(trader, { filled: 'all' });
    const exit = placeEntry(trader, {
      side: kind.exitSide,
      price: kind.side === 'long' ? '3200' : '2800',
      reduceOnly: true,
      filled: '0.3',
    });
    const { positionId } = await adopt(trader, { entryOrders: [entry], exitOrders: [exit.id] });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      json: { outcome: 'closed', closedAmount: '0.7', canceledExitOrderIds: [String(exit.id)] },
      orders: [{ amount: '0.7', reduceOnly: true }],
      canceled: [String(exit.id)],
    });
    expect(holdingOf(trader)).toBe('0');
  });

  it('has the LIMIT order of a triggered take-profit cancelled that has closed a part', async () => {
    const trader = await newTrader(environment, kind);
    const entry = placeEntry(trader, { filled: 'all' });
    const isLong = kind.side === 'long';
    const takeProfit = core.placeOrder({
      apiKey: trader.apiKey,
      market: 'usdm',
      symbol: 'ETHUSDT',
      side: kind.exitSide,
      type: 'take_profit_limit',
      amount: '1',
      stopPrice: isLong ? '3200' : '2800',
      price: isLong ? '3250' : '2750',
      reduceOnly: true,
    });
    const { positionId } = await adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit.id] });
    movePrice(trader, isLong ? '3200' : '2800');
    const [resting] = core.state.openOrders();
    core.fill({ orderId: resting?.id ?? 0, amount: '0.3' });
    expect(await fireNew(positionId, 'close')).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: '0.7' },
      orders: [{ amount: '0.7', reduceOnly: true }],
      canceled: [String(resting?.id)],
    });
    expect(holdingOf(trader)).toBe('0');
  });
});
