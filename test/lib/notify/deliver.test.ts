import { expect, test } from 'vitest';
import type { Notifier, Sent } from '../../../lib/notify/notifier.ts';
import { noticeLifeMs } from '../../../lib/position/notice.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { exampleClaim, positionIdAt } from '../position/example-position.ts';
import { channelsOf, fakeChannel, newTrader, refused } from './trader.ts';

const minute = 60_000;

test('a notice goes to each channel once, however often and at the same time the sweep runs', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const [slack, topic] = [fakeChannel('slack'), fakeChannel('topic')];
  const channels = channelsOf(slack, topic);
  const reports = await Promise.all([1, 2, 3].map(() => sweep(trader.services, channels)));
  expect(reports.map(({ notified }) => notified).toSorted()).toEqual([0, 0, 2]);
  trader.later(minute);
  await sweep(trader.services, channels);
  expect(slack.texts).toHaveLength(1);
  expect(topic.texts).toEqual(slack.texts);
  expect(await trader.record(1, 'slack')).toMatchObject({ state: 'sent', tries: 1 });
});

test('a channel may have any name, also one that every object has something under', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const channel = fakeChannel('constructor');
  await sweep(trader.services, channelsOf(channel));
  await sweep(trader.services, channelsOf(channel));
  expect(channel.texts).toHaveLength(1);
  expect(await trader.record(1, 'constructor')).toMatchObject({ state: 'sent', tries: 1 });
  expect(await trader.waiting()).toEqual([]);
});

test('a final position is put away once everybody was told, or where nobody is to be told', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const broken = fakeChannel('slack', () => refused);
  await sweep(trader.services, channelsOf(broken));
  expect(await trader.waiting()).toHaveLength(1);
  await sweep(trader.services, channelsOf());
  expect(await trader.waiting()).toEqual([]);

  const told = newTrader();
  await told.ended(1);
  const slack = channelsOf(fakeChannel('slack'));
  await sweep(told.services, slack);
  await sweep(told.services, slack);
  expect(await told.waiting()).toEqual([]);
});

test('what failed is sent again later, each time after a longer pause', async () => {
  const trader = newTrader();
  await trader.ended(1);
  let answer: Sent = refused;
  const slack = fakeChannel('slack', () => answer);
  const triedAt: number[] = [];
  for (let at = 0; at < 20; at += 1) {
    const before = slack.texts.length;
    await sweep(trader.services, channelsOf(slack));
    if (slack.texts.length > before) triedAt.push(at);
    trader.later(minute);
  }
  expect(triedAt).toEqual([0, 1, 3, 7, 15]);
  expect(await trader.record(1, 'slack')).toMatchObject({ state: 'failed', tries: 5, why: 'answered 503' });
  answer = { kind: 'sent' };
  trader.later(20 * minute);
  const report = await sweep(trader.services, channelsOf(slack));
  expect(report).toMatchObject({ notified: 1, problems: [] });
  expect(await trader.record(1, 'slack')).toMatchObject({ state: 'sent', tries: 6 });
});

test('after a day it is given up, and the position put away', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const slack = fakeChannel('slack', () => refused);
  await sweep(trader.services, channelsOf(slack));
  trader.later(noticeLifeMs);
  await sweep(trader.services, channelsOf(slack));
  expect(slack.texts).toHaveLength(1);
  expect(await trader.waiting()).toEqual([]);
});

test('a channel that is down is tried once in a sweep, and the others are told all the same', async () => {
  const trader = newTrader();
  for (const index of [1, 2, 3]) await trader.ended(index);
  const [slack, topic] = [fakeChannel('slack', () => refused), fakeChannel('topic')];
  const report = await sweep(trader.services, channelsOf(slack, topic));
  expect(slack.texts).toHaveLength(1);
  expect(topic.texts).toHaveLength(3);
  expect(report).toMatchObject({ notified: 3, problems: [{ channel: 'slack', why: 'answered 503' }] });
});

test('a message that a channel does not take keeps no other from it', async () => {
  const trader = newTrader();
  for (const index of [1, 2, 3]) await trader.ended(index);
  const slack = fakeChannel('slack', (text) =>
    text.includes('number 2') ? { kind: 'refused', why: 'answered 400', down: false } : { kind: 'sent' },
  );
  expect(await sweep(trader.services, channelsOf(slack))).toMatchObject({ notified: 2 });
  expect(slack.texts).toHaveLength(3);
});

test('an answer that never came counts as sent, and the record says so', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const slack = fakeChannel('slack', () => ({ kind: 'unknown', why: 'no answer within 5 s' }));
  const report = await sweep(trader.services, channelsOf(slack));
  expect(report.problems).toEqual([{ channel: 'slack', why: 'no answer within 5 s' }]);
  trader.later(60 * minute);
  await sweep(trader.services, channelsOf(slack));
  expect(slack.texts).toHaveLength(1);
  expect(await trader.record(1, 'slack')).toMatchObject({
    state: 'unsure',
    why: 'no answer within 5 s; it counts as sent',
  });
  expect(await trader.waiting()).toEqual([]);
});

