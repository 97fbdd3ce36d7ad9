import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { requiresPassword } from '../../lib/account/account.ts';
import type { CommandInput } from '../../lib/admin/contract/commands.ts';
import { testMarkets } from '../lib/exchange/test-markets.ts';
import { toSecret } from '../lib/exchange/test-secrets.ts';
import { startEnvironment } from './environment.ts';

/** A key is checked at the exchange before it is stored. */

const environment = await startEnvironment();
const { core } = environment;

type Account = CommandInput<'accounts.add'>['account'];
type Options = Omit<CommandInput<'accounts.add'>, 'name' | 'account'>;

let keys = 0;

const passwordOf = (exchange: string) => (requiresPassword(exchange) ? { password: 'passphrase' } : {});

/** A key of a new account at the exchange. */
function newKey(exchange: Account['exchange'], options: object = {}): Account {
  keys += 1;
  const secret = toSecret(exchange, `checkedSecret${keys}`);
  const key = { apiKey: `checkedKey${keys}`, secret };
  // Futures identify the account in the list of its balances.
  core.addAccount({ ...key, balances: { usdm: { USDT: '1000' } }, ...options });
  return { exchange, ...key, ...passwordOf(exchange), baseUrl: environment.exchange.url };
}

function add(name: string, account: Account, options: Options = {}) {
  return environment.admin('accounts.add', { name, account, ...options });
}

function refuse(name: string, account: Account, options: Options = {}) {
  return environment.refusal({ command: 'accounts.add', name, account, ...options });
}

async function readStored(name: string): Promise<Partial<Account> | undefined> {
  const text = await readFile(join(environment.data, 'accounts.json'), 'utf8').catch(() => '{}');
  return JSON.parse(text)[name];
}

