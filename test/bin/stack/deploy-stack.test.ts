import { beforeEach, expect, test, vi } from 'vitest';
import { notifySecretVariable } from '../../../bin/stack/deploy-arguments.ts';
import { deployStack } from '../../../bin/stack/deploy-stack.ts';
import type { Template } from '../../../bin/stack/deployable.ts';
import { armedLink, longPosition } from '../examples.ts';
import { FakeAws } from './fake-aws.ts';
import { parseWords } from './parse-line.ts';
import { useFakes } from './serve-fakes.ts';

let aws: FakeAws;
let template: Template;
let code: string;

const table = 'Table-id';
const slackUrl = 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX';
const bucket = 'ripcord-ripcord-code-123456789012-eu-west-1';

useFakes((request) => aws.answer(request));
beforeEach(() => {
  aws = new FakeAws();
  code = 'first';
  template = {
    Parameters: {
      notifyEmail: {},
      ...Object.fromEntries(
        Object.entries({ triggerConcurrency: 200, reserveSweep: 'true', domainName: 'none' }).map(
          ([name, Default]) => [name, { Default }],
        ),
      ),
    },
    Resources: {
      Table: { Type: 'AWS::DynamoDB::Table', Properties: {} },
      Role: { Type: 'AWS::IAM::Role', Properties: {} },
      Trigger: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'ripcord-trigger' } },
    },
  };
});

function deploy(line: string) {
  const readDeployable = () =>
    Promise.resolve({ template, functions: [{ name: 'trigger', zip: Buffer.from(code) }] });
  return deployStack(parseWords(line.split(' ').filter((word) => word !== '')), { readDeployable });
}
/** A stack that another program left, with a table. */
function addUnfinished(status: string): void {
  const left = { type: 'AWS::DynamoDB::Table', status: 'DELETE_FAILED' };
  const stack = aws.addStack({ status, protected: false, resources: new Map([['Table', left]]) });
  const { name: resource, id } = stack;
  const type = 'AWS::CloudFormation::Stack';
  stack.events.push({ id, resource, type, status: 'ROLLBACK_IN_PROGRESS' });
}
const first = '--yes --set notifyEmail=me@example.org';
const deployed = () => aws.cloudFormation.find('Ripcord');

test('A first deployment creates the stack from a private bucket, and protects stack and table', async () => {
  aws.cloudFormation.outputs = { TableName: table };
  aws.tables.add(table);
  expect(await deploy(first)).toMatchObject({ result: 'created', stage: { account: '123456789012' } });
  expect(deployed()?.protected).toBe(true);
  expect(aws.tables.tables.get(table)?.isProtected).toBe(true);
  const [key = ''] = aws.s3.buckets.get(bucket)?.keys() ?? [];
  expect(JSON.parse(deployed()?.template ?? '').Resources.Trigger.Properties.Code).toEqual({
    S3Bucket: bucket,
    S3Key: key,
  });
  expect([...aws.s3.settings.keys()]).toEqual(expect.arrayContaining(['publicAccessBlock', 'encryption']));
});

test('A bare deployment of the same version changes nothing, and needs no answer', async () => {
  await deploy(first);
  expect(await deploy('')).toMatchObject({ result: 'unchanged' });
});

test('A bare deployment keeps every setting and updates the code, without the code of before the last one', async () => {
  await deploy(`${first} --set triggerConcurrency=20`);
  code = 'second';
  expect(await deploy('')).toMatchObject({ result: 'updated' });
  expect(deployed()?.parameters).toMatchObject({ notifyEmail: 'me@example.org', triggerConcurrency: '20' });
  expect(aws.s3.buckets.get(bucket)?.size).toBe(1);
});

test('Without a terminal, named settings deploy without --yes', async () => {
  await deploy(first);
  expect(await deploy('--set triggerConcurrency=20')).toMatchObject({ result: 'updated' });
});

test('Without a terminal, a first deployment needs --yes, and changes nothing without it', async () => {
  await expect(deploy('--set notifyEmail=me@example.org')).rejects.toThrow('there is no terminal');
  expect(aws.cloudFormation.changes).toEqual([]);
  expect(aws.s3.buckets.size).toBe(0);
});

test('Without a terminal, a template that grants more needs --yes, and changes nothing without it', async () => {
  await deploy(first);
  const before = deployed()?.template;
  template.Resources.Role = { Type: 'AWS::IAM::Role', Properties: { Path: '/more/' } };
  await expect(deploy('')).rejects.toThrow('there is no terminal');
  expect(deployed()?.template).toBe(before);
  expect(await deploy('--require-approval never')).toMatchObject({ result: 'updated' });
});

