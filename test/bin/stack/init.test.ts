import { beforeEach, describe, expect, test } from 'vitest';
import yargs from 'yargs';
import { sharedOptions } from '../../../bin/options.ts';
import { parseDeployArguments } from '../../../bin/stack/deploy-arguments.ts';
import { type InitOptions, initOptions } from '../../../bin/stack/init-options.ts';
import { readInitPlan } from '../../../bin/stack/init-plan.ts';
import { initStage } from '../../../bin/stack/init-stage.ts';
import type { LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { armedLink, longPosition } from '../examples.ts';
import { FakeAws, type Payload, runAgainst } from './fake-aws.ts';
import { useFakes } from './serve-fakes.ts';

let aws: FakeAws;
let commands: Payload[];
/** What the admin function has stored. */
let accounts: { name: string; exchange: 'binance' }[];
let positions: PositionView[];
let links: LinkView[];

useFakes((request) => aws.answer(request));
beforeEach(() => {
  aws = new FakeAws();
  commands = [];
  [accounts, positions, links] = [[], [], []];
  aws.admin = (payload) => {
    commands.push(payload);
    return { ok: true, result: answer(payload) };
  };
});

const url = `https://links.example.org/l/rc_${'a'.repeat(43)}`;

/** As the admin function of a stage that starts empty. */
function answer({ command }: Payload): object {
  const account = { name: 'main', exchange: 'binance' as const };
  switch (command) {
    case 'notify.list':
      return { channels: [] };
    case 'accounts.list':
      return { accounts };
    case 'accounts.check':
      return { ...account, warnings: [] };
    case 'accounts.add':
      if (accounts.length === 0) accounts.push(account);
      return { account };
    case 'positions.list':
      return { positions };
    case 'positions.adopt':
    case 'positions.open':
      positions.push(longPosition);
      return { position: longPosition };
    case 'links.list':
      return { links, paused: false };
    default:
      links.push(armedLink);
      return { url, link: armedLink };
  }
}

function parse(line: string): InitOptions {
  return yargs(line.split(' '))
    .parserConfiguration({ 'parse-numbers': false })
    .options({ ...sharedOptions, ...initOptions })
    .strict()
    .exitProcess(false)
    .parseSync();
}

const template = {
  Parameters: { notifyEmail: {} },
  Resources: { Trigger: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'ripcord-trigger' } } },
};
const keys = { apiKey: 'a-key-of-the-account', secret: 'its-secret' };
const { symbol, side } = longPosition;
const line = `--yes --notify none --exchange binance --symbol ${symbol} --side ${side} --amount 0.5`;

async function init(text = line, stdin: object = keys) {
  const options = parse(text);
  const plan = await readInitPlan(options, JSON.stringify(stdin));
  const functions = [{ name: 'trigger', zip: Buffer.from('code') }];
  const readDeployable = () => Promise.resolve({ template, functions });
  return initStage(parseDeployArguments(options), plan, { readDeployable });
}
const names = () => commands.map(({ command }) => command);

describe('from nothing', () => {
  test('one command deploys, stores the account, adopts the position and arms its link', async () => {
    expect(await init()).toEqual({
      prefix: 'ripcord',
      account: 'main',
      positionId: longPosition.positionId,
      linkId: armedLink.linkId,
      url,
    });
    expect(aws.cloudFormation.find('Ripcord')?.status).toBe('CREATE_COMPLETE');
    expect(commands).toContainEqual({
      command: 'accounts.add',
      name: 'main',
      account: { exchange: 'binance', ...keys },
    });
    expect(commands).toContainEqual({
      command: 'positions.adopt',
      account: 'main',
      symbol,
      side,
      amount: '0.5',
    });
  });

  test('everything may come as one JSON document', async () => {
    await init('--yes', {
      notify: 'none',
      account: { name: 'main', exchange: 'binance', ...keys },
      position: { open: { symbol, side, type: 'market', cost: '100' } },
      link: { action: 'close' },
    });
    expect(commands).toContainEqual(
      expect.objectContaining({ command: 'positions.open', account: 'main', cost: '100', type: 'market' }),
    );
    expect(names().at(-1)).toBe('links.create');
  });
});

test('an exchange that Ripcord only verifies is refused, before anything is deployed', async () => {
  const account = { name: 'main', exchange: 'krakenfutures', sandbox: true, ...keys };
  const position = { open: { symbol, side, type: 'market', cost: '100' } };
  await expect(init('--yes --notify none', { account, position })).rejects.toThrow(
    'Ripcord does not trade at krakenfutures. Nothing was deployed',
  );
  expect([aws.cloudFormation.changes, commands]).toEqual([[], []]);
});

