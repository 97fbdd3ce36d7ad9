import type { Argv } from 'yargs';
import { type CommandInput, type CommandResult, commands } from '../lib/admin/contract/commands.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import { commandHint } from './command-hint.ts';
import { parseInput } from './command-input.ts';
import { confirm } from './confirm.ts';
import { positionArgument, type SharedArguments, textOption, yesOption } from './options.ts';
import { describeReports, describeUnreadable, namePosition } from './position-text.ts';
import { printRemark, printResult } from './terminal.ts';

export const closeAllOptions = {
  account: textOption('Only positions of this account', {}),
  ...yesOption,
} as const;

type CloseReport = CommandResult<'positions.close'>;

interface CloseReports {
  reports: CloseReport[];
  /** Why some positions were not started. */
  failure?: CliError;
}

const endedOutcomes = ['closed', 'canceled', 'kept', 'dust'];

/** Prints every report. Throws a CliError if a position is not closed. */
function printReports(args: SharedArguments, result: object, { reports, failure }: CloseReports): void {
  printResult(args, result, () => describeReports(reports));
  const missed = reports.filter(({ outcome }) => !endedOutcomes.includes(outcome));
  if (missed.length > 0)
    throw new CliError(
      'not-closed',
      `${missed.length} of ${reports.length} not closed: ${missed.map(({ positionId }) => positionId).join(', ')}. ` +
        `The sweep completes those in progress; check with "${commandHint('positions list', args)}".`,
      { issues: failure === undefined ? [] : [failure.message, ...failure.issues] },
    );
}

const closePlan =
  'Unfilled entry orders and exit orders are canceled; the remaining amount is closed at MARKET:';

async function closePosition(args: SharedArguments & { yes: boolean; positionId: string }): Promise<void> {
  const input = parseInput('positions.close', { positionId: args.positionId });
  const admin = createAdminClient(args);
  const plan = async () => {
    const { position } = await admin.call('positions.get', input);
    return [closePlan, `  ${namePosition(position)}`];
  };
  await confirm({ yes: args.yes, question: 'Close this position now?', plan });
  const report = await admin.call('positions.close', input);
  printReports(args, report, { reports: [report] });
}

export function closeCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'close <positionId>',
    commands['positions.close'].summary,
    (y) =>
      y
        .positional('positionId', positionArgument)
        .options(yesOption)
        .example('$0 positions close pos_4k1z09qj3m2x', 'asks for confirmation')
        .example('$0 positions close pos_4k1z09qj3m2x --yes', 'immediately'),
    (args) => closePosition(args),
  );
}

async function planCloseAll(
  admin: AdminClient,
  input: CommandInput<'positions.closeAll'>,
): Promise<string[]> {
  const { positions, unreadable = [] } = await admin.call('positions.list', { open: true, ...input });
  if (unreadable.length > 0) printRemark(describeUnreadable(unreadable));
  if (positions.length === 0 && unreadable.length === 0)
    throw new CliError('refused', 'There is no open position. Nothing was done.');
  return [closePlan, ...positions.map((position) => `  ${namePosition(position)}`)];
}

/**
 * One call starts as many positions as its time allows. This repeats the call for the rest, until none is left or
 * a call starts none.
 */
async function closeRemaining(
  admin: AdminClient,
  input: CommandInput<'positions.closeAll'>,
  options: { reports: CloseReport[]; onProgress: (text: string) => void },
): Promise<CloseReports> {
  let { reports } = options;
  let waitingBefore = Number.POSITIVE_INFINITY;
  for (;;) {
    const waiting = reports.filter(({ outcome }) => outcome === 'not-started');
    if (waiting.length === 0 || waiting.length >= waitingBefore) return { reports };
    waitingBefore = waiting.length;
    options.onProgress(`${reports.length - waiting.length} of ${reports.length} done; continuing.`);
    const positionIds = waiting.map(({ positionId }) => positionId);
    try {
      const next = await admin.call('positions.closeAll', { ...input, positionIds });
      reports = [...reports.filter((report) => !waiting.includes(report)), ...next.reports];
    } catch (thrown) {
      // The reports so far must still be printed.
      if (!(thrown instanceof CliError)) throw thrown;
      return { reports, failure: thrown };
    }
  }
}

type CloseAllArguments = SharedArguments & { yes: boolean; account: string | undefined };

async function closeAllPositions(args: CloseAllArguments): Promise<void> {
  const input = parseInput('positions.closeAll', { account: args.account });
  const admin = createAdminClient(args);
  await confirm({
    yes: args.yes,
    question: 'Close all of these now?',
    plan: () => planCloseAll(admin, input),
  });
  const { reports } = await admin.call('positions.closeAll', input);
  const onProgress = (text: string) => {
    if (!args.json || process.stderr.isTTY) printRemark(text);
  };
  const closed = await closeRemaining(admin, input, { reports, onProgress });
  printReports(args, { reports: closed.reports }, closed);
}

export function closeAllCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'close-all',
    commands['positions.closeAll'].summary,
    (y) =>
      y
        .options(closeAllOptions)
        .example('$0 positions close-all', 'lists the positions and asks for confirmation')
        .example(
          '$0 positions close-all --account main --yes --json',
          'for a script; exits with 1 if any is not closed',
        ),
    (args) => closeAllPositions(args),
  );
}
