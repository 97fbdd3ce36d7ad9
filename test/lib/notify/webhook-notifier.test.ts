import { expect, test } from 'vitest';
import { parseChannels } from '../../../lib/notify/channels.ts';
import type { Notifier } from '../../../lib/notify/notifier.ts';
import { webhookNotifier } from '../../../lib/notify/webhook-notifier.ts';
import { type Behavior, startLoopback } from './loopback.ts';

const token = '123456:ABC-DEF_ghi';
const message = { subject: 'Ripcord: Closed', text: 'Closed: BTC/USDT long "<!channel> @everyone & co"' };

function notifierFor(channel: object): Notifier {
  const [parsed] = parseChannels(JSON.stringify([channel]), 'a test');
  if (parsed === undefined || parsed.kind === 'sns' || parsed.kind === 'heartbeat')
    throw new Error('expected a webhook');
  return webhookNotifier(parsed);
}

test('Telegram receives the text for its chat, without previews', async () => {
  const server = await startLoopback('{"ok":true}');
  const telegram = notifierFor({ kind: 'telegram', token, chatId: -1001, baseUrl: server.url });
  expect(telegram.channel).toBe('telegram');
  expect(await telegram.send(message)).toEqual({ kind: 'sent' });
  const [request] = server.received;
  expect(request?.path).toBe(`/bot${token}/sendMessage`);
  expect(request?.headers['content-type']).toBe('application/json');
  expect(JSON.parse(request?.body ?? '')).toEqual({
    chat_id: '-1001',
    text: message.text,
    link_preview_options: { is_disabled: true },
  });
});

test('Discord and Slack receive the text without mentions and previews', async () => {
  const server = await startLoopback();
  server.behave(204);
  const discord = notifierFor({ kind: 'discord', name: 'desk', url: `${server.url}/api/webhooks/1/secret` });
  expect(discord.channel).toBe('desk');
  expect(await discord.send(message)).toEqual({ kind: 'sent' });
  const slack = notifierFor({ kind: 'slack', url: `${server.url}/services/T/B/secret` });
  expect(await slack.send(message)).toEqual({ kind: 'sent' });
  const bodies = server.received.map(({ body }) => JSON.parse(body));
  const suppressEmbeds = 4;
  expect(bodies).toEqual([
    { content: message.text, allowed_mentions: { parse: [] }, flags: suppressEmbeds },
    {
      text: 'Closed: BTC/USDT long "&lt;!channel&gt; @everyone &amp; co"',
      unfurl_links: false,
      unfurl_media: false,
    },
  ]);
});

test.each([
  [400, { kind: 'refused', why: 'responded 400', down: false }],
  [404, { kind: 'refused', why: 'responded 404', down: false }],
  [302, { kind: 'refused', why: 'responded 302', down: false }],
  [429, { kind: 'refused', why: 'responded 429', down: true }],
  [503, { kind: 'refused', why: 'responded 503', down: true }],
  ['drop', { kind: 'unknown', why: 'no response' }],
] as [Behavior, object][])(
  'a service that responds with %s gives a result and throws nothing',
  async (behavior, result) => {
    const server = await startLoopback();
    server.behave(behavior);
    expect(await notifierFor({ kind: 'slack', url: server.url }).send(message)).toEqual(result);
    expect(server.received).toHaveLength(1);
  },
);

test('a service that accepts the message and does not respond is unknown after 5 s', async () => {
  const server = await startLoopback();
  server.behave('silence');
  const startedAt = Date.now();
  const sent = await notifierFor({ kind: 'discord', url: server.url }).send(message);
  expect(sent).toEqual({ kind: 'unknown', why: 'no response within 5 s' });
  expect(Date.now() - startedAt).toBeLessThan(6_500);
});

test('a refused connection is a refusal, and its reason contains no URL', async () => {
  const server = await startLoopback();
  await server.stop();
  const sent = await notifierFor({ kind: 'telegram', token, chatId: 1, baseUrl: server.url }).send(message);
  expect(sent).toEqual({ kind: 'refused', why: 'no connection (ECONNREFUSED)', down: true });
});
