import { setTimeout as wait } from 'node:timers/promises';
import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import type { Argv, InferredOptionTypes } from 'yargs';
import { stackName } from '../../infra/stack/setting-definitions.ts';
import type { LinkView } from '../../lib/admin/contract/commands.ts';
import { createAdminClient } from '../admin-client.ts';
import { CliError } from '../cli-error.ts';
import { commandHint } from '../command-hint.ts';
import { cancelPrompt, confirm, hasTerminal } from '../confirm.ts';
import { type SharedArguments, textOption, yesOption } from '../options.ts';
import { printRemark, printResult } from '../terminal.ts';
import { describeAwsFailure } from './aws-failure.ts';
import type { RestoredTable, RestoreSource } from './dynamo-restore.ts';
import type { Tables } from './dynamo-tables.ts';
import { checkPrefix } from './prefix.ts';
import { type Replayed, replay } from './restore-replay.ts';
import { describeChecked, describeRestored, type RestoreResult } from './restore-text.ts';

export const restoreSummary = 'Restores a backup of the table, with links halted until it is checked';

export const restoreOptions = {
  at: textOption('Time of the backup, ISO 8601; the latest by default', {}),
  'from-table': textOption("A table or a backup's ARN to restore from; the stack's table by default", {}),
  cancel: { type: 'boolean', default: false, describe: 'Give up a restore whose table is not attached yet' },
  yes: { ...yesOption.yes, describe: 'Skip the questions; arms only links whose positions are unchanged' },
} as const;

type RestoreOptions = SharedArguments & InferredOptionTypes<typeof restoreOptions>;

export function buildRestore(yargs: Argv<SharedArguments>) {
  return yargs
    .options(restoreOptions)
    .example('$0 restore', 'the latest backup; asks before it arms a link')
    .example('$0 restore --at 2026-11-27T10:00:00Z', 'the items of that second');
}

/** What a restore works with. */
interface Context {
  options: RestoreOptions;
  target: SharedArguments;
  prefix: string;
  stacks: CloudFormationClient;
  tables: Tables;
}

/** How far an earlier run came. It is read from AWS: the stack's parameters and the tags of tables. */
interface Progress {
  stack: Stack;
  attached: string;
  isHalted: boolean;
  /** The table that an earlier run restored, or began to restore. */
  unfinished: RestoredTable | undefined;
}

/** Restores a backup. A run that was interrupted is continued by the next one: links stay halted until it has finished. */
export async function runRestore(options: RestoreOptions): Promise<void> {
  const context = await createContext(options);
  const progress = await readProgress(context);
  if (options.cancel) return cancel(context, progress);
  const source = await chooseSource(context, progress);
  await confirm({
    yes: options.yes,
    question: 'Restore the table?',
    plan: () => describePlan(progress, source),
  });
  let isHalted = progress.isHalted;
  try {
    if (!isHalted) await endAbandoned(context);
    const stack = await setParameters(context, progress.stack, { linksHalted: 'true' });
    isHalted = true;
    const table = await restoreTable(context, progress, source);
    const result = await bringUp(context, stack, table);
    printResult(options, result, () => describeRestored(result, context.target));
  } catch (thrown) {
    throw describeEnd(thrown, context, isHalted ? 'halted' : 'unchanged');
  }
}

/** Links act again on the table that the stack has used all the time. */
async function cancel(context: Context, { stack, attached, isHalted, unfinished }: Progress): Promise<void> {
  const { options, target } = context;
  if (!isHalted) throw refuse('No restore is under way: links are not halted.');
  if (unfinished?.name === attached)
    throw refuse(
      `The stack uses the restored table already, in which links that have acted may be armed. Finish the restore: ${commandHint('restore', target)}`,
    );
  await confirm({
    yes: options.yes,
    question: 'Give up the restore?',
    plan: () => [
      `Links act again, on the table ${attached}. Alerts that arrived during the halt were refused, and are not repeated.`,
    ],
  });
  await setParameters(context, stack, { linksHalted: 'false' });
  await endAbandoned(context);
  const left =
    unfinished === undefined ? '' : ` The table ${unfinished.name} is left; delete it if you don't need it.`;
  printResult(
    options,
    { canceled: true, table: attached, left: unfinished?.name },
    () => `Links act again.${left}`,
  );
}

async function createContext(options: RestoreOptions): Promise<Context> {
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

async function readProgress({ prefix, stacks, tables }: Context): Promise<Progress> {
  const { readStack } = await import('./cloud-formation.ts');
  const { findUnfinished } = await import('./dynamo-restore.ts');
  const name = stackName(prefix);
  const stack = await readStack(stacks, name);
  const attached = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'TableName')?.OutputValue;
  if (stack === undefined || attached === undefined)
    throw refuse(`There is no stack ${name} in this account and region. Deploy it first.`);
  const isHalted = stack.Parameters?.some(
    ({ ParameterKey, ParameterValue }) => ParameterKey === 'linksHalted' && ParameterValue === 'true',
  );
  const unfinished = isHalted === true ? await findUnfinished(tables, name) : undefined;
  return { stack, attached, isHalted: isHalted === true, unfinished };
}

/** Without a halt, nothing is to be continued: an earlier run was given up, or ended before it could say so. */
async function endAbandoned({ tables, prefix }: Context): Promise<void> {
  const { findUnfinished, markFinished } = await import('./dynamo-restore.ts');
  for (;;) {
    const table = await findUnfinished(tables, stackName(prefix));
    if (table === undefined) return;
    await markFinished(tables, table.name);
  }
}

