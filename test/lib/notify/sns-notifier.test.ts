import { expect, test } from 'vitest';
import { snsNotifier } from '../../../lib/notify/sns-notifier.ts';
import { snsResponse, startLoopback } from './loopback.ts';

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:ripcord-notices';
const message = { subject: 'Ripcord: Closed: BTC/USDT long', text: 'Closed: BTC/USDT long. Closed 1 BTC.' };
function errorResponse(code: string) {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>`;
}

test('a topic receives subject and text, signed for its region', async () => {
  const server = await startLoopback(snsResponse);
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

test('a rejected message is sent once, and a service error marks the channel as down', async () => {
  const server = await startLoopback(errorResponse('AuthorizationError'));
  const topic = snsNotifier({ channel: 'topic', topicArn, endpoint: server.url });
  server.behave(403);
  expect(await topic.send(message)).toMatchObject({ kind: 'refused', down: false });
  server.behave(503);
  expect(await topic.send(message)).toMatchObject({ kind: 'refused', down: true });
  expect(server.received).toHaveLength(2);
});

test('a lost response is unknown, and a refused connection is a refusal', async () => {
  const server = await startLoopback();
  const topic = snsNotifier({ channel: 'topic', topicArn, endpoint: server.url });
  server.behave('drop');
  expect(await topic.send(message)).toEqual({ kind: 'unknown', why: 'no response' });
  expect(server.received).toHaveLength(1);
  await server.stop();
  expect(await topic.send(message)).toEqual({
    kind: 'refused',
    why: 'no connection (ECONNREFUSED)',
    down: true,
  });
});

test('a topic that accepts the message and does not respond is unknown', async () => {
  const server = await startLoopback();
  server.behave('silence');
  const topic = snsNotifier({ channel: 'topic', topicArn, endpoint: server.url });
  expect(await topic.send(message)).toEqual({ kind: 'unknown', why: 'no response' });
});
