import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import { CliError } from '../cli-error.ts';
import { printRemark } from '../terminal.ts';
import { deleteStack, readResources } from './cloud-formation.ts';
import { createTables, deleteTable, isUnused } from './dynamo-tables.ts';
import { wasCreated } from './stack-events.ts';
import { toStackState } from './stack-state.ts';
import { readEvents } from './stack-wait.ts';
import { hintFor, type Stage } from './stage.ts';

/** @returns whether the stack was never created as a whole, so that no deployment can update it. */
export async function isUnfinished(client: CloudFormationClient, stack: Stack | undefined): Promise<boolean> {
  const state = toStackState(stack?.StackStatus);
  if (state !== 'leaving') return state === 'unfinished';
  const mark = { stackId: stack?.StackId ?? '', lastEventId: undefined };
  return !wasCreated(await readEvents(client, mark));
}

/**
 * Deletes what a failed first deployment left, so that the next one can create everything.
 * @throws CliError if a table of the stack has an item. Nothing was deleted then.
 */
export async function clearFailedCreation(
  client: CloudFormationClient,
  stage: Stage,
  stack: Stack,
): Promise<void> {
  const { StackName: name = '', StackId: id = name, StackStatus: status } = stack;
  printRemark(`The stack ${name} was not created completely (${status}). Deleting what it left.`);
  const left = (await readResources(client, id)).filter(
    ({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE',
  );
  // CloudFormation keeps the table when a stack is deleted, and can't delete one with deletion protection.
  for (const { ResourceType: type, PhysicalResourceId: table } of left)
    if (type === 'AWS::DynamoDB::Table' && table) await deleteUnused(stage, table);
  await deleteStack(client, stack);
}

async function deleteUnused(stage: Stage, table: string): Promise<void> {
  const client = createTables(stage.target);
  if (await isUnused(client, table)) return deleteTable(client, table);
  throw new CliError(
    'refused',
    `Nothing was deployed or deleted: the table ${table} of the earlier deployment has items. To use them, end that deployment, which keeps the table, and attach it: ${hintFor(stage, 'destroy --keep-keys')}, then ${hintFor(stage, `deploy --set table=${table}`)}`,
  );
}
