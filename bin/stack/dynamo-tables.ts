import {
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  paginateListTables,
  paginateScan,
  type TableDescription,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { CliError } from '../cli-error.ts';
import { type AwsTarget, toClientSettings } from './aws-client-settings.ts';
import { poll } from './stack-wait.ts';

export type Tables = DynamoDBClient;

/** Only commands that act on the stack load this file: it loads the SDK. */
export function createTables(target: AwsTarget): DynamoDBClient {
  return new DynamoDBClient(toClientSettings(target));
}

/** @returns the names that start so. */
export async function listTables(client: DynamoDBClient, start: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { TableNames = [] } of paginateListTables({ client }, {})) names.push(...TableNames);
  return names.filter((name) => name.startsWith(start));
}

/** @returns undefined if there is no such table. */
export async function describeTable(
  client: DynamoDBClient,
  name: string,
): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ResourceNotFoundException') return undefined;
    throw thrown;
  }
}

/**
 * A table that was created seconds ago may not be found yet:
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
 */
const mostMisses = 6;

/** @throws CliError if there is no such table, or not any more. */
export function waitForTable(client: DynamoDBClient, name: string): Promise<TableDescription> {
  let [misses, wasSeen] = [0, false];
  return poll(async () => {
    const table = await describeTable(client, name);
    if (table === undefined) misses += 1;
    wasSeen ||= table !== undefined;
    if (table === undefined && (wasSeen || misses === mostMisses))
      throw new CliError('failed', `The table ${name} is gone: it was deleted, or could not be created.`);
    return table?.TableStatus === 'ACTIVE' ? table : undefined;
  });
}

/**
 * The stack can't set it: the rollback of a failed first deployment would stop at the table. CloudFormation leaves it as it
 * is, because the template does not name it.
 */
export async function setDeletionProtection(
  client: DynamoDBClient,
  name: string,
  protection: 'on' | 'off',
): Promise<void> {
  const table = await describeTable(client, name);
  const isOn = protection === 'on';
  if (table === undefined || (table.DeletionProtectionEnabled ?? false) === isOn) return;
  await client.send(new UpdateTableCommand({ TableName: name, DeletionProtectionEnabled: isOn }));
  await waitForTable(client, name);
}

/** What the sweep writes in its first run, also while the rest of the stack is created. */
const ownItems = new Set(['sweep', 'health']);

/**
 * @returns whether the table has nothing of its owner's; also if there is no such table. The item count of DescribeTable is
 * hours old.
 */
export async function isUnused(client: DynamoDBClient, name: string): Promise<boolean> {
  if ((await describeTable(client, name)) === undefined) return true;
  const request = { TableName: name, Limit: 10, ConsistentRead: true, ProjectionExpression: 'pk' };
  for await (const { Items: items = [] } of paginateScan({ client }, request))
    if (items.some(({ pk }) => !ownItems.has(pk?.S ?? ''))) return false;
  return true;
}

/** Deletes a table for good, also a protected one. */
export async function deleteTable(client: DynamoDBClient, name: string): Promise<void> {
  if ((await describeTable(client, name)) === undefined) return;
  await setDeletionProtection(client, name, 'off');
  await client.send(new DeleteTableCommand({ TableName: name }));
  await poll(async () => ((await describeTable(client, name)) === undefined ? true : undefined));
}