test('A failed first deployment leaves nothing, says why, and the next one leaves one stack', async () => {
  aws.cloudFormation.failing.set('Trigger', 'Function not found');
  aws.tables.add(table, { isProtected: true });
  await expect(deploy(first)).rejects.toThrow(
    'First failure: Trigger (AWS::Lambda::Function): Function not found',
  );
  expect(aws.tables.tables.size).toBe(0);
  aws.cloudFormation.failing.clear();
  expect(await deploy(first)).toMatchObject({ result: 'created' });
  expect(aws.cloudFormation.stacks.filter(({ status }) => status !== 'DELETE_COMPLETE')).toHaveLength(1);
});

test.each(['ROLLBACK_FAILED', 'ROLLBACK_COMPLETE', 'REVIEW_IN_PROGRESS', 'CREATE_FAILED', 'DELETE_FAILED'])(
  'A stack that another program left in %s is cleared and created',
  async (status) => {
    addUnfinished(status);
    aws.tables.add(table, { isProtected: true, items: ['sweep', 'health'] });
    expect(await deploy(first)).toMatchObject({ result: 'created' });
    expect(aws.tables.tables.size).toBe(0);
  },
);

test('A table with an item is never deleted', async () => {
  addUnfinished('ROLLBACK_FAILED');
  aws.tables.add(table, { isProtected: true, items: ['sweep', 'position#pos_1'] });
  await expect(deploy(first)).rejects.toThrow(`the table ${table} of the earlier deployment has items`);
  expect(aws.tables.changes).toEqual([]);
  expect(deployed()?.status).toBe('ROLLBACK_FAILED');
});

test('Fewer fixed addresses are refused while a link of an account that uses them is armed', async () => {
  template.Parameters = { notifyEmail: {}, egressProxies: {} };
  await deploy(`${first} --set egressProxies=2`);
  let egress: 'stack' | undefined = 'stack';
  aws.admin = ({ command }) => {
    const accounts = [{ name: longPosition.account, exchange: 'binance', egress }];
    const results: Record<string, object> = {
      'links.list': { links: [armedLink], paused: false },
      'accounts.list': { accounts },
      'positions.list': { positions: [longPosition] },
    };
    return { ok: true, result: results[command] };
  };
  await expect(deploy('--set egressProxies=1 --yes')).rejects.toThrow('--egress none --replace');
  egress = undefined;
  expect(await deploy('--set egressProxies=1 --yes')).toMatchObject({ result: 'updated' });
});

test('A stack without events, because it is older than they are kept, is not taken for a failed creation', async () => {
  aws.addStack({ status: 'DELETE_FAILED' });
  await expect(deploy(first)).rejects.toThrow('Finish with "ripcord destroy');
  expect(aws.cloudFormation.changes).toEqual([]);
});

test.each(['True', 'Conditional'] as const)(
  'An update that may replace the table is refused: %s',
  async (replaces) => {
    await deploy(first);
    code = 'second';
    template.Resources.Table = { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'other' } };
    aws.cloudFormation.replacing.set('Table', replaces);
    await expect(deploy('--yes')).rejects.toThrow('would replace the table Table-id');
    expect(deployed()?.status).toBe('CREATE_COMPLETE');
  },
);

test.each([
  ['that does not exist', () => undefined, 'does not exist'],
  ['that is being created', () => aws.tables.add('Old', { status: 'CREATING' }), 'is CREATING'],
  ['with other keys', () => aws.tables.add('Old', { keys: ['id', 'sk'] }), 'is not a table of Ripcord'],
  [
    'of another stage',
    () => {
      aws.tables.add('Old');
      aws.addStack({ name: 'Ripcord-b', id: 'b', outputs: { TableName: 'Old' } });
    },
    'is used by the stack Ripcord-b',
  ],
  [
    'whose links a restore replaced',
    () => aws.tables.add('Old', { tags: { 'ripcord:detached-at': '2026-11-01T00:00:00.000Z' } }),
    'was replaced by a restore at 2026-11-01T00:00:00.000Z, and links that acted since are armed in it. Run "ripcord restore --from-table Old',
  ],
])('A table %s is not attached', async (_, prepare, message) => {
  prepare();
  await expect(deploy(`${first} --set table=Old`)).rejects.toThrow(
    `Nothing was deployed: the table Old ${message}`,
  );
  expect(aws.cloudFormation.changes).toEqual([]);
});

