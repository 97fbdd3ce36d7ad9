import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fire, startWorld } from './environment.ts';
import { adopt, kinds, newScene, perpetualLong, placeEntry, placeExits, spotLong } from './trader.ts';

/** Accounts and their keys: what is told of them, and that nothing ever tells a secret. */

const world = await startWorld();
const { core } = world;

describe.each([spotLong, perpetualLong])('the check of an account for $name', (kind) => {
  const check = async (permissions: object) => {
    const { account } = await newScene(world, kind, 'ETH', { permissions });
    return await world.admin('accounts.check', { name: account });
  };

  it('has nothing to say against a key that can only trade, from few addresses', async () => {
    expect(await check({})).toMatchObject({
      exchange: kind.exchange,
      canTrade: true,
      canWithdraw: false,
      ipRestricted: true,
      warnings: [],
    });
  });

  it('warns of a key that can withdraw', async () => {
    expect(await check({ withdraw: true })).toMatchObject({
      canWithdraw: true,
      warnings: [expect.stringContaining('The key can withdraw')],
    });
  });

  it('warns of a key that works from any address', async () => {
    expect(await check({ ipRestricted: false })).toMatchObject({
      ipRestricted: false,
      warnings: [expect.stringContaining('from any address')],
    });
  });

  it('sees a wrong secret, and the right one in its place', async () => {
    const { account: name, apiKey, secret } = await newScene(world, kind);
    const store = (given: string) =>
      world.admin('accounts.add', {
        name,
        account: { exchange: kind.exchange, apiKey, secret: given, baseUrl: world.exchange.url },
      });
    await store('wrong');
    expect(await world.refusal({ command: 'accounts.check', name })).toMatchObject({
      code: 'exchange-refused',
      message: expect.stringContaining('Signature for this request is not valid. (-1022)'),
    });
    await store(secret);
    expect(await world.admin('accounts.check', { name })).toMatchObject({ canTrade: true });
  });
});

it('warns of a key that can not trade', async () => {
  const { account } = await newScene(world, spotLong, 'ETH', { permissions: { trade: false } });
  expect(await world.admin('accounts.check', { name: account })).toMatchObject({
    canTrade: false,
    warnings: [expect.stringContaining('can not trade')],
  });
});

it('keeps accounts in a file that only its owner can read, and lists them without keys', async () => {
  const { account: name, apiKey, secret } = await newScene(world, spotLong);
  const path = join(world.data, 'accounts.json');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(path, 'utf8'))[name]).toMatchObject({ apiKey, secret });
  const { accounts } = await world.admin('accounts.list', {});
  expect(accounts).toContainEqual({ name, exchange: 'binance' });
});

it('removes an account only where no open position needs it', async () => {
  const scene = await newScene(world, spotLong);
  const { account: name } = scene;
  const { positionId } = await adopt(scene, { amount: '1' });
  expect(await world.refusal({ command: 'accounts.remove', name })).toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(positionId),
  });
  await fire(await world.newLink(positionId, 'close'));
  expect(await world.admin('accounts.remove', { name })).toEqual({ name });
  expect(await world.refusal({ command: 'accounts.remove', name })).toMatchObject({
    code: 'unknown-account',
  });
  expect((await world.admin('accounts.list', {})).accounts.map((account) => account.name)).not.toContain(
    name,
  );
});

const wrongAccounts = [
  { title: 'an exchange there is not', over: { exchange: 'mtgox' }, issue: /account\.exchange/ },
  { title: 'no secret', over: { secret: '' }, issue: /account\.secret/ },
  {
    title: 'an address that is none',
    over: { baseUrl: 'localhost:9000' },
    issue: /account\.baseUrl: expected an https URL, or http on this machine/,
  },
  {
    title: 'an address that would take keys in the clear',
    over: { baseUrl: 'http://exchange.example.com' },
    issue: /account\.baseUrl: expected an https URL/,
  },
  { title: 'a field too many', over: { passphrase: 'p' }, issue: /passphrase/ },
];

it.each(wrongAccounts)(
  'refuses to add an account with $title, without repeating its keys',
  async ({ over, issue }) => {
    const keys = { apiKey: 'hidden-key', secret: 'hidden-secret' };
    const account = { exchange: 'binance', ...keys, ...over };
    const refused = await world.refusal({ command: 'accounts.add', name: 'main', account });
    expect(refused).toMatchObject({ code: 'invalid-input', message: expect.stringMatching(issue) });
    expect(JSON.stringify(refused)).not.toMatch(/hidden/);
  },
);

it.each(kinds)('tells no key, secret, signature or token in any answer about $name', async (kind) => {
  const scene = await newScene(world, kind);
  const { account, apiKey, secret } = scene;
  const symbol = kind.symbolOf('ETH');
  const answers: unknown[] = [];
  const ask = async (payload: object) => {
    const answer = await world.ask(payload);
    answers.push(answer);
    return answer;
  };
  const entry = placeEntry(scene, { filled: '0.4' });
  const { positionId } = await adopt(scene, { entries: [entry] });
  const url = await world.newLink(positionId, 'close');
  const keepUrl = await world.newLink(positionId, 'keep');

  await ask({
    command: 'accounts.add',
    name: account,
    account: { exchange: kind.exchange, apiKey, secret, baseUrl: world.exchange.url },
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

  const said = JSON.stringify(answers);
  for (const hidden of [apiKey, secret, 'signature=', 'rc_']) expect(said).not.toContain(hidden);
});

it('tells whoever adopts a position which open orders of its market are left out of it', async () => {
  const scene = await newScene(world, perpetualLong);
  placeEntry(scene, { filled: 'all' });
  const exits = Object.values(placeExits(scene, '1')).map(String);
  const adoption = { account: scene.account, symbol: 'ETH/USDT:USDT', side: 'long' } as const;
  const { position, leftOut } = await world.admin('positions.adopt', adoption);
  expect(leftOut?.toSorted()).toEqual(exits.toSorted());
  await world.admin('positions.forget', { positionId: position.positionId });
  const whole = await world.admin('positions.adopt', { ...adoption, exitOrderIds: exits });
  expect(whole).not.toHaveProperty('leftOut');
});
