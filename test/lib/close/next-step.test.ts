import { describe, expect, it } from 'vitest';
import { nextStep } from '../../../lib/close/next-step.ts';
import type { Knowledge, PlannedAction, Step } from '../../../lib/close/step.ts';
import type { RejectReason } from '../../../lib/exchange/exchange.ts';
import {
  closePosition,
  filled,
  live,
  type Order,
  type PositionFacts,
  perpetual,
  spot,
  withMinimumValue,
} from './close-position.ts';

const close = { action: 'close' } as const;
const keep = { action: 'keep' } as const;
const half = { action: 'close', percent: 50 } as const;
const toHalf = { action: 'close', toPercent: '50' } as const;

interface Situation extends PositionFacts {
  known?: Partial<Omit<Knowledge, 'position'>>;
}

function decide(planned: PlannedAction, { known = {}, ...facts }: Situation): Step {
  // More than any position here.
  const balance = { free: '1000', total: '1000', holders: undefined };
  const fresh = {
    trading: 'open',
    ...(known.rejected === undefined ? { balance } : {}),
    ...known.fresh,
  } as const;
  return nextStep({ position: closePosition(facts), cancelsSent: false, ...known, fresh }, planned);
}

const cancelBoth = { kind: 'cancel', books: ['entryOrders', 'exitOrders'] };
const cancelEntries = { kind: 'cancel', books: ['entryOrders'] };
const cancelExits = { kind: 'cancel', books: ['exitOrders'] };
const readOrders = { kind: 'read-orders' };
const read = { orders: true } as const;
const held = { holding: 'held' } as const;
const holds = (amount: string) => ({ holding: 'held', held: amount }) as const;
const end = (word: string) => ({ kind: 'end', end: word });
const send = (amount: string) => ({ kind: 'send', amount });

/** A row: what is given, the action, the situation, the step. */
type Row = [given: string, planned: PlannedAction, situation: Situation, step: unknown];

const halfSold = { filled: '0.5', baseFee: '0' };
const lessSold = { filled: '0.4', baseFee: '0' };
const targets: Row[] = [
  ['more than the target', toHalf, {}, send('0.5')],
  ['more than the target, with live exits that were not read', toHalf, { exits: [live] }, readOrders],
  ['more than the target, with live exits', toHalf, { exits: [live], known: { fresh: read } }, cancelExits],
  [
    'a live entry, whose exits stay until it has ended',
    toHalf,
    { entries: [live], exits: [live] },
    cancelEntries,
  ],
  [
    'a live entry of a perpetual',
    toHalf,
    { market: perpetual, entries: [live], exits: [live] },
    cancelEntries,
  ],
  ['an entry whose fee is unknown', toHalf, { entries: [{ filled: '1' }] }, { kind: 'read-fees' }],
  ['an entry that ended unfilled', toHalf, { entries: [{}] }, end('canceled')],
  ['exits that closed it', toHalf, { exits: [{ filled: '1' }] }, end('exits-closed')],
  ['no more than the target', toHalf, { exits: [halfSold] }, end('reached')],
  ['no more than the target, before orders are read', toHalf, { exits: [halfSold, live] }, readOrders],
  [
    'no more than the target, with a live exit',
    toHalf,
    { exits: [halfSold, live], known: { fresh: read } },
    end('reached'),
  ],
  [
    'no more than the target once the entry was canceled',
    toHalf,
    { exits: [halfSold, live], known: { cancelsSent: true, fresh: read } },
    end('reached'),
  ],
  [
    'no more than the target of a perpetual that may be gone',
    toHalf,
    { market: perpetual, exits: [halfSold] },
    { kind: 'read-holding' },
  ],
  [
    'no more than the target of a perpetual',
    toHalf,
    { market: perpetual, exits: [halfSold], known: { fresh: held } },
    end('reached'),
  ],
  ['too little above the target', toHalf, { exits: [lessSold] }, { kind: 'read-market' }],
  [
    'too little above the target by the present rules',
    toHalf,
    { exits: [lessSold], known: { fresh: { market: true } } },
    end('reached'),
  ],
  [
    'more above the target than one order may have',
    toHalf,
    { market: { ...spot, marketAmountMax: '0.3' }, known: { fresh: { market: true } } },
    end('above-maximum'),
  ],
];

it.each(targets)('a close to a target, given %s, decides its next step', (_, planned, situation, step) => {
  expect(decide(planned, situation)).toEqual(step);
});

