import { setTimeout as wait } from 'node:timers/promises';
import {
  CloudFormationClient,
  DescribeStackDriftDetectionStatusCommand,
  DetectStackDriftCommand,
  paginateDescribeStackResourceDrifts,
  type Stack,
  type StackResourceDriftStatus,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { stackName } from '../../../infra/stack/setting-definitions.ts';
import { type AwsTarget, toClientSettings } from '../aws-client-settings.ts';
import { readResources, readStack } from '../cloud-formation.ts';
import { type Fact, readFact } from './fact.ts';
import type { Alarming, CloudFacts, Identity, Quota, StackFacts } from './facts.ts';
import { readSubscriptions } from './sns-subscriptions.ts';

const requestMs = 10_000;
/** "Detecting drift … can take several minutes, depending on the number of resources". This stack has some 60. */
const driftMs = 90_000;
const driftPollMs = 2_000;

/** Ends each request by itself: an open one would keep the process running after its fact is given up. */
const requestHandler = { connectionTimeout: 3_000, requestTimeout: 8_000, throwOnRequestTimeout: true };

/** Reads of AWS, all started at once; those that need the stack wait for it alone. */
export interface CloudReads {
  stack: Promise<CloudFacts['stack']>;
  all: Promise<CloudFacts>;
}

export function readCloud(target: AwsTarget, prefix: string): CloudReads {
  const settings = { ...toClientSettings(target), maxAttempts: 2, requestHandler };
  const name = stackName(prefix);
  const client = new CloudFormationClient(settings);
  const identity = readFact(requestMs, (abortSignal) => readIdentity(new STSClient(settings), abortSignal));
  const quota = readFact(requestMs, (signal) => readQuota(new LambdaClient(settings), signal));
  const stack = readFact(requestMs, async () => toFacts(await readStack(client, name)));
  const ofStack = async <Value>(
    read: (stack: StackFacts) => Promise<Fact<Value>>,
  ): Promise<Fact<Value> | undefined> => {
    const found = await stack;
    return 'value' in found && found.value !== undefined ? read(found.value) : undefined;
  };
  const drift = ofStack(() => readFact(driftMs, (signal) => detectDrift(client, name, signal)));
  const alarms = ofStack(() =>
    readFact(requestMs, async (signal) => {
      const own = (await readResources(client, name)).flatMap((resource) =>
        resource.ResourceType === 'AWS::CloudWatch::Alarm' ? (resource.PhysicalResourceId ?? []) : [],
      );
      return readAlarms(new CloudWatchClient(settings), own, signal);
    }),
  );
  const subscriptions = ofStack(({ outputs }) =>
    readFact(requestMs, (signal) => readSubscriptions(settings, outputs.TopicArn ?? '', signal)),
  );
  const all = Promise.all([identity, stack, drift, quota, subscriptions, alarms]).then(
    ([who, found, drifted, limits, subscribed, alarming]) => ({
      ...{ identity: who, stack: found, drift: drifted, quota: limits },
      ...{ subscriptions: subscribed, alarms: alarming },
    }),
  );
  return { stack, all };
}

function toFacts(stack: Stack | undefined): StackFacts | undefined {
  if (stack === undefined) return undefined;
  const toRecord = (pairs: (readonly [string | undefined, string | undefined])[]) =>
    Object.fromEntries(pairs.map(([key = '', value = '']) => [key, value]));
  return {
    name: stack.StackName ?? '',
    status: stack.StackStatus ?? '',
    reason: stack.StackStatusReason,
    isProtected: stack.EnableTerminationProtection === true,
    createdAt: stack.CreationTime?.getTime() ?? 0,
    parameters: toRecord(
      (stack.Parameters ?? []).map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
    ),
    outputs: toRecord((stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])),
  };
}

/** AWS dates each response, so the clock costs no request of its own. */
async function readIdentity(client: STSClient, abortSignal: AbortSignal): Promise<Identity> {
  let clockAheadMs: number | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { headers?: Record<string, string> };
      const date = Date.parse(headers?.date ?? '');
      if (!Number.isNaN(date)) clockAheadMs = Date.now() - date;
      return result;
    },
    { step: 'deserialize', name: 'readDate' },
  );
  const region = await client.config.region();
  const { Account = '', Arn = '' } = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
  return { account: Account, arn: Arn, region, clockAheadMs };
}

async function readQuota(client: LambdaClient, abortSignal: AbortSignal): Promise<Quota> {
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}), { abortSignal });
  const { ConcurrentExecutions: limit = 0, UnreservedConcurrentExecutions: unreserved = 0 } =
    AccountLimit ?? {};
  return { limit, unreserved };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackDrift.html */
async function detectDrift(
  client: CloudFormationClient,
  StackName: string,
  abortSignal: AbortSignal,
): Promise<string[]> {
  const { StackDriftDetectionId } = await client.send(new DetectStackDriftCommand({ StackName }), {
    abortSignal,
  });
  const isRunning = async () => {
    const command = new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId });
    return (await client.send(command, { abortSignal })).DetectionStatus === 'DETECTION_IN_PROGRESS';
  };
  // "DETECTION_FAILED" is about single resources: those that could be compared are listed.
  while (await isRunning()) await wait(driftPollMs, undefined, { signal: abortSignal });
  const filters: StackResourceDriftStatus[] = ['MODIFIED', 'DELETED'];
  const request = { StackName, StackResourceDriftStatusFilters: filters };
  const drifted: string[] = [];
  for await (const page of paginateDescribeStackResourceDrifts({ client }, request, { abortSignal }))
    for (const { LogicalResourceId = '', StackResourceDriftStatus: status } of page.StackResourceDrifts ?? [])
      drifted.push(`${LogicalResourceId} (${status === 'DELETED' ? 'deleted' : 'modified'})`);
  return drifted;
}

async function readAlarms(
  client: CloudWatchClient,
  names: string[],
  abortSignal: AbortSignal,
): Promise<Alarming[]> {
  if (names.length === 0) return [];
  const command = new DescribeAlarmsCommand({ AlarmNames: names, StateValue: 'ALARM', MaxRecords: 100 });
  const { MetricAlarms = [] } = await client.send(command, { abortSignal });
  return MetricAlarms.flatMap(({ AlarmName: name = '', AlarmDescription: description = '', StateValue }) =>
    StateValue === 'ALARM' ? [{ name, description }] : [],
  );
}
