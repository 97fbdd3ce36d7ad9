import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { CliError } from '../cli-error.ts';
import { describeAwsFailure } from './aws-failure.ts';
import { createCloudFormation, readStacks } from './cloud-formation.ts';
import { readTagsOf, tagNames } from './dynamo-restore-tags.ts';
import { createTables, describeTable } from './dynamo-tables.ts';
import { hintFor, type Stage } from './stage.ts';

/** @throws CliError if a stack can't use the table, or if another one does. */
export async function refuseUnfit(stage: Stage, name: string): Promise<void> {
  const table = await describeTable(createTables(stage.target), name).catch((thrown: unknown) => {
    throw refuse(name, `can't be read (${describeAwsFailure(thrown)})`, thrown);
  });
  const flaw = findFlaw(table) ?? (await findReplacement(stage, name));
  if (flaw !== undefined) throw refuse(name, flaw);
  const stacks = await readStacks(createCloudFormation(stage.target)).catch((thrown: unknown) => {
    throw refuse(
      name,
      `may belong to another stack, and the stacks can't be listed (${describeAwsFailure(thrown)})`,
      thrown,
    );
  });
  const other = stacks.find(
    ({ StackName, Outputs = [] }) =>
      StackName !== stage.stackName &&
      Outputs.some(({ OutputKey, OutputValue }) => OutputKey === 'TableName' && OutputValue === name),
  );
  // Two sweeps and two triggers would act on each position.
  if (other !== undefined) throw refuse(name, `is used by the stack ${other.StackName}`);
}

/** Only a restore finds out which of its links have acted since. */
async function findReplacement(stage: Stage, name: string): Promise<string | undefined> {
  const tags = await readTagsOf(createTables(stage.target), name).catch((thrown: unknown) => {
    throw refuse(name, `has tags that can't be read (${describeAwsFailure(thrown)})`, thrown);
  });
  const since = tags.get(tagNames.detachedAt);
  if (since === undefined) return undefined;
  const command = hintFor(stage, `restore --from-table ${name}`);
  return `was replaced by a restore at ${since}, and links that acted since are armed in it. Run "${command}" to use it`;
}

/** What the functions read and write: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html */
const keys = 'pk HASH, sk RANGE';
const listKeys = 'listKey HASH, listSort RANGE';

function findFlaw(table: TableDescription | undefined): string | undefined {
  if (table === undefined) return 'does not exist in this account and region';
  if (table.TableStatus !== 'ACTIVE') return `is ${table.TableStatus}`;
  const list = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === 'list');
  if (toText(table.KeySchema) !== keys || toText(list?.KeySchema) !== listKeys)
    return `is not a table of Ripcord: expected the keys ${keys}, and an index "list" with ${listKeys}`;
  return list?.IndexStatus === 'ACTIVE' ? undefined : `has an index "list" that is ${list?.IndexStatus}`;
}

function toText(schema: TableDescription['KeySchema'] = []): string {
  return schema.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join(', ');
}

function refuse(name: string, flaw: string, cause?: unknown): CliError {
  return new CliError(
    'refused',
    `Nothing was deployed: the table ${name} ${flaw}. Attach another one, or check --region and --profile.`,
    { cause },
  );
}