const closes: Row[] = [
  ['all of a filled entry', close, {}, send('1')],
  ['a live entry and a live exit', close, { entries: [live], exits: [live] }, cancelBoth],
  ['a live entry', close, { entries: [live] }, cancelEntries],
  ['a filled entry and a live exit', close, { exits: [live] }, cancelExits],
  ['an entry whose result is unconfirmed', close, { entries: [{ status: 'unconfirmed' }] }, cancelEntries],
  ['an entry whose fee is unknown', close, { entries: [{ filled: '1' }] }, { kind: 'read-fees' }],
  [
    'one of two entries whose fee is unknown',
    close,
    { entries: [filled, { filled: '1' }] },
    { kind: 'read-fees' },
  ],
  ['a perpetual with a live exit', close, { market: perpetual, exits: [live] }, cancelExits],
  [
    'less than the minimum, before a live exit is canceled',
    close,
    { entries: [{ ...filled, filled: '0.1' }], exits: [live] },
    cancelExits,
  ],
  ['an entry that ended unfilled', close, { entries: [{}] }, end('canceled')],
  ['exits that sold all of it', close, { exits: [{ filled: '1' }] }, end('exits-closed')],
  ['exits that sold a part', close, { exits: [{ filled: '0.4', baseFee: '0' }] }, send('0.6')],
  ['an exit whose fee is unknown', close, { exits: [{ filled: '0.4' }] }, { kind: 'read-fees' }],
  [
    'an exit whose fee could not be read',
    close,
    { exits: [{ filled: '0.4' }], known: { fresh: { fees: true } } },
    send('0.6'),
  ],
  ['an exit whose fee was taken in base', close, { exits: [{ filled: '0.4', baseFee: '0.1' }] }, send('0.5')],
  ['less than the minimum', close, { entries: [{ ...filled, filled: '0.1' }] }, { kind: 'read-market' }],
  [
    'less than a fresh minimum',
    close,
    { entries: [{ ...filled, filled: '0.1' }], known: { fresh: { market: true } } },
    end('too-small'),
  ],
  ['just the minimum', close, { entries: [{ ...filled, filled: '0.2' }] }, send('0.2')],
  ['an amount between two steps', close, { entries: [{ ...filled, filled: '0.57' }] }, send('0.5')],
  ['just the maximum', close, { entries: [{ filled: '100', baseFee: '0' }] }, send('100')],
  ['more than the maximum', close, { entries: [{ filled: '101', baseFee: '0' }] }, { kind: 'read-market' }],
  [
    'more than a fresh maximum',
    close,
    { entries: [{ filled: '101', baseFee: '0' }], known: { fresh: { market: true } } },
    end('above-maximum'),
  ],
  [
    'more than the maximum, before a live exit is canceled',
    close,
    { entries: [{ filled: '101', baseFee: '0' }], exits: [live] },
    readOrders,
  ],
  [
    'more than the maximum on fresh orders, before a live exit is canceled',
    close,
    { entries: [{ filled: '101', baseFee: '0' }], exits: [live], known: { fresh: read } },
    { kind: 'read-market' },
  ],
  [
    'more than the maximum and a live exit, once cancels were sent',
    close,
    { entries: [{ filled: '101', baseFee: '0' }], exits: [live], known: { cancelsSent: true } },
    cancelExits,
  ],
];

const values: Row[] = [
  ['a value far above the minimum', close, { market: withMinimumValue, price: '3000' }, send('1')],
  ['a value near the minimum', close, { market: withMinimumValue, price: '2999' }, { kind: 'read-price' }],
  ['no known price', close, { market: withMinimumValue }, { kind: 'read-price' }],
  [
    'only the average entry price, far above the minimum',
    close,
    { market: withMinimumValue, entries: [{ ...filled, average: '3000' }] },
    send('1'),
  ],
  [
    'a fresh price just at the minimum',
    close,
    { market: withMinimumValue, known: { fresh: { price: '1000' } } },
    send('1'),
  ],
  [
    'a fresh price just below the minimum',
    close,
    { market: withMinimumValue, price: '9999', known: { fresh: { price: '999', market: true } } },
    end('too-small'),
  ],
  [
    'a perpetual, which has no minimum value',
    close,
    { market: { ...withMinimumValue, kind: 'perpetual' }, known: { fresh: { holding: 'held' } } },
    send('1'),
  ],
];

const reducing: Order = { ...live, reduceOnly: true };

/** Worth at most 1,000 USDT an order. */
const withMaximumValue = { ...spot, costMax: '1000' };

