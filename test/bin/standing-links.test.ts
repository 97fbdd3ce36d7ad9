import { expect, test } from 'vitest';
import type { LinkView } from '../../lib/admin/contract/commands.ts';
import { armedLink, linkId, positionId } from './examples.ts';
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally } from './run-ripcord.ts';

const url = 'https://abc.execute-api.eu-west-1.amazonaws.com/l/nN0-secret_token';
const { positionId: _, symbol: _symbol, side: _side, ...others } = armedLink;
const scope = { account: 'main', symbol: 'BTC/USDT:USDT', side: 'long' } as const;
const standing: LinkView = { ...others, ...scope, scope, symbol: scope.symbol, side: 'long', matches: 2 };
const market = ['--account', 'main', '--symbol', 'BTC/USDT:USDT', '--side', 'long'];

function minting(link: object = standing, warnings?: string[]) {
  return startFakeAdmin(() => answered({ url, link, warnings }));
}

test.for([
  [[...market, 'close'], { ...scope, action: 'close' }],
  [['--tag', 'trend', 'keep'], { tag: 'trend', action: 'keep' }],
  [['close', '--account', 'main'], { account: 'main', action: 'close' }],
  [['--tag', 'trend', 'reduce', '--to-percent', '50'], { tag: 'trend', action: 'reduce', toPercent: '50' }],
  [['--tag', 'trend', 'reduce', '--by-percent', '2.5'], { tag: 'trend', action: 'reduce', byPercent: '2.5' }],
  [[positionId, 'stop', '--break-even'], { positionId, action: 'stop', stop: { breakEven: true } }],
  [['--tag', 't', 'stop', '--price', '61000'], { tag: 't', action: 'stop', stop: { price: '61000' } }],
  [['--tag', 't', 'stop', '--trail-percent', '2'], { tag: 't', action: 'stop', stop: { trailPercent: '2' } }],
  [
    [...market, 'close', '--follows', 'market-position', '--adopt', '--rehearsal'],
    { ...scope, action: 'close', follows: 'market-position', adopt: true, rehearsal: true },
  ],
  [
    ['--tag', 't', 'heartbeat', '--watch-every', '5m', '--watch-missed', '3', '--watch-then', 'close'],
    { tag: 't', action: 'heartbeat', watch: { every: '5m', missed: 3, then: 'close' } },
  ],
  [
    ['--tag', 't', 'heartbeat', '--watch-every', '1h'],
    { tag: 't', action: 'heartbeat', watch: { every: '1h', missed: 2, then: 'tell' } },
  ],
] as const)('links create %j is sent as %j', async ([words, fields]) => {
  await using admin = await minting();
  const { code, stdout } = await runLocally(admin.url, ['links', 'create', ...words, '-q']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${url}\n` });
  expect(admin.payloads).toEqual([{ command: 'links.create', ...fields }]);
});

test.for([
  [['close'], 'Use exactly one of'],
  [[positionId, 'close', '--tag', 't'], 'Use exactly one of'],
  [['--account', 'main', '--side', 'long', 'close'], '--symbol: expected symbol and side together'],
  [['--tag', 't', 'close', '--to-percent', '50'], '--to-percent: expected toPercent or byPercent'],
  [['--tag', 't', 'heartbeat', '--watch-every', '1m'], '--watch-every: expected at least 5m'],
  [['--tag', 't', 'heartbeat', '--watch-missed', '3'], '--watch-missed and --watch-then need --watch-every'],
  [['--tag', 't', 'stop'], '--break-even, --price or --trail-percent'],
] as const)('links create %j is refused before anything is sent: %s', async ([words, sentence]) => {
  await using admin = await minting();
  const { code, stderr } = await runLocally(admin.url, ['links', 'create', ...words]);
  expect(code).toBe(1);
  expect(stderr).toContain(sentence);
  expect(admin.payloads).toEqual([]);
});

test('a new standing link is shown with its scope, warnings and steps, and reads no position', async () => {
  await using admin = await minting({ ...standing, state: 'rehearsal' }, ['Another link closes, too.']);
  const { stdout } = await runLocally(admin.url, ['links', 'create', ...market, 'close', '--rehearsal']);
  expect(stdout).toContain(`Link ${linkId} for every BTC/USDT:USDT long on main is in rehearsal`);
  expect(stdout).toContain('Note: Another link closes, too.');
  expect(stdout).toContain('open the URL in a browser and press the button.');
  expect(stdout).not.toContain('as the position');
  expect(admin.payloads.map(({ command }) => command)).toEqual(['links.create']);
});

test.each([
  [{ breakEven: true }, 'it moves to break-even, if'],
  [{ price: '61000' }, 'it moves to 61000, if'],
  [{ trailPercent: '2' }, 'it moves to 2 % from the price at each hit, if'],
] as const)('a new link for the stop %j names where the stop goes', async (stop, words) => {
  await using admin = await minting({ ...standing, action: 'stop', stop });
  const { stdout } = await runLocally(admin.url, ['links', 'create', ...market, 'stop', '--break-even']);
  expect(stdout).toContain(words);
});

test('the list has scopes, how many positions match, and the state of watches', async () => {
  const { symbol: _2, side: _3, ...tagged } = standing;
  const heartbeat: LinkView = {
    ...{ ...tagged, scope: { tag: 'trend' }, action: 'heartbeat', matches: 0 },
    watch: { every: '5m', missed: 2, then: 'tell', state: 'late' },
  };
  const links = [standing, heartbeat, armedLink];
  await using admin = await startFakeAdmin(() => answered({ links, paused: false }));
  const { stdout } = await runLocally(admin.url, ['links', 'list']);
  expect(stdout).toMatch(/^LINK +SCOPE +MARKET +ACTION +URL +STATE +MATCHES +WATCH +USES/m);
  expect(stdout).toMatch(/ main BTC\/USDT:USDT long +- +close +…a1B2 +armed +2 +- /);
  expect(stdout).toMatch(/ tag trend +- +heartbeat +…a1B2 +armed +0 +late /);
  expect(stdout).toMatch(new RegExp(` ${positionId} +BTC/USDT long +close +…a1B2 +armed +- +- `));
});

test('a preview lists what matches and what is left out', async () => {
  const row = { would: 'sells 1 BTC.', why: 'The link is for it.' };
  const preview = {
    link: standing,
    positions: [{ positionId, account: 'main', symbol: scope.symbol, side: 'long', fires: true, ...row }],
    adopts: {
      account: 'main',
      symbol: scope.symbol,
      side: 'long',
      amount: '0.5',
      fires: true,
      would: 'adopts 0.5 BTC, then sells it.',
    },
    leftOut: [{ positionId: 'pos_0000000short', symbol: scope.symbol, side: 'short', why: 'It is a short.' }],
    fires: true,
    would: 'If fired now: acts on 1 of 1 matching position.',
  };
  await using admin = await startFakeAdmin(() => answered(preview));
  const { stdout } = await runLocally(admin.url, ['links', 'preview', linkId]);
  expect(stdout).toMatch(/^Scope +every BTC\/USDT:USDT long on main$/m);
  expect(stdout).toMatch(new RegExp(`^${positionId} +main +BTC/USDT:USDT long +yes +sells 1 BTC.$`, 'm'));
  expect(stdout).toMatch(/^0\.5 +main +BTC\/USDT:USDT long +yes +adopts 0\.5 BTC, then sells it\.$/m);
  expect(stdout).toMatch(/^pos_0000000short +BTC\/USDT:USDT short +It is a short.$/m);
  expect(stdout).toContain('acts on 1 of 1 matching position. Nothing has been done.');
});

test('links create --preview shows where each stop would go, and creates nothing', async () => {
  const would = 'moves the stop from 58000 to 60100 USDT.';
  const plan = {
    positions: [
      {
        positionId,
        account: 'main',
        symbol: scope.symbol,
        side: 'long',
        fires: true,
        would,
        why: 'The link is for it.',
      },
    ],
    leftOut: [{ positionId: 'pos_0000000other', symbol: scope.symbol, side: 'long', why: 'It has no tag.' }],
    fires: true,
    would: 'If fired now: acts on 1 of 1 matching position.',
    warnings: ['Another link contradicts it.'],
  };
  await using admin = await startFakeAdmin(() => answered(plan));
  const words = ['links', 'create', '--tag', 'trend', 'stop', '--break-even', '--preview'];
  const { stdout } = await runLocally(admin.url, words);
  expect(admin.payloads).toEqual([
    { command: 'links.plan', tag: 'trend', action: 'stop', stop: { breakEven: true } },
  ]);
  expect(stdout).toContain(would);
  expect(stdout).toMatch(/^pos_0000000other +BTC\/USDT:USDT long +It has no tag\.$/m);
  expect(stdout).toContain('Note: Another link contradicts it.');
  expect(stdout).toContain('acts on 1 of 1 matching position. Nothing has been created.');
});

test('a watch is replaced or removed, and a revocation prints what may still act', async () => {
  await using admin = await startFakeAdmin(() => answered({ link: standing, note: 'Hits may still act.' }));
  const update = ['links', 'update', linkId];
  expect((await runLocally(admin.url, [...update, '--watch-every', '1h'])).code).toBe(0);
  await runLocally(admin.url, [...update, '--unwatch']);
  const { stdout } = await runLocally(admin.url, ['links', 'revoke', linkId, '--yes']);
  expect(stdout).toContain('Hits may still act.');
  expect(admin.payloads).toMatchObject([
    { command: 'links.update', watch: { every: '1h', missed: 2, then: 'tell' } },
    { command: 'links.update', watch: null },
    { command: 'links.revoke' },
  ]);
});
