import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import type { Argv, InferredOptionTypes } from 'yargs';
import { stackName } from '../../infra/stack/setting-definitions.ts';
import { CliError } from '../cli-error.ts';
import { commandHint } from '../command-hint.ts';
import { cancelPrompt, hasTerminal } from '../confirm.ts';
import { type SharedArguments, yesOption } from '../options.ts';
import { printRemark, printResult } from '../terminal.ts';
import { describeAwsFailure } from './aws-failure.ts';
import {
  attachHint,
  type DestroyResult,
  describeContents,
  describeDestroyed,
  describeLoss,
} from './destroy-text.ts';
import type { StoredParameters } from './ssm-parameters.ts';
import { readContents, type StageContents } from './stage-contents.ts';

export const destroySummary = 'Deletes the stack, the stored keys and the channels; the table stays';

export const destroyOptions = {
  yes: { ...yesOption.yes, describe: 'Skip the questions; needs the name of the stage' },
  'keep-keys': { type: 'boolean', default: false, describe: 'Keep the stored API keys and channels' },
  'delete-table': { type: 'string', describe: 'Delete the table too, for good; its name confirms it' },
} as const;

type DestroyOptions = SharedArguments &
  InferredOptionTypes<typeof destroyOptions> & { stage?: string | undefined };

export function buildDestroy(yargs: Argv<SharedArguments>) {
  return yargs
    .positional('stage', { type: 'string', describe: 'Name of the stage, its prefix: ripcord by default' })
    .options(destroyOptions)
    .example('$0 destroy', 'shows what would stop working, and asks for the name')
    .example('$0 destroy --yes ripcord', 'without a question, also while links are armed');
}

/** A stage, and whether the command line names it, which confirms the destruction together with --yes. */
interface Stage {
  prefix: string;
  isNamed: boolean;
}

function parseStage({ stage, prefix, local }: DestroyOptions): Stage {
  if (local !== undefined)
    throw refuse('The local stack has nothing in AWS: delete its folder .ripcord/ instead.');
  // The name of the stack is accepted too.
  const named = stage === undefined ? undefined : stage.charAt(0).toLowerCase() + stage.slice(1);
  if (named !== undefined && prefix !== undefined && named !== prefix)
    throw refuse(`The command names two stages, ${stage} and ${prefix}.`);
  return { prefix: named ?? prefix ?? 'ripcord', isNamed: (named ?? prefix) !== undefined };
}

/** Destroys a stage. A run that was interrupted is completed by the next one. */
export async function runDestroy(options: DestroyOptions): Promise<void> {
  await destroy(options).catch((thrown: unknown) => {
    if (thrown instanceof CliError) throw thrown;
    const next = 'What was not deleted yet is there. Run the command again.';
    throw new CliError('failed', `${describeAwsFailure(thrown)}. ${next}`, { cause: thrown });
  });
}

async function destroy(options: DestroyOptions): Promise<void> {
  const stage = parseStage(options);
  const { prefix } = stage;
  const target: SharedArguments = { ...options, prefix };
  const { createCloudFormation, readStack } = await import('./cloud-formation.ts');
  const { createParameterStore, listParameters } = await import('./ssm-parameters.ts');
  const client = createCloudFormation(target);
  const store = createParameterStore(target);
  const stack = await readStack(client, stackName(prefix));
  const stored = await listParameters(store, prefix).catch(orUnreadable);
  const table = findTable(stack) ?? (options['delete-table'] || undefined);
  if (stack === undefined && stored.accounts.length + stored.channels.length === 0 && table === undefined)
    throw refuse(await describeAbsent(target));
  const contents = stack === undefined ? { armed: [], open: [] } : await readContents(target);
  await approve(options, stage, contents, stored);
  const deletesTable = await approveTable(options, table);
  const deletesKeys = await approveKeys(options, stored);

  if (stack !== undefined) await deleteWithTableKept(client, target, stack, table);
  await deleteCode(target, prefix);
  const deletedParameters = deletesKeys ? [...stored.accounts, ...stored.channels] : [];
  const { deleteParameters } = await import('./ssm-parameters.ts');
  await deleteParameters(store, deletedParameters);
  const result: DestroyResult = { stage: prefix, stack: stack?.StackName, deletedParameters };
  if (table !== undefined) result.table = await endTable(target, table, deletesTable);
  printResult(options, result, () => describeDestroyed(result));
}

async function deleteCode(target: SharedArguments, prefix: string): Promise<void> {
  const { createCodeBucket } = await import('./code-bucket.ts');
  const { readStage } = await import('./stage.ts');
  await createCodeBucket(await readStage(prefix, target)).remove();
}

function findTable(stack: Stack | undefined): string | undefined {
  return stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'TableName')?.OutputValue;
}

/** Names the tables that an earlier run left: it may have been interrupted before it could do so. */
async function describeAbsent(target: SharedArguments): Promise<string> {
  const name = stackName(target.prefix ?? '');
  const { createTables, listTables } = await import('./dynamo-tables.ts');
  const tables = await listTables(createTables(target), `${name}-Table`);
  const hints = tables.map(
    (table) => `\nIts table ${table} is left. To use it: ${attachHint(table, target)}`,
  );
  return `There is no stack ${name} in this account and region, and no stored key.${hints.join('')}`;
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
  { prefix, isNamed }: Stage,
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
    printRemark(`${loss}. Links answer 404 for good, and exits at the exchange stay as they are.`);
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
async function deleteWithTableKept(
  client: CloudFormationClient,
  target: SharedArguments,
  stack: Stack,
  table: string | undefined,
): Promise<void> {
  const { deleteStack, setTerminationProtection } = await import('./cloud-formation.ts');
  if (table !== undefined) {
    const { createTables, setDeletionProtection } = await import('./dynamo-tables.ts');
    await setDeletionProtection(createTables(target), table, 'on');
  }
  await setTerminationProtection(client, stack.StackName ?? '', 'off');
  await deleteStack(client, stack);
}

async function endTable(
  target: SharedArguments,
  name: string,
  isDeleted: boolean,
): Promise<NonNullable<DestroyResult['table']>> {
  if (!isDeleted) return { name, state: 'kept', attach: attachHint(name, { ...target, local: undefined }) };
  const { createTables, deleteTable } = await import('./dynamo-tables.ts');
  await deleteTable(createTables(target), name);
  return { name, state: 'deleted' };
}

function refuse(message: string): CliError {
  return new CliError('refused', `Nothing was destroyed: ${message}`);
}
