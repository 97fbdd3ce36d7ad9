import { expect, test } from 'vitest';
import { listChannels } from '../../../../lib/admin/notify/list.ts';
import { unknownHealth } from '../../../../lib/health/account-health.ts';
import type { Channel } from '../../../../lib/notify/channels.ts';
import { createMemoryStore } from '../../../simulation/memory-store.ts';
import { examplePosition } from '../../position/example-position.ts';

const url = 'https://hooks.example/x';
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:ripcord-notices';
/** What listing channels does not use. */
const environment = {
  exchanges: { of: () => Promise.reject(new Error('not used')) },
  now: () => 0,
  sleep: async () => undefined,
  randomId: () => '',
};
const topic: Channel = { kind: 'sns', name: 'topic', topicArn };

test('the last delivery is the latest of a position or an account, also one of the stack’s own topic', async () => {
  const store = createMemoryStore();
  const failed = { state: 'failed' as const, at: 2_000, tries: 1, nextTryAt: 62_000, why: 'responded 403' };
  const sent = (at: number) => ({ state: 'sent' as const, at, tries: 1 });
  const notice = { noticeId: 'ntc_1', at: 1_000, event: 'closed' as const, text: 'Closed.' };
  await store.createPosition({
    ...examplePosition,
    notices: [{ ...notice, delivered: { slack: sent(3_000), topic: failed } }],
  });
  await store.saveAccountHealth({
    ...unknownHealth,
    notices: [{ ...notice, event: 'accounts', delivered: { slack: failed, constructor: sent(1_000) } }],
  });
  const channels = {
    store: {
      read: async (): Promise<Channel[]> => [
        { kind: 'slack', url },
        { kind: 'discord', name: 'constructor', url },
        { kind: 'discord', url },
      ],
      change: async () => undefined,
    },
    builtIn: [topic],
    toNotifier: () => ({ channel: '', send: async () => ({ kind: 'sent' as const }) }),
    findNoSubscriber: async () => undefined,
  };
  const listed = await listChannels({ services: { ...environment, store }, channels });
  expect(listed.channels.map(({ name, builtIn, lastDelivery }) => [name, builtIn, lastDelivery])).toEqual([
    ['topic', true, { state: 'failed', at: '1970-01-01T00:00:02.000Z', why: 'responded 403' }],
    ['slack', false, { state: 'sent', at: '1970-01-01T00:00:03.000Z' }],
    ['constructor', false, { state: 'sent', at: '1970-01-01T00:00:01.000Z' }],
    ['discord', false, undefined],
  ]);
  expect(listed.channels[0]).toMatchObject({ kind: 'sns', target: topicArn });
});
