import { expect, test } from 'vitest';
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally } from './run-ripcord.ts';

const apiKey = 'key-tZ81vw';
const secret = 'secret-Qm40xx';
const password = 'password-77aa';
const add = ['accounts', 'add', 'main', '--exchange', 'binance'];
const stored = { account: { name: 'main', exchange: 'binance' } };

test('credentials come from stdin as JSON and are sent with the options, and nothing prints them', async () => {
  await using admin = await startFakeAdmin(({ account }) => answered({ ...stored, echoed: account }));
  const options = ['--sandbox', '--base-url', 'http://127.0.0.1:9000', '--option', 'recvWindow=5000'];
  const more = ['--option', 'defaultType=spot', '--option', 'adjust=true', '--with-password'];
  const stdin = JSON.stringify({ apiKey, secret, password });
  const text = await runLocally(admin.url, [...add, ...options, ...more], { stdin });
  const json = await runLocally(admin.url, [...add, '--json'], { stdin });
  expect([text.code, json.code]).toEqual([0, 0]);
  expect(admin.payloads[0]).toEqual({
    command: 'accounts.add',
    name: 'main',
    account: {
      exchange: 'binance',
      sandbox: true,
      baseUrl: 'http://127.0.0.1:9000',
      options: { recvWindow: 5000, defaultType: 'spot', adjust: true },
      ...{ apiKey, secret, password },
    },
  });
  expect(text.stdout).toContain(`ripcord accounts check main --local ${admin.url}"`);
  expect(JSON.parse(json.stdout)).toEqual(stored);
  for (const { stdout, stderr } of [text, json])
    for (const given of [apiKey, secret, password]) expect(stdout + stderr).not.toContain(given);
});

test('credentials may come as lines', async () => {
  await using admin = await startFakeAdmin(() => answered(stored));
  await runLocally(admin.url, [...add, '--stdin'], { stdin: `${apiKey}\r\n${secret}\n` });
  expect(admin.payloads).toEqual([
    { command: 'accounts.add', name: 'main', account: { exchange: 'binance', apiKey, secret } },
  ]);
});

test('the passphrase of a key of OKX is required, and sent as the password', async () => {
  await using admin = await startFakeAdmin(() => answered({ account: { name: 'main', exchange: 'okx' } }));
  const words = ['accounts', 'add', 'main', '--exchange', 'okx'];
  const without = await runLocally(admin.url, words, { stdin: JSON.stringify({ apiKey, secret }) });
  expect(without.code).toBe(1);
  expect(without.stderr).toContain('The password is missing, and the account requires one.');
  expect(admin.payloads).toEqual([]);
  await runLocally(admin.url, [...words, '--stdin'], { stdin: `${apiKey}\n${secret}\n${password}\n` });
  expect(admin.payloads).toMatchObject([{ account: { exchange: 'okx', apiKey, secret, password } }]);
});

test('secrets among the arguments are refused with the reason and not printed', async () => {
  await using admin = await startFakeAdmin(() => answered(stored));
  const stdin = JSON.stringify({ apiKey, secret });
  for (const words of [['--api-key', apiKey], [`--secret=${secret}`]]) {
    const { code, stdout, stderr } = await runLocally(admin.url, [...add, ...words], { stdin });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('any program on this machine can read arguments');
    expect(stderr).not.toContain(words.at(-1)?.replace('--secret=', ''));
  }
  const loose = await runLocally(admin.url, [...add, apiKey, secret], { stdin });
  expect(loose.code).toBe(1);
  expect(loose.stderr).not.toMatch(new RegExp(`${apiKey}|${secret}`));
  expect(admin.payloads).toEqual([]);
});

const proxyPassword = 'Pw-9041';
const proxies = [`https://me:${proxyPassword}@proxy.example.org:8443`, 'http://203.0.113.7:3128'];

test.each([
  ['--egress stack', ['--egress', 'stack'], {}, 'stack'],
  ['--egress none', ['--egress', 'none'], {}, 'none'],
  ['a URL', ['--egress', 'http://203.0.113.7:3128'], {}, ['http://203.0.113.7:3128']],
  [
    'two URLs',
    ['--egress', 'http://203.0.113.7', '--egress', 'https://a.example.org'],
    {},
    ['http://203.0.113.7', 'https://a.example.org'],
  ],
  ['--egress env', ['--egress', 'env'], { RIPCORD_EGRESS: proxies.join(' \n') }, proxies],
])('an account is stored with fixed addresses by %s', async (_, words, environment, egress) => {
  await using admin = await startFakeAdmin(() => answered(stored));
  const stdin = JSON.stringify({ apiKey, secret });
  const { code } = await runLocally(admin.url, [...add, ...words], { stdin, environment });
  expect(code).toBe(0);
  expect(admin.payloads).toMatchObject([{ account: { exchange: 'binance', apiKey, secret, egress } }]);
});

