import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runRipcord } from './run-ripcord.ts';

const stack = `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>
  <StackName>Ripcord</StackName><StackStatus>CREATE_COMPLETE</StackStatus>
  <CreationTime>2025-11-22T17:10:00Z</CreationTime>
  <Outputs><member><OutputKey>AdminFunctionName</OutputKey><OutputValue>Ripcord-Admin1</OutputValue></member></Outputs>
</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
const noStack = `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>
  <Message>Stack with id Other does not exist</Message></Error></ErrorResponse>`;

/** CloudFormation with one stack, and Lambda with one function. */
async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/') {
    const found = (await readText(request)).includes('StackName=Ripcord');
    response.writeHead(found ? 200 : 400, { 'content-type': 'text/xml' }).end(found ? stack : noStack);
    return;
  }
  const found = request.url === '/2015-03-31/functions/Ripcord-Admin1/invocations';
  response.writeHead(found ? 200 : 404, {
    'content-type': 'application/json',
    ...(found ? {} : { 'x-amzn-errortype': 'ResourceNotFoundException' }),
  });
  response.end(JSON.stringify(found ? { ok: true, result: { accounts: [] } } : { Message: 'not found' }));
}
const aws = createServer((request, response) => {
  serve(request, response).catch((error: unknown) =>
    response.destroy(new Error('bad request', { cause: error })),
  );
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

test('the function is found by the output of its stack, or by its name', async () => {
  const runs = await Promise.all([run([]), run(['--function', 'Ripcord-Admin1'])]);
  for (const told of runs) expect(told).toEqual({ code: 0, stdout: '{"accounts":[]}\n', stderr: '' });
});

test.for([
  [['--stack', 'Other'], 'There is no stack Other'],
  [['--function', 'gone'], 'There is no function gone'],
  [['--profile', 'unknown'], 'No usable AWS credentials'],
] as const)('%j says what is missing, in JSON alone', async ([words, sentence]) => {
  const { code, stdout, stderr } = await run([...words]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject({ ok: false, error: { code: 'unreachable' } });
  expect(stderr).toContain(sentence);
});
