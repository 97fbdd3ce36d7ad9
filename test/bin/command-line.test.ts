import { expect, test } from 'vitest';
import { commandHint } from '../../bin/command-hint.ts';
import packageFile from '../../package.json' with { type: 'json' };
import { startFakeAdmin } from './fake-admin.ts';
import { runLocally, runRipcord } from './run-ripcord.ts';

test('help names the commands, examples and exit codes, and the version is the package’s', async () => {
  const [help, verb, version] = await Promise.all([
    runRipcord(['--help']),
    runRipcord(['positions', 'adopt', '--help']),
    runRipcord(['--version']),
  ]);
  expect(help.code).toBe(0);
  for (const word of [
    'positions',
    'links',
    'history',
    'accounts',
    'notify',
    'completion',
    'Examples:',
    'Exit codes: 0 done; 1 ',
  ])
    expect(help.stdout).toContain(word);
  expect(verb.stdout).toContain('ripcord positions adopt --account main');
  expect(version).toEqual({ code: 0, stdout: `${packageFile.version}\n`, stderr: '' });
});

test.for([
  ['positions', 'open'],
  ['positions', 'close-all'],
  ['positions', 'resolve'],
  ['links', 'pause'],
  ['accounts', 'add'],
  ['history'],
])('the help of %s %s speaks of nothing but what can be typed', async (words) => {
  const { code, stdout } = await runRipcord([...words, '--help']);
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/\b(positionIds|linkId|requestId|not-begun|Without positionId)\b/);
  expect(stdout).not.toMatch(/links\.resume|with apply|with replace/);
});

test('completion prints a script, and the script’s questions are answered', async () => {
  const [script, verbs] = await Promise.all([
    runRipcord(['completion'], { environment: { SHELL: '/bin/bash' } }),
    runRipcord(['--get-yargs-completions', 'ripcord', 'links', '']),
  ]);
  expect(script.stdout).toContain('complete -o bashdefault');
  expect(verbs.stdout.trim().split('\n').sort()).toEqual([
    ...['create', 'list', 'pause', 'preview', 'resume', 'revoke'],
  ]);
});

