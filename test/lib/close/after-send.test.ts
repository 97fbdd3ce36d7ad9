import { describe, expect, it } from 'vitest';
import {
  afterClose,
  afterWouldNotReduce,
  type CloseFacts,
  rejectionResponse,
} from '../../../lib/close/after-send.ts';
import type { ExchangeOrder, MarketRules, Side } from '../../../lib/exchange/exchange.ts';
import type { Position } from '../../../lib/position/position.ts';
import { examplePosition } from '../position/example-position.ts';
import { spot as market, perpetual } from './close-position.ts';

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
    exitOrders: [{ orderId: '7', type: 'market', status: 'done', amount: '1', filled }],
  } as Position;
  return { position, order, percent: undefined, ...rest };
}

describe('a close order that is done', () => {
  it.each<[string, CloseFacts, unknown]>([
    ['executed all', facts('1'), { kind: 'settle', remaining: '0', dust: false }],
    ['left less than a step', facts('0.95'), { kind: 'settle', remaining: '0.05', dust: false }],
    ['left less than the minimum', facts('0.9'), { kind: 'settle', remaining: '0.1', dust: true }],
    ['left the minimum', facts('0.8'), { kind: 'executed-in-part', remaining: '0.2' }],
    ['was for a part', facts('0.5', { percent: 50 }), { kind: 'reopen', remaining: '0.5' }],
    [
      'was for a part and left dust',
      facts('0.9', { percent: 90 }),
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
      facts('0.5', { market: perpetual, percent: 50 }),
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
  expect(notSent.map(([reason]) => reason)).toEqual([
    'clock',
    'rate-limit',
    'too-late',
    'no-connection',
    'not-placed',
  ]);
});
