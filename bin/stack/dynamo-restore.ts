import {
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTagsOfResourceCommand,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { CliError } from '../cli-error.ts';
import { describeAwsFailure } from './aws-failure.ts';
import { describeTable, listTables, setDeletionProtection, waitForTable } from './dynamo-tables.ts';

/** Where the items come from: a table with point-in-time recovery, or a backup's ARN. */
export interface RestoreSource {
  from: string;
  /** ISO 8601. */
  restoredTo: string;
}

/** A table that a restore created. */
export interface RestoredTable {
  name: string;
  restoredTo: string;
}

const stateTag = 'ripcord:restore';
const timeTag = 'ripcord:restored-to';

/** @returns where to restore from. Throws a CliError if there is no backup of that time. It changes nothing. */
export async function findSource(
  client: DynamoDBClient,
  from: string,
  at: string | undefined,
): Promise<RestoreSource> {
  try {
    return {
      from,
      restoredTo: isBackup(from) ? await readBackup(client, from) : await readWindow(client, from, at),
    };
  } catch (thrown) {
    if (thrown instanceof CliError) throw thrown;
    throw new CliError(
      'refused',
      `${from} can't be restored (${describeAwsFailure(thrown)}). Nothing was changed.`,
    );
  }
}

function isBackup(from: string): boolean {
  return /^arn:.*\/backup\//.test(from);
}

async function readBackup(client: DynamoDBClient, arn: string): Promise<string> {
  const { BackupDescription: backup } = await client.send(new DescribeBackupCommand({ BackupArn: arn }));
  return toIso(backup?.BackupDetails?.BackupCreationDateTime);
}

async function readWindow(client: DynamoDBClient, table: string, at: string | undefined): Promise<string> {
  const { ContinuousBackupsDescription: backups } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName: table }),
  );
  const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } =
    backups?.PointInTimeRecoveryDescription ?? {};
  if (earliest === undefined || latest === undefined)
    throw new CliError('refused', `${table} has no point-in-time recovery. Nothing was changed.`);
  const wanted = at === undefined ? latest : new Date(at);
  if (wanted < earliest || wanted > latest)
    throw new CliError(
      'refused',
      `${table} can be restored to a time from ${toIso(earliest)} to ${toIso(latest)}. Nothing was changed.`,
    );
  return toIso(wanted);
}

/** Point-in-time recovery counts in seconds. */
function toIso(time: Date | undefined): string {
  const ms = time?.getTime() ?? 0;
  return new Date(Math.floor(ms / 1_000) * 1_000).toISOString();
}

/** @returns the restored table that an interrupted run left, the newest first; undefined if there is none. */
export async function findUnfinished(
  client: DynamoDBClient,
  stackName: string,
): Promise<RestoredTable | undefined> {
  const found = [];
  for (const name of await listTables(client, toStart(stackName))) {
    const table = await describeTable(client, name);
    // A table that is being created has no tags yet.
    const tags = table?.TableStatus === 'ACTIVE' ? await readTags(client, table.TableArn) : new Map();
    if (table === undefined || tags.get(stateTag) === 'done') continue;
    const restoredTo = tags.get(timeTag) ?? toIso(table.RestoreSummary?.RestoreDateTime);
    found.push({ name, restoredTo, createdAt: table.CreationDateTime?.getTime() ?? 0 });
  }
  return found.sort((a, b) => b.createdAt - a.createdAt)[0];
}

function toStart(stackName: string): string {
  return `${stackName}-Table-at-`;
}

async function readTags(client: DynamoDBClient, arn: string | undefined): Promise<Map<string, string>> {
  const { Tags: tags = [] } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: arn }));
  return new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** Starts the restore into a new table. */
export async function createRestored(
  client: DynamoDBClient,
  stackName: string,
  { from, restoredTo }: RestoreSource,
): Promise<RestoredTable> {
  const name = await findFreeName(client, `${toStart(stackName)}${restoredTo.replaceAll(/[-:]|\.\d+/g, '')}`);
  if (isBackup(from))
    await client.send(new RestoreTableFromBackupCommand({ BackupArn: from, TargetTableName: name }));
  else
    await client.send(
      new RestoreTableToPointInTimeCommand({
        ...{ SourceTableName: from, TargetTableName: name, RestoreDateTime: new Date(restoredTo) },
      }),
    );
  return { name, restoredTo };
}

async function findFreeName(client: DynamoDBClient, wanted: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if ((await describeTable(client, name)) === undefined) return name;
  }
}

/**
 * Waits for a restored table and gives it what a restore leaves out: recovery, TTL, deletion protection and tags.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.Tutorial.html
 */
export async function prepareRestored(
  client: DynamoDBClient,
  { name, restoredTo }: RestoredTable,
): Promise<void> {
  const { TableArn: arn } = await waitForTable(client, name);
  await client.send(
    new UpdateContinuousBackupsCommand({
      TableName: name,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  const { TimeToLiveDescription: expiry } = await client.send(
    new DescribeTimeToLiveCommand({ TableName: name }),
  );
  if (!/^ENABL/.test(expiry?.TimeToLiveStatus ?? ''))
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      }),
    );
  await setDeletionProtection(client, name, 'on');
  await setTags(client, arn, { [stateTag]: 'running', [timeTag]: restoredTo });
}

export async function markFinished(client: DynamoDBClient, name: string): Promise<void> {
  const { TableArn: arn } = await waitForTable(client, name);
  await setTags(client, arn, { [stateTag]: 'done' });
}

async function setTags(
  client: DynamoDBClient,
  arn: string | undefined,
  tags: Record<string, string>,
): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await client.send(new TagResourceCommand({ ResourceArn: arn, Tags }));
}