async function startStandIn(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Gate reports less about a key: its check is below. */
const checked = new Set(
  testMarkets.map(({ exchange }) => exchange).filter((exchange) => exchange !== 'gate'),
);

/** The name of a key is no private key: no request can be signed with it. */
const ofSwapped: Partial<Record<string, object>> = {
  coinbase: {
    code: 'account-invalid',
    message: expect.stringMatching(/^The secret can't sign requests to Coinbase\. Nothing was stored\./),
  },
};

describe.each([...checked])('an account of %s', (exchange) => {
  it('an account whose key may trade only is stored, without a warning', async () => {
    const name = `good-${exchange}`;
    const account = newKey(exchange);
    expect(await add(name, account)).toEqual({ account: { name, exchange }, warnings: [] });
    expect(await readStored(name)).toMatchObject(account);
  });

  it('an account with a wrong secret is refused with the words of the exchange, and not stored', async () => {
    const name = `swapped-${exchange}`;
    const { apiKey, secret, ...others } = newKey(exchange);
    const wrong = { ...others, apiKey, secret: toSecret(exchange, btoa('wrong')) };
    const refused = await refuse(name, wrong);
    expect(refused).toMatchObject({
      code: 'exchange-refused',
      message: expect.stringMatching(
        /(\(-?\d+\)|EAPI:[\w ]+)\. Nothing was stored\. Check that key and secret/,
      ),
    });
    const swapped = await refuse(name, { ...others, apiKey: secret, secret: apiKey });
    expect(swapped).toMatchObject(ofSwapped[exchange] ?? { code: 'exchange-refused' });
    expect(JSON.stringify([refused, swapped])).not.toContain(secret);
    expect(await readStored(name)).toBeUndefined();
  });

  it('an account whose key can withdraw is stored only if the owner allows that', async () => {
    const name = `withdraws-${exchange}`;
    const account = newKey(exchange, { permissions: { withdraw: true } });
    expect(await refuse(name, account)).toMatchObject({
      code: 'key-refused',
      message: expect.stringMatching(/can withdraw.*Nothing was stored.* --allow-withdrawals$/),
    });
    expect(await readStored(name)).toBeUndefined();
    const { warnings } = await add(name, account, { allowWithdrawals: true });
    expect(warnings).toEqual([expect.stringContaining('The key can withdraw')]);
  });

  it("an account whose key can't trade is refused", async () => {
    const permissions = exchange === 'binanceusdm' ? { futures: false } : { trade: false };
    expect(await refuse(`reads-${exchange}`, newKey(exchange, { permissions }))).toMatchObject({
      code: expect.stringMatching(/^(key|exchange)-refused$/),
    });
  });

  it('a key is replaced by one of the same account, also if the old one is dead', async () => {
    const name = `rotated-${exchange}`;
    const first = newKey(exchange);
    await add(name, first);
    const account = core.accountOf(first.apiKey);
    account.apiKey = `rotated-${first.apiKey}`;
    const rotated = {
      ...{ exchange, apiKey: account.apiKey, secret: account.secret },
      ...passwordOf(exchange),
    };
    expect(await add(name, rotated, { replace: true })).toMatchObject({ warnings: [] });
    expect(await readStored(name)).toMatchObject({ ...rotated, baseUrl: first.baseUrl });
  });

  it('a key is replaced by one of another account only if the owner allows that', async () => {
    const name = `other-${exchange}`;
    const first = newKey(exchange);
    await add(name, first);
    const second = newKey(exchange);
    expect(await refuse(name, second, { replace: true })).toMatchObject({
      code: 'key-refused',
      message: expect.stringMatching(
        /another account at .*Nothing was stored.* --replace --allow-other-account$/,
      ),
    });
    expect(await readStored(name)).toMatchObject(first);
    await add(name, second, { replace: true, allowOtherAccount: true });
    expect(await readStored(name)).toMatchObject(second);
  });

  it('an account whose exchange does not respond is refused, and stored if the owner wants no check', async () => {
    const name = `silent-${exchange}`;
    const baseUrl = await startStandIn((request) => request.socket.destroy());
    const account = { ...newKey(exchange), baseUrl };
    expect(await refuse(name, account)).toMatchObject({
      code: 'exchange-unreachable',
      message: expect.stringMatching(/could not be checked: .*Nothing was stored\. .* --unchecked$/),
    });
    expect(await readStored(name)).toBeUndefined();
    expect(await add(name, account, { unchecked: true })).toMatchObject({
      warnings: ['The key was not checked.'],
    });
  });

  it('an account at a server that knows no request about accounts is stored, and the answer says so', async () => {
    const name = `stand-in-${exchange}`;
    const baseUrl = await startStandIn((_, response) => response.writeHead(404).end('not found'));
    const { warnings } = await add(name, { ...newKey(exchange), baseUrl });
    expect(warnings).toEqual([expect.stringContaining('The key could not be checked: ')]);
    expect(await readStored(name)).toMatchObject({ baseUrl });
    expect(await environment.refusal({ command: 'accounts.check', name })).toMatchObject({
      code: 'key-unproven',
    });
  });
});

it('an account at a server that does not report permissions is stored, and the answer says so', async () => {
  const baseUrl = await startStandIn((request, response) =>
    request.url?.startsWith('/api/v3/account')
      ? response.writeHead(200, { 'content-type': 'application/json' }).end('{"balances":[]}')
      : response.writeHead(404).end(),
  );
  expect((await add('unreported', { ...newKey('binance'), baseUrl })).warnings).toEqual([
    'Binance accepted the key, and did not report whether it may trade or withdraw.',
  ]);
});

it('a replaced key keeps sandbox, address and options of its account', async () => {
  const { apiKey, secret, baseUrl } = newKey('binance');
  const fields = { sandbox: true, options: { adjustForTimeDifference: true }, baseUrl };
  await add('kept', { exchange: 'binance', apiKey, secret, ...fields });
  await add('kept', { exchange: 'binance', apiKey, secret }, { replace: true });
  await add('kept', { exchange: 'binance', apiKey, secret });
  expect(await readStored('kept')).toMatchObject(fields);
});

it('a key of another exchange keeps only the fixed addresses, so that it is not sent to the earlier host', async () => {
  const { apiKey, secret, baseUrl } = newKey('binance');
  const egress = ['http://127.0.0.1:9'];
  const fields = { sandbox: true, options: { adjustForTimeDifference: true }, baseUrl, egress };
  await add('switched', { exchange: 'binance', apiKey, secret, ...fields }, { unchecked: true });
  const account = { exchange: 'bybit', apiKey: 'other', secret: 'other' } as const;
  await add('switched', account, { replace: true, unchecked: true, allowOtherAccount: true });
  expect(await readStored('switched')).toEqual({ ...account, egress });
});

it('a key of another exchange does not replace a key by itself', async () => {
  const { apiKey, secret, baseUrl } = newKey('binance');
  await add('moved', { exchange: 'binance', apiKey, secret, baseUrl });
  expect(await refuse('moved', { ...newKey('bybit') }, { replace: true })).toMatchObject({
    code: 'key-refused',
    message: expect.stringContaining('The stored key is for Binance'),
  });
});

it.each(['binance', 'bybit', 'kraken'] as const)(
  'the check of a key of %s shows when it expires',
  async (exchange) => {
    const name = `expires-${exchange}`;
    const keyExpiresAt = core.now() + 12 * 86_400_000;
    const { warnings } = await add(name, newKey(exchange, { keyExpiresAt }));
    expect(warnings).toEqual([
      expect.stringMatching(/^The key expires on .*, in 12 days\. Replace it before then\.$/),
    ]);
    const { expiresAt = '' } = await environment.admin('accounts.check', { name });
    expect(Math.abs(Date.parse(expiresAt) - keyExpiresAt)).toBeLessThan(1_000);
  },
);

it('a key with a space inside is refused, and not stored', async () => {
  const account = { ...newKey('binance'), secret: 'hid den' };
  const refused = await refuse('spaced', account);
  expect(refused).toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('account.secret: expected no space, but character 4 is U+0020'),
  });
  expect(JSON.stringify(refused)).not.toContain('hid den');
});

