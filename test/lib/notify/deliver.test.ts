import { expect, test } from 'vitest';
import type { Notifier, Sent } from '../../../lib/notify/notifier.ts';
import { noticeLifeMs } from '../../../lib/position/notice.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { exampleClaim, positionIdAt } from '../position/example-position.ts';
import { channelsOf, fakeChannel, newTrader, refused } from './trader.ts';

const minute = 60_000;

test('a notice goes to each channel once, however often the sweep runs', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const [slack, topic] = [fakeChannel('slack'), fakeChannel('topic')];
  const channels = channelsOf(slack, topic);
  expect(await sweep(trader.services, channels)).toMatchObject({ notified: 2 });
  for (let count = 0; count < 3; count += 1) {
    expect(await sweep(trader.services, channels)).toMatchObject({ notified: 0 });
    trader.later(minute);
  }
  expect(slack.texts).toHaveLength(1);
  expect(topic.texts).toEqual(slack.texts);
  expect(await trader.record(1, 'slack')).toMatchObject({ state: 'sent', tries: 1 });
});

test('two sweeps that overlap may both send a notice, and record it as sent', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const slack = fakeChannel('slack');
  const channels = channelsOf(slack);
  await Promise.all([sweep(trader.services, channels), sweep(trader.services, channels)]);
  expect(slack.texts.length).toBeGreaterThanOrEqual(1);
  expect(slack.texts.length).toBeLessThanOrEqual(2);
  expect(await trader.record(1, 'slack')).toMatchObject({ state: 'sent', tries: 1 });
});

test('a failure does not replace what an overlapping sweep recorded as sent', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const slow: Notifier = {
    channel: 'slack',
    async send() {
      await sweep(trader.services, channelsOf(fakeChannel('slack')));
      return refused;
    },
  };
  await sweep(trader.services, channelsOf(slow));
  expect(await trader.record(1, 'slack')).toMatchObject({ state: 'sent', tries: 1 });
});

test('a channel may be named like a property of every object', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const channel = fakeChannel('constructor');
  await sweep(trader.services, channelsOf(channel));
  await sweep(trader.services, channelsOf(channel));
  expect(channel.texts).toHaveLength(1);
  expect(await trader.record(1, 'constructor')).toMatchObject({ state: 'sent', tries: 1 });
  expect(await trader.waiting()).toEqual([]);
});

test('a final position is archived once every channel has its notices, or if there is no channel', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const broken = fakeChannel('slack', () => refused);
  await sweep(trader.services, channelsOf(broken));
  expect(await trader.waiting()).toHaveLength(1);
  await sweep(trader.services, channelsOf());
  expect(await trader.waiting()).toEqual([]);

  const notified = newTrader();
  await notified.ended(1);
  const slack = channelsOf(fakeChannel('slack'));
  await sweep(notified.services, slack);
  await sweep(notified.services, slack);
  expect(await notified.waiting()).toEqual([]);
});

test('a failed notice is sent again, each time after a longer pause', async () => {
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
  expect(await trader.record(1, 'slack')).toMatchObject({ state: 'failed', tries: 5, why: 'responded 503' });
  answer = { kind: 'sent' };
  trader.later(20 * minute);
  const report = await sweep(trader.services, channelsOf(slack));
  expect(report).toMatchObject({ notified: 1, problems: [] });
  expect(await trader.record(1, 'slack')).toMatchObject({ state: 'sent', tries: 6 });
});

test('a notice that fails for a day is given up, and its position is archived', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const slack = fakeChannel('slack', () => refused);
  await sweep(trader.services, channelsOf(slack));
  trader.later(noticeLifeMs);
  await sweep(trader.services, channelsOf(slack));
  expect(slack.texts).toHaveLength(1);
  expect(await trader.waiting()).toEqual([]);
});

test('a channel that is down is tried once per sweep, and the others receive every notice', async () => {
  const trader = newTrader();
  for (const index of [1, 2, 3]) await trader.ended(index);
  const [slack, topic] = [fakeChannel('slack', () => refused), fakeChannel('topic')];
  const report = await sweep(trader.services, channelsOf(slack, topic));
  expect(slack.texts).toHaveLength(1);
  expect(topic.texts).toHaveLength(3);
  expect(report).toMatchObject({ notified: 3, problems: [{ channel: 'slack', why: 'responded 503' }] });
});

