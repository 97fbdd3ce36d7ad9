import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Answer, credentials, isSigned, type Received, region, startService } from './aws-service.ts';
import { ask, type ClientName, describeThrown, isSsmError, type Operation, send } from './both-clients.ts';

const key = { pk: 'position#1', sk: 'position' };
const TableName = 'table';
const item = {
  ...key,
  text: 'ü🪂"\\\n\u2028',
  empty: '',
  whole: 3,
  fraction: 0.1,
  negative: -7,
  big: 2 ** 53 - 1,
  yes: true,
  no: false,
  nothing: null,
  absent: undefined,
  links: new Set(['a', 'ü']),
  counts: new Set([1, 2]),
  list: [1, 'two', { three: [undefined, null] }],
  map: { inner: { empty: {}, list: [], absent: undefined } },
};
const values = {
  ':claim': { leaseToken: 'x', none: undefined },
  ':links': new Set(['a']),
  ':one': 1,
  ':gone': undefined,
};
const condition = {
  ConditionExpression: '#state <> :claim',
  ExpressionAttributeNames: { '#state': 'state' },
  ExpressionAttributeValues: values,
};

const get: Operation = { command: 'GetCommand', input: { TableName, Key: key, ConsistentRead: true } };
const update: Operation = {
  command: 'UpdateCommand',
  input: {
    TableName,
    Key: key,
    UpdateExpression: 'SET #state = :claim',
    ...condition,
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
};
const getParameter: Operation = {
  command: 'GetParameterCommand',
  input: { Name: '/ripcord/accounts/main', WithDecryption: true },
};
const query = {
  TableName,
  KeyConditionExpression: '#pk = :one',
  ...condition,
  ConditionExpression: undefined,
};
const operations: Operation[] = [
  get,
  update,
  { command: 'PutCommand', input: { TableName, Item: item, ...condition } },
  { command: 'DeleteCommand', input: { TableName, Key: key, ...condition } },
  { command: 'QueryCommand', input: { ...query, IndexName: 'list', ScanIndexForward: false, Limit: 5 } },
  { command: 'QueryCommand', input: { ...query, ExclusiveStartKey: key } },
  { command: 'QueryCommand', input: { ...query, ExclusiveStartKey: undefined } },
  {
    command: 'BatchGetCommand',
    input: { RequestItems: { [TableName]: { Keys: [key, key], ConsistentRead: true } } },
  },
  getParameter,
  {
    command: 'GetParametersByPathCommand',
    input: { Path: '/ripcord', WithDecryption: true, NextToken: undefined },
  },
  {
    command: 'PutParameterCommand',
    input: { Name: '/a', Value: '{"a":"ü"}', Type: 'SecureString', KeyId: undefined, Overwrite: true },
  },
  { command: 'DeleteParameterCommand', input: { Name: '/a' } },
];

async function askBoth(operation: Operation, ...answers: (Answer | 'silence' | 'cut')[]) {
  return {
    sdk: await ask('sdk', operation, ...answers),
    lean: await ask('lean', operation, ...answers),
  };
}

function noDelays() {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0);
  onTestFinished(() => random.mockRestore());
}

/** The other headers of a request: the SDK names itself, and each request has an id. */
function toRequest({ method, path, headers, body }: Received, index: number) {
  const { 'content-type': type, 'content-length': length, host, connection } = headers;
  return {
    method,
    path,
    type,
    target: headers['x-amz-target'],
    length: Number(length) === Buffer.byteLength(body),
    host: host?.replace(/:\d+$/, ''),
    connection,
    attempt: headers['amz-sdk-request'],
    hasId: /^[\da-f-]{36}$/.test(String(headers['amz-sdk-invocation-id'])),
    token: headers['x-amz-security-token'],
    body: JSON.parse(body),
    index,
  };
}