const largest: Row[] = [
  ['a value far below the maximum', close, { market: withMaximumValue, price: '333' }, send('1')],
  ['a value near the maximum', close, { market: withMaximumValue, price: '334' }, { kind: 'read-price' }],
  [
    'a fresh price just at the maximum',
    close,
    { market: withMaximumValue, known: { fresh: { price: '1000' } } },
    send('1'),
  ],
  [
    'a value above the maximum, before a live exit is canceled',
    close,
    { market: withMaximumValue, exits: [live], known: { fresh: { price: '1001' } } },
    readOrders,
  ],
  [
    'a value above the maximum by fresh rules and orders',
    close,
    { market: withMaximumValue, exits: [live], known: { fresh: { ...read, price: '1001', market: true } } },
    end('above-maximum'),
  ],
];

/** What follows a rejected order of 1 BTC, when so much was read since. */
const after = (reason: RejectReason, fresh: Knowledge['fresh'] = {}) => ({
  known: { rejected: { reason, amount: '1' }, fresh },
});
const balance = (free: string, total: string) => ({ balance: { free, total, holders: [] } });
const refused = { kind: 'end-rejected', end: 'refused' };

const rejections: Row[] = [
  ['below the minimum', close, after('below-minimum'), { kind: 'read-market' }],
  [
    'below a minimum value, by fresh rules',
    close,
    { market: withMinimumValue, price: '9999', ...after('below-minimum', { market: true }) },
    { kind: 'read-price' },
  ],
  [
    'below the minimum, and it is',
    close,
    { market: { ...spot, amountMin: '2' }, ...after('below-minimum', { market: true }) },
    end('too-small'),
  ],
  ['below the minimum, and it is not', close, after('below-minimum', { market: true }), refused],
  [
    'below the minimum, and it is above the maximum',
    close,
    { market: { ...spot, marketAmountMax: '0.5' }, ...after('below-minimum', { market: true }) },
    end('above-maximum'),
  ],
  ['above the maximum', close, after('above-maximum'), { kind: 'read-market' }],
  ['above the maximum, and it is not', close, after('above-maximum', { market: true }), refused],
  ['of a wrong precision', close, after('precision'), { kind: 'read-market' }],
  ['of a precision that is right by fresh rules', close, after('precision', { market: true }), refused],
  [
    'of a precision that fresh rules change',
    close,
    { market: { ...spot, amountStep: '0.3' }, ...after('precision', { market: true }) },
    send('0.9'),
  ],
  ['more than the account can sell', close, after('insufficient'), { kind: 'read-balance' }],
  ['more than the account has', close, after('insufficient', balance('0.55', '0.55')), send('0.5')],
  ['more than is free', close, after('insufficient', balance('0.4', '1.4')), send('0.4')],
  ['what is free by now', close, after('insufficient', balance('7', '7')), send('1')],
  [
    'less than the minimum of what is free',
    close,
    after('insufficient', balance('0.1', '1')),
    { kind: 'end-rejected', end: 'locked' },
  ],
  [
    'more than the account has at all',
    close,
    after('insufficient', balance('0.1', '0.1')),
    { kind: 'read-holding' },
  ],
  [
    'more than the account has at all, and no trade shows why',
    close,
    after('insufficient', { ...balance('0', '0'), holding: 'missing' }),
    { kind: 'end-rejected', end: 'gone' },
  ],
  [
    'more than the account had at all a moment ago',
    close,
    after('insufficient', { ...balance('0', '0'), holding: 'held' }),
    refused,
  ],
  [
    'half of what the account has less of free',
    half,
    after('insufficient', balance('0.3', '1')),
    send('0.3'),
  ],
  [
    'half of what the account has less of',
    half,
    after('insufficient', balance('0.3', '0.9')),
    { kind: 'count-gone', gone: '0.1' },
  ],
  [
    'beside live exits of a perpetual',
    half,
    { market: perpetual, exits: [reducing], ...after('exit-in-the-way') },
    cancelExits,
  ],
];

