import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { createProjectHandlers } from '../../infra/local/create-project-handlers.ts';
import { fire, ledgerSince, markOf, startEnvironment } from './environment.ts';
import { allMarkets, bybitLinear, stageLong } from './long-position.ts';
import { adopt, newTrader, perpetualLong, placeEntry, spotLong } from './trader.ts';

/** Keys in Parameter Store, as on AWS, and what a link's sender and its owner read if they can't be used. */

interface Failure {
  type: string;
  message: string;
}
const stored = new Map<string, string>();
let failure: Failure | undefined;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { Name, Value } = (await json(request)) as { Name: string; Value?: string };
  const respond = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  if (Value !== undefined) {
    stored.set(Name, Value);
    respond(200, { Version: 1 });
  } else if (failure !== undefined) respond(400, { __type: failure.type, message: failure.message });
  else if (stored.has(Name)) respond(200, { Parameter: { Name, Value: stored.get(Name) } });
  else respond(400, { __type: 'ParameterNotFound', message: '' });
}

const parameterStore = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
});
await new Promise<void>((resolve) => parameterStore.listen(0, '127.0.0.1', resolve));
vi.stubEnv('AWS_ENDPOINT_URL_SSM', `http://127.0.0.1:${(parameterStore.address() as AddressInfo).port}`);
vi.stubEnv('AWS_REGION', 'eu-west-1');
vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');

const environment = await startEnvironment({
  handlers: (variables, log) =>
    createProjectHandlers({ ...variables, RIPCORD_ACCOUNTS: 'ssm:/ripcord/accounts' }, log),
});
const { core } = environment;
afterEach(() => {
  failure = undefined;
});
afterAll(() => {
  vi.unstubAllEnvs();
  parameterStore.closeAllConnections();
  parameterStore.close();
});

const key = 'arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d';
/** Each function caches for itself, so the trigger has not read the account yet. */
const failures: [string, Failure, RegExp][] = [
  [
    'whose KMS key is disabled',
    {
      type: 'InvalidKeyId',
      message: `${key} is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException; Request ID: 1; Proxy: null)`,
    },
    /Nothing was sent\. AWS denied Ripcord access to the account "trader-\d+" .* is disabled\. .* Enable the KMS key/,
  ],
  [
    'that the role may not read',
    {
      type: 'AccessDeniedException',
      message: 'User: arn:aws:sts::1:assumed-role/trigger is not authorized to perform: ssm:GetParameter',
    },
    /Nothing was sent\. AWS denied Ripcord access to .* ssm:GetParameter .* Allow this action to the function's role/,
  ],
];
const cases = [spotLong, perpetualLong].flatMap((kind) =>
  failures.map(([title, given, words]) => ({ kind, name: kind.name, title, given, words })),
);

it.each(cases)(
  'a hit on $name with an account $title is answered without a 5xx status, and acts after the fix',
  async ({ kind, given, words }) => {
    const trader = await newTrader(environment, kind);
    const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    const url = await environment.newLink(positionId, 'close');
    const mark = markOf(core);
    failure = given;
    const refused = await fire(url);
    expect(refused).toMatchObject({
      status: 403,
      json: {
        status: 'accounts-denied',
        message: 'Nothing was sent. The account behind this link is not available.',
      },
    });
    expect(refused.headers).not.toHaveProperty('retry-after');
    expect(refused.body).not.toMatch(/arn:|trader-/);
    expect(ledgerSince(core, mark).requests).toEqual([]);
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open' });
    const { hits } = await environment.admin('history.list', { positionId });
    expect(hits).toMatchObject([{ decision: 'refused', status: 403, why: expect.stringMatching(words) }]);
    failure = undefined;
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  },
);

it('a hit with a stored key that has an invisible character is answered 422, and the history names its place', async () => {
  const trader = await newTrader(environment, spotLong);
  const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
  const url = await environment.newLink(positionId, 'close');
  const path = `/ripcord/accounts/${trader.account}`;
  const good = stored.get(path) ?? '';
  stored.set(path, good.replace('secret-of', 'secret\u200b-of'));
  expect(await fire(url)).toMatchObject({ status: 422, json: { status: 'account-invalid' } });
  const { hits } = await environment.admin('history.list', { positionId });
  expect(hits[0]?.why).toContain('secret: expected printable ASCII, but character 7 is U+200B');
  stored.set(path, good);
  expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
});

const pem = { type: 'pkcs8', format: 'pem' } as const;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey.export(pem).toString();
const unusable = {
  'without its line breaks': rsa.export(pem).toString().replaceAll('\n', ' '),
  'with escaped line breaks': ed25519.replaceAll('\n', '\\n'),
  'that is cut off': rsa.export(pem).toString().slice(0, 900),
  'that is encrypted': rsa.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
};

/** The secret of any other exchange is any text. Coinbase accepts line breaks of either form. */
const withPrivateKeys = allMarkets.filter(({ exchange }) => /^(binance|bybit|coinbase)/.test(exchange));

it.each(
  withPrivateKeys.flatMap((venue) =>
    Object.entries(unusable)
      .filter(([title]) => venue.exchange !== 'coinbase' || title !== 'with escaped line breaks')
      .map(([title, secret]) => ({ venue, name: venue.name, title, secret })),
  ),
)(
  'a private key $title is refused at $name, and no request is taken for one whose response was lost',
  async ({ venue, secret }) => {
    const { account, positionId, url, mark } = await stageLong(environment, venue, { exits: true });
    const path = `/ripcord/accounts/${account}`;
    const good = stored.get(path) ?? '';
    stored.set(path, JSON.stringify({ ...JSON.parse(good), secret }));
    const refused = await fire(url);
    expect(refused).toMatchObject({ status: 422, json: { status: 'account-invalid' } });
    expect(refused.body).not.toMatch(/PRIVATE KEY|trader-/);
    expect(ledgerSince(core, mark).requests).toEqual([]);
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open' });
    const { hits } = await environment.admin('history.list', { positionId });
    expect(hits[0]?.why).toMatch(/^Nothing was sent\. The secret can't sign requests to .* as PEM/);
    stored.set(path, good);
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  },
);

it('the check of an account names a private key that its exchange does not support', async () => {
  const { account } = await stageLong(environment, bybitLinear);
  const path = `/ripcord/accounts/${account}`;
  const replaced = await environment.admin('accounts.add', {
    name: account,
    account: { ...JSON.parse(stored.get(path) ?? ''), secret: ed25519 },
    replace: true,
    unchecked: true,
  });
  expect(replaced).toMatchObject({ account: { exchange: 'bybit' } });
  expect(await environment.refusal({ command: 'accounts.check', name: account })).toMatchObject({
    code: 'account-invalid',
    message: expect.stringContaining("can't sign requests to Bybit"),
  });
});

it('a hit whose account Parameter Store does not know yet, and throttles, is to be repeated', async () => {
  const trader = await newTrader(environment, spotLong);
  const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
  const url = await environment.newLink(positionId, 'close');
  failure = { type: 'ThrottlingException', message: 'Rate exceeded' };
  expect(await fire(url)).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  const { hits } = await environment.admin('history.list', { positionId });
  expect(hits[0]?.why).toContain('Rate exceeded (ThrottlingException)');
  failure = undefined;
  expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
});
