import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fire, startEnvironment } from './environment.ts';
import { adopt, kinds, newTrader, perpetualLong, placeEntry, placeExits, spotLong } from './trader.ts';

/** Accounts and their keys: what Ripcord reports about them, and that no answer contains a secret. */

const environment = await startEnvironment();
const { core } = environment;

describe.each([spotLong, perpetualLong])('the check of an account for $name', (kind) => {
  const check = async (permissions: object) => {
    const { account } = await newTrader(environment, kind, 'ETH', { permissions });
    return await environment.admin('accounts.check', { name: account });
  };

  it('the check has no warnings for a key that can only trade, from known addresses', async () => {
    expect(await check({})).toMatchObject({
      exchange: kind.exchange,
      canTrade: true,
      canWithdraw: false,
      ipRestricted: true,
      warnings: [],
    });
  });

  it('the check warns of a key that can withdraw', async () => {
    expect(await check({ withdraw: true })).toMatchObject({
      canWithdraw: true,
      warnings: [expect.stringContaining('The key can withdraw')],
    });
  });

  it('the check warns of a key that works from any address', async () => {
    expect(await check({ ipRestricted: false })).toMatchObject({
      ipRestricted: false,
      warnings: [expect.stringContaining('from any IP address')],
    });
  });

  it('the check detects a wrong secret, and uses the right one after a change', async () => {
    const { account: name, apiKey, secret } = await newTrader(environment, kind);
    const store = (given: string) =>
      environment.admin('accounts.add', {
        name,
        account: { exchange: kind.exchange, apiKey, secret: given, baseUrl: environment.exchange.url },
        unchecked: true,
      });
    await store('wrong');
    expect(await environment.refusal({ command: 'accounts.check', name })).toMatchObject({
      code: 'exchange-refused',
      message: expect.stringContaining('Signature for this request is not valid. (-1022)'),
    });
    await store(secret);
    expect(await environment.admin('accounts.check', { name })).toMatchObject({ canTrade: true });
  });
});

it("the check warns of a key that can't trade", async () => {
  const { account } = await newTrader(environment, spotLong, 'ETH', { permissions: { trade: false } });
  expect(await environment.admin('accounts.check', { name: account })).toMatchObject({
    canTrade: false,
    warnings: [expect.stringContaining("can't trade")],
  });
});

it('accounts are kept in a file that only its owner can read, and listed without keys', async () => {
  const { account: name, apiKey, secret } = await newTrader(environment, spotLong);
  const path = join(environment.data, 'accounts.json');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(path, 'utf8'))[name]).toMatchObject({ apiKey, secret });
  const { accounts } = await environment.admin('accounts.list', {});
  expect(accounts).toContainEqual({ name, exchange: 'binance' });
});

it('an account is removed only if no open position uses it', async () => {
  const trader = await newTrader(environment, spotLong);
  const { account: name } = trader;
  const { positionId } = await adopt(trader, { amount: '1' });
  expect(await environment.refusal({ command: 'accounts.remove', name })).toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(positionId),
  });
  await fire(await environment.newLink(positionId, 'close'));
  expect(await environment.admin('accounts.remove', { name })).toEqual({ name });
  expect(await environment.refusal({ command: 'accounts.remove', name })).toMatchObject({
    code: 'account-not-found',
  });
  expect(
    (await environment.admin('accounts.list', {})).accounts.map((account) => account.name),
  ).not.toContain(name);
});

const wrongAccounts = [
  {
    title: 'an unknown exchange',
    over: { exchange: 'mtgox' },
    issue: /Ripcord has no exchange "mtgox"\. Nothing was stored\./,
  },
  { title: 'no secret', over: { secret: '' }, issue: /account\.secret/ },
  {
    title: 'an address without a protocol',
    over: { baseUrl: 'localhost:9000' },
    issue: /account\.baseUrl: expected an https URL, or http on this machine/,
  },
  {
    title: 'an address that would receive keys unencrypted',
    over: { baseUrl: 'http://exchange.example.com' },
    issue: /account\.baseUrl: expected an https URL/,
  },
  { title: 'an unknown field', over: { passphrase: 'p' }, issue: /passphrase/ },
];

it.each(wrongAccounts)(
  'an account with $title is refused without repeating its keys',
  async ({ over, issue }) => {
    const keys = { apiKey: 'hidden-key', secret: 'hidden-secret' };
    const account = { exchange: 'binance', ...keys, ...over };
    const refused = await environment.refusal({ command: 'accounts.add', name: 'main', account });
    expect(refused).toMatchObject({ code: 'invalid-input', message: expect.stringMatching(issue) });
    expect(JSON.stringify(refused)).not.toMatch(/hidden/);
  },
);

