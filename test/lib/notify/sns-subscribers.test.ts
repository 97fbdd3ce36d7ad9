import { expect, it } from 'vitest';
import { testChannels } from '../../../lib/admin/notify/test.ts';
import type { Channel } from '../../../lib/notify/channels.ts';
import { findNoSubscriber } from '../../../lib/notify/sns-subscribers.ts';
import { startLoopback } from './loopback.ts';

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:ripcord-notices';
const confirmed = `${topicArn}:2bcfbf39-05c3-41de-beaa-fcfcc21c8f55`;

/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
function toList(subscriptions: [protocol: string, arn: string][]): string {
  const members = subscriptions.map(
    ([protocol, arn]) =>
      `<member><TopicArn>${topicArn}</TopicArn><Protocol>${protocol}</Protocol><SubscriptionArn>${arn}</SubscriptionArn><Owner>123456789012</Owner><Endpoint>me@example.org</Endpoint></member>`,
  );
  return `<ListSubscriptionsByTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ListSubscriptionsByTopicResult><Subscriptions>${members.join('')}</Subscriptions></ListSubscriptionsByTopicResult><ResponseMetadata><RequestId>b9275252-3774-11df-9540-99d0768312d3</RequestId></ResponseMetadata></ListSubscriptionsByTopicResponse>`;
}

const own: [string, string] = ['lambda', confirmed];

it.each([
  [[own, ['email', confirmed]], undefined],
  [[own, ['email', 'PendingConfirmation'], ['https', confirmed]], undefined],
  [[own, ['email', 'PendingConfirmation']], expect.stringMatching(/^the e-mail address has not confirmed/)],
  [[own, ['email', 'Deleted']], expect.stringMatching(/^no e-mail address is subscribed/)],
  [[own], expect.stringMatching(/^no e-mail address is subscribed/)],
] satisfies [[string, string][], unknown][])('the subscribers %j reach the owner: %s', async (list, why) => {
  const sns = await startLoopback(toList(list));
  expect(await findNoSubscriber(topicArn, sns.url)).toEqual(why);
  expect(new URLSearchParams(sns.received[0]?.body).get('Action')).toBe('ListSubscriptionsByTopic');
});

const topic: Channel = { kind: 'sns', name: 'topic', topicArn };

/** The report of a test message that the topic accepted. */
async function report(findNone: () => Promise<string | undefined>, builtIn = [topic]) {
  const { reports } = await testChannels(
    {
      channels: {
        store: { read: async () => (builtIn.length === 0 ? [topic] : []), change: async () => undefined },
        builtIn,
        toNotifier: () => ({ channel: 'topic', send: async () => ({ kind: 'sent' }) }),
        findNoSubscriber: findNone,
      },
    },
    {},
  );
  return reports[0];
}

it('A test of the topic reports an address that has not confirmed, and not that the message was sent', async () => {
  expect(await report(async () => 'the address has not confirmed')).toEqual({
    channel: 'topic',
    result: 'unconfirmed',
    why: 'the address has not confirmed',
  });
  expect(await report(async () => undefined)).toMatchObject({ result: 'sent' });
});

it('A test of the topic is unknown if AWS does not list its subscribers', async () => {
  const denied = Object.assign(new Error('not authorized'), {
    name: 'AuthorizationErrorException',
    $fault: 'client',
  });
  expect(
    await report(async () => {
      throw denied;
    }),
  ).toMatchObject({
    result: 'unknown',
    why: expect.stringMatching(/^the subscribers of the topic can't be read\. /),
  });
});

it('The subscribers of an own topic are not asked for, because Ripcord may only publish to it', async () => {
  const asked = () => Promise.reject(new Error('not used'));
  expect(await report(asked, [])).toMatchObject({ result: 'sent' });
});
