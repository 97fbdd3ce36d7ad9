import { describe, expect, it } from 'vitest';
import {
  afterClose,
  afterRejection,
  afterWouldNotReduce,
  type CloseFacts,
  rejectionResponse,
} from '../../../lib/close/judge-close-order.ts';
import type { ExchangeOrder, MarketRules, Side } from '../../../lib/exchange/exchange.ts';
import type { Position } from '../../../lib/position/position.ts';
import { examplePosition } from '../position/example-position.ts';
import { closePosition, live, spot as market, perpetual } from './close-position.ts';

/** One BTC was bought, and the close order executed `filled` of it. */
function facts(filled: string, differing: Partial<CloseFacts> & { market?: MarketRules } = {}): CloseFacts {
  const { market: rules = market, ...rest } = differing;
  const order: ExchangeOrder = {
    orderId: '7',
    symbol: 'BTC/USDT',
    side: 'sell',
    type: 'market',
    status: 'done',
    amount: '1',
    filled,
    conditional: false,
  };
  const position = {
    ...examplePosition,
    market: rules,
    lastSync: undefined,
    entryOrders: [{ orderId: '1', type: 'limit', status: 'done', amount: '1', filled: '1', baseFee: '0' }],
    exitOrders: [{ orderId: '7', type: 'market', status: 'done', amount: '1', filled, baseFee: '0' }],
  } as Position;
  return { position, order, planned: '1', isPart: false, feesRead: true, marketRead: true, ...rest };
}

describe('a close order that is done', () => {
  it.each<[string, CloseFacts, unknown]>([
    ['executed all', facts('1'), { kind: 'settle', remaining: '0', dust: false }],
    ['left less than a step', facts('0.95'), { kind: 'settle', remaining: '0.05', dust: false }],
    ['left less than the minimum', facts('0.9'), { kind: 'settle', remaining: '0.1', dust: true }],
    [
      'left less than a minimum that may be old',
      facts('0.9', { marketRead: false }),
      { kind: 'read-market' },
    ],
    ['left the minimum', facts('0.8'), { kind: 'executed-in-part', remaining: '0.2' }],
    ['was for a part', facts('0.5', { isPart: true }), { kind: 'reopen', remaining: '0.5' }],
    [
      'was for a part and left dust',
      facts('0.9', { isPart: true }),
      { kind: 'settle', remaining: '0.1', dust: true },
    ],
    ['executed nothing', facts('0'), { kind: 'not-executed' }],
    ['executed nothing of a perpetual', facts('0', { market: perpetual }), { kind: 'read-position' }],
    [
      'executed nothing of a perpetual that is gone',
      facts('0', { market: perpetual, holdsNone: true }),
      { kind: 'closed-externally' },
    ],
    [
      'executed nothing of a perpetual that is there',
      facts('0', { market: perpetual, holdsNone: false }),
      { kind: 'not-executed' },
    ],
    ['left some of a perpetual', facts('0.5', { market: perpetual }), { kind: 'read-position' }],
    [
      'left some of a perpetual that is gone',
      facts('0.5', { market: perpetual, holdsNone: true }),
      { kind: 'settle', remaining: '0', dust: false },
    ],
    [
      'left some of a perpetual that is there',
      facts('0.5', { market: perpetual, holdsNone: false }),
      { kind: 'executed-in-part', remaining: '0.5' },
    ],
    [
      'left a part of a perpetual, whatever the account holds',
      facts('0.5', { market: perpetual, isPart: true }),
      { kind: 'reopen', remaining: '0.5' },
    ],
    [
      'left an amount of unknown value',
      facts('0.5', { market: { ...market, costMin: '10' } }),
      { kind: 'read-price' },
    ],
    [
      'left an amount below the minimum value',
      facts('0.5', { market: { ...market, costMin: '10' }, freshPrice: '19' }),
      { kind: 'settle', remaining: '0.5', dust: true },
    ],
    [
      'left an amount of the minimum value',
      facts('0.5', { market: { ...market, costMin: '10' }, freshPrice: '20' }),
      { kind: 'executed-in-part', remaining: '0.5' },
    ],
  ])('%s', (_, given, step) => {
    expect(afterClose(given)).toEqual(step);
  });
});