it.each(kinds)('no answer about $name contains a key, secret, signature or token', async (kind) => {
  const trader = await newTrader(environment, kind);
  const { account, apiKey, secret } = trader;
  const symbol = kind.symbolOf('ETH');
  const answers: unknown[] = [];
  const ask = async (payload: object) => {
    const answer = await environment.ask(payload);
    answers.push(answer);
    return answer;
  };
  const entry = placeEntry(trader, { filled: '0.4' });
  const { positionId } = await adopt(trader, { entryOrders: [entry] });
  const url = await environment.newLink(positionId, 'close');
  const keepUrl = await environment.newLink(positionId, 'keep');

  await ask({
    command: 'accounts.add',
    name: account,
    account: { exchange: kind.exchange, apiKey, secret, baseUrl: environment.exchange.url },
  });
  await ask({ command: 'accounts.list' });
  await ask({ command: 'accounts.check', name: account });
  await ask({
    command: 'positions.adopt',
    account,
    symbol,
    side: kind.side,
    entryOrderIds: [String(entry.id)],
  });
  await ask({ command: 'positions.adopt', account, symbol, side: kind.side, entryOrderIds: ['4711'] });
  await ask({
    command: 'positions.open',
    requestId: account,
    account,
    symbol,
    side: kind.side,
    type: 'market',
    amount: '1',
  });
  await ask({
    command: 'positions.open',
    requestId: 'too-much',
    account,
    symbol,
    side: kind.side,
    type: 'market',
    amount: '1000000',
  });
  const faults = [
    { kind: 'status', status: 500 },
    { kind: 'html' },
    { kind: 'truncate' },
    { kind: 'drop-before' },
    { kind: 'bad-signature' },
  ] as const;
  for (const fault of faults) {
    core.addFault({ ...fault, times: 10, match: {} });
    await ask({ command: 'accounts.check', name: account });
    await ask({
      command: 'positions.adopt',
      account,
      symbol,
      side: kind.side,
      entryOrderIds: [String(entry.id)],
    });
    await ask({ command: 'positions.get', positionId });
    core.clearFaults();
  }
  core.addFault({ kind: 'bad-signature', times: 10, match: {} });
  answers.push((await fire(keepUrl)).body);
  core.clearFaults();
  answers.push((await fire(keepUrl)).body, (await fire(url)).body, (await fire(url)).body);
  await ask({ command: 'positions.list', account });
  await ask({ command: 'links.list', positionId });
  await ask({ command: 'positions.forget', positionId });
  await ask({ command: 'accounts.remove', name: account });

  const text = JSON.stringify(answers);
  for (const hidden of [apiKey, secret, 'signature=', 'rc_']) expect(text).not.toContain(hidden);
});

it('an adoption lists the open exit orders that it leaves out', async () => {
  const trader = await newTrader(environment, perpetualLong);
  placeEntry(trader, { filled: 'all' });
  const exitOrders = Object.values(placeExits(trader, '1')).map(String);
  const adoption = { account: trader.account, symbol: 'ETH/USDT:USDT', side: 'long' } as const;
  const { position, unadoptedOrders } = await environment.admin('positions.adopt', adoption);
  expect(unadoptedOrders?.toSorted()).toEqual(exitOrders.toSorted());
  await environment.admin('positions.forget', { positionId: position.positionId });
  const whole = await environment.admin('positions.adopt', { ...adoption, exitOrderIds: exitOrders });
  expect(whole).not.toHaveProperty('unadoptedOrders');
});

describe('an account with pasted keys', () => {
  const add = (name: string, account: object) => ({ command: 'accounts.add', name, account });

  it('keys that were pasted with white space around them work', async () => {
    const { account: name, apiKey, secret } = await newTrader(environment, spotLong);
    const account = {
      exchange: 'binance',
      apiKey: ` ${apiKey}\u00a0`,
      secret: `${secret}\n`,
      baseUrl: environment.exchange.url,
    } as const;
    await environment.admin('accounts.add', { name, account, replace: true });
    expect(await environment.admin('accounts.check', { name })).toMatchObject({ canTrade: true });
  });

  it.each([
    [{ secret: 'hidden\u200b' }, 'account.secret: expected printable ASCII, but character 7 is U+200B'],
    [{ apiKey: '\u201chidden\u201d' }, 'account.apiKey: expected printable ASCII, but character 1 is U+201C'],
    [{ secret: 'hid\nden' }, 'account.secret: expected printable ASCII, but character 4 is U+000A'],
  ])(
    'a key with an unseen character is refused by its position, and not stored: %j',
    async (pasted, words) => {
      const account = { exchange: 'binance', apiKey: 'a', secret: 'b', ...pasted };
      const refused = await environment.refusal(add('pasted', account));
      expect(refused).toMatchObject({ code: 'invalid-input', message: expect.stringContaining(words) });
      expect(JSON.stringify(refused)).not.toContain('hidden');
      const { accounts } = await environment.admin('accounts.list', {});
      expect(accounts).not.toContainEqual(expect.objectContaining({ name: 'pasted' }));
    },
  );
});
