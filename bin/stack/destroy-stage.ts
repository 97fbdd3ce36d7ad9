import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import { CliError } from '../cli-error.ts';
import { commandHint } from '../command-hint.ts';
import { cancelPrompt, hasTerminal } from '../confirm.ts';
import { printRemark, printResult } from '../terminal.ts';
import { describeAwsFailure } from './aws-failure.ts';
import {
  createCloudFormation,
  deleteStack,
  readResources,
  readStack,
  readStacks,
  setTerminationProtection,
} from './cloud-formation.ts';
import { createCodeBucket } from './code-bucket.ts';
import { type DestroyOptions, type NamedStage, refuse } from './destroy-arguments.ts';
import {
  attachHint,
  type DestroyResult,
  describeContents,
  describeDestroyed,
  describeLoss,
} from './destroy-text.ts';
import { createTables, deleteTable, listTables, setDeletionProtection } from './dynamo-tables.ts';
import {
  createParameterStore,
  deleteParameters,
  listParameters,
  type StoredParameters,
} from './ssm-parameters.ts';
import { describeStage, readStage, type Stage, toAdminTarget } from './stage.ts';
import { readContents, type StageContents } from './stage-contents.ts';

/** What there is to destroy, and the clients that do it. */
interface Found {
  stage: Stage;
  client: CloudFormationClient;
  store: ReturnType<typeof createParameterStore>;
  stack: Stack | undefined;
  stored: StoredParameters;
  table: string | undefined;
}

/** A run that was interrupted is completed by the next one. */
export async function destroyStage(options: DestroyOptions, named: NamedStage): Promise<void> {
  const found = await find(options, named);
  const { stage, stack, stored, table } = found;
  const contents = stack === undefined ? { armed: [], open: [] } : await readContents(toAdminTarget(stage));
  await approve(options, named, contents, stored);
  const deletesTable = await approveTable(options, table);
  if (deletesTable && table !== undefined) await refuseForeign(found, table);
  const deletesKeys = await approveKeys(options, stored);

  const key = await findKey(found);
  if (stack !== undefined) await deleteWithTableKept(found, stack);
  const deletedParameters = deletesKeys ? [...stored.accounts, ...stored.channels] : [];
  await deleteParameters(found.store, deletedParameters);
  const result: DestroyResult = { stage: stage.prefix, stack: stack?.StackName, deletedParameters, key };
  if (table !== undefined) result.table = await endTable(stage, options, table, deletesTable);
  await removeCode(stage);
  printResult(options, result, () => describeDestroyed(result));
}

async function find(options: DestroyOptions, { prefix }: NamedStage): Promise<Found> {
  const stage = await readStage(prefix, options);
  printRemark(describeStage(stage));
  const client = createCloudFormation(stage.target);
  const store = createParameterStore(stage.target);
  const stack = await readStack(client, stage.stackName);
  const stored = await listParameters(store, prefix).catch(orUnreadable);
  const table = findTable(stack) ?? (options['delete-table'] || undefined);
  const isGone = stack === undefined && stored.accounts.length + stored.channels.length === 0;
  if (isGone && table === undefined && !(await createCodeBucket(stage).exists()))
    throw refuse(await describeAbsent(stage));
  return { stage, client, store, stack, stored, table };
}

function findTable(stack: Stack | undefined): string | undefined {
  return stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'TableName')?.OutputValue;
}

async function findKey({ client, stack }: Found): Promise<string | undefined> {
  if (stack?.StackName === undefined) return undefined;
  const resources = await readResources(client, stack.StackName).catch(() => []);
  return resources.find(({ ResourceType }) => ResourceType === 'AWS::KMS::Key')?.PhysicalResourceId;
}

/** Target options that the command line did not name. */
const nowhere = { region: undefined, profile: undefined, local: undefined };

/** Names the tables that an earlier run left: it may have been interrupted before it could do so. */
async function describeAbsent({ stackName: name, prefix, target }: Stage): Promise<string> {
  const tables = await listTables(createTables(target), `${name}-Table`);
  const hints = tables.map(
    (table) =>
      `\nIts table ${table} is left. To attach it to a new stack: ${attachHint(table, { ...nowhere, prefix })}`,
  );
  return `There is no stack ${name} in this account and region, and no stored key. Check --prefix, --region and --profile.${hints.join('')}`;
}