/** @returns where to restore from; undefined if an earlier run has begun to. Throws before anything is changed. */
async function chooseSource(
  { options, tables }: Context,
  { attached, unfinished }: Progress,
): Promise<RestoreSource | undefined> {
  if (unfinished !== undefined) return undefined;
  const { findSource } = await import('./dynamo-restore.ts');
  return findSource(tables, options['from-table'] ?? attached, options.at);
}

function describePlan({ attached, unfinished }: Progress, source: RestoreSource | undefined): string[] {
  const items =
    source === undefined
      ? `Continues the restore into ${unfinished?.name}, with the items of ${unfinished?.restoredTo}.`
      : `Restores the items of ${source.restoredTo} from ${source.from} into a new table.`;
  return [
    items,
    'Until it has finished, every link answers 503 and the sweep acts on nothing. Exit orders at the exchange still work.',
    `The stack then uses the new table. ${attached} is kept.`,
    'It repeats what the logs contain since the backup, compares each open position with its exchange,',
    'and asks before it arms a link.',
  ];
}

async function setParameters(
  { stacks, prefix }: Context,
  stack: Stack,
  parameters: Record<string, string>,
): Promise<Stack> {
  const { readStack, updateParameters } = await import('./cloud-formation.ts');
  const updated = await updateParameters(stacks, stack, parameters);
  return updated ?? (await readStack(stacks, stackName(prefix))) ?? stack;
}

async function restoreTable(
  { tables, prefix }: Context,
  { attached, unfinished }: Progress,
  source: RestoreSource | undefined,
): Promise<RestoredTable> {
  const { createRestored, prepareRestored } = await import('./dynamo-restore.ts');
  const { setDeletionProtection } = await import('./dynamo-tables.ts');
  if (source !== undefined)
    printRemark(`Restoring ${source.from}. This takes minutes, or hours for a large table.`);
  const table = unfinished ?? (source && (await createRestored(tables, stackName(prefix), source)));
  if (table === undefined)
    throw refuse('There is nothing to restore. Name a backup with --at or --from-table.');
  await prepareRestored(tables, table);
  printRemark(`The table ${table.name} is restored.`);
  await setDeletionProtection(tables, attached, 'on');
  return table;
}

/** Attaches the restored table, brings it up to the present, arms links and ends the halt. */
async function bringUp(context: Context, halted: Stack, table: RestoredTable): Promise<RestoreResult> {
  const { options, target, prefix, tables } = context;
  const attached = await setParameters(context, halted, { table: table.name });
  await waitForEarlierRuns(attached);
  const { readJournal } = await import('./restore-journal.ts');
  const journal = await readJournal(target, prefix, Date.parse(table.restoredTo));
  const admin = createAdminClient(target);
  const replayed = await replay(admin, table, journal);
  printRemark(describeChecked(replayed.checked, replayed.paused, replayed.armable));
  const chosen = await chooseLinks(options, replayed.armable);
  for (const { linkId } of chosen) await admin.call('links.arm', { linkId });
  await setParameters(context, attached, { linksHalted: 'false' });
  const { markFinished } = await import('./dynamo-restore.ts');
  // The restore has ended. The next one marks what this one could not.
  await markFinished(tables, table.name).catch(() => undefined);
  return toResult(table, replayed, { armed: chosen.map(({ linkId }) => linkId), gap: journal.gap });
}

/** The longest run of a function that began before links were halted, and the time until its log lines can be read. */
const earlierRunsMs = 90_000;

async function waitForEarlierRuns({ LastUpdatedTime: updatedAt }: Stack): Promise<void> {
  const ms = (updatedAt?.getTime() ?? 0) + earlierRunsMs - Date.now();
  if (ms <= 0) return;
  printRemark(`Waiting ${Math.ceil(ms / 1_000)} s for runs from before the halt, and for their logs.`);
  await wait(Math.min(ms, earlierRunsMs));
}

async function chooseLinks({ yes }: RestoreOptions, armable: LinkView[]): Promise<LinkView[]> {
  if (yes || armable.length === 0) return armable;
  if (!hasTerminal()) return [];
  const { checkbox } = await import('@inquirer/prompts');
  const choices = armable.map((link) => ({
    value: link,
    name: `${link.linkId} ${link.action} ${link.symbol ?? link.positionId} ${link.label ?? ''}`,
    checked: true,
  }));
  return checkbox(
    { message: 'Links to arm; all others stay paused', choices },
    { output: process.stderr },
  ).catch(cancelPrompt);
}

function toResult(
  { name, restoredTo }: RestoredTable,
  { plan, checked, paused }: Replayed,
  { armed, gap }: Pick<RestoreResult, 'armed' | 'gap'>,
): RestoreResult {
  return {
    table: name,
    restoredTo,
    positions: checked.map(({ position, verdict, reason }) => ({
      positionId: position.positionId,
      verdict,
      reason,
    })),
    armed,
    paused: paused.map(({ linkId }) => linkId).filter((linkId) => !armed.includes(linkId)),
    revoked: plan.revoke,
    forgotten: plan.forget,
    lostLinks: plan.lostLinks,
    lostPositions: plan.lostPositions,
    gap,
  };
}

/** @returns the error with the state that the run leaves. */
function describeEnd(thrown: unknown, { target, options }: Context, state: 'halted' | 'unchanged'): CliError {
  const { code, message } =
    thrown instanceof CliError ? thrown : { code: 'failed', message: `${describeAwsFailure(thrown)}.` };
  const at = options.at === undefined ? '' : ` --at ${options.at}`;
  const command = commandHint(`restore${at}`, target);
  const rest =
    state === 'halted'
      ? `Links stay halted. To continue: ${command}`
      : 'Links are not halted, and work as before.';
  return new CliError(code, `${message} ${rest}`, { cause: thrown });
}

function refuse(message: string): CliError {
  return new CliError('refused', `Nothing was restored: ${message}`);
}
