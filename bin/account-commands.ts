import { styleText } from 'node:util';
import type { Argv } from 'yargs';
import { exchangeIdSchema } from '../lib/account/account.ts';
import type { CommandInput, CommandResult } from '../lib/admin/contract/commands.ts';
import { type AdminFunction, adminFunction } from './admin-function.ts';
import { CliError } from './cli-error.ts';
import { confirm, hasTerminal } from './confirm.ts';
import { readCredentials, withoutSecrets } from './credentials.ts';
import { check } from './option-names.ts';
import { type SharedArguments, suggested, type Target, text, yesOption } from './options.ts';
import { summaryOf } from './summaries.ts';
import { drawFacts, drawTable } from './table.ts';
import { asPlainText, printResult } from './terminal.ts';

const nameArgument = { type: 'string', describe: 'Name of the account', demandOption: true } as const;

/** The verbs with their options. */
export const accountVerbs = {
  add: {
    exchange: text('The exchange', { demandOption: true, choices: exchangeIdSchema.options }),
    sandbox: { type: 'boolean', describe: "The exchange's own test network" },
    'base-url': text('Scheme and host instead of the exchange’s own', {}),
    option: {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'key=value for ccxt’s options; repeatable',
    },
    replace: {
      type: 'boolean',
      default: false,
      describe: 'Put it in the place of the account that has this name',
    },
    'with-password': { type: 'boolean', default: false, describe: 'The exchange wants a password too' },
    stdin: {
      type: 'boolean',
      default: false,
      describe: 'Read the credentials from stdin, even at a terminal',
    },
  },
  list: {},
  remove: yesOption,
  check: {},
} as const;

/** `true`, `5000` and `{"a":1}` are meant as such; everything else is text. */
function optionValue(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

function parseOptions(given: string[] | undefined): Record<string, unknown> | undefined {
  if (given === undefined) return undefined;
  return Object.fromEntries(
    given.map((pair) => {
      const [, key, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
      if (key === undefined || value === undefined)
        throw new CliError('invalid-input', '--option: expected key=value, such as recvWindow=5000');
      return [key, optionValue(value)];
    }),
  );
}

function describeAccounts({ accounts }: CommandResult<'accounts.list'>, target: Target): string {
  return accounts.length === 0
    ? `no accounts yet: store one with "${suggested('accounts add main --exchange binance', target)}"`
    : drawTable(
        [
          { head: 'ACCOUNT', text: ({ name }) => name },
          { head: 'EXCHANGE', text: ({ exchange }) => exchange },
        ],
        accounts,
      );
}

function allowance(allowed: boolean | undefined, wanted: boolean): string {
  if (allowed === undefined) return 'the exchange does not say';
  return styleText(allowed === wanted ? 'green' : 'red', allowed ? 'yes' : 'no');
}

function describeCheck(result: CommandResult<'accounts.check'>): string {
  const facts = drawFacts([
    ['Account', `${result.name} on ${asPlainText(result.exchange)}`],
    ['May trade', allowance(result.canTrade, true)],
    ['May withdraw', allowance(result.canWithdraw, false)],
    ['Bound to IP addresses', allowance(result.ipRestricted, true)],
  ]);
  const warnings = result.warnings.map((warning) => `${styleText('yellow', '!')} ${asPlainText(warning)}`);
  return [facts, ...(warnings.length > 0 ? ['', ...warnings] : [])].join('\n');
}

/** Whoever sits at a terminal is asked before an account is replaced; a script has to say it. */
async function add(admin: AdminFunction, input: CommandInput<'accounts.add'>) {
  try {
    return await admin.call('accounts.add', input);
  } catch (thrown) {
    if (!(thrown instanceof CliError) || thrown.code !== 'conflict' || !hasTerminal()) throw thrown;
    await confirm(false, 'Replace it?', () => [
      `There is an account ${input.name} already, with another key or exchange.`,
      'Open positions of this account go on with the new key: it has to be one of the same account.',
    ]);
    return admin.call('accounts.add', { ...input, replace: true });
  }
}

export function accountCommands(yargs: Argv<SharedArguments>) {
  return yargs
    .command(
      'add <name>',
      `${summaryOf('accounts.add')} Key and secret are asked for, or come on stdin as {"apiKey":"…","secret":"…"}.`,
      (y) =>
        y
          .positional('name', nameArgument)
          .options(accountVerbs.add)
          .example('$0 accounts add main --exchange binance', 'asks for key and secret, unseen')
          .example('$0 accounts add main --exchange binance --sandbox < keys.json', 'from a file')
          .example('$0 accounts add main --exchange binance --replace', 'a new key for the same account')
          .example(
            '$0 accounts add perps --exchange binanceusdm --option recvWindow=5000',
            'an option for ccxt',
          ),
      async (args) => {
        const { name, exchange, sandbox } = args;
        const fields = { exchange, sandbox, baseUrl: args['base-url'], options: parseOptions(args.option) };
        // What was typed is checked before anybody is asked for a secret.
        check('accounts.add', { name, account: { ...fields, apiKey: 'asked later', secret: 'asked later' } });
        const admin = adminFunction(args);
        const credentials = await readCredentials({ stdin: args.stdin, withPassword: args['with-password'] });
        const replace = args.replace || undefined;
        const input = check('accounts.add', { name, account: { ...fields, ...credentials }, replace });
        const result = await add(admin, input).catch((thrown: unknown) => {
          throw thrown instanceof CliError ? withoutSecrets(thrown, credentials) : thrown;
        });
        printResult(args.json, result, () =>
          [
            `Account ${result.account.name} (${asPlainText(result.account.exchange)}) is stored.`,
            `Next: see what its key may do, with "${suggested(`accounts check ${result.account.name}`, args)}".`,
          ].join('\n'),
        );
      },
    )
    .command(
      'list',
      summaryOf('accounts.list'),
      (y) => y.example('$0 accounts list', 'names and exchanges'),
      async (args) => {
        const result = await adminFunction(args).call('accounts.list', {});
        printResult(args.json, result, () => describeAccounts(result, args));
      },
    )
    .command(
      'remove <name>',
      summaryOf('accounts.remove'),
      (y) =>
        y
          .positional('name', nameArgument)
          .options(accountVerbs.remove)
          .example('$0 accounts remove main', 'asks first'),
      async (args) => {
        const input = check('accounts.remove', { name: args.name });
        const admin = adminFunction(args);
        await confirm(args.yes, 'Remove this account?', () => [
          `The stored credentials of account ${input.name} are deleted. At the exchange the key stays as it is.`,
        ]);
        const result = await admin.call('accounts.remove', input);
        printResult(
          args.json,
          result,
          () => `Account ${result.name} is removed. Delete its key at the exchange too.`,
        );
      },
    )
    .command(
      'check <name>',
      summaryOf('accounts.check'),
      (y) =>
        y
          .positional('name', nameArgument)
          .example('$0 accounts check main', 'may it trade, or even withdraw?'),
      async (args) => {
        const input = check('accounts.check', { name: args.name });
        const result = await adminFunction(args).call('accounts.check', input);
        printResult(args.json, result, () => describeCheck(result));
      },
    )
    .demandCommand(1, 'accounts needs a word more: add, list, remove or check.');
}