test.for([
  [['positons', 'list'], 'There is no command positons. Did you mean positions?'],
  [['positions', 'lst'], 'There is no command positions lst. Did you mean list?'],
  [['positions', 'list', '--opne'], 'There is no option --opne. Did you mean --open?'],
  [['links', 'create', 'pos_4k1z09qj3m2x', 'shut'], '<action>: expected one of close, keep.'],
  [['links'], 'links needs a word more: create, list, preview, pause, resume or revoke.'],
  [['history', '--limt', '5'], 'There is no option --limt. Did you mean --limit?'],
  [['history', 'list'], 'There are more words than history takes.'],
  [['history', '--limit', 'all'], '--limit: expected a whole number'],
  [['history', '--link', 'pos_4k1z09qj3m2x'], '--link: expected lnk_ and 16 letters or digits'],
  [['history', '--limit', '900'], '--limit: expected at most 500'],
  [['history', '--limit', '0'], '--limit: expected at least 1'],
  [['links', 'create', 'pos_4k1z09qj3m2x', 'close', '--percent', '0'], '--percent: expected at least 1'],
  [['positions', 'get'], 'Missing: <positionId>.'],
  [['links', 'revoke', '--yes'], 'Missing: <linkId>.'],
  [['links', 'create'], 'Missing: <positionId> and <action>.'],
  [['links', 'create', 'pos_4k1z09qj3m2x'], 'Missing: <action>.'],
  [['accounts', 'check'], 'Missing: <name>.'],
  [['positions', 'close-al'], 'There is no command positions close-al. Did you mean close-all?'],
  [['positions', 'open', '--side', 'long'], 'Missing: --account, --symbol, --type.'],
  [['positions', 'list', '--region', 'a', '--region', 'b'], '--region was given more than once.'],
  [['positions', 'list', '--local', '--stack', 'Other'], 'it is this machine or AWS'],
] as const)('%j is refused in words', async ([words, sentence]) => {
  const { code, stdout, stderr } = await runRipcord([...words]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(sentence);
  expect(stderr).not.toMatch(/^ +at /m);
});

test('where nothing answers, it says how to start the local stack', async () => {
  const admin = await startFakeAdmin(() => ({ body: {} }));
  await admin[Symbol.asyncDispose]();
  const { code, stderr } = await runLocally(admin.url, ['positions', 'list']);
  expect(code).toBe(1);
  expect(stderr).toBe(`ripcord: Nothing answers at ${admin.url}: start the local stack with npm start\n`);
});

test('a function that crashed or timed out is reported without what it printed', async () => {
  const crash = { errorType: 'Runtime.ExitError', errorMessage: 'token abc' };
  await using crashed = await startFakeAdmin(() => ({ body: crash, functionError: 'Unhandled' }));
  const words = await runLocally(crashed.url, ['accounts', 'list']);
  expect(words).toMatchObject({ code: 1, stdout: '' });
  expect(words.stderr).toContain('failed before it could answer (Runtime.ExitError)');
  expect(words.stderr).not.toContain('abc');
  const late = { errorMessage: '2025-11-22T17:10:00Z 1-2 Task timed out after 30.00 seconds' };
  await using timedOut = await startFakeAdmin(() => ({ body: late, functionError: 'Unhandled' }));
  const json = await runLocally(timedOut.url, ['accounts', 'list', '--json']);
  expect(JSON.parse(json.stderr)).toMatchObject({ ok: false, error: { code: 'function-failed' } });
  expect(json.stderr).toContain('Task timed out after 30.00 seconds');
});

test('an answer of another version is no success', async () => {
  await using admin = await startFakeAdmin(() => ({
    body: { ok: true, result: { positions: [{ id: 1 }] } },
  }));
  const { code, stdout, stderr } = await runLocally(admin.url, ['positions', 'list']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('is the deployed version another one than this?');
});

test('without a region or credentials for AWS, it says what to set', async () => {
  const [region, credentials] = await Promise.all([
    runRipcord(['positions', 'list']),
    runRipcord(['positions', 'list', '--region', 'eu-west-1', '--function', 'any'], {
      environment: { RIPCORD_LOCAL: '1' },
    }),
  ]);
  expect([region.code, credentials.code]).toEqual([1, 1]);
  expect(region.stderr).toContain('No AWS region: give --region');
  expect(credentials.stderr).toContain('No usable AWS credentials');
});

test.for([
  [{ local: 'http://127.0.0.1:8787' }, '--local'],
  [{ local: '' }, '--local'],
  [{ local: '127.0.0.1:9000' }, '--local http://127.0.0.1:9000'],
  [
    { region: 'eu-west-1', profile: "my friend's", stack: 'Second' },
    "--region eu-west-1 --profile 'my friend'\\''s' --stack Second",
  ],
  [{ function: 'desk-admin' }, '--function desk-admin'],
] as const)('a command suggested to who gave %j goes to the same place: %s', ([given, options]) => {
  const target = { region: undefined, profile: undefined, stack: undefined, function: undefined };
  expect(commandHint('positions list', { ...target, local: undefined, ...given })).toBe(
    `ripcord positions list ${options}`,
  );
});

test('whoever gave no target is suggested commands without one', () => {
  const target = { local: undefined, region: undefined, profile: undefined, stack: undefined };
  expect(commandHint('positions list', { ...target, function: undefined })).toBe('ripcord positions list');
});

test('a command that the admin function spells out goes to the same place too', async () => {
  const message = 'There is no account "a". Add it with: ripcord accounts add a --exchange binance';
  const error = { code: 'account-not-found', message, issues: [] };
  await using admin = await startFakeAdmin(() => ({ body: { ok: false, error } }));
  const { stderr } = await runLocally(admin.url, ['accounts', 'check', 'a']);
  expect(stderr).toBe(`ripcord: ${message} --local ${admin.url}\n`);
});
