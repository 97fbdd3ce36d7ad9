import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { armedLink } from '../examples.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html */
function describeStacks(parameters: Record<string, string>): string {
  const members = Object.entries(parameters).map(
    ([name, value]) =>
      `<member><ParameterKey>${name}</ParameterKey><ParameterValue>${value}</ParameterValue></member>`,
  );
  return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
    <StackName>Ripcord</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><CreationTime>2026-11-27T00:00:00Z</CreationTime>
    <Parameters>${members.join('')}</Parameters></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}

let parameters: Record<string, string>;
let links: LinkView[] | undefined;
let asked: string[];

/** CloudFormation and the admin function. Every other request would come from a deployment. */
const aws = createServer((request, response) => void answer(request, response));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const action = new URLSearchParams(body).get('Action');
  asked.push(action ?? request.url ?? '');
  if (action === 'DescribeStacks')
    response.writeHead(200, { 'content-type': 'text/xml' }).end(describeStacks(parameters));
  else if (links === undefined)
    response.writeHead(404, { 'x-amzn-errortype': 'ResourceNotFoundException' }).end('{}');
  else response.writeHead(200).end(JSON.stringify({ ok: true, result: { links, paused: false } }));
}

beforeAll(() => new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => aws.close(resolve)));
beforeEach(() => {
  parameters = { notifyEmail: 'me@example.org', domainName: 'links.example.org', certificateArn: 'arn:1' };
  links = [];
  asked = [];
});

const script = fileURLToPath(new URL('../../../bin/ripcord.ts', import.meta.url));

async function deploy(...words: string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [script, 'deploy', ...words], {
    env: {
      PATH: process.env.PATH,
      HOME: tmpdir(),
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-west-1',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  const [stderr, code] = await Promise.all([text(child.stderr), exited]);
  return { code, stderr };
}

const adminPath = '/2015-03-31/functions/ripcord-admin/invocations';

test('A deployment that would cut armed links is refused before CDK starts', async () => {
  links = [armedLink, { ...armedLink, state: 'revoked' }, { ...armedLink, positionClosed: true }];
  const { code, stderr } = await deploy('--set', 'domainName=other.example.org', '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain(
    'Nothing was deployed: links at links.example.org would stop working, and 1 link is armed.',
  );
  expect(asked).toEqual(['DescribeStacks', adminPath]);
});

test('A deployment that may cut armed links is refused if the links cannot be read', async () => {
  links = undefined;
  const { code, stderr } = await deploy('--unset', 'domainName', '--unset', 'certificateArn', '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain('it is not known whether a link is armed');
});

test('A stack from before the settings persisted is not updated, with or without settings named', async () => {
  parameters = {};
  for (const words of [['--yes'], ['--set', 'notifyEmail=me@example.org', '--yes']]) {
    const { code, stderr } = await deploy(...words);
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing was deployed: the stack Ripcord is from a version without settings');
  }
  expect(asked).toEqual(['DescribeStacks', 'DescribeStacks']);
});

test.each([
  [['--previous-parameters=false'], 'There is no option --previous-parameters'],
  [['--hotswap'], 'There is no option --hotswap'],
  [['--set'], '--set needs a value'],
])('An option that only CDK knows is refused before anything is read: %j', async (words, message) => {
  const { code, stderr } = await deploy(...words);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
  expect(asked).toEqual([]);
});

test('A wrong setting is refused before anything is read', async () => {
  const { code, stderr } = await deploy('--set', 'throttleRate=0');
  expect(code).toBe(1);
  expect(stderr).toContain(
    'throttleRate is "0": expected a whole number from 1 to 5000. Nothing was deployed.',
  );
  expect(asked).toEqual([]);
});
