import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { SweepReport } from '../../../lib/sweep/sweep-report.ts';
import { fire, ledgerSince, markOf, startEnvironment } from '../../end-to-end/environment.ts';
import { adopt, newTrader, placeEntry, spotLong, type Trader } from '../../end-to-end/trader.ts';
import { type Loopback, snsResponse, startLoopback } from './loopback.ts';

const environment = await startEnvironment();
const token = '123456:telegram-token';

function configure(channels: object[]) {
  return writeFile(join(environment.data, 'notify.json'), JSON.stringify(channels));
}
beforeEach(() => configure([]));

async function sweepNow() {
  return (await environment.invoke('ripcord-sweep', {})) as SweepReport;
}

/** @returns a new position whose entry has filled, and a link that closes it. */
async function newPosition(label: string): Promise<{ trader: Trader; positionId: string; url: string }> {
  const trader = await newTrader(environment, spotLong);
  const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })], label });
  return { trader, positionId, url: await environment.newLink(positionId, 'close') };
}

function slackTexts({ received }: Loopback): string[] {
  return received.map(({ body }) => JSON.parse(body).text);
}

test('an outcome is sent to every channel once', async () => {
  const [telegram, discord, slack, sns] = [
    await startLoopback(),
    await startLoopback(),
    await startLoopback(),
    await startLoopback(snsResponse),
  ];
  const topicArn = 'arn:aws:sns:eu-west-1:123456789012:ripcord';
  await configure([
    { kind: 'telegram', token, chatId: 7, baseUrl: telegram.url },
    { kind: 'discord', url: `${discord.url}/api/webhooks/1/x` },
    { kind: 'slack', url: `${slack.url}/services/x` },
    { kind: 'sns', topicArn, endpoint: sns.url },
  ]);
  const { trader, url } = await newPosition('weekly level');
  const { json } = await fire(url);
  expect(json).toMatchObject({ outcome: 'closed' });
  expect(slack.received).toEqual([]);

  await sweepNow();
  await sweepNow();
  const [text = '', ...more] = slackTexts(slack);
  expect(more).toEqual([]);
  expect(text).toBe(`Closed: ETH/USDT long "weekly level" on ${trader.account}. ${json.detail}`);
  expect(text).toMatch(/Closed 0\.999 ETH with MARKET order \d+ at [\d.]+ USDT\./);
  expect(telegram.received.map(({ body }) => JSON.parse(body).text)).toEqual([text]);
  expect(discord.received.map(({ body }) => JSON.parse(body).content)).toEqual([text]);
  expect(sns.received.map(({ body }) => new URLSearchParams(body).get('Message'))).toEqual([text]);
  for (const { received } of [telegram, discord, slack, sns])
    expect(JSON.stringify(received)).not.toContain(new URL(url).pathname.split('/').at(-1));
});

test('a channel that is unreachable or does not respond delays nothing else', async () => {
  const [gone, silent, slack] = [await startLoopback(), await startLoopback(), await startLoopback()];
  await gone.stop();
  silent.behave('silence');
  await configure([
    { kind: 'telegram', token, chatId: 7, baseUrl: gone.url },
    { kind: 'discord', url: silent.url },
    { kind: 'slack', url: slack.url },
  ]);
  const [first, second] = [await newPosition('first'), await newPosition('second')];
  const mark = markOf(environment.core);
  expect((await fire(first.url)).json).toMatchObject({ outcome: 'closed' });
  const sweeping = sweepNow();
  const startedAt = Date.now();
  expect((await fire(second.url)).json).toMatchObject({ outcome: 'closed' });
  expect(Date.now() - startedAt).toBeLessThan(3_000);
  expect(ledgerSince(environment.core, mark).orders).toHaveLength(2);
  const report = await sweeping;
  expect(report.failures).toEqual([]);
  await sweepNow();
  expect(
    slackTexts(slack)
      .map((text) => /"(\w+)"/.exec(text)?.[1])
      .toSorted(),
  ).toEqual(['first', 'second']);
  expect(report.problems).toContainEqual({ channel: 'telegram', why: 'no connection (ECONNREFUSED)' });
  expect(JSON.stringify(report.problems)).not.toContain(token);
});

test('a rejected close is reported with what to do next', async () => {
  const slack = await startLoopback();
  await configure([{ kind: 'slack', url: slack.url }]);
  const { url } = await newPosition('disabled');
  const match = { method: 'POST', path: '/api/v3/order' };
  const msg = 'This action is disabled on this account.';
  environment.core.addFault({ kind: 'status', status: 400, code: -2010, msg, match });
  const { status } = await fire(url);
  await sweepNow();
  expect(status).toBe(422);
  expect(slackTexts(slack)).toEqual([
    expect.stringMatching(
      /^Failed: ETH\/USDT long "disabled" .*action is disabled.* Check it at the exchange/,
    ),
  ]);
});

test('notify test reports a result for each channel', async () => {
  const [slack, broken] = [await startLoopback(), await startLoopback()];
  broken.behave(404);
  await configure([
    { kind: 'slack', url: slack.url },
    { kind: 'slack', name: 'other', url: broken.url },
  ]);
  expect(await environment.admin('notify.test', {})).toEqual({
    reports: [
      { channel: 'slack', result: 'sent' },
      { channel: 'other', result: 'refused', why: 'responded 404' },
    ],
  });
  expect(slackTexts(slack)).toEqual([
    'Test: this channel receives notices from Ripcord. No position changed.',
  ]);
  await writeFile(join(environment.data, 'notify.json'), 'https://hooks.example/secret');
  const refusal = await environment.refusal({ command: 'notify.test' });
  expect(refusal.code).toBe('channels-unreadable');
  expect(JSON.stringify(refusal)).not.toContain('secret');
});
