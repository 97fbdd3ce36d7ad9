import type { Argv, InferredOptionTypes } from 'yargs';
import { requiresPassword } from '../lib/account/account.ts';
import { type CommandInput, commands } from '../lib/admin/contract/commands.ts';
import { describeAccounts, describeAdded, describeCheck } from './account-text.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import { parseInput } from './command-input.ts';
import { confirm, hasTerminal } from './confirm.ts';
import { readCredentials } from './credentials.ts';
import { egressVariable, listTexts, parseEgress } from './egress-option.ts';
import { listOption, type SharedArguments, textOption, yesOption } from './options.ts';
import { stdinOption, withoutSecrets } from './secrets.ts';
import { printResult } from './terminal.ts';
import { missingCommand } from './usage-errors.ts';

const addOptions = {
  exchange: textOption('Exchange, such as binance or bybit; "exchanges" lists them', { demandOption: true }),
  generic: {
    type: 'boolean',
    default: false,
    describe: 'Accept an exchange that is at most once, not proven',
  },
  uid: textOption('User id, which a few exchanges of --generic require', {}),
  sandbox: { type: 'boolean', describe: "The exchange's test network" },
  'base-url': textOption("Scheme and host that replace the exchange's own; none removes it", {}),
  option: listOption("key=value for ccxt's options"),
  egress: listOption(
    `stack, a proxy's URL, or none to remove it; env reads URLs with passwords from ${egressVariable}`,
  ),
  replace: { type: 'boolean', default: false, describe: 'Replace the account with this name' },
  unchecked: { type: 'boolean', default: false, describe: 'Store the key without asking the exchange' },
  'allow-withdrawals': { type: 'boolean', default: false, describe: 'Store a key that can withdraw' },
  'allow-other-account': {
    type: 'boolean',
    default: false,
    describe: 'Replace a key with one of another account at the exchange',
  },
  'with-password': {
    type: 'boolean',
    default: false,
    describe: 'Ask for a password too; OKX, KuCoin and Bitget always require one',
  },
  ...stdinOption,
} as const;

/** The verbs with their arguments and options. */
export const accountVerbs = {
  add: { positionals: ['<name>'], options: addOptions },
  list: { options: {} },
  remove: { positionals: ['<name>'], options: yesOption },
  check: { positionals: ['<name>'], options: {} },
} as const;

const nameArgument = { type: 'string', describe: 'Name of the account', demandOption: true } as const;

/** JSON values such as `true` and `5000` stay what they are; everything else is text. */
function parseOptionValue(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

function parseOptionPairs(given: string[] | undefined): Record<string, unknown> | undefined {
  if (given === undefined) return undefined;
  return Object.fromEntries(
    given.map((pair) => {
      const [, key, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
      if (key === undefined || value === undefined)
        throw new CliError('invalid-input', '--option: expected key=value, such as recvWindow=5000');
      return [key, parseOptionValue(value)];
    }),
  );
}

/** At a terminal, asks before it replaces an account. A script has to pass --replace. */
async function addOrReplace(admin: AdminClient, input: CommandInput<'accounts.add'>) {
  try {
    return await admin.call('accounts.add', input);
  } catch (thrown) {
    if (!(thrown instanceof CliError) || thrown.code !== 'conflict' || !hasTerminal()) throw thrown;
    await confirm({
      yes: false,
      question: 'Replace it?',
      plan: () => [
        `Account ${input.name} is already stored, with another key or exchange.`,
        'Its open positions will use the new key, so it must belong to the same exchange account.',
      ],
    });
    return admin.call('accounts.add', { ...input, replace: true });
  }
}

type AddArguments = SharedArguments & InferredOptionTypes<typeof addOptions> & { name: string };

async function addAccount(args: AddArguments): Promise<void> {
  const { name, exchange, sandbox } = args;
  const egress = parseEgress(args.egress);
  const fields = {
    exchange,
    generic: args.generic || undefined,
    uid: args.uid,
    sandbox,
    baseUrl: args['base-url'],
    options: parseOptionPairs(args.option),
    egress,
  };
  // A wrong option is reported before the owner is asked for a secret.
  const isNeeded = args['with-password'] || requiresPassword(exchange);
  const placeholders = { apiKey: 'read-later', secret: 'read-later', password: 'read-later' };
  parseInput('accounts.add', { name, account: { ...fields, ...placeholders } });
  const admin = createAdminClient(args);
  const credentials = await readCredentials({ stdin: args.stdin, withPassword: isNeeded, exchange });
  const input = parseInput('accounts.add', {
    ...{ name, account: { ...fields, ...credentials } },
    replace: args.replace || undefined,
    unchecked: args.unchecked || undefined,
    allowWithdrawals: args['allow-withdrawals'] || undefined,
    allowOtherAccount: args['allow-other-account'] || undefined,
  });
  const result = await addOrReplace(admin, input).catch((thrown: unknown) => {
    throw withoutSecrets(thrown, listTexts({ egress, ...credentials }));
  });
  printResult(args, result, () => describeAdded(result, args));
}

function addCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'add <name>',
    `${commands['accounts.add'].summary} Prompts for key and secret, or reads {"apiKey":"…","secret":"…"} from stdin.`,
    (y) =>
      y
        .positional('name', nameArgument)
        .options(addOptions)
        .example('$0 accounts add main --exchange binance', 'prompts for key and secret')
        .example('$0 accounts add main --exchange binance --sandbox < keys.json', 'from a file')
        .example('$0 accounts add main --exchange okx', 'prompts for the passphrase too')
        .example('$0 accounts add other --exchange whitebit --generic', 'at most once, not proven')
        .example('$0 accounts add main --exchange binance --replace', 'a new key for the same account')
        .example(
          '$0 accounts add main --exchange binance --egress stack',
          "through the stack's fixed addresses",
        )
        .example(
          '$0 accounts add perps --exchange binanceusdm --option recvWindow=5000',
          'an option of ccxt',
        ),
    (args) => addAccount(args),
  );
}

function listCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'list',
    commands['accounts.list'].summary,
    (y) => y.example('$0 accounts list', 'names and exchanges'),
    async (args) => {
      const result = await createAdminClient(args).call('accounts.list', {});
      printResult(args, result, () => describeAccounts(result, args));
    },
  );
}

function removeCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'remove <name>',
    commands['accounts.remove'].summary,
    (y) =>
      y
        .positional('name', nameArgument)
        .options(yesOption)
        .example('$0 accounts remove main', 'asks for confirmation'),
    async (args) => {
      const input = parseInput('accounts.remove', { name: args.name });
      const admin = createAdminClient(args);
      await confirm({
        yes: args.yes,
        question: 'Remove this account?',
        plan: () => [
          `The stored credentials of account ${input.name} are deleted. The key itself stays valid at the exchange.`,
        ],
      });
      const result = await admin.call('accounts.remove', input);
      printResult(
        args,
        result,
        () => `Account ${result.name} is removed. Delete its key at the exchange too.`,
      );
    },
  );
}

function checkCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'check <name>',
    commands['accounts.check'].summary,
    (y) =>
      y
        .positional('name', nameArgument)
        .example('$0 accounts check main', 'whether it may trade or withdraw'),
    async (args) => {
      const input = parseInput('accounts.check', { name: args.name });
      const result = await createAdminClient(args).call('accounts.check', input);
      printResult(args, result, () => describeCheck(result));
    },
  );
}

export function accountCommands(yargs: Argv<SharedArguments>) {
  for (const addTo of [addCommand, listCommand, removeCommand, checkCommand]) addTo(yargs);
  return yargs.demandCommand(1, missingCommand);
}
