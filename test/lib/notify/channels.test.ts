import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseEnvironment } from '../../../functions/environment.ts';
import { createNotifiers } from '../../../functions/notifiers.ts';
import { parseChannels } from '../../../lib/notify/channels.ts';
import { fileChannels } from '../../../lib/notify/file-channels.ts';

const slack = { kind: 'slack', url: 'https://hooks.slack.com/services/T0/B0/hidden' };
const telegram = { kind: 'telegram', token: '123456:hidden-hidden', chatId: '-100' };
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:ripcord';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'ripcord-notify-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test('a list of channels is parsed, and Telegram’s own URL is the default', () => {
  const channels = parseChannels(
    JSON.stringify([slack, telegram, { kind: 'sns', topicArn, name: 'mail' }]),
    'x',
  );
  expect(channels).toEqual([
    slack,
    { ...telegram, baseUrl: 'https://api.telegram.org' },
    { kind: 'sns', topicArn, name: 'mail' },
  ]);
});

test.each([
  ['text that is not JSON', '[{"kind":"slack" hidden', 'it is not JSON'],
  ['text that is not a list', '{"hidden":1}', 'list: '],
  ['an unknown kind', '[{"kind":"pager","url":"https://hidden.example"}]', '0.kind: '],
  ['plain http', '[{"kind":"slack","url":"http://hidden.example/x"}]', '0.url: expected an https URL'],
  [
    'an unknown field',
    '[{"kind":"discord","url":"https://hidden.example","token":"hidden"}]',
    'Unrecognized key',
  ],
  [
    'a bad token',
    '[{"kind":"telegram","token":"hidden token","chatId":"1"}]',
    '0.token: expected a bot token',
  ],
  ['two channels of a kind', JSON.stringify([slack, slack]), 'list: expected a different "name"'],
  [
    'the name of the stack’s own topic',
    JSON.stringify([{ ...slack, name: 'topic' }]),
    '"topic" is the stack\'s',
  ],
])('%s is rejected with a message that repeats none of it', (_, text, words) => {
  try {
    parseChannels(text, 'notify.json');
    expect.unreachable();
  } catch (thrown) {
    const { message, code } = thrown as Error & { code: string };
    expect(code).toBe('channels-unreadable');
    expect(message).toContain(words);
    expect(message).toContain('in notify.json cannot be used');
    expect(JSON.stringify(thrown) + message).not.toContain('hidden');
  }
});

test('a missing file means no channels, and a change to it needs no restart', async () => {
  const path = join(await folder(), 'notify.json');
  const { read } = fileChannels(path);
  expect(await read()).toEqual([]);
  await writeFile(path, JSON.stringify([slack]));
  expect(await read()).toEqual([slack]);
});

test('the stack’s topic is a channel even if the list cannot be read', async () => {
  const path = join(await folder(), 'notify.json');
  const environment = parseEnvironment({
    RIPCORD_TABLE: 'ripcord',
    RIPCORD_ACCOUNTS: 'file:/tmp/accounts.json',
    RIPCORD_NOTIFY: `file:${path}`,
    RIPCORD_TOPIC_ARN: topicArn,
  });
  await writeFile(path, JSON.stringify([slack]));
  const { notifiers } = await createNotifiers(environment).all();
  expect(notifiers.map(({ channel }) => channel)).toEqual(['topic', 'slack']);
  await writeFile(path, 'hidden');
  const broken = await createNotifiers(environment).all();
  expect(broken.notifiers.map(({ channel }) => channel)).toEqual(['topic']);
  expect(broken.problem).toContain('it is not JSON');
});
