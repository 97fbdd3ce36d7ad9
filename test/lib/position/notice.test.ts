import { expect, test } from 'vitest';
import {
  addNotice,
  computeRetryPauseMs,
  type Delivery,
  deliveryTo,
  isDue,
  isUndelivered,
  type Notice,
  noticeLifeMs,
  noticeSchema,
} from '../../../lib/position/notice.ts';
import { fullPosition } from './example-position.ts';

const minute = 60_000;
const start = 1_760_000_000_000;

const sent: Delivery = { state: 'sent', at: start, tries: 1 };
const failed: Delivery = {
  state: 'failed',
  at: start,
  tries: 1,
  nextTryAt: start + minute,
  why: 'answered 503',
};

function noticeAt(index: number, differing: Partial<Notice> = {}): Notice {
  return {
    noticeId: `ntc_0123456789ab_${index}`,
    at: start,
    event: 'closed',
    text: 'CLOSED: BTC/USDT long on main.',
    delivered: {},
    ...differing,
  };
}

function idsAfterAdding(notices: Notice[], notice: Notice): string[] {
  return addNotice(notices, notice).map(({ noticeId }) => noticeId.slice('ntc_0123456789ab_'.length));
}

const events = ['closed', 'part-closed', 'canceled', 'kept', 'dust', 'failed', 'needs-attention', 'overdue'];
test.each(events)('A notice can report the event %s.', (event) => {
  const notice = { ...noticeAt(1), event };
  expect(noticeSchema.parse(notice)).toEqual(notice);
});

test.each([sent, failed])('A notice can have the delivery %j.', (delivery) => {
  const notice = noticeAt(1, { delivered: { slack: delivery } });
  expect(noticeSchema.parse(notice)).toStrictEqual(notice);
});

test.each(fullPosition.notices ?? [])('A notice with all that it can have stays as it is: %j', (notice) => {
  expect(noticeSchema.parse(notice)).toEqual(notice);
});

test.each<[string, object]>([
  ['no id', { noticeId: undefined }],
  ['another event', { event: 'opened' }],
  ['an empty event', { event: '' }],
  ['a delivery in another state', { delivered: { slack: { ...sent, state: '' } } }],
  ['a sent delivery without a time', { delivered: { slack: { ...sent, at: undefined } } }],
  ['a failed delivery without a reason', { delivered: { slack: { ...failed, why: undefined } } }],
  ['a failed delivery without a next attempt', { delivered: { slack: { ...failed, nextTryAt: undefined } } }],
  ['no deliveries', { delivered: undefined }],
])('A notice cannot have %s.', (_, differing) => {
  expect(noticeSchema.safeParse({ ...noticeAt(1), ...differing }).success).toBe(false);
});

test('A channel named like a property of every object has no delivery yet.', () => {
  expect(deliveryTo('constructor', noticeAt(1))).toBeUndefined();
  expect(deliveryTo('slack', noticeAt(1, { delivered: { slack: sent } }))).toBe(sent);
});

test('A position keeps its notices in order, and its first one makes a list.', () => {
  expect(addNotice(undefined, noticeAt(1))).toEqual([noticeAt(1)]);
  expect(idsAfterAdding([noticeAt(1), noticeAt(2)], noticeAt(3))).toEqual(['1', '2', '3']);
});

/** 20 notices, as many as a position keeps; the last ones as given. */
function fullList(differing: Record<number, Partial<Notice>>): Notice[] {
  return Array.from({ length: 20 }, (_, index) => noticeAt(index, differing[index]));
}

const expired: Partial<Notice> = { at: start - noticeLifeMs };
test.each<[string, Record<number, Partial<Notice>>, number]>([
  ['the oldest one when all are undelivered', {}, 0],
  ['one that expired', { 7: expired }, 7],
  ['the oldest one, when another expires only in a millisecond', { 7: { at: start - noticeLifeMs + 1 } }, 0],
  ['one that was sent', { 7: { delivered: { slack: sent } } }, 7],
  ['the oldest one, when another failed', { 7: { delivered: { slack: failed } } }, 0],
  [
    'the oldest one, when another reached one channel of two',
    { 7: { delivered: { slack: sent, topic: failed } } },
    0,
  ],
  ['only the first of several that expired', { 7: expired, 9: expired }, 7],
])('A full list of notices drops %s.', (_, differing, dropped) => {
  const indexes = Array.from({ length: 21 }, (_, index) => index).filter((index) => index !== dropped);
  expect(idsAfterAdding(fullList(differing), noticeAt(20))).toEqual(indexes.map(String));
});

test('A list with room drops nothing, not even what expired.', () => {
  const notices = Array.from({ length: 19 }, (_, index) => noticeAt(index, expired));
  expect(addNotice(notices, noticeAt(19))).toHaveLength(20);
});

test.each([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 4],
  [6, 32],
  [7, 60],
  [20, 60],
])('After %i failed attempts the pause is %i minutes.', (tries, minutes) => {
  expect(computeRetryPauseMs(tries)).toBe(minutes * minute);
});

test.each<[string, Delivery | undefined, number, { due: boolean; undelivered: boolean }]>([
  ['not tried', undefined, 0, { due: true, undelivered: true }],
  ['not tried within its life', undefined, noticeLifeMs - 1, { due: true, undelivered: true }],
  ['not tried and expired', undefined, noticeLifeMs, { due: false, undelivered: false }],
  ['failed, in its pause', failed, minute - 1, { due: false, undelivered: true }],
  ['failed, after its pause', failed, minute, { due: true, undelivered: true }],
  ['failed and expired', failed, noticeLifeMs, { due: false, undelivered: false }],
  ['sent', sent, 60 * minute, { due: false, undelivered: false }],
])('A notice that is %s is due and undelivered as %3$j.', (_, known, elapsedMs, expected) => {
  const notice = noticeAt(1, { delivered: known === undefined ? {} : { slack: known } });
  const now = start + elapsedMs;
  expect({
    due: isDue(notice, 'slack', now),
    undelivered: isUndelivered(notice, ['slack'], now),
  }).toEqual(expected);
});

test('A notice is undelivered while any of the channels lacks it.', () => {
  const notice = noticeAt(1, { delivered: { slack: sent } });
  expect(isUndelivered(notice, ['slack', 'topic'], start)).toBe(true);
  expect(isUndelivered(notice, [], start)).toBe(false);
});
