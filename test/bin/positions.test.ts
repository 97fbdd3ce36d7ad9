import { expect, test } from 'vitest';
import { longPosition, positionId, shortPosition } from './examples.ts';
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally, runRipcord } from './run-ripcord.ts';

const opening = ['positions', 'open', '--account', 'main', '--symbol', 'BTC/USDT', '--side', 'long'];

test('the list of positions is a table of aligned columns with signed profits and remarks', async () => {
  await using admin = await startFakeAdmin(() => answered({ positions: [longPosition, shortPosition] }));
  const { code, stdout, stderr } = await runLocally(admin.url, [
    'positions',
    'list',
    '--open',
    '--account',
    'main',
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(admin.payloads).toEqual([{ command: 'positions.list', open: true, account: 'main' }]);
  const [head = '', long = '', short = '', , ...remarks] = stdout.split('\n');
  expect(head).toMatch(/^POSITION +ACCOUNT +MARKET +SIDE +STATE +FILLED +LEFT +ENTRY +PRICE +P&L/);
  expect(long).toMatch(
    /open, partly filled +0\.25 \/ 0\.5 +0\.24975 +60000\.1 +61000 +\+249\.73 USDT +\+1\.67 %/,
  );
  expect(short).toMatch(/needs attention +10 \/ 10 +10 +3000 +3100 +-1000\.00 USDT +-3\.33 %/);
  for (const column of ['MARKET', 'SIDE', 'STATE'])
    expect([long, short].map((line) => line[head.indexOf(column) - 1])).toEqual([' ', ' ']);
  expect(long.indexOf(' USDT  ')).toBe(short.indexOf(' USDT  '));
  expect(remarks.join('\n')).toContain('pos_0000000short  Needs attention: the close order is unknown');
  expect(remarks.join('\n')).toContain(
    'Not up to date: the exchange does not answer (data from 2025-11-22 17:11 UTC)',
  );
  // A pipe gets no colors, and no answer can steer the terminal.
  for (const character of ['\u001b', '\u200b', '\u202e', '\u2066']) expect(stdout).not.toContain(character);
});

test('--json prints exactly the result, and an empty list is printed with what to do next', async () => {
  await using admin = await startFakeAdmin(({ account }) =>
    answered({ positions: account === 'none' ? [] : [longPosition], addedLater: true }),
  );
  const json = await runLocally(admin.url, ['positions', 'list', '--json']);
  expect(json).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(json.stdout)).toEqual({ positions: [longPosition] });
  const empty = await runLocally(admin.url, ['positions', 'list', '--account', 'none']);
  expect(empty.stdout).toMatch(/^No positions yet\. .*positions adopt.*positions open/);
});

test('one position is shown with its orders', async () => {
  await using admin = await startFakeAdmin(() => answered({ position: longPosition }));
  const { code, stdout } = await runLocally(admin.url, ['positions', 'get', positionId]);
  expect(code).toBe(0);
  expect(admin.payloads).toEqual([{ command: 'positions.get', positionId }]);
  expect(stdout).toMatch(/^Market +BTC\/USDT long on binance, account main$/m);
  expect(stdout).toMatch(/^P&L +\+249\.73 USDT \(\+1\.67 %\)$/m);
  expect(stdout).toMatch(/^entry +28457 +limit +live +0\.25 \/ 0\.5 +60000\.1 +- +-$/m);
  expect(stdout).toMatch(/^stop loss +28458 +stop_loss +live +0 \/ 0\.5 +- +55000 +-$/m);
});

test('adopting sends every order id and every amount as the text that was typed', async () => {
  await using admin = await startFakeAdmin(() => answered({ position: longPosition }));
  const market = ['--account', 'main', '--symbol', 'BTC/USDT', '--side', 'long'];
  const orders = ['--entry', '28457', '--entry', '007', '--exit', '28458', '28459'];
  const adopted = await runLocally(admin.url, ['positions', 'adopt', ...market, ...orders]);
  expect(adopted.code).toBe(0);
  expect(adopted.stdout).toContain(`ripcord links create ${positionId} close --local ${admin.url}"`);
  await runLocally(admin.url, ['positions', 'adopt', ...market, '--amount', '0.10', '--label', '1e3']);
  const common = { command: 'positions.adopt', account: 'main', symbol: 'BTC/USDT', side: 'long' };
  expect(admin.payloads).toEqual([
    { ...common, entryOrderIds: ['28457', '007'], exitOrderIds: ['28458', '28459'] },
    { ...common, amount: '0.10', label: '1e3' },
  ]);
});

test('a symbol of another script is sent and printed unchanged', async () => {
  const symbol = '币安人生/USDT:USDT';
  await using admin = await startFakeAdmin(() => answered({ position: { ...longPosition, symbol } }));
  const market = ['--account', 'main', '--symbol', symbol, '--side', 'long', '--entry', '1'];
  const { code, stdout } = await runLocally(admin.url, ['positions', 'adopt', ...market, '--json']);
  expect({ code, json: JSON.parse(stdout) }).toMatchObject({ code: 0, json: { position: { symbol } } });
  expect(admin.payloads).toMatchObject([{ symbol }]);
});

test('opening without a terminal and without --yes sends nothing', async () => {
  await using admin = await startFakeAdmin(() => answered({ position: longPosition }));
  const { code, stdout, stderr } = await runLocally(admin.url, [
    ...opening,
    '--type',
    'market',
    '--cost',
    '100',
  ]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/Nothing was done: .* Add --yes/);
  expect(admin.payloads).toEqual([]);
});

test('opening with --yes prints its request id before sending, and amounts stay text', async () => {
  await using admin = await startFakeAdmin(() => answered({ position: longPosition }));
  const limit = ['--type', 'limit', '--price', '60000.10', '--amount', '0.50', '--yes'];
  const { code, stderr } = await runLocally(admin.url, [...opening, ...limit]);
  expect(code).toBe(0);
  const [payload] = admin.payloads;
  expect(payload).toMatchObject({ type: 'limit', price: '60000.10', amount: '0.50' });
  expect(payload?.requestId).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  expect(stderr).toContain(`--request-id ${String(payload?.requestId)}`);
});

test('a failed opening reports the request id to repeat it with, in JSON too', async () => {
  const error = { code: 'exchange-refused', message: 'not enough USDT', issues: ['amount: too much'] };
  await using admin = await startFakeAdmin(() => ({ body: { ok: false, error } }));
  const request = ['--type', 'market', '--cost', '100', '--request-id', 'monday-1', '--yes', '--json'];
  const { code, stdout, stderr } = await runLocally(admin.url, [...opening, ...request]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(JSON.parse(stderr)).toEqual({
    ok: false,
    error: { ...error, issues: ['--amount: too much'], requestId: 'monday-1' },
  });
});

test('invalid input is reported by its option and never sent', async () => {
  await using admin = await startFakeAdmin(() => answered({ position: longPosition }));
  const { code, stderr } = await runLocally(admin.url, [
    ...['positions', 'adopt', '--account', 'main', '--symbol', 'btc', '--side', 'long'],
    ...['--entry', '1', '--amount', '-5'],
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain('--symbol: expected BASE/QUOTE');
  expect(stderr).toContain('--amount: expected a plain decimal');
  const both = await runLocally(admin.url, [...opening, '--type', 'limit', '--amount', '1', '--cost', '2']);
  expect(both.stderr).toContain('Use either --amount (base currency) or --cost');
  expect(both.stderr).toContain('Limit orders need --price.');
  expect(admin.payloads).toEqual([]);
});

test('an issue of the admin function names the option', async () => {
  const issues = ['entryOrderIds.0: not found', 'account.apiKey: expected some text', 'no path', 'a.b: c: d'];
  const error = { code: 'invalid-input', message: 'Nothing was sent.', issues };
  await using admin = await startFakeAdmin(() => ({ body: { ok: false, error } }));
  const { stderr } = await runLocally(admin.url, ['positions', 'get', positionId]);
  expect(stderr).toBe(
    'ripcord: Nothing was sent.\n  --entry: not found\n  apiKey: expected some text\n  no path\n  a.b: c: d\n',
  );
});

test.for([
  [['--type', 'limit', '--amount', '1'], 'Limit orders need --price.'],
  [['--type', 'market', '--amount', '1', '--price', '2'], 'Market orders take no --price.'],
  [
    ['--type', 'market'],
    'Use either --amount (base currency) or --cost (quote currency), or --risk with --stop-loss.',
  ],
  [['--type', 'market', '--amount', '0,01'], '--amount: expected a plain decimal such as "0.5"; use a point'],
  [['--type', 'limit', '--amount', '1', '--price', '6e4'], '--price: expected a plain decimal'],
  [['--type', 'market', '--cost', '0'], '--cost: expected more than zero'],
] as const)('opening with %j is refused before anything is sent: %s', async ([options, sentence]) => {
  await using admin = await startFakeAdmin(() => answered({ position: longPosition }));
  const { code, stdout, stderr } = await runLocally(admin.url, [...opening, ...options, '--yes']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.split('\n')).toEqual([
    'ripcord: Nothing was sent. Fix this first:',
    expect.stringContaining(`  ${sentence}`),
    '',
  ]);
  expect(admin.payloads).toEqual([]);
});

test('forgetting without a terminal needs --yes, and reports that nothing changed at the exchange', async () => {
  await using admin = await startFakeAdmin(() => answered({ positionId, linksRevoked: 1 }));
  const refused = await runLocally(admin.url, ['positions', 'forget', positionId]);
  expect(refused.code).toBe(1);
  expect(admin.payloads).toEqual([]);
  const forgotten = await runRipcord(['positions', 'forget', positionId, '-y'], {
    environment: { RIPCORD_LOCAL: admin.url },
  });
  expect(forgotten.stdout).toBe(
    `${positionId} is forgotten, 1 link revoked. Nothing changed at the exchange.\n`,
  );
  expect(admin.payloads).toEqual([{ command: 'positions.forget', positionId }]);
});

const closed = {
  positionId,
  symbol: 'BTC/USDT',
  status: 200,
  outcome: 'closed',
  detail: 'Closed 0.24975 BTC with MARKET order 28460 at 61000 USDT.',
};
const left = {
  ...closed,
  positionId: shortPosition.positionId,
  status: 409,
  outcome: 'needs-attention',
  detail: 'Needs manual review: the close order is unknown',
};

test('closing without a terminal needs --yes, and reports the outcome', async () => {
  await using admin = await startFakeAdmin(() => answered(closed));
  const refused = await runLocally(admin.url, ['positions', 'close', positionId]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('Add --yes');
  expect(admin.payloads).toEqual([]);
  const { code, stdout, stderr } = await runLocally(admin.url, ['positions', 'close', positionId, '-y']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(admin.payloads).toEqual([{ command: 'positions.close', positionId }]);
  expect(stdout).toMatch(/^POSITION +MARKET +OUTCOME +DETAIL$/m);
  expect(stdout).toMatch(/ BTC\/USDT +closed +Closed 0\.24975 BTC with MARKET order 28460/);
});

test.for(['canceled', 'kept', 'dust'])('an outcome "%s" is a success', async (outcome) => {
  await using admin = await startFakeAdmin(() => answered({ ...closed, outcome }));
  expect(await runLocally(admin.url, ['positions', 'close', positionId, '-y'])).toMatchObject({ code: 0 });
});

test('closing all reports each position, and exits with 1 if one was not closed', async () => {
  await using admin = await startFakeAdmin(() => answered({ reports: [closed, left] }));
  const words = ['positions', 'close-all', '--account', 'main', '--yes'];
  const { code, stdout, stderr } = await runLocally(admin.url, words);
  expect(code).toBe(1);
  expect(admin.payloads).toEqual([{ command: 'positions.closeAll', account: 'main' }]);
  expect(stdout).toMatch(/^pos_0000000short +BTC\/USDT +needs-attention +Needs manual review/m);
  expect(stderr).toContain('1 of 2 not closed: pos_0000000short.');
  const json = await runLocally(admin.url, [...words, '--json']);
  expect(JSON.parse(json.stdout)).toEqual({ reports: [closed, left] });
  expect(json).toMatchObject({ code: 1 });
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'not-closed' } });
});

/** An admin function that starts at most `starts` positions in each call. */
function closingInParts(all: string[], starts: number) {
  return startFakeAdmin(({ positionIds }) => {
    const asked = (positionIds as string[] | undefined) ?? all;
    return answered({
      reports: asked.map((positionId, index) =>
        index < starts
          ? { ...closed, positionId }
          : { ...closed, positionId, status: 503, outcome: 'not-started', detail: 'Nothing was done.' },
      ),
    });
  });
}
const five = ['a', 'b', 'c', 'd', 'e'].map((letter) => `pos_00000000000${letter}`);
const closeFive = ['positions', 'close-all', '--yes'];

test('closing all repeats the call for positions that were not started, and reports progress', async () => {
  await using admin = await closingInParts(five, 2);
  const { code, stdout, stderr } = await runLocally(admin.url, closeFive);
  expect(code).toBe(0);
  expect(admin.payloads.map(({ positionIds }) => positionIds)).toEqual([
    ...[undefined, five.slice(2), five.slice(4)],
  ]);
  expect(stderr).toBe('2 of 5 done; continuing.\n4 of 5 done; continuing.\n');
  for (const positionId of five) expect(stdout).toMatch(new RegExp(`^${positionId} .* closed `, 'm'));
  const json = await runLocally(admin.url, [...closeFive, '--json']);
  expect(json).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(json.stdout)).toMatchObject({ reports: five.map((positionId) => ({ positionId })) });
});

test('closing all ends when a call starts no position, and exits with 1', async () => {
  await using admin = await closingInParts(five, 0);
  const { code, stderr } = await runLocally(admin.url, closeFive);
  expect(code).toBe(1);
  expect(admin.payloads).toHaveLength(2);
  expect(stderr).toContain('5 of 5 not closed');
});

test('closed positions are reported even if a later call fails', async () => {
  const error = { code: 'table-unreachable', message: 'The table gave no answer.', issues: [] };
  await using admin = await startFakeAdmin(({ positionIds }) =>
    positionIds === undefined
      ? answered({ reports: [closed, { ...left, outcome: 'not-started' }] })
      : { body: { ok: false, error } },
  );
  const { code, stdout, stderr } = await runLocally(admin.url, closeFive);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^pos_4k1z09qj3m2x +BTC\/USDT +closed /m);
  expect(stderr).toContain('1 of 2 not closed: pos_0000000short.');
  expect(stderr).toContain('The table gave no answer.');
});

test('closing all without an open position is a success', async () => {
  await using admin = await startFakeAdmin(() => answered({ reports: [] }));
  const done = await runLocally(admin.url, ['positions', 'close-all', '-y']);
  expect(done).toEqual({ code: 0, stdout: 'There was no open position to close.\n', stderr: '' });
});

test('resolving only shows the result, unless --apply is given', async () => {
  const reason = '0.24975 BTC is still open; Ripcord sent no close order. Its links still work.';
  const result = { position: longPosition, verdict: 'open', reason };
  await using admin = await startFakeAdmin(({ apply }) => answered({ ...result, applied: apply }));
  const looked = await runLocally(admin.url, ['positions', 'resolve', positionId]);
  expect(looked.code).toBe(0);
  expect(looked.stdout).toMatch(/^Verdict +open$/m);
  expect(looked.stdout).toContain(reason);
  expect(looked.stdout).toContain(`ripcord positions resolve ${positionId} --apply --local ${admin.url}\n`);
  const applied = await runLocally(admin.url, ['positions', 'resolve', positionId, '--apply']);
  expect(applied.stdout).toContain('This result is applied.');
  expect(admin.payloads).toEqual([
    { command: 'positions.resolve', positionId, apply: false },
    { command: 'positions.resolve', positionId, apply: true },
  ]);
});

test('an edit sends what was typed, and "" removes a tag or a label', async () => {
  const tagged = { ...longPosition, tag: 'trend' };
  await using admin = await startFakeAdmin(({ command }) =>
    answered(command === 'positions.list' ? { positions: [tagged] } : { position: tagged }),
  );
  const edit = ['positions', 'edit', positionId];
  const { code, stdout } = await runLocally(admin.url, [...edit, '--tag', 'trend', '--no-naked-watch']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Tag +trend$/m);
  await runLocally(admin.url, [...edit, '--tag', '', '--label', '']);
  const listed = await runLocally(admin.url, ['positions', 'list', '--tag', 'trend']);
  expect(listed.stdout).toMatch(/ TAG +LABEL\n.* trend +weekly level$/m);
  expect(admin.payloads).toEqual([
    { command: 'positions.edit', positionId, tag: 'trend', nakedWatch: false },
    { command: 'positions.edit', positionId, tag: null, label: null },
    { command: 'positions.list', tag: 'trend' },
  ]);
  const nothing = await runLocally(admin.url, edit);
  expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('Use --tag, --label') });
});
