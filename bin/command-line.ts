import yargs, { type Argv } from 'yargs';
import packageFile from '../package.json' with { type: 'json' };
import { accountCommands, accountVerbs } from './account-commands.ts';
import { CliError, formatCliError } from './cli-error.ts';
import { completionWord, defineForShell } from './completion.ts';
import { buildConsole, consoleOptions, consoleSummary, runConsole } from './console-command.ts';
import { buildExchanges, exchangesSummary, runExchanges } from './exchanges-command.ts';
import { buildHistory, historyOptions, historySummary, runHistory } from './history-command.ts';
import { linkCommands, linkVerbs } from './link-commands.ts';
import { notifyCommands, notifyVerbs } from './notify-commands.ts';
import {
  completeLocalOption,
  localDefault,
  repeatable,
  sharedOptions,
  splitContextOption,
} from './options.ts';
import { positionCommands, positionVerbs } from './position-commands.ts';
import { rejectSecretArguments } from './secrets.ts';
import { buildDeploy, deploySummary, runDeploy } from './stack/deploy.ts';
import { deployOptions } from './stack/deploy-arguments.ts';
import { buildDestroy, destroySummary, runDestroy } from './stack/destroy.ts';
import { destroyOptions } from './stack/destroy-arguments.ts';
import { buildDoctor, doctorSummary, runDoctor } from './stack/doctor.ts';
import { buildInit, initSummary, runInit } from './stack/init.ts';
import { initOptions } from './stack/init-options.ts';
import { buildRestore, restoreSummary, runRestore } from './stack/restore.ts';
import { restoreOptions } from './stack/restore-progress.ts';
import { buildStart, runStart, startOptions, startSummary } from './start-command.ts';
import { missingCommand, toUsageError, withStructuredErrors } from './usage-errors.ts';
import { venueCommands, venueVerbs } from './venue-commands.ts';

const epilogue = `Commands go to the admin function in your AWS account (--prefix, --region, --profile), or with --local to the
local stack at ${localDefault}.

Exit codes: 0 done; 1 bad input, refused or failed. Results go to stdout, everything else to stderr.
RIPCORD_LOCAL=1 (or =URL) has the same effect as --local. NO_COLOR=1 turns colors off.`;

/** Maximum width of help, in columns. Longer lines are hard to read. */
const helpWidth = 110;

/** A usage error of yargs. Its message is one of the templates in usage-errors.ts. */
class UsageError extends Error {}

function rejectRepeated(args: Record<string, unknown>): true {
  // yargs adds each option a second time, in camelCase.
  const names = Object.keys(args).filter((name) => !/[A-Z]/.test(name));
  const twice = names.find((name) => Array.isArray(args[name]) && !repeatable.has(name));
  if (twice !== undefined) throw new CliError('invalid-input', `--${twice} was given more than once.`);
  return true;
}

function throwUsageError(message: string | null, error: Error | undefined): never {
  if (message !== null && (error === undefined || error.name === 'YError')) throw new UsageError(message);
  throw error ?? new Error('yargs failed without a reason');
}

function configure(argv: string[]) {
  const line = yargs(argv)
    .scriptName('ripcord')
    .locale('en')
    .parserConfiguration({
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .usage('$0 <noun> <verb>\n\nSecret links that close or keep a position on a crypto exchange.')
    // The first group is shown first: a command's own options stand above the shared ones.
    .group('json', 'Options:')
    .options(sharedOptions);
  return withStructuredErrors(line);
}

function addCommands(line: ReturnType<typeof configure>) {
  return line
    .command(
      'positions',
      'Adopts, opens, lists, edits, closes, resolves and forgets positions',
      positionCommands,
    )
    .command('links', 'Creates, lists, previews, updates, pauses and revokes links', linkCommands)
    .command('history', historySummary, buildHistory, runHistory)
    .command('accounts', 'Adds, checks, lists and removes exchange accounts', accountCommands)
    .command('exchanges', exchangesSummary, buildExchanges, runExchanges)
    .command('venues', 'Tests what is not proven about an exchange', venueCommands)
    .command('notify', 'Lists, adds, tests and removes the channels of notices', notifyCommands)
    .command('console', consoleSummary, buildConsole, runConsole)
    .command('start', startSummary, buildStart, runStart)
    .command('init', initSummary, buildInit, runInit)
    .command('deploy', deploySummary, buildDeploy, runDeploy)
    .command('doctor', doctorSummary, buildDoctor, runDoctor)
    .command('destroy [stage]', destroySummary, buildDestroy, runDestroy)
    .command('restore', restoreSummary, buildRestore, runRestore)
    .completion(completionWord, 'Prints a completion script for bash, zsh or fish')
    .example('$0 accounts add main --exchange binance', 'stores the keys of an exchange account')
    .example('$0 positions list', 'positions with their profit or loss')
    .example('$0 links create pos_4k1z09qj3m2x close', 'a link that closes this position')
    .example('$0 positions list --local', 'positions of the local stack');
}

function createCommandLine(argv: string[]): Argv {
  const line = addCommands(configure(argv))
    .epilogue(epilogue)
    .version(packageFile.version)
    .help()
    .alias('help', 'h')
    .check(rejectRepeated)
    .strict()
    .demandCommand(1, missingCommand)
    .exitProcess(false)
    .fail(throwUsageError);
  return line.wrap(Math.min(helpWidth, line.terminalWidth() || helpWidth));
}

const vocabulary = {
  nouns: {
    positions: { verbs: positionVerbs },
    links: { verbs: linkVerbs },
    history: { options: historyOptions },
    accounts: { verbs: accountVerbs },
    exchanges: { options: {} },
    venues: { verbs: venueVerbs },
    notify: { verbs: notifyVerbs },
    console: { options: consoleOptions },
    start: { options: startOptions },
    init: { options: initOptions },
    deploy: { options: deployOptions },
    doctor: { options: {} },
    destroy: { options: destroyOptions },
    restore: { options: restoreOptions },
    completion: { options: {} },
  },
  sharedOptions: Object.keys(sharedOptions).concat('help', 'version'),
};

function toCliError(thrown: unknown, argv: string[]): CliError {
  if (thrown instanceof CliError) return thrown;
  if (thrown instanceof UsageError) return toUsageError(thrown.message, argv, vocabulary);
  const name = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'no reason given';
  return new CliError('internal', `Unexpected error in the command line (${name}). Please report it.`);
}

/** @returns the exit code. */
export async function run(given: string[]): Promise<number> {
  const argv = splitContextOption(completeLocalOption(given));
  try {
    rejectSecretArguments(argv);
    if (argv[0] === completionWord && !argv.some((word) => word.startsWith('-')))
      process.stdout.write(defineForShell(process.env.SHELL));
    await createCommandLine(argv).parseAsync();
    return 0;
  } catch (thrown) {
    const json = argv.includes('--json');
    process.stderr.write(`${formatCliError(toCliError(thrown, argv), { json })}\n`);
    return 1;
  }
}
