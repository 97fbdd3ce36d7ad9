import {
  type DynamoDBClient,
  ListTagsOfResourceCommand,
  type TableDescription,
  TagResourceCommand,
} from '@aws-sdk/client-dynamodb';
import { describeTable, listTables } from './dynamo-tables.ts';

/** A table that a restore created. Its state is in tags, so that any machine can continue. */
export interface RestoredTable {
  name: string;
  /** ISO 8601. */
  restoredTo: string;
  /** The table or the ARN of the backup that it was restored from. */
  from: string | undefined;
}

export const tagNames = {
  /** Of a restored table: `running` or `done`. */
  state: 'ripcord:restore',
  restoredTo: 'ripcord:restored-to',
  /** Of a restored table: the time that its items are of, or `unknown`. */
  itemsOf: 'ripcord:items-of',
  /** Of an earlier table: since when its items are not those that functions act on. */
  detachedAt: 'ripcord:detached-at',
  /** Of the stack's table: restored tables that were created until then were given up. */
  givenUpUntil: 'ripcord:restores-given-up-until',
} as const;

type Tags = ReadonlyMap<string, string>;

/** @returns no tags if there is no such table. */
export async function readTagsOf(client: DynamoDBClient, name: string): Promise<Tags> {
  return readTags(client, await describeTable(client, name));
}

/** A table that is being created has no tags yet. */
async function readTags(client: DynamoDBClient, table: TableDescription | undefined): Promise<Tags> {
  if (table === undefined || table.TableStatus === 'CREATING') return new Map();
  const { Tags: tags = [] } = await client.send(
    new ListTagsOfResourceCommand({ ResourceArn: table.TableArn }),
  );
  return new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** It does nothing if there is no such table. */
export async function setTags(
  client: DynamoDBClient,
  name: string,
  tags: Record<string, string>,
): Promise<void> {
  const table = await describeTable(client, name);
  if (table === undefined) return;
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await client.send(new TagResourceCommand({ ResourceArn: table.TableArn, Tags }));
}

export function markFinished(client: DynamoDBClient, name: string): Promise<void> {
  return setTags(client, name, { [tagNames.state]: 'done' });
}

/** How the names of a stage's restored tables start. */
export function toStart(stackName: string): string {
  return `${stackName}-Table-at-`;
}

interface Found extends RestoredTable {
  isCreating: boolean;
  /** Epoch milliseconds. */
  createdAt: number;
}

/** @returns the restored table that an interrupted run left, the newest first; undefined if there is none. */
export async function findUnfinished(
  client: DynamoDBClient,
  stackName: string,
  attached: string,
): Promise<RestoredTable | undefined> {
  const givenUpUntil = Date.parse((await readTagsOf(client, attached)).get(tagNames.givenUpUntil) ?? '');
  const found = await listUnfinished(client, stackName);
  return found
    .filter(({ createdAt }) => Number.isNaN(givenUpUntil) || createdAt > givenUpUntil)
    .sort((a, b) => b.createdAt - a.createdAt)[0];
}

async function listUnfinished(client: DynamoDBClient, stackName: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const name of await listTables(client, toStart(stackName))) {
    const table = await describeTable(client, name);
    if (table === undefined || table.TableStatus === 'DELETING') continue;
    const tags = await readTags(client, table);
    if (tags.get(tagNames.state) === 'done') continue;
    const { RestoreDateTime, SourceBackupArn, SourceTableArn } = table.RestoreSummary ?? {};
    found.push({
      name,
      restoredTo: tags.get(tagNames.restoredTo) ?? toIso(RestoreDateTime),
      from: SourceBackupArn ?? SourceTableArn?.split('/').at(-1),
      isCreating: table.TableStatus === 'CREATING',
      createdAt: table.CreationDateTime?.getTime() ?? 0,
    });
  }
  return found;
}

/**
 * Without a halt, nothing is to be continued: an earlier run was given up, or ended before it could say so. A table that is
 * being created accepts no tag, for hours if it is large, so the stack's table has one about it.
 */
export async function endAbandoned(
  client: DynamoDBClient,
  stackName: string,
  attached: string,
): Promise<void> {
  const found = await listUnfinished(client, stackName);
  for (const { name, isCreating } of found) if (!isCreating) await markFinished(client, name);
  const creating = found.filter(({ isCreating }) => isCreating).map(({ createdAt }) => createdAt);
  if (creating.length > 0)
    await setTags(client, attached, {
      [tagNames.givenUpUntil]: new Date(Math.max(...creating)).toISOString(),
    });
}

/** Point-in-time recovery counts in seconds. */
export function toIso(time: Date | undefined): string {
  const ms = time?.getTime() ?? 0;
  return new Date(Math.floor(ms / 1_000) * 1_000).toISOString();
}
