import { setTimeout as wait } from 'node:timers/promises';
import type { Stack } from '@aws-sdk/client-cloudformation';
import type { Argv } from 'yargs';
import { stackName } from '../../infra/stack/setting-definitions.ts';
import type { LinkView } from '../../lib/admin/contract/commands.ts';
import { createAdminClient } from '../admin-client.ts';
import { commandHint } from '../command-hint.ts';
import { cancelPrompt, confirm, hasTerminal } from '../confirm.ts';
import type { SharedArguments } from '../options.ts';
import { printRemark, printResult } from '../terminal.ts';
import type { PreparedTable, RestoreSource } from './dynamo-restore.ts';
import {
  type Context,
  createContext,
  describeEnd,
  type Progress,
  type RestoreOptions,
  readParameter,
  readProgress,
  refuse,
  requireUnderWay,
  restoreOptions,
  setParameters,
} from './restore-progress.ts';
import { type Replayed, replay } from './restore-replay.ts';
import { describeChecked, describePlan, describeRestored, type RestoreResult } from './restore-text.ts';

export const restoreSummary = 'Restores a backup of the table, with links halted until it is checked';

export function buildRestore(yargs: Argv<SharedArguments>) {
  return yargs
    .options(restoreOptions)
    .example('$0 restore', 'the latest backup; asks before it arms a link')
    .example('$0 restore --at 2026-11-27T10:00:00Z', 'the items of that second');
}

/** Restores a backup. A run that was interrupted is continued by the next one: links stay halted until it has finished. */
export async function runRestore(options: RestoreOptions): Promise<void> {
  const context = await createContext(options);
  const progress = await readProgress(context);
  if (options.cancel) return cancel(context, progress);
  const source = await chooseSource(context, progress);
  const plan = describePlan(progress, source, options);
  if (options.yes) for (const line of plan) printRemark(line);
  await confirm({ yes: options.yes, question: 'Restore the table?', plan: () => plan });
  try {
    if (!progress.isHalted) await endAbandoned(context, progress);
    const halted = await setParameters(context, progress.stack, { linksHalted: 'true' });
    const table = await restoreTable(context, progress, source);
    const result = await bringUp(context, halted, table);
    printResult(options, result, () => describeRestored(result, context.target));
  } catch (thrown) {
    throw await describeEnd(thrown, context);
  }
}

/** Links act again on the table that the stack has used all the time. */
async function cancel(context: Context, progress: Progress): Promise<void> {
  const { stack, attached, isHalted, unfinished } = progress;
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
  // Both in one update: another run may have attached its table since the stack was read.
  const table = readParameter(stack, 'table');
  await setParameters(context, stack, { ...(table === undefined ? {} : { table }), linksHalted: 'false' });
  await endAbandoned(context, progress);
  const left =
    unfinished === undefined ? '' : ` The table ${unfinished.name} is left; delete it if you don't need it.`;
  printResult(
    options,
    { canceled: true, table: attached, left: unfinished?.name },
    () => `Links act again.${left}`,
  );
}

async function endAbandoned({ tables, prefix }: Context, { attached }: Progress): Promise<void> {
  const tags = await import('./dynamo-restore-tags.ts');
  await tags.endAbandoned(tables, stackName(prefix), attached);
}

/** @returns where to restore from; undefined if an earlier run has begun to. Throws before anything is changed. */
async function chooseSource(
  { options, tables, target }: Context,
  { attached, unfinished }: Progress,
): Promise<RestoreSource | undefined> {
  const { findSource, isBackup } = await import('./dynamo-restore.ts');
  const { at, 'from-table': from = attached } = options;
  if (unfinished === undefined) {
    if (at !== undefined && isBackup(from)) throw refuse('--at has no effect on a backup. Leave it out.');
    return findSource(tables, from, at);
  }
  const { toIso } = await import('./dynamo-restore-tags.ts');
  const isOther =
    (at !== undefined && toIso(new Date(at)) !== unfinished.restoredTo) ||
    (options['from-table'] !== undefined && from !== unfinished.from);
  if (!isOther) return undefined;
  const cancelHint = commandHint('restore --cancel', target);
  const next =
    unfinished.name === attached
      ? 'Finish it first, without --at and --from-table.'
      : `Continue it without --at and --from-table, or give it up: ${cancelHint}`;
  throw refuse(
    `a restore of ${unfinished.from}, with the items of ${unfinished.restoredTo}, is under way. Links stay halted. ${next}`,
  );
}

async function restoreTable(
  { tables, prefix }: Context,
  { attached, unfinished }: Progress,
  source: RestoreSource | undefined,
): Promise<PreparedTable> {
  const { createRestored, markDetached, prepareRestored } = await import('./dynamo-restore.ts');
  const { setDeletionProtection } = await import('./dynamo-tables.ts');
  if (source !== undefined)
    printRemark(`Restoring ${source.from}. This takes minutes, or hours for a large table.`);
  const restored = unfinished ?? (source && (await createRestored(tables, stackName(prefix), source)));
  if (restored === undefined)
    throw refuse('There is nothing to restore. Name a backup with --at or --from-table.');
  const table = await prepareRestored(tables, restored, attached);
  printRemark(`The table ${table.name} is restored.`);
  await setDeletionProtection(tables, attached, 'on');
  if (attached !== table.name) await markDetached(tables, attached);
  return table;
}

/** Attaches the restored table, brings it up to the present, arms links and ends the halt. */
async function bringUp(context: Context, halted: Stack, table: PreparedTable): Promise<RestoreResult> {
  const { options, target, prefix, tables } = context;
  await requireUnderWay(context);
  // The halt again, in the same update: another run may end it at any moment.
  const attached = await setParameters(context, halted, { table: table.name, linksHalted: 'true' });
  await waitForEarlierRuns(attached);
  const { readJournal } = await import('./restore-journal.ts');
  const journal = await readJournal(target, prefix, table);
  const admin = createAdminClient(target);
  const replayed = await replay(admin, table, journal);
  printRemark(describeChecked(replayed.checked, replayed.paused, replayed.armable));
  const chosen = await chooseLinks(options, replayed.armable);
  await requireUnderWay(context, table.name);
  for (const { linkId } of chosen) await admin.call('links.arm', { linkId });
  await setParameters(context, attached, { linksHalted: 'false' });
  const { markFinished } = await import('./dynamo-restore-tags.ts');
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
  { name, restoredTo }: PreparedTable,
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
