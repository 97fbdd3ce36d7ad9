import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ssmAccounts } from '../../../lib/account/ssm-accounts.ts';
import { toHttpStatus } from '../../../lib/fault.ts';
import { startParameterStore } from '../notify/parameter-store.ts';

type Answer = { status: number; body: object } | 'silence';

const account = { exchange: 'binance', apiKey: 'a', secret: 'b' } as const;
const rotated = { ...account, apiKey: 'c' };
const cacheMs = 5 * 60_000;

function holds(value: unknown): Answer {
  return {
    status: 200,
    body: { Parameter: { Value: typeof value === 'string' ? value : JSON.stringify(value) } },
  };
}

/** As AWS sends it: https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html */
function error(type: string, message: string, status = 400): Answer {
  return { status, body: { __type: type, message } };
}

const throttled = error('ThrottlingException', 'Rate exceeded');
const missing = error('ParameterNotFound', '');
const key = 'arn:aws:kms:us-east-1:111122223333:key/1a2b3c4d-f6b4-4c5b-97e7-123456ab210c';
function fromKms(code: string): string {
  return `(Service: AWSKMS; Status Code: 400; Error Code: ${code}; Request ID: 7b6ae355-c99a-4cad-b2c3-4b40c0abdda9; Proxy: null)`;
}
const disabled = error('InvalidKeyId', `${key} is disabled. ${fromKms('DisabledException')}`);

/** A stand-in for Parameter Store with an answer that can be changed, and a clock. */
async function startStore(first: Answer) {
  let answer = first;
  let requests = 0;
  let clock = 0;
  const server = createServer((request, response: ServerResponse) => {
    requests += 1;
    request.resume();
    if (answer === 'silence') return;
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
  });
  return {
    accounts: ssmAccounts('/ripcord/accounts', { now: () => clock }),
    requests: () => requests,
    answer(next: Answer) {
      answer = next;
    },
    pass(ms: number) {
      clock += ms;
    },
  };
}

/** A function that has read its account, and whose cache is over. */
async function startWarm(next: Answer) {
  const store = await startStore(holds(account));
  expect(await store.accounts.read('main')).toEqual(account);
  store.pass(cacheMs + 1);
  store.answer(next);
  return store;
}

