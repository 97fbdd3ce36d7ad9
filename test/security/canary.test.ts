import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startTable } from '../../infra/local/table.ts';
import { listen } from '../../infra/loopback/listen.ts';
import { startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import { RipcordStack } from '../../infra/stack/ripcord-stack.ts';
import { adminAnswerSchema } from '../../lib/admin/contract/commands.ts';
import { runLocal } from '../infra/local/local-process.ts';
import { send, sendRaw } from '../infra/loopback/running-server.ts';
import { writeEmptyFunctions } from '../infra/stack/empty-functions.ts';
import { type Canary, findCanaries } from './canaries.ts';
import { navigation } from './header-sets.ts';

/** Runs everything there is with keys, secrets and tokens that must turn up nowhere, and then looks everywhere. */

const apiKey = 'CanaryKey4c1uvFz0q8WnT2sYb7LdRmXe';
const secret = 'CanarySecret+/=7hPq&Zk3%JtB5#wVgN9xCa';
const botToken = '4242424242:CanaryBotTokenQx81LmZpRtVwYb3dFgHj';
const slackPath = 'CanarySlackPath0KsWq7NfXv2TzRb6Ld';
const keys: Canary[] = [
  { name: 'the API key', value: apiKey },
  { name: 'the secret', value: secret },
  { name: "the bot's token", value: botToken },
  { name: 'the address of the channel', value: slackPath },
];

const person = navigation('chromeWindows', 'none');
const { accept, ...program } = person;
/** An answer of an exchange that repeats what it was sent, in every form. */
const echo = [
  `origin_string[1700000000000${apiKey}5000symbol=ETHUSDT]`,
  secret,
  encodeURIComponent(secret),
  Buffer.from(`${apiKey}:${secret}`).toString('base64'),
].join(' ');

/** Takes notices, and answers them in turn well, badly and with their own address. */
async function startChannel(): Promise<{ url: string; received: string[] }> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => received.push(chunk.toString('utf8')));
    request.on('end', () => {
      response.writeHead([200, 500, 403][received.length % 3] ?? 200);
      response.end(JSON.stringify({ description: `${request.url} ${slackPath} ${botToken}` }));
    });
  });
  const port = await listen(server, 0);
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${port}`, received };
}

/** The template for an account whose builder's machine is full of canaries. */
async function synthesize(folder: string): Promise<string> {
  await writeEmptyFunctions(folder);
  const variables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'RIPCORD_API_KEY'];
  for (const variable of [...variables, 'RIPCORD_SECRET']) vi.stubEnv(variable, secret);
  try {
    const stack = new RipcordStack(new App(), 'Ripcord', {
      prefix: 'ripcord',
      functionsFolder: folder,
    });
    return JSON.stringify(Template.fromStack(stack).toJSON());
  } finally {
    vi.unstubAllEnvs();
  }
}

it('No token, key or secret is in anything printed, stored, answered or deployed', {
  timeout: 240_000,
}, async () => {
  const data = await mkdtemp(join(tmpdir(), 'ripcord-canary-'));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  const exchange = await startSimulatedExchange();
  onTestFinished(() => exchange.stop());
  const { core } = exchange;
  core.addAccount({
    apiKey,
    secret,
    balances: { spot: { USDT: '1000000', ETH: '50' }, usdm: { USDT: '100000' } },
    permissions: { withdraw: true, ipRestricted: false },
  });
  const channel = await startChannel();
  await writeFile(
    join(data, 'notify.json'),
    JSON.stringify([
      { kind: 'telegram', token: botToken, chatId: '1', baseUrl: channel.url },
      { kind: 'slack', url: `${channel.url}/services/${slackPath}` },
      { kind: 'discord', url: `http://127.0.0.1:9/${slackPath}` },
    ]),
  );
  const stack = runLocal('--port', '0', '--no-demo', '--data', data);
  const url = await stack.ready;

  const answers: string[] = [];
  const tokens: string[] = [];
  const invoke = async (name: string, payload: unknown): Promise<string> => {
    const { body } = await send(url, {
      method: 'POST',
      path: `/2015-03-31/functions/${name}/invocations`,
      body: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });
    return body;
  };
  /** Any command; what is answered is kept, but for the one place where a URL belongs. */
  const ask = async (command: string, input: object = {}): Promise<Record<string, unknown>> => {
    const body = await invoke('ripcord-admin', { command, ...input });
    const answer = adminAnswerSchema.parse(JSON.parse(body));
    if (!answer.ok) {
      answers.push(body);
      return {};
    }
    const { url: link, ...rest } = answer.result as Record<string, unknown>;
    if (command === 'links.create') tokens.push(String(link).split('/').at(-1) ?? '');
    answers.push(JSON.stringify(command === 'links.create' ? rest : answer.result));
    return answer.result as Record<string, unknown>;
  };
  const request = async (
    path: string,
    options: Omit<NonNullable<Parameters<typeof send>[1]>, 'path'> = {},
  ) => {
    const { status, headers, body } = await send(url, { ...options, path });
    answers.push(`${status} ${JSON.stringify(headers)} ${body}`);
  };

  const account = { exchange: 'binance', apiKey, secret, baseUrl: exchange.url };
  const main = { account: 'main', symbol: 'ETH/USDT', side: 'long' };
  const entry = (filled?: string) => {
    const order = core.placeOrder({
      apiKey,
      market: 'spot',
      symbol: 'ETHUSDT',
      side: 'buy',
      type: 'limit',
      timeInForce: 'GTC',
      amount: '1',
      price: '2900',
    });
    if (filled !== undefined) core.fill({ orderId: order.id, amount: filled });
    return String(order.id);
  };
  const adopt = async (filled?: string): Promise<string> => {
    const { position } = await ask('positions.adopt', { ...main, entryOrderIds: [entry(filled)] });
    return (position as { positionId: string }).positionId;
  };
  const link = async (
    positionId: string,
    options: object = {},
  ): Promise<{ path: string; linkId: string }> => {
    const { link: made } = await ask('links.create', { positionId, action: 'close', ...options });
    return { path: `/l/${tokens.at(-1)}`, linkId: (made as { linkId: string }).linkId };
  };

  // Accounts, and everything that can be wrong with them.
  for (const allowWithdrawals of [false, true]) {
    await ask('accounts.add', { name: 'main', account, allowWithdrawals });
    const perpetual = { ...account, exchange: 'binanceusdm' };
    await ask('accounts.add', { name: 'perpetual', account: perpetual, allowWithdrawals });
  }
  for (const unchecked of [false, true])
    await ask('accounts.add', { name: 'wrong', account: { ...account, secret: `${secret}x` }, unchecked });
  await ask('accounts.add', { name: 'bad', account: { ...account, exchange: 'mtgox', passphrase: secret } });
  await ask('accounts.add', { name: 'bad', account: { ...account, baseUrl: 'nowhere', apiKey: [apiKey] } });
  await ask('accounts.list');
  for (const name of ['main', 'perpetual', 'wrong', 'nobody']) await ask('accounts.check', { name });
  await ask('accounts.open', { name: 'main' });

  // Channels, and everything that can be wrong with them.
  const chat = { kind: 'telegram', name: 'chat', token: botToken, chatId: '7', baseUrl: channel.url };
  for (const test of [true, true, true, false]) await ask('notify.add', { channel: chat, test });
  for (const wrong of [
    { token: `${botToken} ` },
    { chatId: botToken },
    { baseUrl: slackPath },
    { url: slackPath },
  ])
    await ask('notify.add', { channel: { ...chat, name: 'bad', ...wrong } });
  await ask('notify.add', { channel: { kind: 'slack', name: 'bad', url: `http://a.example/${slackPath}` } });
  await ask('notify.list');
  for (const name of ['chat', 'chat', botToken.slice(0, 32)]) await ask('notify.remove', { name });
  answers.push(await invoke('ripcord-admin', '{"command":'), await invoke('ripcord-trigger', {}));

  // Positions and links of every sort, and what they answer in every form.
  await ask('positions.adopt', { ...main, account: 'wrong', entryOrderIds: [entry()] });
  await ask('positions.open', { ...main, requestId: 'one', type: 'market', amount: '1' });
  await ask('positions.open', { ...main, requestId: 'two', type: 'limit', amount: '1', price: '2500' });
  const filled = await adopt('1');
  const wholes = [
    await link(filled),
    await link(filled, { action: 'keep' }),
    await link(filled, { confirm: true, label: 'mine' }),
    await link(filled, { methods: 'post-only', expiresIn: '7d' }),
    await link(filled, { percent: 50, maxUses: 2 }),
    await link(filled, { sources: 'tradingview' }),
  ];
  const revoked = await link(filled);
  await ask('links.revoke', { linkId: revoked.linkId });
  for (const { linkId } of wholes) await ask('links.preview', { linkId });
  const leaky = (path: string) => ({
    ...program,
    referer: `${url}${path}`,
    cookie: `token=${path}`,
    'x-forwarded-for': `203.0.113.7, ${apiKey}`,
    authorization: `Bearer ${secret}`,
  });
  for (const { path } of [revoked, ...wholes]) {
    await request(path);
    await request(path, { headers: { accept: 'text/html' } });
    await request(`${path}?key=${encodeURIComponent(secret)}`, { headers: { 'user-agent': 'curl/8.7.1' } });
    await request(path, { method: 'POST', headers: leaky(path), body: `${path} ${apiKey} ${secret}` });
    for (const method of ['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']) await request(path, { method });
    for (const odd of [`${path}/`, path.slice(0, -1), `${path}0`, path.replace('/l/', '/L/'), `${path}%zz`])
      await request(odd, { method: 'POST' });
    await request(path, { headers: { ...leaky(path), 'x-long': path.repeat(300) } });
  }
  answers.push(await sendRaw(url, `GET ${wholes[0]?.path} HTTP/9.9\r\nbroken ${secret}\r\n\r\n`));
  await ask('links.pause');
  await request(wholes[0]?.path ?? '', { method: 'POST' });
  await ask('links.resume');

  // An exchange that repeats whatever it was sent, wherever it is asked something.
  const paths = ['/api/v3/order', '/api/v3/account', '/api/v3/openOrders', '/sapi/*', '/api/v3/*', '/fapi/*'];
  const codes = [
    { status: 400, code: -2010 },
    { status: 401, code: -2015 },
    { status: 400, code: -1022 },
    { status: 400, code: -1021 },
    { status: 500, code: -1000 },
    { status: 200, code: 10_004 },
  ];
  const provoke = async (wrong: { status: number; code: number }): Promise<void> => {
    const positionId = await adopt(wrong.code === -2010 ? undefined : '1');
    const { path } = await link(positionId);
    for (const target of paths) {
      core.addFault({ kind: 'status', ...wrong, msg: echo, match: { path: target }, times: 6 });
      await request(path, { method: 'POST' });
      await ask('positions.get', { positionId });
      core.clearFaults();
    }
    core.addFault({ kind: 'status', ...wrong, msg: echo, match: { path: '*' }, times: 50 });
    await ask('accounts.check', { name: 'main' });
    await ask('accounts.open', { name: 'main' });
    await ask('positions.adopt', { ...main, entryOrderIds: [entry()] });
    await ask('positions.open', {
      ...main,
      requestId: `e${wrong.status}-${Math.abs(wrong.code)}`,
      type: 'market',
      amount: '1',
    });
    await ask('positions.close', { positionId });
    await ask('positions.resolve', { positionId });
    answers.push(await invoke('ripcord-sweep', {}));
    core.clearFaults();
    await request(path, { method: 'POST', headers: { accept: 'text/html' } });
  };
  for (const wrong of codes) await provoke(wrong);
  for (const kind of ['html', 'truncate', 'drop-before', 'bad-signature'] as const) {
    const { path } = await link(await adopt('1'));
    core.addFault({ kind, match: {}, times: 6 });
    await request(path, { method: 'POST' });
    core.clearFaults();
  }

  // A GET by a person, and what follows; then everything that lists, and the mail about it.
  await request(wholes[4]?.path ?? '', { method: 'POST' });
  await request(wholes[0]?.path ?? '', { headers: person });
  for (const { path } of wholes) await request(path, { headers: program });
  await ask('notify.test');
  for (let times = 0; times < 3; times += 1) answers.push(await invoke('ripcord-sweep', {}));
  for (const command of ['positions.list', 'links.list', 'history.list', 'accounts.list']) await ask(command);
  // After this one the exchange is left alone for a while.
  await provoke({ status: 418, code: -1003 });
  await ask('positions.closeAll');
  await ask('accounts.remove', { name: 'main' });
  await ask('positions.forget', { positionId: filled });

  // Files that are damaged are quoted by parsers.
  const files = ['accounts.json', 'notify.json'];
  const whole = await Promise.all(files.map((file) => readFile(join(data, file), 'utf8')));
  for (const damage of [`{"main":"${apiKey} ${secret}`, JSON.stringify([{ kind: secret, url: slackPath }])]) {
    for (const file of files) await writeFile(join(data, file), damage);
    for (const command of ['accounts.list', 'notify.test', 'positions.list']) await ask(command);
    await ask('accounts.check', { name: 'main' });
    await request((await link(await adopt('1').catch(() => filled)).catch(() => revoked)).path, {
      method: 'POST',
    });
    answers.push(await invoke('ripcord-sweep', {}));
    for (const [index, file] of files.entries()) await writeFile(join(data, file), whole[index] ?? '');
  }

  stack.child.kill('SIGTERM');
  const printed = await stack.ended;
  expect(printed.code).toBe(0);

  const table = await startTable(join(data, 'table'), 'ripcord');
  const client = new DynamoDBClient({
    endpoint: table.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { Items: items = [] } = await client.send(new ScanCommand({ TableName: 'ripcord' }));
  client.destroy();
  await table.stop();
  const stored = await Promise.all(
    (await readdir(join(data, 'table'))).map((file) => readFile(join(data, 'table', file), 'latin1')),
  );
  const template = await synthesize(join(data, 'functions'));

  // Finding nothing proves something only if there was something to search.
  expect(tokens.length).toBeGreaterThan(15);
  expect(answers.length).toBeGreaterThan(250);
  expect(items.length).toBeGreaterThan(60);
  expect(printed.stdout.split('\n').length).toBeGreaterThan(250);
  expect(channel.received.length).toBeGreaterThan(0);
  expect(template).toContain('AWS::Lambda::Function');
  expect(answers.join()).toContain('origin_string');

  const places = {
    stdout: printed.stdout,
    stderr: printed.stderr,
    'an answer': answers.join('\n'),
    'the table': JSON.stringify(items),
    "the table's files": stored.join('\n'),
    'a notice': channel.received.join('\n'),
    'the template': template,
  };
  const minted = tokens.map((token, index) => ({ name: `token ${index}`, value: token.slice(3) }));
  expect(findCanaries([...keys, ...minted], places)).toEqual([]);
  // What lies deflated in the table was searched as well.
  expect(places['the table']).toContain('entryFilled');
  // The same search finds the canaries in the file that they belong to.
  const inFiles = findCanaries(keys, {
    file: whole.join('\n'),
    again: Buffer.from(secret).toString('base64'),
  });
  expect(new Set(inFiles.map((found) => found.split(' in ')[0])).size).toBe(keys.length);
});
