import { randomUUID } from 'node:crypto';
import {
  type ChangeSetType,
  CloudFormationClient,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  type Parameter,
  paginateDescribeChangeSet,
  paginateDescribeStacks,
  paginateListStackResources,
  type ResourceChange,
  type Stack,
  type StackResourceSummary,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { CliError } from '../cli-error.ts';
import { type AwsTarget, toClientSettings } from './aws-client-settings.ts';
import { describeAwsFailure } from './aws-failure.ts';
import type { Template } from './deployable.ts';
import { findFailure } from './stack-events.ts';
import { markEvents, poll, waitForOperation } from './stack-wait.ts';

/** Only commands that act on the stack load this file: it loads the SDK. */
export function createCloudFormation(target: AwsTarget): CloudFormationClient {
  return new CloudFormationClient(toClientSettings(target));
}

/** @returns the stack; undefined if there is none. Throws a CliError if CloudFormation can't be asked. */
export async function readStack(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    const { Stacks: stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return stacks?.[0];
  } catch (thrown) {
    if (thrown instanceof Error && /does not exist/.test(thrown.message)) return undefined;
    const hint = 'Nothing was changed. Check the AWS credentials and the region.';
    throw failed(`The stack ${name} can't be read (${describeAwsFailure(thrown)}). ${hint}`, thrown);
  }
}

/** @returns every stack of the account and region, without those that are deleted. */
export async function readStacks(client: CloudFormationClient): Promise<Stack[]> {
  const found: Stack[] = [];
  for await (const { Stacks: stacks = [] } of paginateDescribeStacks({ client }, {})) found.push(...stacks);
  return found;
}

export async function readResources(
  client: CloudFormationClient,
  stackName: string,
): Promise<StackResourceSummary[]> {
  const resources: StackResourceSummary[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources(
    { client },
    { StackName: stackName },
  ))
    resources.push(...StackResourceSummaries);
  return resources;
}

/** @returns the deployed template as it was uploaded; undefined if it is not JSON. */
export async function readTemplate(
  client: CloudFormationClient,
  stackName: string,
): Promise<Template | undefined> {
  const { TemplateBody: body = '' } = await client.send(new GetTemplateCommand({ StackName: stackName }));
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A new template, as text or at an address in S3, with the names of its parameters. */
export interface NewTemplate {
  source: { TemplateBody: string } | { TemplateURL: string };
  parameterNames: readonly string[];
}

/** What a stack will be. */
export interface StackChange {
  stackName: string;
  /** The stack as it is; undefined creates it. */
  deployed: Stack | undefined;
  /** Missing: the deployed template stays. */
  template?: NewTemplate;
  /** Parameters that are not named here keep their values. */
  parameters: Readonly<Record<string, string>>;
}

/** A change set that can be executed. */
export interface PreparedChange {
  stackName: string;
  stackId: string;
  changeSetId: string;
  /** Whether the change creates the stack. */
  creates: boolean;
  resources: ResourceChange[];
}

/**
 * Creates a change set. It changes nothing yet.
 * @returns undefined if there is nothing to change.
 * @throws CliError with CloudFormation's reason if it refuses the change.
 */
export async function prepareChange(
  client: CloudFormationClient,
  change: StackChange,
): Promise<PreparedChange | undefined> {
  const { stackName, deployed } = change;
  const type: ChangeSetType = deployed === undefined ? 'CREATE' : 'UPDATE';
  const created = await client.send(new CreateChangeSetCommand(toRequest(change, type))).catch(ignoreEmpty);
  if (created === undefined) return undefined;
  const { Id: changeSetId = '', StackId: stackId = stackName } = created;
  const prepared = { stackName, stackId, changeSetId, creates: type === 'CREATE' };
  const { Status: status, StatusReason: reason = 'no reason given' } = await poll(async () => {
    const answer = await client.send(
      new DescribeChangeSetCommand({ ChangeSetName: changeSetId, StackName: stackName }),
    );
    return /^CREATE_(PENDING|IN_PROGRESS)$/.test(answer.Status ?? '') ? undefined : answer;
  });
  if (status === 'CREATE_COMPLETE') return { ...prepared, resources: await readChanges(client, prepared) };
  await discardChange(client, prepared);
  if (isEmpty(reason)) return undefined;
  throw refused(reason);
}

function toRequest(change: StackChange, type: ChangeSetType): CreateChangeSetCommandInput {
  const { stackName, template, deployed, parameters } = change;
  return {
    StackName: stackName,
    ChangeSetName: `ripcord-${randomUUID()}`,
    ChangeSetType: type,
    Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
    ...(template === undefined ? { UsePreviousTemplate: true } : template.source),
    Parameters: toParameters(deployed, template?.parameterNames, parameters),
  };
}

/**
 * A parameter that is not in the request returns to its default, so each one that the stack has is named.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Parameter.html
 */
function toParameters(
  deployed: Stack | undefined,
  names: readonly string[] | undefined,
  parameters: StackChange['parameters'],
): Parameter[] {
  const known = (deployed?.Parameters ?? []).map(({ ParameterKey = '' }) => ParameterKey);
  return (names ?? known).flatMap((ParameterKey): Parameter[] => {
    const ParameterValue = parameters[ParameterKey];
    if (ParameterValue !== undefined) return [{ ParameterKey, ParameterValue }];
    return known.includes(ParameterKey) ? [{ ParameterKey, UsePreviousValue: true }] : [];
  });
}

/** CloudFormation has two texts for it: https://github.com/ansible-collections/amazon.aws/pull/507 */
function isEmpty(reason: string): boolean {
  return /didn't contain changes|No updates are to be performed/.test(reason);
}

function ignoreEmpty(thrown: unknown): undefined {
  if (thrown instanceof Error && isEmpty(thrown.message)) return undefined;
  throw refused(describeAwsFailure(thrown), thrown);
}

async function readChanges(
  client: CloudFormationClient,
  { changeSetId, stackName }: Pick<PreparedChange, 'changeSetId' | 'stackName'>,
): Promise<ResourceChange[]> {
  const resources: ResourceChange[] = [];
  const request = { ChangeSetName: changeSetId, StackName: stackName };
  for await (const { Changes = [] } of paginateDescribeChangeSet({ client }, request))
    for (const { ResourceChange: resource } of Changes) if (resource !== undefined) resources.push(resource);
  return resources;
}

/** Deletes a change set that is not wanted, and the empty stack that a change set for a new stack adds. */
export async function discardChange(
  client: CloudFormationClient,
  { changeSetId, stackId, stackName, creates }: Omit<PreparedChange, 'resources'>,
): Promise<void> {
  await client.send(new DeleteChangeSetCommand({ ChangeSetName: changeSetId, StackName: stackName }));
  if (creates) await client.send(new DeleteStackCommand({ StackName: stackId }));
}

/**
 * Executes a change set, prints its progress and waits for its end.
 * @throws CliError with the reason of the first resource that failed. CloudFormation has rolled the change back then.
 */
export async function executeChange(client: CloudFormationClient, prepared: PreparedChange): Promise<Stack> {
  const { changeSetId, stackId, stackName, resources } = prepared;
  const mark = await markEvents(client, stackId);
  const request = { ChangeSetName: changeSetId, StackName: stackName, ClientRequestToken: randomUUID() };
  await client.send(new ExecuteChangeSetCommand(request)).catch((thrown: unknown) => {
    throw failed(
      `CloudFormation did not change the stack ${stackName}: ${describeAwsFailure(thrown)}`,
      thrown,
    );
  });
  const events = await waitForOperation(client, mark, resources.length);
  const stack = await readStack(client, stackId);
  if (/^(CREATE|UPDATE)_COMPLETE/.test(stack?.StackStatus ?? '') && stack !== undefined) return stack;
  const why = findFailure(events) ?? stack?.StackStatusReason ?? 'no reason given';
  throw failed(describeFailedEnd(stackName, stack?.StackStatus, why));
}

/**
 * Changes parameters of a deployed stack and nothing else: its template and its code stay.
 * @returns undefined if they have these values already.
 */
export async function updateParameters(
  client: CloudFormationClient,
  deployed: Stack,
  parameters: StackChange['parameters'],
): Promise<Stack | undefined> {
  const { StackName: stackName = '' } = deployed;
  const prepared = await prepareChange(client, { stackName, deployed, parameters });
  return prepared === undefined ? undefined : executeChange(client, prepared);
}

/**
 * Deletes a stack, prints the progress and waits for the end.
 * @throws CliError with the reason of the first resource that can't be deleted.
 */
export async function deleteStack(client: CloudFormationClient, stack: Stack): Promise<void> {
  const { StackName: stackName = '', StackId: stackId = stackName } = stack;
  const [mark, resources] = [await markEvents(client, stackId), await readResources(client, stackId)];
  await client.send(new DeleteStackCommand({ StackName: stackId })).catch((thrown: unknown) => {
    throw failed(
      `CloudFormation did not delete the stack ${stackName}: ${describeAwsFailure(thrown)}`,
      thrown,
    );
  });
  const events = await waitForOperation(client, mark, resources.length);
  const left = await readStack(client, stackId);
  if (left === undefined || left.StackStatus === 'DELETE_COMPLETE') return;
  const why = findFailure(events) ?? left.StackStatusReason ?? 'no reason given';
  throw failed(describeFailedEnd(stackName, left.StackStatus, why));
}

/** With termination protection, no DeleteStack is accepted, by whichever program. */
export async function setTerminationProtection(
  client: CloudFormationClient,
  stackName: string,
  protection: 'on' | 'off',
): Promise<void> {
  await client.send(
    new UpdateTerminationProtectionCommand({
      StackName: stackName,
      EnableTerminationProtection: protection === 'on',
    }),
  );
}

function describeFailedEnd(stackName: string, status: string | undefined, why: string): string {
  const restored = status === 'UPDATE_ROLLBACK_COMPLETE' ? ' CloudFormation restored the earlier state.' : '';
  return `The stack ${stackName} ended as ${status ?? 'deleted'}. First failure: ${why.replace(/\.$/, '')}.${restored} Fix the cause, and run the command again.`;
}

function refused(reason: string, cause?: unknown): CliError {
  return failed(`CloudFormation refused the change: ${reason} Nothing was changed.`, cause);
}

function failed(message: string, cause?: unknown): CliError {
  return new CliError('failed', message, { cause });
}
