import { describe, expect, it } from 'vitest';
import {
  canceled,
  canceledIds,
  closedExternally,
  createFailure,
  createOutcome,
  exitsClosed,
  refused,
  tooSmall,
} from '../../../lib/close/outcomes.ts';
import { exampleClaim } from '../position/example-position.ts';
import { closePosition, filled } from './close-position.ts';
import { executionOf } from './example-execution.ts';

const { claimedAt } = exampleClaim;
const mine = { canceledByClaimAt: claimedAt };
const earlier = { canceledByClaimAt: claimedAt - 1 };
const now = claimedAt + 100;

function iso(at: number): string {
  return new Date(at).toISOString();
}

const position = closePosition({
  entries: [filled, { ...filled, ...mine }, earlier],
  exits: [mine, earlier, {}],
});
const source = { actor: 'link', linkId: 'lnk_1', action: 'close', percent: 50, claimedAt } as const;

describe('an outcome', () => {
  const facts = { outcome: 'closed', closedBy: 'ripcord', detail: 'Closed.', remaining: '0' } as const;

  it('names what this claim canceled, what filled and when', () => {
    expect(createOutcome(position, source, facts, now)).toEqual({
      ...facts,
      action: 'close',
      percent: undefined,
      actor: 'link',
      linkId: 'lnk_1',
      entryFilled: '2',
      closedAmount: '0',
      canceledEntryOrderIds: ['e1'],
      canceledExitOrderIds: ['x0'],
      claimedAt: iso(claimedAt),
      sentAt: undefined,
      settledAt: iso(now),
    });
  });

  it('names the close order, its part and its times', () => {
    const close = {
      closedAmount: '0.5',
      averagePrice: '60000',
      closeOrderId: '9',
      closeClientOrderId: 'rc1',
      sentAt: claimedAt + 10,
      at: claimedAt + 20,
    };
    expect(createOutcome(position, source, { ...facts, ...close }, now)).toMatchObject({
      percent: 50,
      closedAmount: '0.5',
      averagePrice: '60000',
      closeOrderId: '9',
      closeClientOrderId: 'rc1',
      sentAt: iso(claimedAt + 10),
      settledAt: iso(claimedAt + 20),
    });
  });
});

it('a failure names its source, its actor and the exits that are gone', () => {
  const facts = { source: 'exchange', code: '-2019', message: 'Margin is insufficient.' } as const;
  expect(createFailure(position, source, facts, now)).toEqual({
    ...facts,
    action: source.action,
    actor: 'link',
    linkId: 'lnk_1',
    at: iso(now),
    canceledExitOrderIds: ['x0'],
  });
});

it('an order that the exchange never named is not among the canceled ids', () => {
  const unnamed = closePosition({ exits: [{ ...mine, orderId: undefined }] });
  expect(canceledIds(unnamed, source, 'exitOrders')).toEqual([]);
});

it('a refusal keeps the code and words of the exchange', () => {
  expect(refused(executionOf(position), { code: '-2015', message: 'Invalid API key.' })).toMatchObject({
    kind: 'failed',
    failure: { source: 'exchange', code: '-2015', message: 'Invalid API key.' },
  });
});

describe('an entry that never filled', () => {
  it.each([
    [
      'was canceled by this claim',
      [{ ...mine, updatedAt: claimedAt + 50 }],
      { closedBy: 'ripcord', detail: 'The entry was unfilled and has been canceled.', settledAt: iso(now) },
    ],
    [
      'was canceled before, at the last change of its orders',
      [{ updatedAt: claimedAt - 9 }, { updatedAt: claimedAt - 5 }, {}],
      {
        closedBy: 'external',
        detail: 'The entry was canceled outside Ripcord before anything filled. Nothing was sent.',
        settledAt: iso(claimedAt - 5),
      },
    ],
    [
      'was canceled before, at an unknown time',
      [{}],
      { closedBy: 'external', settledAt: iso(now), canceledEntryOrderIds: [] },
    ],
  ])('%s', (_, entries, outcome) => {
    expect(canceled(executionOf(closePosition({ entries })))).toMatchObject({
      kind: 'settled',
      reopens: false,
      outcome: { outcome: 'canceled', remaining: '0', ...outcome },
    });
  });
});

describe('a position that its exits closed', () => {
  it('names the last exit, its price and its time', () => {
    const exits = [
      { filled: '0.5', updatedAt: claimedAt - 9 },
      { filled: '0.5', type: 'stop_market', average: '58000', updatedAt: claimedAt - 5 },
    ];
    expect(exitsClosed(executionOf(closePosition({ exits })))).toMatchObject({
      kind: 'settled',
      outcome: {
        outcome: 'closed',
        closedBy: 'exit-order',
        detail:
          'Exit order x1 (stop_market) had already closed the position at 58000 USDT. No order was sent.',
        averagePrice: '58000',
        closedAmount: '0',
        remaining: '0',
        settledAt: iso(claimedAt - 5),
      },
    });
  });

  it.each([
    ['x0', 'Exit order x0 (limit) had already closed the position. No order was sent.'],
    [undefined, 'Exit order  (limit) had already closed the position. No order was sent.'],
  ])('is described without a price that the exchange does not report: %s', (orderId, detail) => {
    const exits = [{ filled: '1', orderId }];
    expect(exitsClosed(executionOf(closePosition({ exits })))).toMatchObject({ outcome: { detail } });
  });

  it('is dust if fees used up what filled', () => {
    expect(exitsClosed(executionOf(closePosition()))).toMatchObject({
      outcome: { outcome: 'dust', closedBy: 'ripcord', remaining: '0' },
    });
  });
});

it('a position closed outside Ripcord keeps the words and the time of its trade', () => {
  const external = { detail: 'Closed outside Ripcord.', at: claimedAt - 7 };
  expect(closedExternally(executionOf(position), external)).toMatchObject({
    kind: 'settled',
    outcome: {
      outcome: 'closed',
      closedBy: 'external',
      detail: 'Closed outside Ripcord.',
      remaining: '0',
      settledAt: iso(claimedAt - 7),
    },
  });
});

describe('an amount below the minimum', () => {
  const tiny = closePosition({ entries: [{ ...filled, filled: '0.1' }] });

  it('is dust if it is all that remains', () => {
    expect(tooSmall(executionOf(tiny))).toMatchObject({
      kind: 'settled',
      outcome: {
        outcome: 'dust',
        closedBy: 'ripcord',
        remaining: '0.1',
        detail: "0.1 BTC is below the exchange's minimum for an order, so it stays in the account.",
      },
    });
  });

  it('is a failure if it is a part', () => {
    expect(tooSmall(executionOf(tiny, { claim: { percent: 50 } }))).toMatchObject({
      kind: 'failed',
      failure: {
        source: 'ripcord',
        code: 'below-minimum',
        message: "50 % of 0.1 BTC is below the exchange's minimum for an order.",
      },
    });
  });
});
