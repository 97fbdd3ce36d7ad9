import { expect, test } from 'vitest';
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally, runRipcord } from './run-ripcord.ts';

const token = '123456:bot-secret-Qm40xx';
const url = 'https://hooks.slack.com/services/T0/B0/secret-tZ81vw';
const addTelegram = ['notify', 'add', 'telegram', '--chat-id', '-1007'];
const channel = { name: 'telegram', kind: 'telegram', target: 'chat -1007, bot 123456', builtIn: false };
const stored = { channel, tested: false };

test('a test of the channels reports each result, and exits with 1 if one is not confirmed', async () => {
  const reports = [
    { channel: 'topic', result: 'sent' },
    { channel: 'slack', result: 'refused', why: 'answered 404' },
  ];
  await using admin = await startFakeAdmin(() => answered({ reports }));
  const { code, stdout, stderr } = await runLocally(admin.url, ['notify', 'test']);
  expect(admin.payloads).toEqual([{ command: 'notify.test' }]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^CHANNEL +RESULT +WHY$/m);
  expect(stdout).toMatch(/^slack +refused +answered 404$/m);
  expect(stderr).toContain('Delivery is not confirmed: slack.');
  const json = await runLocally(admin.url, ['notify', 'test', 'slack', '--json']);
  expect(JSON.parse(json.stdout)).toEqual({ reports });
  expect(admin.payloads[1]).toEqual({ command: 'notify.test', channel: 'slack' });
});

test('without channels, list and test print what is missed and how to add one', async () => {
  await using admin = await startFakeAdmin(({ command }) =>
    answered(command === 'notify.list' ? { channels: [] } : { reports: [] }),
  );
  for (const verb of ['list', 'test']) {
    const { code, stdout } = await runLocally(admin.url, ['notify', verb]);
    expect(code).toBe(0);
    expect(stdout).toContain('No channels yet: Ripcord sends you nothing about closes');
    expect(stdout).toContain(`ripcord notify add telegram --chat-id CHAT --test --local ${admin.url}"`);
  }
});

test('a heartbeat takes its URL as an option, from stdin, or not at all for another kind', async () => {
  await using admin = await startFakeAdmin(() => answered(stored));
  const ping = 'https://hc-ping.com/6f9619ff-8b86-d011-b42d-00cf4fc964ff';
  const add = ['notify', 'add', 'heartbeat'];
  expect((await runLocally(admin.url, [...add, '--url', ping])).code).toBe(0);
  expect((await runLocally(admin.url, add, { stdin: ping })).code).toBe(0);
  expect(admin.payloads).toEqual(
    [1, 2].map(() => ({ command: 'notify.add', channel: { kind: 'heartbeat', url: ping } })),
  );
  const wrong = await runLocally(admin.url, [...add, '--url', 'http://monitor.example/secret']);
  expect([wrong.code, wrong.stdout + wrong.stderr]).toEqual([1, expect.not.stringContaining('secret')]);
});

test('a topic whose e-mail address has not confirmed is reported, with exit code 1', async () => {
  const why = 'the e-mail address has not confirmed its subscription';
  await using admin = await startFakeAdmin(() =>
    answered({ reports: [{ channel: 'topic', result: 'unconfirmed', why }] }),
  );
  const { code, stdout } = await runLocally(admin.url, ['notify', 'test']);
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^topic +unconfirmed +the e-mail/m)]);
});

test('channels are listed with where they send to and when each last got a notice', async () => {
  const channels = [
    { name: 'topic', kind: 'sns', target: 'arn:aws:sns:eu-west-1:123456789012:ripcord', builtIn: true },
    { ...channel, lastDelivery: { state: 'sent', at: '2026-11-27T12:00:01.000Z' } },
    {
      ...{ name: 'team', kind: 'slack', target: 'hooks.slack.com …1vw9', builtIn: false },
      lastDelivery: { state: 'failed', at: '2026-11-27T12:00:02.000Z', why: 'responded 403' },
    },
  ];
  await using admin = await startFakeAdmin(() => answered({ channels }));
  const { stdout } = await runLocally(admin.url, ['notify', 'list']);
  expect(stdout).toMatch(/^CHANNEL +KIND +SENDS TO +LAST NOTICE$/m);
  expect(stdout).toMatch(/^topic +sns, built in +arn:\S+ +none yet$/m);
  expect(stdout).toMatch(/^telegram +telegram +chat -1007, bot 123456 +2026-11-27 12:00:01 sent$/m);
  expect(stdout).toMatch(
    /^team +slack +hooks.slack.com …1vw9 +2026-11-27 12:00:02 failed \(responded 403\)$/m,
  );
  const json = await runLocally(admin.url, ['notify', 'list', '--json']);
  expect(JSON.parse(json.stdout)).toEqual({ channels });
});

test('a token comes from stdin as JSON or alone, is sent with the options, and nothing prints it', async () => {
  await using admin = await startFakeAdmin((payload) => answered({ ...stored, echoed: payload }));
  const options = ['--base-url', 'http://127.0.0.1:9000', '--name', 'phone', '--test'];
  const text = await runLocally(admin.url, [...addTelegram, ...options], {
    stdin: JSON.stringify({ token }),
  });
  const json = await runLocally(admin.url, [...addTelegram, '--json'], { stdin: `${token}\n` });
  expect([text.code, json.code]).toEqual([0, 0]);
  expect(admin.payloads).toEqual([
    {
      command: 'notify.add',
      channel: { kind: 'telegram', token, chatId: '-1007', baseUrl: 'http://127.0.0.1:9000', name: 'phone' },
      test: true,
    },
    {
      command: 'notify.add',
      channel: { kind: 'telegram', token, chatId: '-1007', baseUrl: 'https://api.telegram.org' },
    },
  ]);
  expect(text.stdout).toContain('Channel telegram (chat -1007, bot 123456) is stored.');
  expect(text.stdout).toContain(`ripcord notify test telegram --local ${admin.url}"`);
  expect(JSON.parse(json.stdout)).toEqual(stored);
  for (const { stdout, stderr } of [text, json]) expect(stdout + stderr).not.toContain(token);
});