test.each([
  ['UPDATE_IN_PROGRESS', 'Another deployment is changing it'],
  ['UPDATE_ROLLBACK_FAILED', 'continue-update-rollback --stack-name Ripcord'],
  ['DELETE_FAILED', 'Finish with "ripcord destroy'],
])('A stack in %s is left as it is, with what to do', async (status, advice) => {
  await deploy(first);
  const stack = deployed();
  if (stack !== undefined) stack.status = status;
  const before = aws.cloudFormation.changes.length;
  await expect(deploy('--yes')).rejects.toThrow(advice);
  expect(aws.cloudFormation.changes).toHaveLength(before);
});

test('A new AWS account with ten executions gets no reservation on its first deployment', async () => {
  aws.quota = { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 };
  await deploy(first);
  expect(deployed()?.parameters).toMatchObject({ triggerConcurrency: '0', reserveSweep: 'false' });
});

test('An update that reserves more than AWS allows is refused before anything changes', async () => {
  await deploy(`${first} --set triggerConcurrency=20`);
  aws.quota = { ConcurrentExecutions: 130, UnreservedConcurrentExecutions: 105 };
  const before = aws.cloudFormation.changes.length;
  await expect(deploy('--set triggerConcurrency=200 --yes')).rejects.toThrow(
    'reserve 205 concurrent executions',
  );
  expect(aws.cloudFormation.changes).toHaveLength(before);
});

test("A bucket with the name of the code's bucket that another AWS account owns is not used", async () => {
  aws.s3.buckets.set(bucket, new Map());
  aws.s3.foreign.add(bucket);
  await expect(deploy(first)).rejects.toThrow(`The bucket ${bucket} can't be used`);
  expect(deployed()).toBeUndefined();
});

test('A template over 51,200 bytes goes through the bucket', async () => {
  template.Resources.Topic = { Type: 'AWS::SNS::Topic', Properties: { DisplayName: 'x'.repeat(60_000) } };
  expect(await deploy(first)).toMatchObject({ result: 'created' });
  expect(deployed()?.template).toContain('x'.repeat(60_000));
});

test.each(['--yes', '--require-approval never'])(
  'Without a terminal, a first deployment with %s sends no notices if it names no channel, and says so',
  async (line) => {
    const remarks: unknown[] = [];
    const stderr = vi.spyOn(process.stderr, 'write');
    stderr.mockImplementation((text) => remarks.push(text) > 0);
    const result = await deploy(line).finally(() => stderr.mockRestore());
    expect(result).toMatchObject({ result: 'created' });
    expect(deployed()?.parameters.notifyEmail).toBe('none');
    expect(remarks.at(-1)).toContain('NO NOTICES: you get no alarms and no notices');
  },
);

test('Without a terminal, a first deployment that names neither --yes nor a channel is refused', async () => {
  await expect(deploy('')).rejects.toThrow('there is no terminal');
  expect(aws.cloudFormation.changes).toEqual([]);
});

test('A deployment is protected and ends well also if the code of earlier ones stays', async () => {
  aws.s3.keepsObjects = true;
  await deploy(first);
  code = 'second';
  expect(await deploy('--yes')).toMatchObject({ result: 'updated' });
  expect(deployed()?.protected).toBe(true);
  expect(aws.s3.buckets.get(bucket)?.size).toBe(2);
});

test('An endpoint without STS and without settings of buckets is enough', async () => {
  aws.hasIdentity = false;
  for (const setting of ['publicAccessBlock', 'encryption', 'policy']) aws.s3.unknown.add(setting);
  expect(await deploy(first)).toMatchObject({ result: 'created', stage: { account: '000000000000' } });
});

test('A channel is added and tested after the stack is deployed', async () => {
  vi.stubEnv(notifySecretVariable, slackUrl);
  const view = { name: 'slack', kind: 'slack', target: 'hooks.slack.com', builtIn: false };
  const asked: unknown[] = [];
  aws.admin = (payload) => {
    asked.push([deployed()?.status, payload]);
    return { ok: true, result: { channel: view, tested: true } };
  };
  await deploy('--yes --notify slack');
  const channel = { kind: 'slack', url: slackUrl };
  expect(asked).toEqual([['CREATE_COMPLETE', { command: 'notify.add', channel, test: true }]]);
});

test('A channel that refuses the test message is reported without its secret, and the stack stays', async () => {
  vi.stubEnv(notifySecretVariable, slackUrl);
  const error = { code: 'channel-refused', message: `${slackUrl} answered 404.`, issues: [] };
  aws.admin = () => ({ ok: false, error });
  await expect(deploy('--yes --notify slack')).rejects.toThrow(
    'The stack is deployed. Its channel was not stored: *** answered 404.',
  );
  expect(deployed()?.status).toBe('CREATE_COMPLETE');
});
