import {
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { CliError } from '../cli-error.ts';
import { describeAwsFailure } from './aws-failure.ts';
import { type RestoredTable, readTagsOf, setTags, tagNames, toIso, toStart } from './dynamo-restore-tags.ts';
import { describeTable, setDeletionProtection, waitForTable } from './dynamo-tables.ts';

/** Where the items come from: a table with point-in-time recovery, or a backup's ARN. */
export interface RestoreSource {
  from: string;
  /** ISO 8601. */
  restoredTo: string;
}

/** A restored table that a stack can use. */
export interface PreparedTable extends RestoredTable {
  /**
   * The time that its items are of, ISO 8601: nothing later is in them, and logs are read since then. It is before
   * `restoredTo` if the functions did not use the source any more. Undefined: not known.
   */
  itemsOf: string | undefined;
}

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

export function isBackup(from: string): boolean {
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
  return { name, restoredTo, from };
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
 * @param attached the table that the stack uses.
 */
export async function prepareRestored(
  client: DynamoDBClient,
  table: RestoredTable,
  attached: string,
): Promise<PreparedTable> {
  const { name, restoredTo } = table;
  await waitForTable(client, name);
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
  // Once the table is attached, its source can't be compared with the attached one any more.
  const known = (await readTagsOf(client, name)).get(tagNames.itemsOf);
  const itemsOf = known ?? (await findItemsOf(client, table, attached)) ?? unknown;
  const tags = {
    [tagNames.state]: 'running',
    [tagNames.restoredTo]: restoredTo,
    [tagNames.itemsOf]: itemsOf,
  };
  await setTags(client, name, tags);
  return { ...table, itemsOf: itemsOf === unknown ? undefined : itemsOf };
}

const unknown = 'unknown';

/** Recovery of a table continues when no stack uses it, so "the latest" can be much later than its last change. */
async function findItemsOf(
  client: DynamoDBClient,
  { from, restoredTo }: RestoredTable,
  attached: string,
): Promise<string | undefined> {
  const source = from === undefined || !isBackup(from) ? from : /:table\/([^/]+)\//.exec(from)?.[1];
  if (source === undefined || source === attached) return source && restoredTo;
  const detachedAt = (await readTagsOf(client, source)).get(tagNames.detachedAt);
  return detachedAt && toIso(new Date(Math.min(Date.parse(detachedAt), Date.parse(restoredTo))));
}

/** What is done in another table from now on is not in this one. */
export async function markDetached(client: DynamoDBClient, name: string): Promise<void> {
  await setTags(client, name, { [tagNames.detachedAt]: new Date().toISOString() });
}