describe('A request', () => {
  test.each(operations)('is the same as that of the SDK: $command', async (operation) => {
    const { sdk, lean } = await askBoth(operation, { body: {} });
    expect(lean.received.map(toRequest)).toEqual(sdk.received.map(toRequest));
    const service = operation.command.includes('Parameter') ? 'ssm' : 'dynamodb';
    for (const request of [...sdk.received, ...lean.received]) expect(isSigned(request, service)).toBe(true);
    expect(lean.received).toHaveLength(1);
  });

  test('has another signature if any of it is changed', async () => {
    const { lean } = await askBoth(get, { body: {} });
    const [request] = lean.received;
    expect(request && isSigned({ ...request, body: `${request.body} ` }, 'dynamodb')).toBe(false);
  });
});

const stored = {
  pk: { S: 'position#1' },
  text: { S: 'ü🪂"\\\n' },
  whole: { N: '3' },
  fraction: { N: '0.1' },
  exponent: { N: '1E+2' },
  huge: { N: '123456789012345678901234567890' },
  small: { N: '1.00000000000000000000000000000000001' },
  yes: { BOOL: true },
  nothing: { NULL: true },
  links: { SS: ['a', 'ü'] },
  counts: { NS: ['1', '2'] },
  list: { L: [{ N: '1' }, { M: { a: { L: [] } } }] },
  map: { M: { inner: { M: {} } } },
};
const keyItem = { pk: { S: 'a' }, sk: { S: 'b' } };

describe('A response', () => {
  test.each<[string, Operation, Answer]>([
    ['an item', get, { body: { Item: stored } }],
    ['no item', get, { body: {} }],
    ['an empty item', get, { body: { Item: {} } }],
    ['an empty body', get, { body: '' }],
    ['null', get, { body: 'null' }],
    ['an item that is null', get, { body: { Item: null } }],
    ['attributes', update, { body: { Attributes: stored } }],
    [
      'a page',
      { command: 'QueryCommand', input: query },
      { body: { Items: [stored, keyItem], Count: 2, ScannedCount: 2, LastEvaluatedKey: keyItem } },
    ],
    ['an empty page', { command: 'QueryCommand', input: query }, { body: { Items: [] } }],
    [
      'a batch',
      { command: 'BatchGetCommand', input: { RequestItems: { [TableName]: { Keys: [key] } } } },
      {
        body: {
          Responses: { [TableName]: [stored] },
          UnprocessedKeys: { [TableName]: { Keys: [keyItem], ConsistentRead: true } },
        },
      },
    ],
    [
      'a whole batch',
      { command: 'BatchGetCommand', input: { RequestItems: { [TableName]: { Keys: [key] } } } },
      { body: { Responses: { [TableName]: [] }, UnprocessedKeys: {} } },
    ],
    ['a parameter', getParameter, { body: { Parameter: { Name: '/a', Value: '{"a":"ü"}', Version: 3 } } }],
    [
      'parameters',
      { command: 'GetParametersByPathCommand', input: { Path: '/a', WithDecryption: true } },
      { body: { Parameters: [{ Name: '/a', Value: 'x' }], NextToken: 'n' } },
    ],
    [
      'a version',
      { command: 'PutParameterCommand', input: { Name: '/a', Value: 'x' } },
      { body: { Version: 4 } },
    ],
  ])('is read as by the SDK: %s', async (_, operation, answer) => {
    const { sdk, lean } = await askBoth(operation, answer);
    expect(sdk.outcome).toHaveProperty('result');
    expect(lean.outcome).toStrictEqual(sdk.outcome);
  });
});

const conditionFailed = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
function error(type: string, message = 'in words', status = 400): Answer {
  return { status, body: { __type: type, message } };
}