it.each([
  ['okx', 'OKX', '(50105)'],
  ['bitget', 'Bitget', '(40012)'],
  ['kucoin', 'KuCoin', '(400004)'],
] as const)(
  'an account of %s is stored with its passphrase only, and with the right one',
  async (exchange, shown, code) => {
    const name = `${exchange}-words`;
    const { password: _, ...without } = newKey(exchange, { passphrase: 'Right one' });
    expect(await refuse(name, without)).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(
        `${shown} requires the passphrase of the API key. Nothing was stored.`,
      ),
    });
    const wrong = await refuse(name, { ...without, password: 'Wrong one' });
    expect(wrong).toMatchObject({ code: 'exchange-refused', message: expect.stringContaining(code) });
    expect(JSON.stringify(wrong)).not.toContain('Wrong one');
    expect(await readStored(name)).toBeUndefined();
    expect(await add(name, { ...without, password: 'Right one' })).toMatchObject({ warnings: [] });
  },
);

it.each([
  ['bitget', /in Unified Account mode.* Ripcord needs a classic account.*Nothing was stored/],
  ['kucoin', /^The account at KuCoin is unified.*Nothing was stored\. Use a key of a classic account/],
] as const)('a unified account of %s is refused, with what to use instead', async (exchange, message) => {
  const name = `unified-${exchange}`;
  expect(await refuse(name, newKey(exchange, { unified: true }))).toMatchObject({
    code: 'exchange-refused',
    message: expect.stringMatching(message),
  });
  expect(await readStored(name)).toBeUndefined();
});

it('an account of Gate is stored, with what Gate does not report about its key', async () => {
  const unreported = 'Gate accepted the key, and did not report whether it may withdraw.';
  const account = newKey('gate');
  expect(await add('gate', account)).toEqual({
    account: { name: 'gate', exchange: 'gate' },
    warnings: [unreported],
  });
  const refused = await refuse('gate-wrong', { ...account, secret: 'wrong' });
  expect(refused).toMatchObject({
    code: 'exchange-refused',
    message: expect.stringContaining('(INVALID_SIGNATURE). Nothing was stored. Check that key and secret'),
  });
  const reads = newKey('gate', { permissions: { trade: false } });
  expect(await refuse('gate-reads', reads)).toMatchObject({ code: 'key-refused' });
});

it('a key of Gate without a right to perpetuals shows what is open on spot', async () => {
  await add('gate-spot', newKey('gate', { permissions: { futures: false } }));
  expect(await environment.admin('accounts.open', { name: 'gate-spot' })).toEqual({
    ...{ orders: [], exchangePositions: [] },
  });
});