describe('A function that knows an account', () => {
  test.each([
    ['throttles', throttled],
    ['throttles with a 429', error('TooManyRequestsException', 'Rate exceeded', 429)],
    ['has an internal error', error('InternalServerError', 'internal', 500)],
    ['is unavailable', error('ServiceUnavailable', 'unavailable', 503)],
    ['does not answer', 'silence'],
    [
      'passes on that KMS throttles',
      error('InvalidKeyId', `Rate exceeded ${fromKms('ThrottlingException')}`),
    ],
  ] satisfies [string, Answer][])(
    'the known account is used within 1 s if Parameter Store %s',
    async (_, answer) => {
      const store = await startWarm(answer);
      const startedAt = performance.now();
      expect(await store.accounts.read('main')).toEqual(account);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      await expect(store.accounts.read('main', { fresh: true })).rejects.toMatchObject({
        code: 'accounts-unreadable',
      });
    },
  );

  test('after a failure the known account is used without asking again, until 30 s later', async () => {
    const store = await startWarm(error('InternalServerError', 'internal', 500));
    await store.accounts.read('main');
    await vi.waitFor(() => expect(store.requests()).toBe(4));
    store.pass(29_000);
    expect(await store.accounts.read('main')).toEqual(account);
    expect(store.requests()).toBe(4);
    store.answer(holds(rotated));
    store.pass(2_000);
    expect(await store.accounts.read('main')).toEqual(rotated);
  });

  test('changed keys are read after 5 min, and at once by a read that bypasses the cache', async () => {
    const store = await startWarm(holds(rotated));
    expect(await store.accounts.read('main')).toEqual(rotated);
    store.answer(holds(account));
    expect(await store.accounts.read('main')).toEqual(rotated);
    expect(await store.accounts.read('main', { fresh: true })).toEqual(account);
    expect(await store.accounts.read('main')).toEqual(account);
  });

  test('concurrent hits share one request', async () => {
    const store = await startWarm(holds(rotated));
    const reads = Array.from({ length: 5 }, () => store.accounts.read('main'));
    expect(await Promise.all(reads)).toEqual(reads.map(() => rotated));
    expect(store.requests()).toBe(2);
  });

  test('a request that a freeze interrupted is not waited for: the next hit sends its own', async () => {
    const store = await startWarm('silence');
    expect(await store.accounts.read('main')).toEqual(account);
    store.pass(60_000);
    store.answer(holds(rotated));
    expect(await store.accounts.read('main')).toEqual(rotated);
  });

  test('keys are as old as the request for them, however late its response is seen', async () => {
    const store = await startWarm(holds(rotated));
    const read = store.accounts.read('main');
    store.pass(60_000);
    expect(await read).toEqual(rotated);
    store.answer(holds(account));
    store.pass(cacheMs - 60_000);
    expect(await store.accounts.read('main')).toEqual(account);
  });

  test('the 30 s after a failure count from its request', async () => {
    const store = await startWarm(error('InternalServerError', 'internal', 500));
    const read = store.accounts.read('main');
    store.pass(29_000);
    await read;
    await vi.waitFor(() => expect(store.requests()).toBe(4));
    store.answer(holds(rotated));
    store.pass(1_000);
    expect(await store.accounts.read('main')).toEqual(rotated);
  });

  test.each([
    ['denied', disabled, 'accounts-denied'],
    ['removed', missing, 'account-not-found'],
    ['no account any more', holds('{}'), 'account-invalid'],
  ] satisfies [string, Answer, string][])(
    'an account that is %s is reported, and not used later either',
    async (_, answer, code) => {
      const store = await startWarm(answer);
      await expect(store.accounts.read('main')).rejects.toMatchObject({ code });
      store.answer(throttled);
      await expect(store.accounts.read('main')).rejects.toMatchObject({ code: 'accounts-unreadable' });
    },
  );
});

describe('Parameter Store that refuses', () => {
  const role = 'User: arn:aws:sts::111122223333:assumed-role/trigger/trigger';
  const parameter = 'arn:aws:ssm:eu-west-1:111122223333:parameter/ripcord/accounts/main';
  const refusals: [string, Answer, RegExp][] = [
    ['a disabled KMS key', disabled, /key\/1a2b.* is disabled\. \(InvalidKeyId\).* Enable the KMS key/],
    [
      'a KMS key that is pending deletion',
      error('InvalidKeyId', `${key} is pending deletion. ${fromKms('KMSInvalidStateException')}`),
      /is pending deletion\. \(InvalidKeyId\).* Cancel the KMS key's deletion/,
    ],
    [
      'a KMS key that is gone',
      error('InvalidKeyId', `Key '${key}' does not exist ${fromKms('NotFoundException')}`),
      /does not exist.* store the account again/,
    ],
    ['a disabled key in the words of KMS', error('DisabledException', `${key} is disabled.`), /is disabled/],
    [
      'a key state in the words of KMS',
      error('KMSInvalidStateException', `${key} is pending import.`),
      /is pending import.* Enable the KMS key/,
    ],
    [
      'a role without ssm:GetParameter',
      error(
        'AccessDeniedException',
        `${role} is not authorized to perform: ssm:GetParameter on resource: ${parameter} because no identity-based policy allows the ssm:GetParameter action`,
      ),
      /ssm:GetParameter.* Allow this action to the function's role/,
    ],
    [
      'a role without kms:Decrypt',
      error(
        'AccessDeniedException',
        `The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. ${fromKms('AccessDeniedException')}`,
      ),
      /you are not allowed to access\..* \(kms:Decrypt\)/,
    ],
  ];

  test.each(refusals)('%s is reported with what to do, and with no 5xx status', async (_, answer, words) => {
    const { accounts, requests } = await startStore(answer);
    const thrown = await accounts.read('main').catch((fault: unknown) => fault);
    expect(thrown).toMatchObject({
      code: 'accounts-denied',
      message: expect.stringMatching(words),
      publicMessage: 'The account behind this link is not available.',
    });
    expect(thrown).toMatchObject({ message: expect.stringContaining('account "main"') });
    expect(String(thrown)).not.toMatch(/Request ID|Try again in a moment/);
    expect(toHttpStatus('accounts-denied')).toBe(403);
    expect(requests()).toBe(1);
    for (const call of [accounts.list(), accounts.write('main', account), accounts.remove('main')])
      await expect(call).rejects.toMatchObject({ code: 'accounts-denied' });
  });
});