describe('An error', () => {
  const answers: [string, Answer | 'silence' | 'cut', number][] = [
    ['a failed condition', error(conditionFailed, 'The conditional request failed'), 1],
    [
      'a failed condition with its item',
      { status: 400, body: { __type: conditionFailed, Message: 'failed', Item: stored } },
      1,
    ],
    ['a failed condition without its name space', error('ConditionalCheckFailedException'), 1],
    [
      'a failed condition in the header',
      { status: 400, headers: { 'x-amzn-errortype': 'ConditionalCheckFailedException:http://x' }, body: {} },
      1,
    ],
    ['a failed condition with a status of 500', error(conditionFailed, 'x', 500), 3],
    ['ResourceNotFoundException', error('x#ResourceNotFoundException'), 1],
    ['a missing parameter', error('ParameterNotFound', ''), 1],
    ['ValidationException', error('com.amazon.coral.validate#ValidationException'), 1],
    ['a message in a capital letter', { status: 400, body: { __type: 'x#Y', Message: 'in words' } }, 1],
    ['no message', { status: 400, body: { __type: 'x#Y' } }, 1],
    ['no type', { status: 400, body: { message: 'in words' } }, 1],
    ['a code', { status: 400, body: { code: 'AccessDeniedException', message: 'in words' } }, 1],
    ['an empty body', { status: 400, body: '' }, 1],
    ['ProvisionedThroughputExceededException', error('x#ProvisionedThroughputExceededException'), 3],
    ['ThrottlingException', error('x#ThrottlingException'), 3],
    ['RequestLimitExceeded', error('x#RequestLimitExceeded'), 3],
    ['a status of 429', error('x#Unnamed', 'slow', 429), 3],
    ['InternalServerError', error('x#InternalServerError', 'internal', 500), 3],
    ['a status of 501', error('x#Y', 'internal', 501), 1],
    ['a status of 503 in HTML', { status: 503, body: '<html>Service Unavailable</html>' }, 3],
    ['a status of 400 in HTML', { status: 400, body: '<html>Bad Request</html>' }, 1],
    ['a redirection', { status: 301, headers: { location: 'http://127.0.0.1:9/' }, body: {} }, 1],
    ['truncated JSON', { body: '{"Item": {"pk": {"S": "a"' }, 1],
    ['a cut response', 'cut', 3],
    ['UnrecognizedClientException', error('x#UnrecognizedClientException'), 1],
    ['ExpiredTokenException', error('x#ExpiredTokenException'), 1],
    ['AccessDeniedException', error('AccessDeniedException'), 1],
    [
      'an expired signature',
      error('x#InvalidSignatureException', 'Signature expired: 1 is earlier than 2'),
      3,
    ],
    ['a wrong signature', error('x#InvalidSignatureException', 'The request signature does not match'), 1],
    ['a time to wait', { ...error('x#Y', 'internal', 500), headers: { 'x-amz-retry-after': '20' } }, 3],
  ];

  describe.each([update, getParameter])('$command', (operation) => {
    test.each(answers)(
      'is the same as of the SDK, after as many attempts: %s',
      async (_, answer, attempts) => {
        noDelays();
        const { sdk, lean } = await askBoth(operation, answer);
        expect(sdk.outcome).toHaveProperty('words');
        expect(lean.outcome).toEqual(sdk.outcome);
        if (operation === update) expect(sdk.received).toHaveLength(attempts);
        expect(lean.received.map(toRequest)).toEqual(sdk.received.map(toRequest));
      },
    );
  });

  test('of Parameter Store is one of its class', async () => {
    const { url } = await startService(error('x#InvalidKeyId'));
    for (const name of ['sdk', 'lean'] as const) {
      const thrown = await send(name, getParameter, { endpoint: url, region, credentials }).catch((e) => e);
      expect(isSsmError(name, thrown)).toBe(true);
    }
  });

  test('is followed by a success as in the SDK', async () => {
    noDelays();
    const { sdk, lean } = await askBoth(get, error('x#Y', 'internal', 500), 'cut', {
      body: { Item: stored },
    });
    expect(lean.outcome).toStrictEqual(sdk.outcome);
    expect(lean.received).toHaveLength(3);
  });
});

