import { expect, test } from 'vitest';
import { snsNotifier } from '../../../lib/notify/sns-notifier.ts';
import { snsAnswer, startLoopback } from './loopback.ts';

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:ripcord-notices';
const message = { subject: 'Ripcord: Closed: BTC/USDT long', text: 'Closed: BTC/USDT long. Closed 1 BTC.' };
function errorAnswer(code: string) {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>`;
}

test('a topic gets subject and text, signed for its own region', async () => {
  const server = await startLoopback(snsAnswer);
  const topic = snsNotifier({ channel: 'topic', topicArn, endpoint: server.url });
  expect(await topic.send(message)).toEqual({ kind: 'sent' });
  const [request] = server.received;
  const fields = Object.fromEntries(new URLSearchParams(request?.body));
  expect(fields).toMatchObject({
    Action: 'Publish',
    TopicArn: topicArn,
    Subject: message.subject,
    Message: message.text,
  });
  expect(request?.headers.authorization).toContain('/eu-west-1/sns/aws4_request');
});

test('a refusal is definite and is tried once, and throttling or trouble says that the next would fail too', async () => {
  const server = await startLoopback(errorAnswer('AuthorizationError'));
  const topic = snsNotifier({ channel: 'topic', topicArn, endpoint: server.url });
  server.behave(403);
  expect(await topic.send(message)).toMatchObject({ kind: 'refused', down: false });
  server.behave(503);
  expect(await topic.send(message)).toMatchObject({ kind: 'refused', down: true });
  expect(server.received).toHaveLength(2);
});

test('a lost answer is unknown, and nobody listening is a refusal', async () => {
  const server = await startLoopback();
  const topic = snsNotifier({ channel: 'topic', topicArn, endpoint: server.url });
  server.behave('drop');
  expect(await topic.send(message)).toEqual({ kind: 'unknown', why: 'no answer' });
  expect(server.received).toHaveLength(1);
  await server.stop();
  expect(await topic.send(message)).toEqual({
    kind: 'refused',
    why: 'no connection (ECONNREFUSED)',
    down: true,
  });
});

test('a topic that takes the message and never answers counts as sent', async () => {
  const server = await startLoopback();
  server.behave('silence');
  const topic = snsNotifier({ channel: 'topic', topicArn, endpoint: server.url });
  expect(await topic.send(message)).toEqual({ kind: 'unknown', why: 'no answer' });
});
