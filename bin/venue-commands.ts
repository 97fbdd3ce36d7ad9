import type { Argv } from 'yargs';
import { type CommandResult, commands, type ExperimentResultView } from '../lib/admin/contract/commands.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import { parseInput } from './command-input.ts';
import { confirm } from './confirm.ts';
import { type SharedArguments, yesOption } from './options.ts';
import { printRemark, printResult } from './terminal.ts';
import { missingCommand } from './usage-errors.ts';
import { describeInterrupted, describePlan, describeReport, describeResult } from './venue-text.ts';

/** The verbs with their arguments and options. */
export const venueVerbs = {
  verify: { positionals: ['<account>'], options: yesOption },
} as const;

interface Results {
  results: ExperimentResultView[];
  /** Why some experiments were not run. */
  failure?: CliError;
  /** The experiment that ended without a result, and perhaps without its clean-up. */
  interrupted?: string;
}

/** Any other code is an answer of the function, which refuses an experiment before its first order. */
const interruptions = new Set(['function-failed', 'unreachable', 'internal']);

/** Runs one experiment after the other. What an experiment left would be in the way of the next. */
async function runExperiments(
  admin: AdminClient,
  listed: CommandResult<'venues.verify'>,
  onProgress: (text: string) => void,
): Promise<Results> {
  const { account, experiments } = listed;
  const results: ExperimentResultView[] = [];
  for (const experiment of experiments) {
    onProgress(`${results.length + 1}/${experiments.length} ${experiment} …`);
    try {
      const { result } = await admin.call('venues.verify', { account, experiment });
      if (result === undefined) return { results };
      results.push(result);
      onProgress(describeResult(result));
      if (result.left.length > 0) return { results };
    } catch (thrown) {
      // The results so far must still be printed.
      if (!(thrown instanceof CliError)) throw thrown;
      if (!interruptions.has(thrown.code)) return { results, failure: thrown };
      const message = `The experiment ${experiment} ${describeInterrupted(listed)}. Cancel and close them there. ${thrown.message}`;
      return {
        results,
        failure: new CliError(thrown.code, message, { cause: thrown }),
        interrupted: experiment,
      };
    }
  }
  return { results };
}

async function verifyVenue(args: SharedArguments & { yes: boolean; account: string }): Promise<void> {
  const input = parseInput('venues.verify', { account: args.account });
  const admin = createAdminClient(args);
  const listed = await admin.call('venues.verify', input);
  await confirm({
    yes: args.yes,
    question: 'Send these orders to the test network now?',
    plan: () => describePlan(listed),
  });
  const { results, failure, interrupted } = await runExperiments(admin, listed, (text) => {
    if (!args.json || process.stderr.isTTY) printRemark(text);
  });
  printResult(args, { ...listed, results, interrupted }, () =>
    describeReport(listed, { results, interrupted }),
  );
  const left = results.flatMap((result) => result.left);
  if (left.length > 0) throw new CliError('not-closed', left.join(' '));
  if (failure !== undefined) throw failure;
}

function verifyCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'verify <account>',
    commands['venues.verify'].summary,
    (y) =>
      y
        .positional('account', {
          type: 'string',
          describe: 'An account on the test network',
          demandOption: true,
        })
        .options(yesOption)
        .example('$0 venues verify vst', 'lists the experiments and asks for confirmation')
        .example('$0 venues verify vst --yes > report.txt', 'a report to paste into an issue'),
    (args) => verifyVenue(args),
  );
}

export function venueCommands(yargs: Argv<SharedArguments>) {
  return verifyCommand(yargs).demandCommand(1, missingCommand);
}