test('a message that a channel rejects does not keep other messages from it', async () => {
  const trader = newTrader();
  for (const index of [1, 2, 3]) await trader.ended(index);
  const slack = fakeChannel('slack', (text) =>
    text.includes('number 2') ? { kind: 'refused', why: 'responded 400', down: false } : { kind: 'sent' },
  );
  expect(await sweep(trader.services, channelsOf(slack))).toMatchObject({ notified: 2 });
  expect(slack.texts).toHaveLength(3);
});

test('a lost response counts as a failure, and the notice is sent again', async () => {
  const trader = newTrader();
  await trader.ended(1);
  let response: Sent = { kind: 'unknown', why: 'no response within 5 s' };
  const slack = fakeChannel('slack', () => response);
  const report = await sweep(trader.services, channelsOf(slack));
  expect(report.problems).toEqual([{ channel: 'slack', why: 'no response within 5 s' }]);
  expect(await trader.record(1, 'slack')).toMatchObject({
    state: 'failed',
    tries: 1,
    nextTryAt: trader.services.now() + minute,
    why: 'no response within 5 s',
  });
  response = { kind: 'sent' };
  trader.later(minute);
  await sweep(trader.services, channelsOf(slack));
  expect(slack.texts).toHaveLength(2);
  expect(await trader.record(1, 'slack')).toMatchObject({ state: 'sent', tries: 2 });
});

test('a notice is sent again if the sweep that sent it died before it recorded the result', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const dying = fakeChannel('slack', () => new Promise(() => undefined));
  void sweep(trader.services, channelsOf(dying));
  await expect.poll(() => dying.texts).toHaveLength(1);
  expect(await trader.record(1, 'slack')).toBeUndefined();
  const slack = fakeChannel('slack');
  trader.later(minute);
  await sweep(trader.services, channelsOf(slack));
  expect(slack.texts).toEqual(dying.texts);
  expect(await trader.record(1, 'slack')).toMatchObject({ state: 'sent', tries: 1 });
});

test('a notice is sent again if its result could not be recorded', async () => {
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
  expect(slack.texts).toHaveLength(1);
  expect(report.problems[0]?.why).toContain('The database did not respond');
  lose = false;
  await sweep(trader.services, channelsOf(slack));
  expect(slack.texts).toHaveLength(2);
  expect(await trader.record(1, 'slack')).toMatchObject({ state: 'sent', tries: 1 });
});

test('a claim while a notice is sent keeps its write, and the result is recorded after it', async () => {
  const trader = newTrader();
  await trader.ended(1, { state: 'kept' });
  const claim = { ...exampleClaim, leaseExpiresAt: trader.services.now() + 12_000 };
  const slack: Notifier = {
    channel: 'slack',
    async send() {
      const request = { positionId: positionIdAt(1), claim, from: ['kept' as const] };
      const claimed = await trader.table.claimPosition(request);
      if (claimed.kind !== 'claimed') throw new Error('The position was not claimed.');
      // The hit ends only after the message was sent.
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

test('a position with an active claim is left alone', async () => {
  const trader = newTrader();
  const claim = { ...exampleClaim, leaseExpiresAt: trader.services.now() + 12_000 };
  const before = await trader.ended(1, { state: 'claimed', claim });
  const slack = fakeChannel('slack');
  await sweep(trader.services, channelsOf(slack));
  expect(await trader.read(1)).toEqual(before);
  expect(slack.texts).toEqual([]);
});

test('a channel that does not respond delays no other position', async () => {
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

test('if the channels cannot be read, positions are processed, and those with notices are not archived', async () => {
  const trader = newTrader();
  await trader.ended(1);
  await trader.ended(2, { notices: [] });
  const problem = 'The notification channels in notify.json cannot be used: it is not JSON.';
  const report = await sweep(trader.services, { all: async () => ({ notifiers: [], problem }) });
  expect(report).toMatchObject({ archived: 1, problems: [{ why: problem }] });
  expect(await trader.waiting()).toEqual([positionIdAt(1)]);
});

test('an overdue claim is reported once', async () => {
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
  expect(slack.texts[0]).toMatch(
    /^Not confirmed yet: BTC\/USDT long "number 1" on main\. .* for 5 minutes\. /,
  );
  expect(await trader.read(1)).toMatchObject({ state: 'claimed', claim });
});
