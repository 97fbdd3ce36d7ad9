import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runRipcord } from './run-ripcord.ts';

/** Lambda with two functions: one of the default deployment, one of another. */
const functions: Record<string, object> = {
  'ripcord-admin': { accounts: [] },
  'desk-admin': { accounts: [{ name: 'main', exchange: 'binance' }] },
};
const errors: Record<string, [status: number, name: string]> = {
  'denied-admin': [403, 'AccessDeniedException'],
  'busy-admin': [429, 'TooManyRequestsException'],
  'odd-admin': [500, 'ServiceException'],
};
const aws = createServer((request, response) => {
  const [, name = ''] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '') ?? [];
  const result = functions[name];
  const [status, error] = errors[name] ?? [404, 'ResourceNotFoundException'];
  const headers = { 'content-type': 'application/json' };
  if (result === undefined)
    response.writeHead(status, { ...headers, 'x-amzn-errortype': error }).end('{"Message":"no"}');
  else response.writeHead(200, headers).end(JSON.stringify({ ok: true, result }));
});

beforeAll(() => new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => aws.close(resolve)));

function run(words: string[]) {
  return runRipcord(['accounts', 'list', '--json', '--region', 'eu-west-1', ...words], {
    environment: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  });
}

test('the prefix selects the admin function, and is ripcord by default', async () => {
  const [byDefault, byPrefix] = await Promise.all([run([]), run(['--prefix', 'desk'])]);
  expect(byDefault).toEqual({ code: 0, stdout: '{"accounts":[]}\n', stderr: '' });
  expect(byPrefix.stdout).toBe('{"accounts":[{"name":"main","exchange":"binance"}]}\n');
});

test.for([
  [['--prefix', 'gone'], 'There is no function gone-admin in this region and account.'],
  [['--prefix', 'denied'], 'These AWS credentials are not allowed to invoke denied-admin.'],
  [['--prefix', 'busy'], 'AWS throttled the request. Nothing was done'],
  [['--prefix', 'odd'], 'AWS returned ServiceException. The command may have been carried out'],
  [['--profile', 'unknown'], 'No usable AWS credentials.'],
] as const)('%j is reported as JSON with the sentence: %s', async ([words, sentence]) => {
  const { code, stdout, stderr } = await run([...words]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject({ ok: false, error: { code: 'unreachable' } });
  expect(stderr).toContain(sentence);
});
