import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAlarm } from '../../functions/alarm.ts';
import { startServer } from '../../infra/loopback/server.ts';
import { createLog } from '../../lib/log.ts';
import { startEnvironment } from '../end-to-end/environment.ts';
import { type Loopback, snsResponse, startLoopback } from '../lib/notify/loopback.ts';

/** The function that gets the alarms of the topic, on the table of a local stack. */

const environment = await startEnvironment();
const minuteMs = 60_000;
let time = Date.now();
let lines: string[] = [];

const file = join(environment.data, 'notify.json');
const configure = (channels: object[]) => writeFile(file, JSON.stringify(channels));

beforeEach(() => {
  // Messages of an earlier test would count with those of the next one.
  time += 25 * 60 * minuteMs;
  lines = [];
});

const tableEndpoint = environment.tableEndpoint;

function newFunction(endpoint = tableEndpoint) {
  const handler = createAlarm(
    {
      RIPCORD_TABLE: 'ripcord',
      RIPCORD_TABLE_ENDPOINT: endpoint,
      RIPCORD_NOTIFY: `file:/${file.slice(1)}`,
    },
    createLog({ write: (line) => lines.push(line) }),
    () => time,
  );
  return (event: unknown) => handler(event, {} as Context);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
function toEvent(...messages: string[]) {
  return {
    Records: messages.map((Message) => ({
      EventSource: 'aws:sns',
      EventVersion: '1.0',
      Sns: { Type: 'Notification', Subject: 'a subject', Message },
    })),
  };
}

function alarmMessage(differing: object = {}): string {
  return JSON.stringify({
    AlarmName: 'ripcord-trigger-errors',
    AlarmDescription: 'The trigger function crashed or timed out. Links may return an error.',
    AWSAccountId: '123456789012',
    NewStateValue: 'ALARM',
    NewStateReason: 'Threshold Crossed: 1 datapoint [1.0] was greater than or equal to the threshold (1.0).',
    OldStateValue: 'OK',
    StateChangeTime: new Date(time).toISOString(),
    Region: 'EU (Ireland)',
    Trigger: { MetricName: 'Errors', Namespace: 'AWS/Lambda' },
    ...differing,
  });
}

const textsOf = ({ received }: Loopback) =>
  received.map(({ body }) => {
    const { text, content } = JSON.parse(body);
    return text ?? content;
  });

it('The local stack has the function under the name that it has on AWS', async () => {
  const slack = await startLoopback();
  await configure([{ kind: 'slack', url: slack.url }]);
  expect(await environment.invoke('ripcord-alarm', toEvent(alarmMessage()))).toEqual({ alarms: 1 });
  expect(textsOf(slack)).toHaveLength(1);
});

describe('An alarm', () => {
  it('reaches Telegram, Discord and Slack with its meaning, and so does its end', async () => {
    const [telegram, discord, slack] = [await startLoopback(), await startLoopback(), await startLoopback()];
    await configure([
      { kind: 'telegram', token: '123456:telegram-token', chatId: 7, baseUrl: telegram.url },
      { kind: 'discord', url: `${discord.url}/api/webhooks/1/x` },
      { kind: 'slack', url: `${slack.url}/services/x` },
    ]);
    const alarm = newFunction();
    await alarm(toEvent(alarmMessage()));
    time += 10 * minuteMs;
    await alarm(toEvent(alarmMessage({ NewStateValue: 'OK', OldStateValue: 'ALARM' })));
    const meaning = 'The trigger function crashed or timed out. Links may return an error.';
    for (const channel of [telegram, discord, slack])
      expect(textsOf(channel)).toEqual([
        `Alarm ripcord-trigger-errors. ${meaning}`,
        `Alarm ripcord-trigger-errors is OK again. It was: ${meaning}`,
      ]);
  });

  it('that SNS delivers twice is sent once', async () => {
    const slack = await startLoopback();
    await configure([{ kind: 'slack', url: slack.url }]);
    const event = toEvent(alarmMessage());
    await newFunction()(event);
    time += 5 * minuteMs;
    await newFunction()(event);
    expect(textsOf(slack)).toHaveLength(1);
  });

  it('is sent while the table does not respond', async () => {
    const server = await startServer(0, () => undefined);
    await server.stop();
    const slack = await startLoopback();
    await configure([{ kind: 'slack', url: slack.url }]);
    expect(await newFunction(server.url)(toEvent(alarmMessage()))).toEqual({ alarms: 1 });
    expect(textsOf(slack)).toHaveLength(1);
  });

  it('that a channel refuses makes the function fail, so that Lambda runs it again', async () => {
    const [slack, sns] = [await startLoopback(), await startLoopback(snsResponse)];
    slack.behave(503);
    const topicArn = 'arn:aws:sns:eu-west-1:123456789012:mine';
    await configure([
      { kind: 'slack', url: slack.url },
      { kind: 'sns', topicArn, endpoint: sns.url },
    ]);
    const alarm = newFunction();
    const event = toEvent(alarmMessage());
    await expect(alarm(event)).rejects.toMatchObject({ message: expect.stringContaining('waits') });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'notify-failed', channel: 'slack' },
      { event: 'alarm-failed', code: 'channel-refused' },
    ]);
    slack.behave(200);
    time += 3 * minuteMs;
    expect(await alarm(event)).toEqual({ alarms: 1 });
    expect([textsOf(slack).length, sns.received.length]).toEqual([2, 1]);
  });
});

it('A new alarm, which becomes OK first, and notices of the sweep on the same topic cause no message', async () => {
  const slack = await startLoopback();
  await configure([{ kind: 'slack', url: slack.url }]);
  const fresh = alarmMessage({ NewStateValue: 'OK', OldStateValue: 'INSUFFICIENT_DATA' });
  const unknown = alarmMessage({ NewStateValue: 'INSUFFICIENT_DATA' });
  await newFunction()(toEvent(fresh, unknown, 'Account "main" works again.', '{"AlarmName":1}', '7', ''));
  for (const event of [{}, null, 'text', { Records: [{}] }])
    expect(await newFunction()(event)).toEqual({ alarms: 0 });
  expect(slack.received).toEqual([]);
});