test.each([
  [throttled, 'AWS Parameter Store responded with an error: Rate exceeded (ThrottlingException).'],
  [
    error('InternalServerError', 'An error occurred on the server side.', 500),
    'AWS Parameter Store responded with an error: An error occurred on the server side. (InternalServerError).',
  ],
  ['silence', 'AWS Parameter Store did not respond.'],
] satisfies [Answer, string][])(
  'What may pass is reported in the words of AWS: %j',
  async (answer, detail) => {
    const { accounts } = await startStore(answer);
    await expect(accounts.read('main')).rejects.toMatchObject({ code: 'accounts-unreadable', detail });
  },
);

describe('A stored parameter', () => {
  test('a wrong one is listed with its problem, and hides no other', async () => {
    const stored = [
      { Name: '/ripcord/accounts/main', Value: JSON.stringify(account) },
      { Name: '/ripcord/accounts/wrong', Value: 'no JSON: s3cret' },
    ];
    const { accounts } = await startStore({ status: 200, body: { Parameters: stored } });
    expect(await accounts.list()).toEqual([
      { name: 'main', exchange: 'binance' },
      {
        name: 'wrong',
        problem: expect.stringMatching(
          /^The parameter \/ripcord\/accounts\/wrong does not contain a valid account\. .*--replace$/,
        ),
      },
    ]);
  });

  test('keys are trimmed when they are read', async () => {
    const { accounts } = await startStore(holds({ ...account, apiKey: ' a\n', secret: 'b\r\n' }));
    expect(await accounts.read('main')).toEqual(account);
  });

  test.each([
    [{ ...account, secret: 'b\u200b' }, /secret: expected printable ASCII, but character 2 is U\+200B/],
    [{ ...account, apiKey: 'а' }, /apiKey: .* character 1 is U\+0430/],
    ['no JSON: s3cret', /does not contain a valid account\./],
    [
      { exchange: 'mtgox', apiKey: 's3cret', secret: 's3cret' },
      /does not contain a valid account \(exchange: Invalid option/,
    ],
    [{ ...account, s3cret: 1 }, /does not contain a valid account\./],
  ])('an unusable one is refused in words that quote no secret: %j', async (value, words) => {
    const { accounts } = await startStore(holds(value));
    const thrown = await accounts.read('main').catch((fault: unknown) => fault);
    expect(thrown).toMatchObject({ code: 'account-invalid', message: expect.stringMatching(words) });
    expect(String(thrown)).toMatch(
      /The parameter \/ripcord\/accounts\/main .* accounts add main .*--replace/,
    );
    expect(JSON.stringify([thrown, String(thrown)])).not.toContain('s3cret');
  });
});

test('a write that AWS finds invalid does not quote the keys that it contains', async () => {
  const value = JSON.stringify(account);
  const message = `1 validation error detected: Value '${value}' at 'value' failed to satisfy constraint`;
  const { accounts } = await startStore(error('ValidationException', message));
  await expect(accounts.write('main', account)).rejects.toMatchObject({
    code: 'accounts-unreadable',
    detail: 'AWS Parameter Store responded with an error: ValidationException.',
  });
});

test("An account is stored encrypted with the stack's own key", async () => {
  const store = await startParameterStore();
  const kmsKey = 'arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d';
  await ssmAccounts('/ripcord/accounts', { kmsKey }).write('main', account);
  expect(store.requests).toMatchObject([
    { action: 'PutParameter', Name: '/ripcord/accounts/main', Type: 'SecureString', KeyId: kmsKey },
  ]);
});