describe('again', () => {
  test('nothing is done twice', async () => {
    await init();
    const before = aws.cloudFormation.changes.length;
    commands = [];
    expect((await init()).url).toBeUndefined();
    expect(aws.cloudFormation.changes).toHaveLength(before);
    expect(names()).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/positions.adopt|links.create/)]),
    );
  });

  const other = new RegExp(`${longPosition.positionId}.* is open already, and its amount is 0.5, not 0.7`);
  test.each(['', '--type market'])(
    'a position of another size is not taken for this one %s',
    async (type) => {
      await init();
      commands = [];
      await expect(init(`${line} ${type}`.trim().replace('0.5', '0.7'))).rejects.toThrow(other);
      expect(names()).not.toContain('positions.open');
      expect(names()).not.toContain('links.create');
    },
  );

  test('a position that needs attention is not opened a second time', async () => {
    positions.push({ ...longPosition, status: 'needs-attention' });
    await init(`${line} --type market`);
    expect(names()).not.toContain('positions.open');
  });

  test('the same order has the same request id, and another order has another', async () => {
    const order = line.replace('--amount 0.5', '--type market --cost 100');
    for (const text of [order, order, order.replace('100', '200')]) {
      positions = [];
      await init(text);
    }
    const ids = commands
      .filter(({ command }) => command === 'positions.open')
      .map(({ requestId }) => requestId);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test('a position that an earlier run opened and that has ended gets no link, and no second order', async () => {
    const rest = aws.admin;
    const ended = { ...longPosition, status: 'closed' as const };
    aws.admin = (payload) =>
      payload.command === 'positions.open' ? { ok: true, result: { position: ended } } : rest?.(payload);
    await expect(init(`${line} --type market`)).rejects.toThrow('of an earlier run has ended: it is closed');
    expect(names()).not.toContain('links.create');
  });

  test('a name that is stored for another exchange is refused', async () => {
    accounts.push({ name: 'main', exchange: 'binance' });
    const bybit = line.replace('--exchange binance', '--exchange bybit --account main');
    await expect(init(bybit, {})).rejects.toThrow('"main" is stored for binance, not bybit');
    await expect(init(`${line} --account main --sandbox`, {})).rejects.toThrow('sandbox would be ignored');
    expect(names()).not.toContain('positions.adopt');
  });

  test('a key on stdin is compared with the stored one', async () => {
    accounts.push({ name: 'main', exchange: 'binance' });
    const rest = aws.admin;
    const error = {
      code: 'conflict',
      message: 'The account "main" is already stored with a different key.',
      issues: [],
    };
    aws.admin = (payload) => (payload.command === 'accounts.add' ? { ok: false, error } : rest?.(payload));
    await expect(init()).rejects.toThrow('already stored with a different key');
    expect(names()).not.toContain('positions.adopt');
  });

  test.each([
    `${line} --set notifyEmail=me@example.org`,
    line.replace('--notify none', '--notify email:me@example.org'),
  ])('a setting that is named with a new value is deployed: %s', async (text) => {
    await init();
    await init(text);
    expect(aws.cloudFormation.find('Ripcord')?.parameters.notifyEmail).toBe('me@example.org');
  });

  test('a run that stopped after its deployment goes on from there', async () => {
    const refuse = aws.admin;
    const error = {
      code: 'exchange-refused',
      message: 'binance refused the key a-key-of-the-account.',
      issues: [],
    };
    aws.admin = (payload) => (payload.command === 'accounts.add' ? { ok: false, error } : refuse?.(payload));
    await expect(init()).rejects.toThrow('binance refused the key ***.');
    aws.admin = refuse;
    expect(await init()).toMatchObject({ url });
  });
});

test.each([
  [['--yes', '--notify', 'none'], ''],
  [['--yes', '--notify', 'none', '--symbol', 'BTC/USDT', '--side', 'long', '--amount', '1'], 'no JSON'],
  [['--yes', '--notify', 'none'], '{"account":{"name":"main"},"pair":"BTC/USDT"}'],
])('A script that leaves something out is refused before anything changes: %j', async (words, stdin) => {
  const { code, stdout, stderr } = await runAgainst(aws, { stdin }, 'init', ...words);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('Nothing was done. Expected JSON on stdin');
  expect(aws.cloudFormation.changes).toEqual([]);
});