describe("AWS's clock", () => {
  const hour = 3_600_000;
  /** How far from this machine's clock the requests were dated, in minutes. */
  function toOffsets(received: Received[]) {
    return received.map(({ headers }) => {
      const [, ...parts] = /(....)(..)(..)T(..)(..)(..)Z/.exec(String(headers['x-amz-date'])) ?? [];
      const [year = 0, month = 0, ...rest] = parts.map(Number);
      return Math.round((Date.UTC(year, month - 1, ...rest) - Date.now()) / 60_000) + 0;
    });
  }

  test.each(['RequestTimeTooSkewed', 'InvalidSignatureException', 'AccessDeniedException'])(
    'is adopted from a refusal as in the SDK: %s',
    async (type) => {
      noDelays();
      const refusal = { ...error(`x#${type}`), headers: { date: new Date(Date.now() + hour).toUTCString() } };
      const { sdk, lean } = await askBoth(update, refusal, { body: {} });
      expect(lean.outcome).toStrictEqual(sdk.outcome);
      expect(toOffsets(lean.received)).toEqual([0, 60]);
      expect(toOffsets(sdk.received)).toEqual([0, 60]);
    },
  );
});

describe('The environment', () => {
  test('its credentials sign each request', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
    vi.stubEnv('AWS_SESSION_TOKEN', credentials.sessionToken);
    vi.stubEnv('AWS_REGION', region);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { url, received } = await startService({});
    vi.stubEnv('AWS_ENDPOINT_URL', url);
    await send('lean', get, {});
    expect(received[0] && isSigned(received[0], 'dynamodb')).toBe(true);
  });

  test.each([
    ['credentials', { AWS_REGION: region }],
    ['a secret', { AWS_REGION: region, AWS_ACCESS_KEY_ID: 'a' }],
    ['a region', { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }],
  ])('without %s it sends nothing, and the failure is the same as with the SDK', async (_, environment) => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_REGION'])
      vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { url, received } = await startService({});
    const thrown = async (name: ClientName) =>
      describeThrown(name, await send(name, get, { endpoint: url }).catch((e: unknown) => e));
    expect(await thrown('lean')).toEqual(await thrown('sdk'));
    expect(received).toEqual([]);
  });
});

describe.each(['sdk', 'lean'] as const)('An abort of %s', (name) => {
  test.each([get, getParameter])('ends a request under way at once: $command', async (operation) => {
    const { url, received, arrived, closed } = await startService('silence');
    const aborter = new AbortController();
    const sent = send(name, operation, { endpoint: url, region, credentials }, aborter.signal);
    const outcome = sent.catch((thrown: unknown) => thrown);
    await arrived;
    aborter.abort();
    expect(await outcome).toMatchObject({ name: 'AbortError' });
    await closed;
    expect(received).toHaveLength(1);
  });

  test.each([get, getParameter])('before a request lets none begin: $command', async (operation) => {
    const { url, received } = await startService({});
    const sent = send(name, operation, { endpoint: url, region, credentials }, AbortSignal.abort());
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
    expect(received).toEqual([]);
  });

  test.each(['before', 'after'] as const)(
    'ends the wait for a retry, %s it is granted, and nothing is sent again',
    async (when) => {
      const { url, received } = await startService(error('x#Y', 'internal', 500));
      const aborter = new AbortController();
      const never = new Promise<never>(() => {});
      const retryStrategy = {
        acquireInitialRetryToken: async () => ({ getRetryCount: () => 0, getRetryDelay: () => 0 }),
        refreshRetryTokenForRetry: async () => {
          setImmediate(() => aborter.abort());
          return when === 'before' ? never : { getRetryCount: () => 1, getRetryDelay: () => 60_000 };
        },
        recordSuccess: () => undefined,
      };
      const options = { endpoint: url, region, credentials, retryStrategy };
      await expect(send(name, getParameter, options, aborter.signal)).rejects.toMatchObject({
        name: 'AbortError',
      });
      expect(received).toHaveLength(1);
    },
  );
});
