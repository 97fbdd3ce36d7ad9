import {
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  paginateListTables,
  ScanCommand,
  type TableDescription,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
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

export function waitForTable(client: DynamoDBClient, name: string): Promise<TableDescription> {
  return poll(async () => {
    const table = await describeTable(client, name);
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

/** @returns whether the table has no item; also if there is no such table. The item count of DescribeTable is hours old. */
export async function isEmptyTable(client: DynamoDBClient, name: string): Promise<boolean> {
  if ((await describeTable(client, name)) === undefined) return true;
  const request = { TableName: name, Limit: 1, ConsistentRead: true, Select: 'COUNT' } as const;
  return (await client.send(new ScanCommand(request))).Count === 0;
}

/** Deletes a table for good, also a protected one. */
export async function deleteTable(client: DynamoDBClient, name: string): Promise<void> {
  if ((await describeTable(client, name)) === undefined) return;
  await setDeletionProtection(client, name, 'off');
  await client.send(new DeleteTableCommand({ TableName: name }));
  await poll(async () => ((await describeTable(client, name)) === undefined ? true : undefined));
}