test('proxies with passwords come from stdin, and no error prints them', async () => {
  const error = { code: 'invalid-input', message: `bad ${proxies[0]}`, issues: [] };
  await using admin = await startFakeAdmin(() => ({ body: { ok: false, error } }));
  const stdin = JSON.stringify({ apiKey, secret, egress: proxies });
  const { stderr } = await runLocally(admin.url, add, { stdin });
  expect(admin.payloads).toMatchObject([{ account: { egress: proxies } }]);
  expect(stderr).toBe('ripcord: bad ***\n');
});

test.each([[['--egress', proxies[0]]], [[`--egress=${proxies[0]}`]]])(
  'a proxy with a password is refused among the arguments',
  async (words) => {
    await using admin = await startFakeAdmin(() => answered(stored));
    const stdin = JSON.stringify({ apiKey, secret });
    const { code, stderr } = await runLocally(admin.url, [...add, ...(words as string[])], { stdin });
    expect(code).toBe(1);
    expect(stderr).toContain('in the environment or on stdin');
    expect(stderr).not.toContain(proxyPassword);
    expect(admin.payloads).toEqual([]);
  },
);

test('invalid credentials are refused and not printed', async () => {
  await using admin = await startFakeAdmin(() => answered(stored));
  for (const stdin of [
    '',
    apiKey,
    `{"apiKey":"${apiKey}"`,
    `${apiKey}\n-----BEGIN PRIVATE KEY-----\n${secret}\n-----END`,
  ]) {
    const { code, stderr } = await runLocally(admin.url, add, { stdin });
    expect(code).toBe(1);
    expect(stderr).toContain('Expected on stdin: {"apiKey":"…","secret":"…"}');
    expect(stderr).not.toMatch(new RegExp(`${apiKey}|${secret}`));
  }
  expect(admin.payloads).toEqual([]);
});

test('an answer that contains a secret is printed without it', async () => {
  const error = { code: 'invalid-input', message: `bad ${secret}`, issues: [`account.secret: ${secret}?`] };
  await using admin = await startFakeAdmin(() => ({ body: { ok: false, error } }));
  const { code, stderr } = await runLocally(admin.url, add, { stdin: JSON.stringify({ apiKey, secret }) });
  expect(code).toBe(1);
  expect(stderr).toBe('ripcord: bad ***\n  secret: ***?\n');
});

test('without a terminal, an account is replaced only with --replace', async () => {
  const message = 'There is an account "main" already, with a different key.';
  await using admin = await startFakeAdmin(({ replace }) =>
    replace === true
      ? answered(stored)
      : { body: { ok: false, error: { code: 'conflict', message, issues: [] } } },
  );
  const given = { stdin: JSON.stringify({ apiKey, secret }) };
  expect(await runLocally(admin.url, add, given)).toMatchObject({ code: 1, stderr: `ripcord: ${message}\n` });
  expect(await runLocally(admin.url, [...add, '--replace'], given)).toMatchObject({ code: 0 });
  expect(admin.payloads.map(({ replace }) => replace)).toEqual([undefined, true]);
});

test('accounts are listed, checked with their warnings, and removed with --yes', async () => {
  await using admin = await startFakeAdmin(({ command }) => {
    if (command === 'accounts.list') return answered({ accounts: [stored.account] });
    if (command === 'accounts.remove') return answered({ name: 'main' });
    const permissions = { canTrade: true, canWithdraw: true };
    return answered({ ...stored.account, ...permissions, warnings: ['take away its right to withdraw'] });
  });
  const list = await runLocally(admin.url, ['accounts', 'list']);
  expect(list.stdout).toBe('ACCOUNT  EXCHANGE\nmain     binance\n');
  const check = await runLocally(admin.url, ['accounts', 'check', 'main']);
  expect(check.stdout).toMatch(
    /^May trade +yes\nMay withdraw +yes\nRestricted to IP addresses +not reported by the exchange$/m,
  );
  expect(check.stdout).toContain('! take away its right to withdraw');
  expect((await runLocally(admin.url, ['accounts', 'remove', 'main'])).code).toBe(1);
  expect((await runLocally(admin.url, ['accounts', 'remove', 'main', '--yes'])).code).toBe(0);
  expect(admin.payloads.map(({ command }) => command)).toEqual([
    ...['accounts.list', 'accounts.check', 'accounts.remove'],
  ]);
});

test.for([
  [{ canTrade: true, canWithdraw: false, ipRestricted: true }, true],
  [{ canTrade: true, canWithdraw: false }, false],
  [{ canTrade: true, canWithdraw: true, ipRestricted: true }, false],
] as const)('a check of %j reports minimal permissions: %s', async ([permissions, isMinimal]) => {
  await using admin = await startFakeAdmin(() =>
    answered({ ...stored.account, ...permissions, warnings: [] }),
  );
  const { stdout } = await runLocally(admin.url, ['accounts', 'check', 'main']);
  expect(stdout.includes('Key works; permissions are minimal.')).toBe(isMinimal);
});
