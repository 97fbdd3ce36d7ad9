import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  deleteStack,
  discardChange,
  executeChange,
  type NewTemplate,
  prepareChange,
  readStack,
  setTerminationProtection,
  updateParameters,
} from '../../../bin/stack/cloud-formation.ts';
import { FakeCloudFormation } from './fake-cloud-formation.ts';
import { serveFakes } from './serve-fakes.ts';

const resources = {
  Table: { Type: 'AWS::DynamoDB::Table' },
  Topic: { Type: 'AWS::SNS::Topic' },
};
function toTemplate(more: object = {}): NewTemplate {
  const parameters = { notifyEmail: {}, throttleRate: { Default: 100 }, logRetentionDays: { Default: 30 } };
  const body = { Parameters: parameters, Resources: { ...resources, ...more } };
  return {
    source: { TemplateBody: JSON.stringify(body) },
    parameterNames: Object.keys(parameters),
  };
}
const first = {
  stackName: 'Ripcord',
  deployed: undefined,
  template: toTemplate(),
  parameters: { notifyEmail: 'me@example.org', throttleRate: '20' },
};

let fake: FakeCloudFormation;
let server: Awaited<ReturnType<typeof serveFakes>>;
let client: CloudFormationClient;

beforeAll(async () => {
  server = await serveFakes(({ body }) => fake.answer(body.toString()));
  client = new CloudFormationClient({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  fake = new FakeCloudFormation();
});

async function create() {
  const prepared = await prepareChange(client, first);
  if (prepared === undefined) throw new Error('there was nothing to create');
  return executeChange(client, prepared);
}

test('A stack that does not exist is undefined, and a created one has its parameters', async () => {
  expect(await readStack(client, 'Ripcord')).toBeUndefined();
  const stack = await create();
  expect(stack).toMatchObject({ StackName: 'Ripcord', StackStatus: 'CREATE_COMPLETE' });
  expect(fake.find('Ripcord')?.parameters).toEqual({
    notifyEmail: 'me@example.org',
    throttleRate: '20',
    logRetentionDays: '30',
  });
});

test('An update keeps each parameter that it does not name', async () => {
  const deployed = await create();
  const template = toTemplate({ Alarm: { Type: 'AWS::CloudWatch::Alarm' } });
  const change = { stackName: 'Ripcord', deployed, template, parameters: { throttleRate: '30' } };
  const prepared = await prepareChange(client, change);
  expect(prepared?.resources.map(({ Action }) => Action)).toContain('Add');
  if (prepared !== undefined) await executeChange(client, prepared);
  expect(fake.find('Ripcord')?.parameters).toMatchObject({
    notifyEmail: 'me@example.org',
    throttleRate: '30',
  });
});

test('An update to what is deployed is nothing to change, and leaves no change set', async () => {
  const deployed = await create();
  const change = { stackName: 'Ripcord', deployed, template: toTemplate(), parameters: {} };
  expect(await prepareChange(client, change)).toBeUndefined();
  expect(fake.changes.slice(-2)).toEqual(['CreateChangeSet', 'DeleteChangeSet']);
});

test('Parameters can change while the template stays', async () => {
  const deployed = await create();
  const before = fake.find('Ripcord')?.template;
  const changed = await updateParameters(client, deployed, { throttleRate: '40' });
  expect(changed?.StackStatus).toBe('UPDATE_COMPLETE');
  expect(fake.find('Ripcord')).toMatchObject({
    template: before,
    parameters: { notifyEmail: 'me@example.org', throttleRate: '40' },
  });
  expect(await updateParameters(client, changed ?? deployed, { throttleRate: '40' })).toBeUndefined();
});

test('A change that CloudFormation refuses is reported with its text', async () => {
  const change = prepareChange(client, { ...first, parameters: {} });
  await expect(change).rejects.toThrow(
    'CloudFormation refused the change: ValidationError: Parameters: [notifyEmail] must have values Nothing was changed.',
  );
});

test('A change set for a new stack that is not wanted leaves no stack', async () => {
  const prepared = await prepareChange(client, first);
  if (prepared !== undefined) await discardChange(client, prepared);
  expect(await readStack(client, 'Ripcord')).toBeUndefined();
});

test('A failed creation quotes the resource that failed first, and not what its rollback could not delete', async () => {
  fake.failing.set('Topic', 'Invalid topic name');
  fake.undeletable.set('Table', 'The table is protected');
  await expect(create()).rejects.toThrow(
    'The stack Ripcord ended as ROLLBACK_FAILED. First failure: Topic (AWS::SNS::Topic): Invalid topic name',
  );
});

test('A failed update reports why, and that the stack was rolled back', async () => {
  const deployed = await create();
  fake.failing.set('Topic', 'Invalid topic name');
  await expect(updateParameters(client, deployed, { throttleRate: '40' })).rejects.toThrow(
    'The stack Ripcord ended as UPDATE_ROLLBACK_COMPLETE. First failure: Topic (AWS::SNS::Topic): Invalid topic name',
  );
});

test('A stack is deleted only after its termination protection is off', async () => {
  const deployed = await create();
  await setTerminationProtection(client, 'Ripcord', 'on');
  await expect(deleteStack(client, deployed)).rejects.toThrow('TerminationProtection is enabled');
  await setTerminationProtection(client, 'Ripcord', 'off');
  await deleteStack(client, deployed);
  expect(await readStack(client, 'Ripcord')).toBeUndefined();
});

test('A deletion that stops at a resource names it', async () => {
  const deployed = await create();
  fake.undeletable.set('Table', 'The table is protected');
  await expect(deleteStack(client, deployed)).rejects.toThrow(
    'The stack Ripcord ended as DELETE_FAILED. First failure: Table (AWS::DynamoDB::Table): The table is protected',
  );
});
