import { expect, test } from 'vitest';
import type { Notifier, Sent } from '../../../lib/notify/notifier.ts';
import { noticeLifeMs } from '../../../lib/position/notice.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { exampleClaim, positionIdAt } from '../position/example-position.ts';
import { channelsOf, fakeChannel, newScene, refused } from './trader.ts';

const minute = 60_000;

test('a notice goes to each channel once, however often and at the same time the sweep runs', async () => {
  const scene = newScene();
  await scene.ended(1);
  const [slack, topic] = [fakeChannel('slack'), fakeChannel('topic')];
  const channels = channelsOf(slack, topic);
  const reports = await Promise.all([1, 2, 3].map(() => sweep(scene.engine, channels)));
  expect(reports.map(({ notified }) => notified).toSorted()).toEqual([0, 0, 2]);
  scene.later(minute);
  await sweep(scene.engine, channels);
  expect(slack.texts).toHaveLength(1);
  expect(topic.texts).toEqual(slack.texts);
  expect(await scene.record(1, 'slack')).toMatchObject({ state: 'sent', tries: 1 });
});

test('a channel may have any name, also one that every object has something under', async () => {
  const scene = newScene();
  await scene.ended(1);
  const channel = fakeChannel('constructor');
  await sweep(scene.engine, channelsOf(channel));
  await sweep(scene.engine, channelsOf(channel));
  expect(channel.texts).toHaveLength(1);
  expect(await scene.record(1, 'constructor')).toMatchObject({ state: 'sent', tries: 1 });
  expect(await scene.waiting()).toEqual([]);
});

test('a final position is put away once everybody was told, or where nobody is to be told', async () => {
  const scene = newScene();
  await scene.ended(1);
  const broken = fakeChannel('slack', () => refused);
  await sweep(scene.engine, channelsOf(broken));
  expect(await scene.waiting()).toHaveLength(1);
  await sweep(scene.engine, channelsOf());
  expect(await scene.waiting()).toEqual([]);

  const told = newScene();
  await told.ended(1);
  const slack = channelsOf(fakeChannel('slack'));
  await sweep(told.engine, slack);
  await sweep(told.engine, slack);
  expect(await told.waiting()).toEqual([]);
});

test('what failed is sent again later, each time after a longer pause', async () => {
  const scene = newScene();
  await scene.ended(1);
  let answer: Sent = refused;
  const slack = fakeChannel('slack', () => answer);
  const triedAt: number[] = [];
  for (let at = 0; at < 20; at += 1) {
    const before = slack.texts.length;
    await sweep(scene.engine, channelsOf(slack));
    if (slack.texts.length > before) triedAt.push(at);
    scene.later(minute);
  }
  expect(triedAt).toEqual([0, 1, 3, 7, 15]);
  expect(await scene.record(1, 'slack')).toMatchObject({ state: 'failed', tries: 5, why: 'answered 503' });
  answer = { kind: 'sent' };
  scene.later(20 * minute);
  const report = await sweep(scene.engine, channelsOf(slack));
  expect(report).toMatchObject({ notified: 1, problems: [] });
  expect(await scene.record(1, 'slack')).toMatchObject({ state: 'sent', tries: 6 });
});

test('after a day it is given up, and the position put away', async () => {
  const scene = newScene();
  await scene.ended(1);
  const slack = fakeChannel('slack', () => refused);
  await sweep(scene.engine, channelsOf(slack));
  scene.later(noticeLifeMs);
  await sweep(scene.engine, channelsOf(slack));
  expect(slack.texts).toHaveLength(1);
  expect(await scene.waiting()).toEqual([]);
});

test('a channel that is down is tried once in a sweep, and the others are told all the same', async () => {
  const scene = newScene();
  for (const index of [1, 2, 3]) await scene.ended(index);
  const [slack, topic] = [fakeChannel('slack', () => refused), fakeChannel('topic')];
  const report = await sweep(scene.engine, channelsOf(slack, topic));
  expect(slack.texts).toHaveLength(1);
  expect(topic.texts).toHaveLength(3);
  expect(report).toMatchObject({ notified: 3, problems: [{ channel: 'slack', why: 'answered 503' }] });
});

test('a message that a channel does not take keeps no other from it', async () => {
  const scene = newScene();
  for (const index of [1, 2, 3]) await scene.ended(index);
  const slack = fakeChannel('slack', (text) =>
    text.includes('number 2') ? { kind: 'refused', why: 'answered 400', down: false } : { kind: 'sent' },
  );
  expect(await sweep(scene.engine, channelsOf(slack))).toMatchObject({ notified: 2 });
  expect(slack.texts).toHaveLength(3);
});

test('an answer that never came counts as sent, and the record says so', async () => {
  const scene = newScene();
  await scene.ended(1);
  const slack = fakeChannel('slack', () => ({ kind: 'unknown', why: 'no answer within 5 s' }));
  const report = await sweep(scene.engine, channelsOf(slack));
  expect(report.problems).toEqual([{ channel: 'slack', why: 'no answer within 5 s' }]);
  scene.later(60 * minute);
  await sweep(scene.engine, channelsOf(slack));
  expect(slack.texts).toHaveLength(1);
  expect(await scene.record(1, 'slack')).toMatchObject({
    state: 'unsure',
    why: 'no answer within 5 s; it counts as sent',
  });
  expect(await scene.waiting()).toEqual([]);
});

