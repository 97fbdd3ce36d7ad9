import { describe, expect, it } from 'vitest';
import type { Exchange, ExchangeOrder, ReduceResult } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import { feeInBase } from '../exchange/fills.ts';
import { filled, live, perpetual, spot } from './close-position.ts';
import {
  accepted,
  claimedAt,
  closeOrder,
  holds,
  rules,
  runClose,
  type Scene,
  unreadableRules,
} from './close-scene.ts';

describe('a close order that executed less than it was for', () => {
  const none = accepted({ filled: '0', average: undefined });
  const some = accepted({ filled: '0.4', average: undefined });

  it.each<[string, Scene, object]>([
    [
      'fails if it executed nothing',
      { creates: [none] },
      {
        kind: 'failed',
        failure: {
          source: 'exchange',
          code: 'not-executed',
          message: 'The exchange accepted MARKET order 9 and ended it without executing any of it.',
        },
      },
    ],
    [
      'needs attention if more could be closed',
      { creates: [some] },
      { kind: 'attention', reason: 'MARKET order 9 executed 0.4 of 1 BTC; 0.6 BTC is still open.' },
    ],
    [
      'needs attention if the perpetual is still there',
      { creates: [some], facts: { market: perpetual }, exchange: holds('long') },
      { kind: 'attention' },
    ],
    [
      'settles if the perpetual is gone',
      { creates: [some], facts: { market: perpetual }, exchange: holds(undefined) },
      {
        kind: 'settled',
        outcome: { closedAmount: '0.4', remaining: '0', detail: 'Closed 0.4 BTC with MARKET order 9.' },
      },
    ],
    [
      'was closed outside Ripcord if it executed nothing of a perpetual that is gone',
      { creates: [none], facts: { market: perpetual }, exchange: holds(undefined) },
      { kind: 'settled', outcome: { closedBy: 'external' } },
    ],
    [
      'fails if it executed nothing of a perpetual that is not there yet',
      {
        creates: [none],
        facts: { market: perpetual, entries: [{ ...filled, updatedAt: claimedAt - 10_000 }] },
        exchange: holds(undefined),
      },
      { kind: 'failed', failure: { code: 'not-executed' } },
    ],
    [
      'reopens the position if it was for a part',
      { creates: [accepted({ amount: '0.4', filled: '0.4' })], claim: { percent: 40 } },
      { kind: 'settled', reopens: true, outcome: { percent: 40, closedAmount: '0.4', remaining: '0.6' } },
    ],
    [
      'settles with dust and says so',
      { creates: [accepted({ filled: '0.9', average: undefined })], exchange: rules({}) },
      {
        kind: 'settled',
        reopens: false,
        outcome: {
          remaining: '0.1',
          detail:
            "Closed 0.9 BTC with MARKET order 9. 0.1 BTC is below the exchange's minimum for an order, so it stays in the account.",
        },
      },
    ],
    [
      'judges what is left by a fresh price',
      {
        creates: [some],
        facts: { market: { ...spot, costMin: '10' }, price: '30' },
        exchange: { fetchPrice: async () => '16', ...rules({ costMin: '10' }) },
      },
      { kind: 'settled', outcome: { remaining: '0.6' } },
    ],
  ])('%s', async (_, scene, result) => {
    expect((await runClose(scene)).result).toMatchObject(result);
  });

  it.each<[string, Partial<Exchange>, object]>([
    [
      'less its fee in the coin',
      { fetchFills: feeInBase('0.1') },
      { remaining: '0.5', detail: 'Closed 0.4 BTC with MARKET order 9 at 60000 USDT.' },
    ],
    [
      'and reports that its fee is not known',
      { fetchFills: () => Promise.reject(new Fault('exchange-unreachable', 'no')) },
      {
        remaining: '0.6',
        detail:
          'Closed 0.4 BTC with MARKET order 9 at 60000 USDT. Fees of exit orders could not be read yet, so less may remain.',
      },
    ],
  ])('reopens a spot long with what remains %s', async (_, exchange, outcome) => {
    const creates = [accepted({ amount: '0.4', filled: '0.4' })];
    const { result, position } = await runClose({ creates, claim: { percent: 40 }, exchange });
    expect(result).toMatchObject({ reopens: true, outcome });
    expect(position.exitOrders).toHaveLength(1);
    expect(position.exitOrders[0]?.baseFee).not.toBe('0');
  });

  const part = accepted({ amount: '0.4', filled: '0.4', average: undefined });
  const exit = (amount: string, filled = '0', status: ExchangeOrder['status'] = 'live') =>
    closeOrder({ orderId: 'x0', status, amount, filled, reduceOnly: true, average: undefined });

  /** Closes 0.4 of 1 BTC. Before the close the exit is for `amount`, after it as each of `later` in turn. */
  async function closePart(amount: string, answer: ReduceResult, later: (ExchangeOrder | undefined)[]) {
    const reduced: unknown[] = [];
    let isClosed = false;
    let looks = 0;
    const scene: Scene = {
      claim: { percent: 40 },
      facts: { market: perpetual, exits: [{ ...live, amount, reduceOnly: true }] },
      exchange: {
        ...holds('long'),
        fetchTrades: async () => [],
        createMarketOrder: async () => {
          isClosed = true;
          return part;
        },
        fetchOrder: async () => {
          if (!isClosed) return exit(amount);
          looks += 1;
          return later[Math.min(looks, later.length) - 1];
        },
        reduceOrder: async (_, { orderId, side }, to) => {
          reduced.push({ orderId, side, to });
          return answer;
        },
      },
    };
    const { result, position } = await runClose(scene);
    return { result, reduced, exits: position.exitOrders };
  }

  const acknowledged: ReduceResult = { kind: 'accepted', message: 'accepted' };
  const refused: ReduceResult = { kind: 'refused', message: 'No (-1)' };
  const lost: ReduceResult = { kind: 'unconfirmed', message: 'no readable response' };
  const unsupported: ReduceResult = { kind: 'unsupported', message: 'Nothing was sent' };

  it.each<[string, ReduceResult, (ExchangeOrder | undefined)[], string, object]>([
    [
      'is reduced',
      acknowledged,
      [exit('0.6')],
      ' Exit order x0 was reduced to the remaining 0.6 BTC.',
      { amount: '0.6' },
    ],
    [
      'is reduced a moment after the acknowledgment',
      acknowledged,
      [exit('1'), undefined, exit('0.6')],
      ' Exit order x0 was reduced to the remaining 0.6 BTC.',
      { amount: '0.6' },
    ],
    [
      'is reduced by a request whose answer was lost',
      lost,
      [exit('0.6')],
      ' Exit order x0 was reduced to the remaining 0.6 BTC.',
      { amount: '0.6' },
    ],
    [
      'fills while it is reduced',
      acknowledged,
      [exit('0.6', '0.2')],
      ' Exit order x0 was reduced to the remaining 0.4 BTC.',
      { amount: '0.6', filled: '0.2' },
    ],
    [
      'is canceled while it is reduced',
      acknowledged,
      [exit('0.6', '0.2', 'done')],
      '',
      { status: 'done', filled: '0.2' },
    ],
    [
      'is not reduced by the exchange',
      refused,
      [exit('1')],
      ' Exit order x0 is larger than the remaining 0.6 BTC.',
      { amount: '1' },
    ],
    [
      'is not seen to be reduced',
      acknowledged,
      [exit('1')],
      ' Exit order x0 may still be larger than the remaining 0.6 BTC.',
      { amount: '1' },
    ],
    [
      'is not found after the request',
      lost,
      [undefined],
      ' Exit order x0 may still be larger than the remaining 0.6 BTC.',
      { amount: '1' },
    ],
    [
      'cannot be changed at this exchange',
      unsupported,
      [],
      ' Exit order x0 is larger than the remaining 0.6 BTC.',
      { amount: '1' },
    ],
  ])('names an exit that %s', async (_, answer, later, sentence, record) => {
    const { result, reduced, exits } = await closePart('1', answer, later);
    expect(reduced).toEqual([{ orderId: 'x0', side: 'sell', to: '0.6' }]);
    expect(result).toMatchObject({
      reopens: true,
      outcome: { closedAmount: '0.4', detail: `Closed 0.4 BTC with MARKET order 9.${sentence}` },
    });
    expect(exits[0]).toMatchObject(record);
  });

  it.each([
    ['as large as what remains', '0.6'],
    ['without an amount, which closes the position at any size', '0'],
  ])('leaves an exit as it is: one %s', async (_, amount) => {
    const { result, reduced } = await closePart(amount, acknowledged, []);
    expect(reduced).toEqual([]);
    expect(result).toMatchObject({ outcome: { detail: 'Closed 0.4 BTC with MARKET order 9.' } });
  });

  it('is not turned into an error by an exchange that does not answer', async () => {
    const unanswered = () => Promise.reject(new Fault('exchange-unreachable', 'no'));
    const { result } = await runClose({
      claim: { percent: 40 },
      facts: { market: perpetual, exits: [{ ...live, reduceOnly: true }] },
      creates: [part],
      lookUps: (poll) => {
        if (poll > 0) throw new Error('no');
        return exit('1');
      },
      exchange: { ...holds('long'), fetchTrades: async () => [], reduceOrder: unanswered },
    });
    expect(result).toMatchObject({
      reopens: true,
      outcome: {
        detail:
          'Closed 0.4 BTC with MARKET order 9. Exit order x0 may still be larger than the remaining 0.6 BTC.',
      },
    });
  });

  it('ends the position if an exit closes the rest while it is reduced', async () => {
    const { result, exits } = await closePart('1', acknowledged, [exit('0.6', '0.6', 'done')]);
    expect(result).toMatchObject({
      kind: 'settled',
      reopens: false,
      outcome: {
        outcome: 'closed',
        closedAmount: '0.4',
        remaining: '0',
        detail: 'Closed 0.4 BTC with MARKET order 9. Exit order x0 closed the rest.',
      },
    });
    expect(exits).toMatchObject([
      { orderId: 'x0', filled: '0.6' },
      { orderId: '9', filled: '0.4' },
    ]);
  });

  it('reads no order that a reduction provably did not reach', async () => {
    let looks = 0;
    const { result } = await runClose({
      claim: { percent: 40 },
      facts: { market: perpetual, exits: [{ ...live, reduceOnly: true }] },
      creates: [part],
      exchange: {
        ...holds('long'),
        fetchTrades: async () => [],
        fetchOrder: async () => {
          looks += 1;
          return exit('1');
        },
        reduceOrder: async () => {
          looks = 0;
          return { kind: 'not-sent', message: 'too late' };
        },
      },
    });
    expect(looks).toBe(0);
    expect(result).toMatchObject({
      outcome: { detail: expect.stringContaining('Exit order x0 may still be larger') },
    });
  });

  /** Closes 0.4 of 1 BTC with two exits of 0.5, of which the exchange reduces those in `reducible`. */
  async function closePartOfTwo(reducible: string[], other: Partial<ExchangeOrder> = {}) {
    const amounts: Record<string, string> = { x0: '0.5', x1: '0.5' };
    const view = (orderId: string) => ({
      ...exit(amounts[orderId] ?? ''),
      orderId,
      ...(orderId === 'x1' ? other : {}),
    });
    const { result } = await runClose({
      claim: { percent: 40 },
      facts: { market: perpetual, exits: [view('x0'), view('x1')] },
      creates: [part],
      exchange: {
        ...holds('long'),
        fetchTrades: async () => [],
        fetchOrder: async (__, { orderId = '' }) => view(orderId),
        reduceOrder: async (_, { orderId = '' }, amount) => {
          if (!reducible.includes(orderId)) return refused;
          amounts[orderId] = amount;
          return acknowledged;
        },
      },
    });
    return result;
  }

  const x0Reduced = ' Exit order x0 was reduced to 0.3 of the remaining 0.6 BTC.';
  it.each<[string, string[], Partial<ExchangeOrder>, string]>([
    [
      'reduces targets',
      ['x0', 'x1'],
      {},
      `${x0Reduced} Exit order x1 was reduced to 0.3 of the remaining 0.6 BTC.`,
    ],
    [
      'names targets, one of which the exchange does not reduce,',
      ['x0'],
      {},
      `${x0Reduced} Exit orders x0, x1 are together larger than the remaining 0.6 BTC.`,
    ],
    ['leaves a target beside a stop', [], { triggerPrice: '50000' }, ''],
  ])('%s that are larger than what remains only together', async (_, reducible, other, sentence) => {
    expect(await closePartOfTwo(reducible, other)).toMatchObject({
      outcome: { detail: `Closed 0.4 BTC with MARKET order 9.${sentence}` },
    });
  });

  it('begins no request after its deadline', async () => {
    const { result } = await runClose({
      claim: { percent: 40 },
      facts: { market: perpetual, exits: [{ ...live, reduceOnly: true }] },
      creates: [part],
      createMs: 5_001,
      lookUps: () => exit('1'),
      exchange: { ...holds('long'), fetchTrades: async () => [] },
    });
    expect(result).toMatchObject({
      outcome: { detail: expect.stringContaining('Exit order x0 may still be larger') },
    });
  });

  it.each<[string, Scene]>([
    ['was for a part', { creates: [accepted({ filled: '0.4' })], claim: { percent: 40 } }],
    ['needs attention', { creates: [some] }],
  ])('stays among the exit orders of a position that continues: one that %s', async (_, scene) => {
    const { position } = await runClose(scene);
    expect(position.exitOrders).toMatchObject([{ orderId: '9', filled: '0.4' }]);
  });
});