describe('a spot sale of all there was to sell', () => {
  /** Sent for what it executed. */
  const sold = (filled: string, differing: Partial<CloseFacts> = {}): CloseFacts => {
    const given = facts(filled, differing);
    return { ...given, order: { ...given.order, amount: filled } };
  };

  const { position } = facts('0.5');
  const unreadFee = {
    ...position,
    exitOrders: position.exitOrders.map((exit) => ({ ...exit, baseFee: undefined })),
  };

  it.each<[string, CloseFacts, unknown]>([
    ['is judged by what the account has left', sold('0.5'), { kind: 'read-balance' }],
    [
      'ends the position if nothing is left',
      sold('0.5', { heldAfter: '0' }),
      { kind: 'settle', remaining: '0', dust: false, shortfall: { gone: '0.5', held: '0' } },
    ],
    [
      'ends the position if less than a step is left',
      sold('0.5', { heldAfter: '0.05' }),
      { kind: 'settle', remaining: '0.05', dust: false, shortfall: { gone: '0.45', held: '0.05' } },
    ],
    [
      'ends the position if dust is left',
      sold('0.5', { heldAfter: '0.1' }),
      { kind: 'settle', remaining: '0.1', dust: true, shortfall: { gone: '0.4', held: '0.1' } },
    ],
    [
      'leaves the position open if other orders hold the rest',
      sold('0.5', { heldAfter: '3' }),
      { kind: 'reopen', remaining: '0.5', shortfall: { gone: '0', held: '0.5' } },
    ],
    [
      'leaves the position open for what other orders hold of the rest',
      sold('0.5', { heldAfter: '0.3' }),
      { kind: 'reopen', remaining: '0.3', shortfall: { gone: '0.2', held: '0.3' } },
    ],
    [
      'of a part that was all there needs no balance',
      sold('0.5', { isPart: true, planned: '0.5' }),
      { kind: 'reopen', remaining: '0.5' },
    ],
    [
      'of a part is judged by what the account has left',
      sold('0.4', { isPart: true, planned: '0.5' }),
      { kind: 'read-balance' },
    ],
    [
      'is judged with the fees of the exits',
      sold('0.5', { feesRead: false, position: unreadFee }),
      { kind: 'read-fees' },
    ],
    [
      'ends the position whatever fees the exits paid, if nothing is left',
      sold('0.5', { heldAfter: '0', position: unreadFee }),
      { kind: 'settle', remaining: '0', dust: false, shortfall: { gone: '0.5', held: '0' } },
    ],
    [
      'waits for the fees of the exits if something could stay open',
      sold('0.5', { heldAfter: '3', position: unreadFee }),
      { kind: 'unread-fees' },
    ],
    [
      'of a part ends the position if nothing is left',
      sold('0.3', { isPart: true, planned: '0.5', heldAfter: '0' }),
      { kind: 'settle', remaining: '0', dust: false, shortfall: { gone: '0.7', held: '0' } },
    ],
    [
      'in a thin order book is executed in part',
      facts('0.5', { heldAfter: '0.2' }),
      { kind: 'executed-in-part', remaining: '0.5' },
    ],
  ])('%s', (_, given, step) => {
    expect(afterClose(given)).toEqual(step);
  });
});

describe('a rejected close order', () => {
  const long = closePosition({ exits: [{}] });
  const short = closePosition({ side: 'short' });
  const swap = closePosition({ market: perpetual });
  const protectedSwap = closePosition({ market: perpetual, exits: [{}, live] });

  it.each<[string, Parameters<typeof afterRejection>, string]>([
    ['without the coins is planned again', [long, 'insufficient', false], 'plan-again'],
    ['without the coins is planned again once', [long, 'insufficient', true], 'refuse'],
    ['without the money of a short is explained', [short, 'insufficient', false], 'read-holding'],
    ['without the margin of a perpetual is explained', [swap, 'insufficient', false], 'read-holding'],
    ['beside its own exits is planned again', [protectedSwap, 'exit-in-the-way', false], 'plan-again'],
    ['beside other orders is explained', [swap, 'exit-in-the-way', false], 'read-position'],
    ['beside its own exits is planned again once', [protectedSwap, 'exit-in-the-way', true], 'read-position'],
    ['before it was placed is sent again', [long, 'not-placed', false], 'send-again'],
    ['before it was placed is sent again once', [long, 'not-placed', true], 'not-sent'],
    ['of a wrong size is planned again once', [long, 'below-minimum', true], 'refuse'],
    ['for now is refused', [long, 'refused-for-now', false], 'refuse'],
  ])('%s', (_, [position, reason, repeated], response) => {
    expect(afterRejection(position, reason, repeated)).toBe(response);
  });
});

describe('a close order that would not reduce', () => {
  const long = { ...examplePosition, side: 'long' as const };
  const held = (side: Side | undefined, amount: string) => ({ side, amount, hedged: false });

  it.each<[string, Parameters<typeof afterWouldNotReduce>, unknown]>([
    [
      'is explained by an empty account',
      [long, held(undefined, '0'), '1', false],
      { kind: 'closed-externally' },
    ],
    ['is explained by the other side', [long, held('short', '1'), '1', false], { kind: 'flipped' }],
    ['is sent for what is there', [long, held('long', '0.4'), '1', false], { kind: 'send', amount: '0.4' }],
    ['is not resized twice', [long, held('long', '0.4'), '1', true], { kind: 'refuse' }],
    ['is refused when all is there', [long, held('long', '1'), '1', false], { kind: 'refuse' }],
  ])('%s', (_, [position, position2, amount, resized], step) => {
    expect(afterWouldNotReduce(position, position2, amount, resized)).toEqual(step);
  });
});

it('no rejection that proves nothing was sent is treated as a refusal', () => {
  const notSent = Object.entries(rejectionResponse).filter(([, response]) => response === 'not-sent');
  expect(notSent.map(([reason]) => reason)).toEqual(['clock', 'rate-limit', 'too-late', 'no-connection']);
});