test('a sweep that dies between marking and sending, or before it has said so, never sends twice', async () => {
  const scene = newScene();
  await scene.ended(1);
  const dying: Notifier = { channel: 'slack', send: () => new Promise(() => undefined) };
  void sweep(scene.engine, channelsOf(dying));
  await expect.poll(() => scene.record(1, 'slack')).toMatchObject({ state: 'trying' });
  const slack = fakeChannel('slack');
  for (let at = 0; at < 3; at += 1) {
    scene.later(minute);
    await sweep(scene.engine, channelsOf(slack));
  }
  expect(slack.texts).toEqual([]);
  expect(await scene.record(1, 'slack')).toMatchObject({
    state: 'unsure',
    why: 'the sweep that was sending it died; it may not have arrived',
  });
  await sweep(scene.engine, channelsOf(slack));
  expect(await scene.waiting()).toEqual([]);
});

test('nothing is sent where it could not be marked', async () => {
  let lose = false;
  const scene = newScene({
    interrupt(step) {
      if (lose && step === 'save:before') throw new Error('lost');
    },
  });
  await scene.ended(1);
  const slack = fakeChannel('slack');
  lose = true;
  const report = await sweep(scene.engine, channelsOf(slack));
  expect(slack.texts).toEqual([]);
  expect(report.problems[0]?.why).toContain('The table gave no answer');
  lose = false;
  await sweep(scene.engine, channelsOf(slack));
  expect(slack.texts).toHaveLength(1);
});

test('a claim during the sending keeps its write, and what came of the sending is written after it', async () => {
  const scene = newScene();
  await scene.ended(1, { state: 'kept' });
  const claim = { ...exampleClaim, leaseUntil: scene.engine.now() + 12_000 };
  const slack: Notifier = {
    channel: 'slack',
    async send() {
      const request = { positionId: positionIdAt(1), claim, from: ['kept' as const] };
      const claimed = await scene.table.claimPosition(request);
      if (claimed.kind !== 'claimed') throw new Error('was not claimed');
      // The hit goes on for a while after the message is out.
      const { pause } = scene.engine;
      scene.engine.pause = async (ms) => {
        await pause(ms);
        scene.engine.pause = pause;
        const ended = await scene.table.savePosition(claimed.position, {
          state: 'closed',
          claim: null,
          notices: claimed.position.notices,
        });
        expect(ended).toMatchObject({ state: 'closed' });
      };
      return { kind: 'sent' };
    },
  };
  await sweep(scene.engine, channelsOf(slack));
  expect(await scene.read(1)).toMatchObject({ state: 'closed' });
  expect(await scene.record(1, 'slack')).toMatchObject({ state: 'sent' });
});

test('a position that somebody acts on is left alone', async () => {
  const scene = newScene();
  const claim = { ...exampleClaim, leaseUntil: scene.engine.now() + 12_000 };
  const before = await scene.ended(1, { state: 'claimed', claim });
  const slack = fakeChannel('slack');
  await sweep(scene.engine, channelsOf(slack));
  expect(await scene.read(1)).toEqual(before);
  expect(slack.texts).toEqual([]);
});

test('a channel that never answers delays no position, only itself', async () => {
  const scene = newScene();
  await scene.ended(1);
  await scene.ended(2, { notices: [] });
  const release = Promise.withResolvers<Sent>();
  const slow = fakeChannel('slack', () => release.promise);
  const sweeping = sweep(scene.engine, channelsOf(slow));
  await expect.poll(() => scene.waiting()).toEqual([positionIdAt(1)]);
  release.resolve({ kind: 'sent' });
  expect(await sweeping).toMatchObject({ shelved: 1, notified: 1 });
});

test('where the list of channels can not be read, positions are looked after, and wait to be put away', async () => {
  const scene = newScene();
  await scene.ended(1);
  await scene.ended(2, { notices: [] });
  const problem = 'The notification channels in notify.json can not be used: it is not JSON.';
  const report = await sweep(scene.engine, { all: async () => ({ notifiers: [], problem }) });
  expect(report).toMatchObject({ shelved: 1, problems: [{ why: problem }] });
  expect(await scene.waiting()).toEqual([positionIdAt(1)]);
});

test('a claim that finds no end is told once it is overdue, and only once', async () => {
  const scene = newScene();
  const claimedAt = scene.engine.now();
  const claim = { ...exampleClaim, claimedAt, leaseUntil: claimedAt + 12_000 };
  await scene.ended(1, { state: 'claimed', claim, notices: [] });
  const slack = fakeChannel('slack');
  for (let at = 0; at < 12; at += 1) {
    scene.later(minute);
    await sweep(scene.engine, channelsOf(slack));
    expect(slack.texts).toHaveLength(at < 4 ? 0 : 1);
  }
  expect(slack.texts[0]).toMatch(/^NOT SETTLED YET: BTC\/USDT long "number 1" on main\. For 5 minutes /);
  expect(await scene.read(1)).toMatchObject({ state: 'claimed', claim });
});
