import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import type { InferredOptionTypes } from 'yargs';
import { stackName } from '../../infra/stack/setting-definitions.ts';
import { CliError } from '../cli-error.ts';
import { commandHint } from '../command-hint.ts';
import { type SharedArguments, textOption, yesOption } from '../options.ts';
import { describeAwsFailure } from './aws-failure.ts';
import type { RestoredTable } from './dynamo-restore-tags.ts';
import type { Tables } from './dynamo-tables.ts';
import { checkPrefix } from './prefix.ts';

export const restoreOptions = {
  at: textOption('Time of the backup, ISO 8601; the latest by default', {}),
  'from-table': textOption("A table or a backup's ARN to restore from; the stack's table by default", {}),
  cancel: { type: 'boolean', default: false, describe: 'Give up a restore whose table is not attached yet' },
  yes: { ...yesOption.yes, describe: 'Skip the questions; arms only links whose positions are unchanged' },
} as const;

export type RestoreOptions = SharedArguments & InferredOptionTypes<typeof restoreOptions>;

/** What a restore works with. */
export interface Context {
  options: RestoreOptions;
  target: SharedArguments;
  prefix: string;
  stacks: CloudFormationClient;
  tables: Tables;
}

/** How far an earlier run came. It is read from AWS: the stack's parameters and the tags of tables. */
export interface Progress {
  stack: Stack;
  attached: string;
  isHalted: boolean;
  /** The table that an earlier run restored, or began to restore. */
  unfinished: RestoredTable | undefined;
}

export async function createContext(options: RestoreOptions): Promise<Context> {
  const { local, prefix = 'ripcord', at } = options;
  if (local !== undefined) throw refuse('The local stack has no backups: copy its folder .ripcord/ instead.');
  if (at !== undefined && Number.isNaN(Date.parse(at)))
    throw refuse(`--at is ${JSON.stringify(at)}: expected a time such as 2026-11-27T10:00:00Z.`);
  checkPrefix(prefix, 'Nothing was restored.');
  const { createCloudFormation } = await import('./cloud-formation.ts');
  const { createTables } = await import('./dynamo-tables.ts');
  const [stacks, tables] = [createCloudFormation(options), createTables(options)];
  return { options, prefix, stacks, tables, target: { ...options, prefix } };
}

export async function readProgress(context: Context): Promise<Progress> {
  const { findUnfinished } = await import('./dynamo-restore-tags.ts');
  const name = stackName(context.prefix);
  const stack = await readDeployed(context);
  const attached = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'TableName')?.OutputValue;
  if (stack === undefined || attached === undefined)
    throw refuse(`There is no stack ${name} in this account and region. Deploy it first.`);
  const isHalted = isHaltedIn(stack);
  const unfinished = isHalted ? await findUnfinished(context.tables, name, attached) : undefined;
  return { stack, attached, isHalted, unfinished };
}

async function readDeployed({ prefix, stacks }: Context): Promise<Stack | undefined> {
  const { readStack } = await import('./cloud-formation.ts');
  return readStack(stacks, stackName(prefix));
}

export function readParameter(stack: Stack | undefined, name: string): string | undefined {
  return stack?.Parameters?.find(({ ParameterKey }) => ParameterKey === name)?.ParameterValue;
}

function isHaltedIn(stack: Stack | undefined): boolean {
  return readParameter(stack, 'linksHalted') === 'true';
}

export async function setParameters(
  context: Context,
  stack: Stack,
  parameters: Record<string, string>,
): Promise<Stack> {
  const { updateParameters } = await import('./cloud-formation.ts');
  const updated = await updateParameters(context.stacks, stack, parameters);
  return updated ?? (await readDeployed(context)) ?? stack;
}

/**
 * Throws a CliError if links are not halted any more, or if the stack does not use this table: another run, on whichever
 * machine, gave the restore up.
 */
export async function requireUnderWay(context: Context, table?: string): Promise<void> {
  const stack = await readDeployed(context);
  if (isHaltedIn(stack) && (table === undefined || readParameter(stack, 'table') === table)) return;
  throw refuse('this restore was given up meanwhile, with --cancel or by a change of the stack.');
}

/** @returns the error with the state that the stack has now, whichever run set it. */
export async function describeEnd(thrown: unknown, context: Context): Promise<CliError> {
  const { code, message } =
    thrown instanceof CliError ? thrown : { code: 'failed', message: `${describeAwsFailure(thrown)}.` };
  const rest = await readDeployed(context).then(
    (stack) =>
      isHaltedIn(stack)
        ? `Links stay halted. To continue: ${continueHint(context)}`
        : 'Links are not halted, and work as before.',
    () =>
      `The stack can't be read, so links may be halted. To continue or to see the state: ${continueHint(context)}`,
  );
  return new CliError(code, `${message} ${rest}`, { cause: thrown });
}

function continueHint({ options, target }: Context): string {
  const { at, 'from-table': from } = options;
  const words = [at === undefined ? '' : ` --at ${at}`, from === undefined ? '' : ` --from-table ${from}`];
  return commandHint(`restore${words.join('')}`, target);
}

export function refuse(message: string): CliError {
  return new CliError('refused', `Nothing was restored: ${message}`);
}