test('a sweep that dies between marking and sending, or before it has said so, never sends twice', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const dying: Notifier = { channel: 'slack', send: () => new Promise(() => undefined) };
  void sweep(trader.services, channelsOf(dying));
  await expect.poll(() => trader.record(1, 'slack')).toMatchObject({ state: 'trying' });
  const slack = fakeChannel('slack');
  for (let at = 0; at < 3; at += 1) {
    trader.later(minute);
    await sweep(trader.services, channelsOf(slack));
  }
  expect(slack.texts).toEqual([]);
  expect(await trader.record(1, 'slack')).toMatchObject({
    state: 'unsure',
    why: 'the sweep that was sending it died; it may not have arrived',
  });
  await sweep(trader.services, channelsOf(slack));
  expect(await trader.waiting()).toEqual([]);
});

test('nothing is sent where it could not be marked', async () => {
  let lose = false;
  const trader = newTrader({
    interrupt(step) {
      if (lose && step === 'save:before') throw new Error('lost');
    },
  });
  await trader.ended(1);
  const slack = fakeChannel('slack');
  lose = true;
  const report = await sweep(trader.services, channelsOf(slack));
  expect(slack.texts).toEqual([]);
  expect(report.problems[0]?.why).toContain('The table gave no answer');
  lose = false;
  await sweep(trader.services, channelsOf(slack));
  expect(slack.texts).toHaveLength(1);
});

test('a claim during the sending keeps its write, and what came of the sending is written after it', async () => {
  const trader = newTrader();
  await trader.ended(1, { state: 'kept' });
  const claim = { ...exampleClaim, leaseExpiresAt: trader.services.now() + 12_000 };
  const slack: Notifier = {
    channel: 'slack',
    async send() {
      const request = { positionId: positionIdAt(1), claim, from: ['kept' as const] };
      const claimed = await trader.table.claimPosition(request);
      if (claimed.kind !== 'claimed') throw new Error('was not claimed');
      // The hit goes on for a while after the message is out.
      const { sleep } = trader.services;
      trader.services.sleep = async (ms) => {
        await sleep(ms);
        trader.services.sleep = sleep;
        const ended = await trader.table.savePosition(claimed.position, {
          state: 'closed',
          claim: null,
          notices: claimed.position.notices,
        });
        expect(ended).toMatchObject({ state: 'closed' });
      };
      return { kind: 'sent' };
    },
  };
  await sweep(trader.services, channelsOf(slack));
  expect(await trader.read(1)).toMatchObject({ state: 'closed' });
  expect(await trader.record(1, 'slack')).toMatchObject({ state: 'sent' });
});

test('a position that somebody acts on is left alone', async () => {
  const trader = newTrader();
  const claim = { ...exampleClaim, leaseExpiresAt: trader.services.now() + 12_000 };
  const before = await trader.ended(1, { state: 'claimed', claim });
  const slack = fakeChannel('slack');
  await sweep(trader.services, channelsOf(slack));
  expect(await trader.read(1)).toEqual(before);
  expect(slack.texts).toEqual([]);
});

test('a channel that never answers delays no position, only itself', async () => {
  const trader = newTrader();
  await trader.ended(1);
  await trader.ended(2, { notices: [] });
  const release = Promise.withResolvers<Sent>();
  const slow = fakeChannel('slack', () => release.promise);
  const sweeping = sweep(trader.services, channelsOf(slow));
  await expect.poll(() => trader.waiting()).toEqual([positionIdAt(1)]);
  release.resolve({ kind: 'sent' });
  expect(await sweeping).toMatchObject({ archived: 1, notified: 1 });
});

test('where the list of channels can not be read, positions are looked after, and wait to be put away', async () => {
  const trader = newTrader();
  await trader.ended(1);
  await trader.ended(2, { notices: [] });
  const problem = 'The notification channels in notify.json can not be used: it is not JSON.';
  const report = await sweep(trader.services, { all: async () => ({ notifiers: [], problem }) });
  expect(report).toMatchObject({ archived: 1, problems: [{ why: problem }] });
  expect(await trader.waiting()).toEqual([positionIdAt(1)]);
});

test('a claim that finds no end is told once it is overdue, and only once', async () => {
  const trader = newTrader();
  const claimedAt = trader.services.now();
  const claim = { ...exampleClaim, claimedAt, leaseExpiresAt: claimedAt + 12_000 };
  await trader.ended(1, { state: 'claimed', claim, notices: [] });
  const slack = fakeChannel('slack');
  for (let at = 0; at < 12; at += 1) {
    trader.later(minute);
    await sweep(trader.services, channelsOf(slack));
    expect(slack.texts).toHaveLength(at < 4 ? 0 : 1);
  }
  expect(slack.texts[0]).toMatch(/^NOT SETTLED YET: BTC\/USDT long "number 1" on main\. For 5 minutes /);
  expect(await trader.read(1)).toMatchObject({ state: 'claimed', claim });
});
