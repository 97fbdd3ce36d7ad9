import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { deployStack } from '../../../bin/stack/deploy-stack.ts';
import policy from '../../../docs/operations/deployer-policy.json' with { type: 'json' };
import { runRipcord } from '../run-ripcord.ts';
import { FakeAws } from './fake-aws.ts';
import { toIamAction } from './iam-action.ts';
import { parseWords } from './parse-line.ts';
import { serveFakes } from './serve-fakes.ts';

const allowed = new Set(policy.Statement.flatMap(({ Action: action }) => action));
const environment: Record<string, string> = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'eu-west-1',
};
/** The actions of all requests. */
const asked = new Set<string>();
let aws: FakeAws;
let server: Awaited<ReturnType<typeof serveFakes>>;

beforeAll(async () => {
  aws = new FakeAws();
  server = await serveFakes((request) => {
    asked.add(toIamAction(request));
    return aws.answer(request);
  });
  environment.AWS_ENDPOINT_URL = server.url;
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server[Symbol.asyncDispose]();
});

function deploy(code: string) {
  const Resources = {
    Table: { Type: 'AWS::DynamoDB::Table', DeletionPolicy: 'RetainExceptOnCreate' },
    Trigger: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'ripcord-trigger' } },
  };
  const template = {
    Parameters: { notifyEmail: {}, table: { Default: 'none' }, linksHalted: { Default: 'false' } },
    Resources,
  };
  const functions = [{ name: 'trigger', zip: Buffer.from(code) }];
  return deployStack(parseWords(['--yes', '--notify', 'none']), {
    readDeployable: () => Promise.resolve({ template, functions }),
  });
}

test('The policy for a deployer has no wildcard action', () => {
  expect([...allowed].filter((action) => action.includes('*'))).toEqual([]);
});

test('The name of each statement starts with the commands that need it', () => {
  const commands = /^(All|(Deploy)?(Init)?(Restore)?(Destroy)?(Doctor)?)[A-Z]\w*$/;
  expect(
    policy.Statement.filter(({ Sid: name }) => !commands.test(name) || /^[A-Z][a-z]+$/.test(name)),
  ).toEqual([]);
});

test('The policy allows every request of deployments, a restore and a destruction', async () => {
  aws.cloudFormation.outputs = { TableName: 'Table-id' };
  aws.tables.add('Table-id', { isProtected: true });
  aws.cloudFormation.failing.set('Trigger', 'Function not found');
  await expect(deploy('first')).rejects.toThrow('Function not found');
  aws.cloudFormation.failing.clear();
  aws.tables.add('Table-id');
  await deploy('first');
  await deploy('second');
  aws.logs = (_, { logGroupNamePrefix: logGroupName }) => ({ logGroups: [{ logGroupName }], events: [] });
  // Ends at the admin function, which this fake does not have. All other requests come before.
  const restored = await runRipcord(['restore', '--yes'], { environment });
  expect(restored.stderr).toContain('Links stay halted');
  const { code } = await runRipcord(['destroy', '--yes', 'ripcord'], { environment });
  expect(code).toBe(0);
  // Needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
  asked.delete('sts:GetCallerIdentity');
  expect([...asked]).toEqual(
    expect.arrayContaining([
      'cloudformation:ExecuteChangeSet',
      'dynamodb:Scan',
      's3:PutObject',
      'dynamodb:RestoreTableToPointInTime',
      'logs:FilterLogEvents',
    ]),
  );
  expect([...asked].filter((action) => !allowed.has(action))).toEqual([]);
});