const parts: Row[] = [
  ['half of a spot position', half, {}, send('0.5')],
  ['half of a spot position with live orders', half, { entries: [live], exits: [live] }, cancelBoth],
  ['half of a perpetual', half, { market: perpetual }, { kind: 'read-holding' }],
  ['half of a perpetual that is held', half, { market: perpetual, known: { fresh: held } }, send('0.5')],
  [
    'a perpetual with a live entry',
    half,
    { market: perpetual, entries: [live], exits: [live] },
    cancelEntries,
  ],
  ['a perpetual', half, { market: perpetual }, { kind: 'read-holding' }],
  [
    'a perpetual that the account holds',
    half,
    { market: perpetual, known: { fresh: holds('1') } },
    send('0.5'),
  ],
  [
    'a perpetual of which the account holds less',
    half,
    { market: perpetual, known: { fresh: holds('0.6') } },
    { kind: 'count-gone', gone: '0.4' },
  ],
  [
    'a perpetual of which the account holds less, before its exit is read',
    half,
    { market: perpetual, exits: [reducing], known: { fresh: holds('0.6') } },
    readOrders,
  ],
  [
    'a perpetual of which an exit has closed what the account lacks',
    half,
    { market: perpetual, exits: [{ filled: '0.4' }], known: { fresh: { ...read, ...holds('0.6') } } },
    send('0.3'),
  ],
  [
    'a perpetual that the account may not show yet',
    half,
    { market: perpetual, known: { fresh: { holding: 'missing', held: '0' } } },
    send('0.5'),
  ],
  [
    'a perpetual with a live exit',
    half,
    { market: perpetual, exits: [reducing], known: { fresh: held } },
    readOrders,
  ],
  [
    'a perpetual with an exit that may open a position, before it is read',
    half,
    { market: perpetual, exits: [live], known: { fresh: held } },
    readOrders,
  ],
  [
    'a part above the maximum, before a live exit is canceled',
    half,
    { entries: [{ filled: '202', baseFee: '0' }], exits: [live] },
    readOrders,
  ],
  [
    'a perpetual whose fresh exits only reduce',
    half,
    { market: perpetual, exits: [reducing, {}], known: { fresh: { ...read, ...held } } },
    send('0.5'),
  ],
  [
    'a perpetual with a fresh exit that may open a position',
    half,
    { market: perpetual, exits: [reducing, live], known: { fresh: { ...read, ...held } } },
    cancelExits,
  ],
  [
    'a hedged perpetual, where an exit cannot open the other side',
    half,
    { market: perpetual, hedged: true, exits: [live], known: { fresh: { ...read, ...held } } },
    send('0.5'),
  ],
  [
    'an exit without an amount, which closes whatever there is',
    half,
    { market: perpetual, exits: [{ ...live, amount: '0' }], known: { fresh: { ...read, ...held } } },
    send('0.5'),
  ],
  [
    'a perpetual whose exits closed all of it',
    half,
    { market: perpetual, exits: [reducing, { filled: '1' }], known: { fresh: read } },
    cancelExits,
  ],
  ['a part below the minimum', half, { entries: [{ ...filled, filled: '0.3' }] }, { kind: 'read-market' }],
  [
    'a part below the minimum, before a live exit is canceled',
    half,
    { entries: [{ ...filled, filled: '0.3' }], exits: [live] },
    readOrders,
  ],
  [
    'a part below the minimum on fresh orders',
    half,
    { entries: [{ ...filled, filled: '0.3' }], exits: [live], known: { fresh: read } },
    { kind: 'read-market' },
  ],
  [
    'a part below a fresh minimum on fresh orders',
    half,
    {
      entries: [{ ...filled, filled: '0.3' }],
      exits: [live],
      known: { fresh: { ...read, market: true } },
    },
    end('too-small'),
  ],
  [
    'a part whose value is unknown, before a live exit is canceled',
    half,
    { market: withMinimumValue, exits: [live] },
    { kind: 'read-price' },
  ],
  [
    'a part below the minimum of an entry that may still fill',
    half,
    { entries: [{ ...filled, filled: '0.3', status: 'live' }] },
    cancelEntries,
  ],
  [
    'a part of a position whose exits closed all of it',
    half,
    { exits: [{ filled: '1' }, live] },
    cancelExits,
  ],
  ['a part above the maximum', half, { entries: [{ filled: '202', baseFee: '0' }] }, { kind: 'read-market' }],
  ['a part of twice the maximum', half, { entries: [{ filled: '200', baseFee: '0' }] }, send('100')],
];

