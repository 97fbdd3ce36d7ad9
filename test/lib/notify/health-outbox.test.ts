import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { unknownHealth } from '../../../lib/health/account-health.ts';
import { appendAccountNotice } from '../../../lib/notify/account-notice.ts';
import { type AlarmChange, appendAlarms } from '../../../lib/notify/alarm-notice.ts';
import { changeHealth, deliverHealth } from '../../../lib/notify/health-outbox.ts';
import type { Sent } from '../../../lib/notify/notifier.ts';
import { toDigest } from '../../../lib/notify/plan-messages.ts';
import { createMemoryHealth } from '../../../lib/store/memory-health.ts';
import { fakeChannel, refused } from './trader.ts';

const minuteMs = 60_000;
const start = 1_760_000_000_000;

function newOwner(answer: (text: string) => Sent = () => ({ kind: 'sent' })) {
  let time = start;
  const store = createMemoryHealth();
  const sentAt: number[] = [];
  const chat = fakeChannel('slack', (text) => {
    sentAt.push(time);
    return answer(text);
  });
  const outbox = { store, now: () => time };
  return {
    store,
    chat,
    sentAt,
    deliver: (...channels: (typeof chat)[]) => deliverHealth(outbox, [chat, ...channels]),
    later(ms: number) {
      time += ms;
    },
    alarm(name: string, change: Partial<AlarmChange> = {}) {
      const alarm: AlarmChange = {
        AlarmName: name,
        AlarmDescription: `meaning of ${name}.`,
        NewStateValue: 'ALARM',
        OldStateValue: 'OK',
        StateChangeTime: String(time),
        ...change,
      };
      return changeHealth(store, (health) => appendAlarms(health, [alarm], time));
    },
    async trouble(account: string) {
      const trouble = { code: 'exchange-refused', why: 'The key is invalid.', since: time, looks: 2 };
      const failing: [string, typeof trouble][] = [[account, trouble]];
      const news = { failing, working: [], expiring: [] };
      await changeHealth(store, (health) => appendAccountNotice(health, news, time));
    },
  };
}

describe('Alarms and messages about accounts', () => {
  it('that come together are one message with a line for each', async () => {
    const { alarm, trouble, deliver, chat } = newOwner();
    await alarm('one');
    await trouble('main');
    expect(await deliver()).toEqual({ problems: [], waiting: false });
    expect(chat.texts).toEqual([
      expect.stringMatching(/^2 messages:\nAlarm one\. meaning of one\.\nAccount "main" can't act\./),
    ]);
  });

  it('that come soon after a message wait, and are summed up in the next one', async () => {
    const { alarm, deliver, later, chat } = newOwner();
    await alarm('first');
    await deliver();
    for (const name of ['second', 'third']) {
      later(20_000);
      await alarm(name);
      expect(await deliver()).toEqual({ problems: [], waiting: true });
    }
    later(2 * minuteMs);
    expect(await deliver()).toEqual({ problems: [], waiting: false });
    expect(chat.texts).toEqual([
      expect.stringContaining('first'),
      '2 messages:\nAlarm second. meaning of second.\nAlarm third. meaning of third.',
    ]);
  });

  it('are sent once if two programs deliver at the same time', async () => {
    const { alarm, deliver, chat } = newOwner();
    await alarm('one');
    await Promise.all([deliver(), deliver(), deliver()]);
    expect(chat.texts).toHaveLength(1);
  });

  it('do not reach the topic as alarms, because CloudWatch publishes them there itself', async () => {
    const { alarm, trouble, deliver, later } = newOwner();
    const topic = fakeChannel('topic');
    await alarm('one');
    expect(await deliver(topic)).toEqual({ problems: [], waiting: false });
    later(3 * minuteMs);
    await trouble('main');
    await deliver(topic);
    expect(topic.texts).toEqual([expect.stringContaining('Account "main"')]);
  });

  it('that a channel refused are sent again, and the channel is named', async () => {
    let answer: Sent = refused;
    const { alarm, deliver, later, chat } = newOwner(() => answer);
    await alarm('one');
    expect(await deliver()).toEqual({
      problems: [{ channel: 'slack', why: 'responded 503' }],
      waiting: true,
    });
    answer = { kind: 'sent' };
    later(3 * minuteMs);
    expect(await deliver()).toEqual({ problems: [], waiting: false });
    expect(chat.texts).toHaveLength(2);
  });

  it('whose result could not be recorded are sent again', async () => {
    const { alarm, store, later, chat, sentAt } = newOwner();
    await alarm('one');
    let writes = 0;
    const failing = {
      ...store,
      async saveAccountHealth(health: typeof unknownHealth) {
        writes += 1;
        if (writes > 1) throw new Error('no table');
        return store.saveAccountHealth(health);
      },
    };
    const at = { now: () => start };
    expect(await deliverHealth({ store: failing, ...at }, [chat])).toEqual({ problems: [], waiting: true });
    later(3 * minuteMs);
    const after = { now: () => start + 3 * minuteMs };
    expect(await deliverHealth({ store, ...after }, [chat])).toEqual({ problems: [], waiting: false });
    expect(sentAt).toHaveLength(2);
  });
});

test('A digest names each of 20 messages within the limit of every channel', () => {
  const notices = Array.from({ length: 20 }, (_, index) => ({
    noticeId: `ntc_${index}`,
    at: start,
    event: 'alarm' as const,
    text: `Alarm ripcord-${index}. ${'x'.repeat(600)}`,
    delivered: {},
  }));
  const { subject, text } = toDigest(notices);
  expect(subject).toBe('Ripcord: 20 messages');
  expect(text.length).toBeLessThanOrEqual(1_900);
  for (const { text: own } of notices) expect(text).toContain(own.slice(0, 20));
});

test('A channel gets at most 6 messages in any 12 minutes, and none is lost, whatever goes off', async () => {
  const step = fc.record({
    ms: fc.integer({ min: 0, max: 3 * minuteMs }),
    what: fc.constantFrom('alarm', 'account', 'sweep'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const owner = newOwner();
      let count = 0;
      const names: string[] = [];
      for (const { ms, what } of steps) {
        owner.later(ms);
        const name = `n${count}x`;
        if (what !== 'sweep' && names.length < 15) {
          names.push(name);
          count += 1;
          await (what === 'alarm' ? owner.alarm(name) : owner.trouble(name));
        }
        await owner.deliver();
      }
      owner.later(3 * minuteMs);
      expect((await owner.deliver()).waiting).toBe(false);
      const all = owner.chat.texts.join('\n');
      for (const name of names) expect(all).toContain(name);
      for (const from of owner.sentAt)
        expect(owner.sentAt.filter((at) => at >= from && at <= from + 12 * minuteMs).length).toBeLessThan(7);
    }),
    { numRuns: 60 },
  );
});