describe('what a close order leaves', () => {
  const claim = { percent: 90 };
  const creates = [accepted({ amount: '0.9', filled: '0.9', average: undefined })];

  it('stays open if the market allows an order of it by now', async () => {
    const { result, position } = await runClose({ claim, creates, exchange: rules({ amountMin: '0.1' }) });
    expect(result).toMatchObject({ reopens: true, outcome: { closedAmount: '0.9', remaining: '0.1' } });
    expect(position.market.amountMin).toBe('0.1');
  });

  it('is judged by the known rules if the present ones cannot be read', async () => {
    const { result } = await runClose({ claim, creates, exchange: unreadableRules });
    expect(result).toMatchObject({
      reopens: false,
      outcome: { remaining: '0.1', detail: expect.stringContaining("below the exchange's minimum") },
    });
  });
});

describe('a part that comes to all there was', () => {
  const claim = { percent: 50 };
  const facts = { market: perpetual, exits: [{ ...live, reduceOnly: true }] };
  const all = accepted({ filled: '1', average: undefined });
  const lookUps = () => ({ ...closeOrder({ orderId: 'x0', status: 'live', filled: '0' }), reduceOnly: true });

  it('cancels the exits that protect nothing any more', async () => {
    const { result } = await runClose({ claim, facts, creates: [all], lookUps });
    expect(result).toMatchObject({
      kind: 'settled',
      reopens: false,
      outcome: { remaining: '0', canceledExitOrderIds: ['x0'] },
    });
  });

  it('needs attention if its exits cannot be canceled', async () => {
    const exchange: Partial<Exchange> = {
      cancelOrder: async () => ({ kind: 'denied', code: '-2015', message: 'No permission' }),
    };
    const { result } = await runClose({ claim, facts, creates: [all], lookUps, exchange });
    expect(result).toEqual({
      kind: 'attention',
      reason:
        'Close order 9 executed 1 BTC, but an exit order could not be canceled: No permission. Order x0 is still open and can fill.',
    });
  });
});