function orUnreadable(thrown: unknown): never {
  throw new CliError(
    'unreachable',
    `The stored keys can't be listed (${describeAwsFailure(thrown)}). Nothing was destroyed. Check the AWS credentials and the region.`,
    { cause: thrown },
  );
}

/** Shows what would stop working, and throws a CliError unless the stage's name confirms it. */
async function approve(
  options: DestroyOptions,
  { prefix, isNamed }: NamedStage,
  contents: StageContents,
  stored: StoredParameters,
): Promise<void> {
  const loss = describeLoss(contents);
  const shown = describeContents(contents, stored);
  if (shown !== '') printRemark(`${shown}\n`);
  if (options.yes && isNamed) return;
  if (options.yes || !hasTerminal()) {
    const command = commandHint(`destroy --yes ${prefix}`, { ...options, prefix: undefined });
    const why = loss ?? 'There is no terminal for the confirmation';
    throw refuse(`${options.yes ? '--yes needs the name of the stage' : why}. To destroy it: ${command}`);
  }
  if (loss !== undefined)
    printRemark(`${loss}. Its links stop working, and exit orders stay at the exchange.`);
  await askFor(`Name of the stage, to destroy it (${prefix})`, prefix);
}

/** @returns whether the table is deleted. */
async function approveTable(options: DestroyOptions, table: string | undefined): Promise<boolean> {
  const given = options['delete-table'];
  if (given === undefined || table === undefined) return false;
  if (given === table) return true;
  if (given !== '' || !hasTerminal() || options.yes)
    throw refuse(`--delete-table needs the table's name to delete it: --delete-table ${table}`);
  await askFor(`Name of the table, to delete its history for good (${table})`, table);
  return true;
}

/** A table has the name that its stack or a restore gave it, unless the stack itself names it. */
async function refuseForeign({ stage, client, stack }: Found, table: string): Promise<void> {
  const isOwn = table === findTable(stack) || table.startsWith(`${stage.stackName}-Table`);
  if (!isOwn)
    throw refuse(
      `${table} is no table of the stage ${stage.prefix}: its name has no ${stage.stackName}-Table at the start.`,
    );
  const other = (await readStacks(client)).find(
    (each) => each.StackName !== stage.stackName && findTable(each) === table,
  );
  if (other !== undefined) throw refuse(`the stack ${other.StackName} uses the table ${table}.`);
}

/** Last, and only a warning: the bucket has no secret, and what matters is gone by then. */
async function removeCode(stage: Stage): Promise<void> {
  const bucket = createCodeBucket(stage);
  await bucket.remove().catch((thrown: unknown) => {
    printRemark(thrown instanceof Error ? thrown.message : `The bucket ${bucket.name} can't be deleted.`);
    printRemark(`The bucket stays. To delete it: aws s3 rb --force s3://${bucket.name}`);
  });
}

async function approveKeys(options: DestroyOptions, stored: StoredParameters): Promise<boolean> {
  if (options['keep-keys'] || stored.accounts.length + stored.channels.length === 0) return false;
  if (options.yes || !hasTerminal()) return true;
  const { confirm } = await import('@inquirer/prompts');
  const message = 'Delete the stored API keys and channels too?';
  return confirm({ message, default: true }, { output: process.stderr }).catch(cancelPrompt);
}

async function askFor(message: string, name: string): Promise<void> {
  const { input } = await import('@inquirer/prompts');
  const typed = await input({ message }, { output: process.stderr }).catch(cancelPrompt);
  if (typed.trim() !== name) throw refuse(`"${typed.trim()}" is not ${name}.`);
}

/** The table is protected before the stack leaves it behind. */
async function deleteWithTableKept({ client, stage, table }: Found, stack: Stack): Promise<void> {
  if (table !== undefined) await setDeletionProtection(createTables(stage.target), table, 'on');
  if (stack.EnableTerminationProtection === true)
    await setTerminationProtection(client, stage.stackName, 'off');
  await deleteStack(client, stack);
}

async function endTable(
  { target, prefix }: Stage,
  { region, profile }: DestroyOptions,
  name: string,
  isDeleted: boolean,
): Promise<NonNullable<DestroyResult['table']>> {
  if (!isDeleted)
    return { name, state: 'kept', attach: attachHint(name, { ...nowhere, region, profile, prefix }) };
  await deleteTable(createTables(target), name);
  return { name, state: 'deleted' };
}