test('JSON on stdin may hold the other fields too, and options win', async () => {
  await using admin = await startFakeAdmin(() => answered(stored));
  const fields = { token, chatId: 7, baseUrl: 'https://bots.example', name: 'one' };
  await runLocally(admin.url, ['notify', 'add', 'telegram', '--name', 'two'], {
    stdin: JSON.stringify(fields),
  });
  await runLocally(admin.url, ['notify', 'add', 'slack'], { stdin: JSON.stringify({ url, name: 'team' }) });
  await runLocally(admin.url, ['notify', 'add', 'discord'], { stdin: url });
  expect(admin.payloads.map((payload) => payload.channel)).toEqual([
    { kind: 'telegram', token, chatId: '7', baseUrl: 'https://bots.example', name: 'two' },
    { kind: 'slack', url, name: 'team' },
    { kind: 'discord', url },
  ]);
});

test('a topic needs no secret and reads no stdin', async () => {
  await using admin = await startFakeAdmin(() => answered(stored));
  const topicArn = 'arn:aws:sns:eu-west-1:123456789012:mine';
  const { code } = await runLocally(admin.url, ['notify', 'add', 'sns', '--topic-arn', topicArn]);
  expect(code).toBe(0);
  expect(admin.payloads).toEqual([{ command: 'notify.add', channel: { kind: 'sns', topicArn } }]);
});

test.for([
  [['notify', 'add', 'telegram', '--token', token], '--token is not accepted'],
  [['notify', 'add', 'slack', `--url=${url}`], '--url is not accepted'],
  [['notify', 'add', 'slack', `--webhook-url=${url}`], '--webhook-url is not accepted'],
  [['notify', 'add', 'slack', url], 'more words than notify add takes'],
  [['notify', 'add', url], '<kind>: expected one of telegram, slack, discord, sns'],
] as const)('a secret among the arguments is refused and not printed: %j', async ([words, why]) => {
  await using admin = await startFakeAdmin(() => answered(stored));
  const { code, stdout, stderr } = await runLocally(admin.url, [...words], { stdin: token });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(why);
  expect(stderr).not.toMatch(/secret-/);
  expect(admin.payloads).toEqual([]);
});

test.for([
  [['telegram'], token, '--chat-id: is missing'],
  [['telegram', '--chat-id', 'me'], token, '--chat-id: expected a number'],
  [['telegram', '--chat-id', '7'], 'bot-secret', 'token: expected a bot token'],
  [
    ['telegram', '--chat-id', '7', '--base-url', 'http://bots.example'],
    token,
    '--base-url: expected an https URL',
  ],
  [['telegram', '--chat-id', '7', '--name', 'My phone'], token, '--name: expected 1 to 32 lowercase letters'],
  [
    ['telegram', '--chat-id', '7'],
    `{"bot-secret":"${token}"}`,
    'Expected on stdin: {"token":"…"}, with "chatId"',
  ],
  [['slack', '--chat-id', '7'], url, '--chat-id is for telegram only.'],
  [['slack'], 'secret-tZ81vw', 'url: expected an https URL'],
  [
    ['slack'],
    `{"url":"${url}"`,
    'Expected on stdin: {"url":"…"}, with "name" if it is not an option, or only the url.',
  ],
  [['slack'], '', 'url: expected an https URL'],
  [['sns'], '', '--topic-arn: is missing'],
] as const)('add %j with a wrong input is refused before anything is sent', async ([words, stdin, why]) => {
  await using admin = await startFakeAdmin(() => answered(stored));
  const { code, stdout, stderr } = await runLocally(admin.url, ['notify', 'add', ...words], { stdin });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(why);
  expect(stderr).not.toMatch(/secret-|bot-secret/);
  expect(admin.payloads).toEqual([]);
});

test('an answer that contains the secret is printed without it', async () => {
  const error = { code: 'channel-refused', message: `bad ${token}`, issues: [`channel.token: ${token}?`] };
  await using admin = await startFakeAdmin(() => ({ body: { ok: false, error } }));
  const { code, stderr } = await runLocally(admin.url, addTelegram, { stdin: token });
  expect(code).toBe(1);
  expect(stderr).toBe('ripcord: bad ***\n  token: ***?\n');
});

test('a channel is removed only after a confirmation', async () => {
  await using admin = await startFakeAdmin(() => answered({ name: 'team' }));
  expect((await runLocally(admin.url, ['notify', 'remove', 'team'])).code).toBe(1);
  expect(admin.payloads).toEqual([]);
  const { code, stdout } = await runLocally(admin.url, ['notify', 'remove', 'team', '--yes']);
  expect(code).toBe(0);
  expect(stdout).toContain('Channel team is removed. Also revoke its token or webhook where it was issued.');
  expect(admin.payloads).toEqual([{ command: 'notify.remove', name: 'team' }]);
});

test('completion knows the verbs of notify and the kinds of channels', async () => {
  const [verbs, kinds] = await Promise.all([
    runRipcord(['--get-yargs-completions', 'ripcord', 'notify', '']),
    runRipcord(['--get-yargs-completions', 'ripcord', 'notify', 'add', '']),
  ]);
  for (const verb of ['list', 'add', 'remove', 'test']) expect(verbs.stdout).toContain(verb);
  for (const kind of ['telegram', 'slack', 'discord', 'sns']) expect(kinds.stdout).toContain(kind);
});