const keeps: Row[] = [
  ['a live entry and a live exit', keep, { entries: [live], exits: [live] }, cancelEntries],
  ['an entry that ended unfilled, and a live exit', keep, { entries: [{}], exits: [live] }, cancelExits],
  ['an entry that ended unfilled', keep, { entries: [{}] }, end('canceled')],
  ['a filled entry and a live exit', keep, { exits: [live] }, readOrders],
  ['a filled entry whose fee is unknown', keep, { entries: [{ filled: '1' }] }, readOrders],
  ['one of two entries whose fee is unknown', keep, { entries: [filled, { filled: '1' }] }, readOrders],
  [
    'a filled entry and a live exit on fresh orders',
    keep,
    { exits: [live], known: { fresh: read } },
    { kind: 'read-holding' },
  ],
  ['a filled entry', keep, {}, { kind: 'read-holding' }],
  ['a filled entry that the account holds', keep, { known: { fresh: { holding: 'held' } } }, end('kept')],
  ['a filled entry that is missing', keep, { known: { fresh: { holding: 'missing' } } }, end('kept')],
  ['a filled entry after a cancel', keep, { known: { cancelsSent: true } }, end('kept')],
  ['exits that sold all of it', keep, { exits: [{ filled: '1' }] }, end('exits-closed')],
  [
    'an exit that sold all of it, and a live exit that would act on the next position',
    keep,
    { exits: [{ filled: '1' }, live], known: { fresh: read } },
    cancelExits,
  ],
];

const external = { detail: 'Closed outside Ripcord.', at: 1 };
const gone = { known: { fresh: { holding: external } } };
const goneRead = { known: { fresh: { holding: external, ...read } } };
const externals: Row[] = [
  ['nothing else to read', close, gone, { kind: 'end-external', external }],
  ['a live exit', close, { exits: [live], ...gone }, readOrders],
  ['an unknown fee', close, { entries: [{ filled: '1' }], ...gone }, readOrders],
  ['a live exit on fresh orders', close, { exits: [live], ...goneRead }, cancelExits],
  [
    'a live exit of a kept position',
    keep,
    { exits: [live], ...goneRead },
    { kind: 'end-external', external },
  ],
  ['exits that had closed it', close, { exits: [{ filled: '1' }], ...gone }, end('exits-closed')],
];

describe('close', () => {
  it.each(closes)('given %s', (_, planned, situation, step) => {
    expect(decide(planned, situation)).toEqual(step);
  });
});

describe('close, judged by value', () => {
  it.each(values)('given %s', (_, planned, situation, step) => {
    expect(decide(planned, situation)).toEqual(step);
  });
});

describe('close, judged by the largest value', () => {
  it.each(largest)('given %s', (_, planned, situation, step) => {
    expect(decide(planned, situation)).toEqual(step);
  });
});

describe('close, before an exit is canceled', () => {
  const position = (facts: PositionFacts) => ({ position: closePosition(facts), cancelsSent: false });
  const exits = { exits: [live] };
  const checkMarket = { kind: 'check-market' };

  it.each<[string, PlannedAction, Knowledge, unknown]>([
    ['checks the market', close, { ...position(exits), fresh: {} }, checkMarket],
    [
      'checks it for a part of a spot position',
      half,
      { ...position(exits), fresh: { balance: { free: '0', total: '1', holders: undefined } } },
      checkMarket,
    ],
    [
      'ends if it is closed',
      close,
      { ...position(exits), fresh: { trading: 'closed' } },
      end('market-closed'),
    ],
    ['cancels if it is open', close, { ...position(exits), fresh: { trading: 'open' } }, cancelExits],
    ['does not check it for entries', close, { ...position({ entries: [live] }), fresh: {} }, cancelEntries],
    [
      'does not check it again after a rejection',
      half,
      {
        ...position({ ...exits, market: perpetual }),
        rejected: { reason: 'exit-in-the-way', amount: '1' },
        fresh: {},
      },
      cancelExits,
    ],
  ])('%s', (_, planned, known, step) => {
    expect(nextStep(known, planned)).toEqual(step);
  });
});

describe('close, after an order was rejected', () => {
  it.each(rejections)('because it was for %s', (_, planned, situation, step) => {
    expect(decide(planned, situation)).toEqual(step);
  });
});

describe('close a part', () => {
  it.each(parts)('given %s', (_, planned, situation, step) => {
    expect(decide(planned, situation)).toEqual(step);
  });
});

describe('keep', () => {
  it.each(keeps)('given %s', (_, planned, situation, step) => {
    expect(decide(planned, situation)).toEqual(step);
  });
});

describe('a position that was closed outside Ripcord', () => {
  it.each(externals)('given %s', (_, planned, situation, step) => {
    expect(decide(planned, situation)).toEqual(step);
  });
});
