import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { commandHint, commandName } from '../../bin/command-hint.ts';
import { findLocalHint } from '../../bin/local-hint.ts';
import { listen } from '../../infra/loopback/listen.ts';
import packageFile from '../../package.json' with { type: 'json' };
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally, runRipcord, spawnRipcord } from './run-ripcord.ts';

test('help names the commands, examples and exit codes, and the version is the package’s', async () => {
  const [help, verb, version] = await Promise.all([
    runRipcord(['--help']),
    runRipcord(['positions', 'adopt', '--help']),
    spawnRipcord(['--version']),
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

test('a process reads stdin, prints to its own streams, and ends with the exit code', async () => {
  await using admin = await startFakeAdmin(() =>
    answered({ account: { name: 'main', exchange: 'binance' } }),
  );
  const [added, mistyped] = await Promise.all([
    spawnRipcord(['accounts', 'add', 'main', '--exchange', 'binance', '--stdin', '--local', admin.url], {
      stdin: 'the-key\nthe-secret\n',
    }),
    spawnRipcord(['positions', 'list', '--opne']),
  ]);
  expect(admin.payloads).toMatchObject([{ account: { apiKey: 'the-key', secret: 'the-secret' } }]);
  expect(added).toMatchObject({ code: 0, stderr: '' });
  expect(mistyped).toEqual({
    code: 1,
    stdout: '',
    stderr: 'ripcord: There is no option --opne. Did you mean --open?\nSee ripcord positions list --help\n',
  });
});

test.for([
  ['positions', 'open'],
  ['positions', 'close-all'],
  ['positions', 'resolve'],
  ['links', 'pause'],
  ['accounts', 'add'],
  ['history'],
])('the help of %s %s names only what can be typed', async (words) => {
  const { code, stdout } = await runRipcord([...words, '--help']);
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/\b(positionIds|linkId|requestId|not-started|positionIds)\b/);
  expect(stdout).not.toMatch(/links\.resume|with apply|with replace/);
});

test('an account may be named completion, and only its result is printed', async () => {
  await using admin = await startFakeAdmin(() => answered({ name: 'completion' }));
  const { stdout } = await runLocally(admin.url, ['accounts', 'remove', 'completion', '--yes', '--json']);
  expect(stdout).toBe('{"name":"completion"}\n');
});

test('completion prints a script, and completes verbs', async () => {
  const [script, verbs] = await Promise.all([
    runRipcord(['completion'], { environment: { SHELL: '/bin/bash' } }),
    runRipcord(['--get-yargs-completions', 'ripcord', 'links', '']),
  ]);
  expect(script.stdout).toContain('complete -o bashdefault');
  expect(verbs.stdout.trim().split('\n').sort()).toEqual([
    ...['arm', 'create', 'list', 'pause', 'preview', 'resume', 'revoke', 'update'],
  ]);
});

test('the script of completion defines ripcord where it is not installed, and completes it', async () => {
  const { stdout } = await runRipcord(['completion'], { environment: { SHELL: '/bin/bash' } });
  const use = `COMP_WORDS=(ripcord links ""); COMP_CWORD=2; _ripcord_yargs_completions; echo "\${COMPREPLY[*]}"`;
  const bash = spawnSync('bash', ['-c', `${stdout}\nripcord --version\n${use}`], {
    cwd: tmpdir(),
    env: { PATH: '/usr/bin:/bin', HOME: tmpdir(), NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
    encoding: 'utf8',
  });
  expect({ stdout: bash.stdout, stderr: bash.stderr }).toEqual({
    stdout: `${packageFile.version}\n${['create', 'list', 'preview', 'update', 'pause', 'resume', 'arm', 'revoke'].join(' ')}\n`,
    stderr: '',
  });
});

test.for([
  [['positons', 'list'], 'There is no command positons. Did you mean positions?'],
  [['positions', 'lst'], 'There is no command positions lst. Did you mean list?'],
  [['positions', 'list', '--opne'], 'There is no option --opne. Did you mean --open?'],
  [
    ['links', 'create', 'pos_4k1z09qj3m2x', 'shut'],
    '<action>: expected one of close, keep, both, reduce, stop, heartbeat.',
  ],
  [[], 'Missing command. Try: ripcord positions list'],
  [
    ['links'],
    'Missing command after links. Expected one of create, list, preview, update, arm, revoke, pause, resume.',
  ],
  [['notify'], 'Missing command after notify. Expected one of list, add, remove, test.'],
  [['history', '--limt', '5'], 'There is no option --limt. Did you mean --limit?'],
  [['history', '--limit'], '--limit needs a value.'],
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
  [['positions', 'list', '--local', '--prefix', 'other'], 'Use either --local or the AWS options'],
  [
    ['positions', 'open', '--account', 'main', '--symbol', 'BTC/USDT', '--side', 'up', '--type', 'stop'],
    '--side: expected one of long, short. --type: expected one of market, limit.',
  ],
] as const)('%j is refused with a sentence', async ([words, sentence]) => {
  const { code, stdout, stderr } = await runRipcord([...words]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(sentence);
  expect(stderr).not.toMatch(/^ +at /m);
});

test('an unreachable local stack is reported with how to start it', async () => {
  const admin = await startFakeAdmin(() => ({ body: {} }));
  await admin[Symbol.asyncDispose]();
  const { code, stderr } = await runLocally(admin.url, ['positions', 'list']);
  expect(code).toBe(1);
  expect(stderr).toBe(
    `ripcord: There is no response from ${admin.url}. Start the local stack with ripcord start.\n`,
  );
});

test('a function that crashed or timed out is reported without what it printed', async () => {
  const crash = { errorType: 'Runtime.ExitError', errorMessage: 'token abc' };
  await using crashed = await startFakeAdmin(() => ({ body: crash, functionError: 'Unhandled' }));
  const words = await runLocally(crashed.url, ['accounts', 'list']);
  expect(words).toMatchObject({ code: 1, stdout: '' });
  expect(words.stderr).toContain('failed before it could answer (Runtime.ExitError)');
  expect(words.stderr).not.toContain('abc');
  const late = {
    errorType: 'Sandbox.Timedout',
    errorMessage: 'RequestId: 1-2 Error: Task timed out after 30.00 seconds',
  };
  await using timedOut = await startFakeAdmin(() => ({ body: late, functionError: 'Unhandled' }));
  const json = await runLocally(timedOut.url, ['accounts', 'list', '--json']);
  expect(JSON.parse(json.stderr)).toMatchObject({ ok: false, error: { code: 'function-failed' } });
  expect(json.stderr).toContain('failed before it could answer (Sandbox.Timedout)');
});

test('an answer in another format is an error', async () => {
  await using admin = await startFakeAdmin(() => ({
    body: { ok: true, result: { positions: [{ id: 1 }] } },
  }));
  const { code, stdout, stderr } = await runLocally(admin.url, ['positions', 'list']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('The answer has an unexpected format.');
});

test('a missing AWS region or missing credentials are reported with what to set, and with --local', async () => {
  const [region, credentials] = await Promise.all([
    runRipcord(['positions', 'list']),
    runRipcord(['positions', 'list', '--region', 'eu-west-1', '--prefix', 'any'], {
      environment: { RIPCORD_LOCAL: '1' },
    }),
  ]);
  expect([region.code, credentials.code]).toEqual([1, 1]);
  // A stack may be running at the default port of the machine that runs this test.
  expect(region.stderr).toMatch(
    /No AWS region is set\. (For the|A) local stack.* add --local\. For AWS, set --region/,
  );
  expect(credentials.stderr).toMatch(/No usable AWS credentials.* add --local\./);
});

test('a local stack that is running is named, and any other server is not', async () => {
  const location = { value: '/console/' };
  const server = createServer((_request, response) => {
    response.writeHead(303, { location: location.value }).end();
  });
  const url = `http://127.0.0.1:${await listen(server, 0)}`;
  expect(await findLocalHint(url)).toBe(`A local stack is running at ${url}: to use it, add --local.`);
  location.value = '/login';
  const start = 'For the local stack, start it with ripcord start and add --local.';
  expect(await findLocalHint(url)).toBe(start);
  await new Promise((resolve) => server.close(resolve));
  expect(await findLocalHint(url)).toBe(start);
});

test.for([
  ['open', '--price', ['--type', 'limit', '--amount', '1']],
  ['open', '--amount', ['--type', 'market']],
  ['open', '--cost', ['--type', 'market']],
  ['open', '--risk', ['--type', 'market', '--stop-loss', '2']],
  ['open', '--stop-loss', ['--type', 'market', '--amount', '1']],
  ['open', '--take-profit', ['--type', 'market', '--amount', '1']],
  ['adopt', '--amount', []],
] as const)('positions %s refuses a decimal comma in %s, and sends nothing', async ([verb, option, rest]) => {
  await using admin = await startFakeAdmin(() => ({ body: {} }));
  const market = ['--account', 'main', '--symbol', 'BTC/USDT:USDT', '--side', 'long'];
  const value = option === '--take-profit' ? '0,01:50%' : '0,01';
  const { code, stderr } = await runLocally(admin.url, [
    'positions',
    verb,
    ...market,
    ...rest,
    option,
    value,
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain(`${option}: expected a plain decimal such as "0.5"; use a point`);
  expect(admin.payloads).toEqual([]);
});

test.for([
  [{ local: 'http://127.0.0.1:8787' }, '--local'],
  [{ local: '' }, '--local'],
  [{ local: '127.0.0.1:9000' }, '--local http://127.0.0.1:9000'],
  [
    { region: 'eu-west-1', profile: "my friend's", prefix: 'second' },
    "--region eu-west-1 --profile 'my friend'\\''s' --prefix second",
  ],
  [{ prefix: 'desk' }, '--prefix desk'],
] as const)('a suggested command repeats the target %j as %s', ([given, options]) => {
  const noTarget = { local: undefined, region: undefined, profile: undefined, prefix: undefined };
  expect(commandHint('positions list', { ...noTarget, ...given })).toBe(
    `${commandName} positions list ${options}`,
  );
});

test('a suggested command without a target has no target options', () => {
  const noTarget = { local: undefined, region: undefined, profile: undefined, prefix: undefined };
  expect(commandHint('positions list', noTarget)).toBe(`${commandName} positions list`);
});

test("an error's hint is printed as a command with the same target", async () => {
  const error = {
    code: 'account-not-found',
    message: 'There is no account "a". Add it with: ripcord accounts add a --exchange binance',
    detail: 'There is no account "a".',
    hint: { text: 'Add it with:', command: 'accounts add a --exchange binance' },
    issues: [],
  };
  await using admin = await startFakeAdmin(() => ({ body: { ok: false, error } }));
  const { stderr } = await runLocally(admin.url, ['accounts', 'check', 'a']);
  const command = `ripcord accounts add a --exchange binance --local ${admin.url}`;
  expect(stderr).toBe(`ripcord: There is no account "a". Add it with: ${command}\n`);
});

test.for([
  [{ message: 'Nothing was sent.' }, 'Nothing was sent.'],
  [
    { message: 'Nothing was sent. Try again.', detail: 'Nothing was sent.', hint: { text: 'Try again.' } },
    'Nothing was sent. Try again.',
  ],
  [
    { message: 'BTC.USDT: requestId was used, see positions.list', detail: 'requestId was used' },
    'requestId was used',
  ],
] as const)('the error %j is printed as it is: %s', async ([error, sentence]) => {
  await using admin = await startFakeAdmin(() => ({
    body: { ok: false, error: { code: 'conflict', issues: [], ...error } },
  }));
  const { stderr } = await runLocally(admin.url, ['accounts', 'check', 'a']);
  expect(stderr).toBe(`ripcord: ${sentence}\n`);
});
