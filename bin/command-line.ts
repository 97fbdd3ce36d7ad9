import yargs, { type Argv } from 'yargs';
import packageFile from '../package.json' with { type: 'json' };
import { accountCommands, accountVerbs } from './account-commands.ts';
import { CliError, describeRefusal } from './cli-error.ts';
import { consoleCommand, consoleOptions, consoleSummary, showConsole } from './console-command.ts';
import { refuseSecretArguments } from './credentials.ts';
import { historyCommand, historyOptions, historySummary, showHistory } from './history-command.ts';
import { linkCommands, linkVerbs } from './link-commands.ts';
import { notifyCommands, notifyVerbs } from './notify-commands.ts';
import { localDefault, repeatable, sharedOptions, withWholeLocal } from './options.ts';
import { positionCommands, positionVerbs } from './position-commands.ts';
import { describeMisuse } from './usage-errors.ts';

const epilogue = `Commands go to the admin function of the stack Ripcord in your AWS account (--stack, --function,
--region, --profile), or with --local to the local stack at ${localDefault}.

Exit codes: 0 done; 1 bad input, refused, or failed. Results go to stdout, all else to stderr.
RIPCORD_LOCAL=1 (or =URL) stands for --local. NO_COLOR=1 turns colours off.`;

/** Widest help, in columns: longer lines are hard to read. */
const helpWidth = 110;

/** What yargs itself finds wrong with the line. */
class Misuse extends Error {}

function refuseRepeated(args: Record<string, unknown>): true {
  const twice = Object.keys(args).find((name) => Array.isArray(args[name]) && !repeatable.has(name));
  if (twice !== undefined) throw new CliError('invalid-input', `--${twice} was given more than once.`);
  return true;
}

function commandLine(argv: string[]): Argv {
  const line = yargs(argv)
    .scriptName('ripcord')
    .locale('en')
    .parserConfiguration({
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .usage('$0 <noun> <verb>\n\nSecret links that close or keep a position on a crypto exchange.')
    // Named first, so that a verb's own options stand above those that every verb has.
    .group('json', 'Options:')
    .options(sharedOptions)
    .command('positions', 'Adopt, open, list, close, resolve and forget positions', positionCommands)
    .command('links', 'Create, list, preview, pause and revoke the links of positions', linkCommands)
    .command('history', historySummary, historyCommand, showHistory)
    .command('accounts', 'Add, check, list and remove exchange accounts', accountCommands)
    .command('notify', 'Test the notification channels', notifyCommands)
    .command('console', consoleSummary, consoleCommand, showConsole)
    .completion('completion', 'Print a script that completes commands in bash, zsh or fish')
    .example('$0 accounts add main --exchange binance', 'store the keys of an exchange account')
    .example('$0 positions list', 'what there is, with its profit or loss')
    .example('$0 links create pos_4k1z09qj3m2x close', 'a link that closes this position')
    .example('$0 positions list --local', 'ask the local stack')
    .epilogue(epilogue)
    .version(packageFile.version)
    .help()
    .alias('help', 'h')
    .check(refuseRepeated)
    .strict()
    .demandCommand(
      1,
      'Say what to do: positions, links, accounts or notify and a verb, or history or console.',
    )
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      if (message !== null && (error === undefined || error.name === 'YError')) throw new Misuse(message);
      throw error ?? new Error('failed without a reason');
    });
  return line.wrap(Math.min(helpWidth, line.terminalWidth() || helpWidth));
}

const vocabulary = {
  nouns: {
    positions: positionVerbs,
    links: linkVerbs,
    history: { '': historyOptions },
    accounts: accountVerbs,
    notify: notifyVerbs,
    console: { '': consoleOptions },
    completion: {},
  },
  everywhere: Object.keys(sharedOptions).concat('help', 'version'),
};

function asRefusal(thrown: unknown, argv: string[]): CliError {
  if (thrown instanceof CliError) return thrown;
  if (thrown instanceof Misuse) return describeMisuse(thrown.message, argv, vocabulary);
  const name = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'no reason given';
  return new CliError(
    'internal',
    `The command line itself failed (${name}). Nobody foresaw this: please report it.`,
  );
}

/** @returns the exit code. */
export async function run(given: string[]): Promise<number> {
  const argv = withWholeLocal(given);
  try {
    refuseSecretArguments(argv);
    await commandLine(argv).parseAsync();
    return 0;
  } catch (thrown) {
    const refusal = asRefusal(thrown, argv);
    process.stderr.write(`${describeRefusal(refusal, argv.includes('--json'))}\n`);
    return 1;
  }
}
