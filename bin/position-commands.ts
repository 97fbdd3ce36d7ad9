import { randomUUID } from 'node:crypto';
import type { Argv } from 'yargs';
import type { CommandInput, CommandResult } from '../lib/admin/contract/commands.ts';
import { entrySide } from '../lib/exchange/exchange.ts';
import { type AdminFunction, adminFunction } from './admin-function.ts';
import { CliError } from './cli-error.ts';
import { confirm } from './confirm.ts';
import { check } from './option-names.ts';
import { type SharedArguments, suggested, type Target, text, yesOption } from './options.ts';
import {
  describePosition,
  describePositions,
  describeReports,
  describeVerdict,
  namePosition,
} from './position-text.ts';
import { summaryOf } from './summaries.ts';
import { printResult, say } from './terminal.ts';

const market = {
  account: text('Stored account that trades', { demandOption: true }),
  symbol: text('BTC/USDT, or BTC/USDT:USDT for a perpetual', { demandOption: true }),
  side: text('Side of the position', { demandOption: true, choices: ['long', 'short'] }),
  label: text('A name for your own eyes', {}),
} as const;

/** The verbs with their options. */
export const positionVerbs = {
  adopt: {
    ...market,
    entry: {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'Entry order at the exchange; repeatable',
    },
    exit: { type: 'string', array: true, requiresArg: true, describe: 'Stop or target order; repeatable' },
    amount: text('Amount in base currency, where no entry order says it', {}),
  },
  open: {
    ...market,
    type: text('Kind of order', { demandOption: true, choices: ['market', 'limit'] }),
    amount: text('Amount in base currency', {}),
    cost: text('Instead of an amount: quote currency to spend', {}),
    price: text('Price of a limit order', {}),
    'request-id': text('The same id again opens nothing twice [default: a new one]', {}),
    ...yesOption,
  },
  list: {
    open: { type: 'boolean', describe: 'Without those that are closed or canceled' },
    account: text('Only those of this account', {}),
  },
  get: {},
  close: yesOption,
  'close-all': { account: text('Only those of this account', {}), ...yesOption },
  resolve: {
    apply: { type: 'boolean', default: false, describe: 'Write it down so; nothing is sent to the exchange' },
  },
  forget: yesOption,
} as const;

const positionArgument = {
  type: 'string',
  describe: 'Id of the position, pos_…',
  demandOption: true,
} as const;

function planOpening(input: CommandInput<'positions.open'>): string[] {
  const { symbol, side, type, amount, cost, price } = input;
  const [base, quote] = symbol.split(/[/:]/);
  const size = amount === undefined ? `${base} for ${cost} ${quote}` : `${amount} ${base}`;
  const terms = type === 'limit' ? `LIMIT ${price} ${quote}` : 'MARKET';
  return [
    'An order goes to the exchange:',
    `  Account  ${input.account}`,
    `  Market   ${symbol}`,
    `  Order    ${entrySide(side).toUpperCase()} ${size}, ${terms}, to open a ${side}`,
  ];
}

function describeNext(positionId: string, target: Target): string {
  return `Next: a link for it, with "${suggested(`links create ${positionId} close`, target)}" (or keep).`;
}

async function open(args: SharedArguments & { yes: boolean }, input: CommandInput<'positions.open'>) {
  const admin = adminFunction(args);
  await confirm(args.yes, 'Place this order?', () => planOpening(input));
  const { requestId } = input;
  if (!args.json || process.stderr.isTTY)
    say(
      `Request id ${requestId} (after a failure, repeat with --request-id ${requestId}: it opens nothing twice)`,
    );
  return admin.call('positions.open', input).catch((thrown: unknown) => {
    if (!(thrown instanceof CliError)) throw thrown;
    const { code, message, issues, cause } = thrown;
    throw new CliError(code, message, { issues, cause, requestId });
  });
}

type CloseReport = CommandResult<'positions.close'>;

const overOutcomes = ['closed', 'canceled', 'kept', 'dust'];

/**
 * Prints every report, and refuses success where a position is not over.
 * @param trouble what kept some from being begun.
 */
function printReports(
  args: SharedArguments,
  result: object,
  reports: CloseReport[],
  trouble?: CliError,
): void {
  printResult(args.json, result, () => describeReports(reports));
  const missed = reports.filter(({ outcome }) => !overOutcomes.includes(outcome));
  if (missed.length > 0)
    throw new CliError(
      'not-closed',
      `${missed.length} of ${reports.length} not closed: ${missed.map(({ positionId }) => positionId).join(', ')}. ` +
        `What is in progress is gone on with; look with "${suggested('positions list', args)}".`,
      { issues: trouble === undefined ? [] : [trouble.message, ...trouble.issues] },
    );
}

const closePlan =
  'Entries that have not filled are canceled, exits too; what has filled is closed at MARKET:';

async function close(args: SharedArguments & { yes: boolean }, input: CommandInput<'positions.close'>) {
  const admin = adminFunction(args);
  await confirm(args.yes, 'Close this position now?', async () => {
    const { position } = await admin.call('positions.get', input);
    return [closePlan, `  ${namePosition(position)}`];
  });
  return admin.call('positions.close', input);
}

function notReadable(positionIds: string[]): string {
  return `This version can not read ${positionIds.join(', ')}, which may be open: look at the exchange.`;
}

async function closeAll(args: SharedArguments & { yes: boolean }, input: CommandInput<'positions.closeAll'>) {
  const admin = adminFunction(args);
  await confirm(args.yes, 'Close all of these now?', async () => {
    const { positions, unreadable = [] } = await admin.call('positions.list', { open: true, ...input });
    if (unreadable.length > 0) say(notReadable(unreadable));
    if (positions.length === 0 && unreadable.length === 0)
      throw new CliError('refused', 'There is no open position. Nothing was done.');
    return [closePlan, ...positions.map((position) => `  ${namePosition(position)}`)];
  });
  const { reports } = await admin.call('positions.closeAll', input);
  return goOnClosing(admin, input, reports, !args.json || process.stderr.isTTY);
}

/** One call begins as many as its time allows. The rest is asked for again, as long as that gets any further. */
async function goOnClosing(
  admin: AdminFunction,
  input: CommandInput<'positions.closeAll'>,
  first: CloseReport[],
  talks: boolean,
): Promise<{ reports: CloseReport[]; trouble?: CliError }> {
  let reports = first;
  let before = Number.POSITIVE_INFINITY;
  for (;;) {
    const waiting = reports.filter(({ outcome }) => outcome === 'not-started');
    if (waiting.length === 0 || waiting.length >= before) return { reports };
    before = waiting.length;
    if (talks) say(`${reports.length - waiting.length} of ${reports.length} done; going on with the others.`);
    const positionIds = waiting.map(({ positionId }) => positionId);
    try {
      const next = await admin.call('positions.closeAll', { ...input, positionIds });
      reports = [...reports.filter((report) => !waiting.includes(report)), ...next.reports];
    } catch (thrown) {
      // What was done until here has to be told all the same.
      if (!(thrown instanceof CliError)) throw thrown;
      return { reports, trouble: thrown };
    }
  }
}

async function forget(args: SharedArguments & { yes: boolean }, input: CommandInput<'positions.forget'>) {
  const admin = adminFunction(args);
  await confirm(args.yes, 'Forget this position?', async () => {
    const { position } = await admin.call('positions.get', input);
    return [
      'Ripcord forgets this position and revokes its links. Nothing happens at the exchange.',
      `  ${namePosition(position)}`,
    ];
  });
  return admin.call('positions.forget', input);
}

export function positionCommands(yargs: Argv<SharedArguments>) {
  return yargs
    .command(
      'adopt',
      summaryOf('positions.adopt'),
      (y) =>
        y
          .options(positionVerbs.adopt)
          .example(
            '$0 positions adopt --account main --symbol BTC/USDT --side long --entry 28457',
            'an entry order',
          )
          .example(
            '$0 positions adopt --account main --symbol BTC/USDT --side long --amount 0.5 --exit 28458 --exit 28459',
            'coins you hold, with a stop and a target',
          )
          .example(
            '$0 positions adopt --account perps --symbol ETH/USDT:USDT --side short',
            'a perpetual position as it stands',
          ),
      async (args) => {
        const { account, symbol, side, entry, exit, amount, label } = args;
        const fields = { account, symbol, side, entryOrderIds: entry, exitOrderIds: exit, amount, label };
        const input = check('positions.adopt', fields);
        const result = await adminFunction(args).call('positions.adopt', input);
        printResult(args.json, result, () =>
          [describePosition(result.position), '', describeNext(result.position.positionId, args)].join('\n'),
        );
        if (result.unadoptedOrders !== undefined && !args.json)
          say(
            `Open orders ${result.unadoptedOrders.join(', ')} of this market belong to no position, so a close leaves them alive. Are they its exits? Forget it, and adopt it with --exit for each.`,
          );
      },
    )
    .command(
      'open',
      summaryOf('positions.open'),
      (y) =>
        y
          .options(positionVerbs.open)
          .example(
            '$0 positions open --account main --symbol BTC/USDT --side long --type limit --price 60000 --amount 0.5',
            'a limit entry',
          )
          .example(
            '$0 positions open --account main --symbol BTC/USDT --side long --type market --cost 100',
            'spend 100 USDT now',
          ),
      async (args) => {
        const { account, symbol, side, type, price, amount, cost, label } = args;
        const requestId = args['request-id'] ?? randomUUID();
        const fields = { requestId, account, symbol, side, type, price, amount, cost, label };
        const result = await open(args, check('positions.open', fields));
        printResult(args.json, result, () =>
          [describePosition(result.position), '', describeNext(result.position.positionId, args)].join('\n'),
        );
      },
    )
    .command(
      'list',
      summaryOf('positions.list'),
      (y) =>
        y
          .options(positionVerbs.list)
          .example('$0 positions list --open', 'what is still running')
          .example('$0 positions list --json', 'for a script'),
      async (args) => {
        const input = check('positions.list', { open: args.open, account: args.account });
        const result = await adminFunction(args).call('positions.list', input);
        if (result.unreadable !== undefined && !args.json) say(notReadable(result.unreadable));
        printResult(args.json, result, () => describePositions(result.positions, args.open === true, args));
      },
    )
    .command(
      'get <positionId>',
      summaryOf('positions.get'),
      (y) =>
        y
          .positional('positionId', positionArgument)
          .example('$0 positions get pos_4k1z09qj3m2x', 'its state, orders and outcome'),
      async (args) => {
        const input = check('positions.get', { positionId: args.positionId });
        const result = await adminFunction(args).call('positions.get', input);
        printResult(args.json, result, () => describePosition(result.position));
      },
    )
    .command(
      'close <positionId>',
      summaryOf('positions.close'),
      (y) =>
        y
          .positional('positionId', positionArgument)
          .options(positionVerbs.close)
          .example('$0 positions close pos_4k1z09qj3m2x', 'asks first')
          .example('$0 positions close pos_4k1z09qj3m2x --yes', 'at once'),
      async (args) => {
        const result = await close(args, check('positions.close', { positionId: args.positionId }));
        printReports(args, result, [result]);
      },
    )
    .command(
      'close-all',
      summaryOf('positions.closeAll'),
      (y) =>
        y
          .options(positionVerbs['close-all'])
          .example('$0 positions close-all', 'shows what there is and asks')
          .example('$0 positions close-all --account main --yes --json', 'from a script; 1 if any is left'),
      async (args) => {
        const input = check('positions.closeAll', { account: args.account });
        const { reports, trouble } = await closeAll(args, input);
        printReports(args, { reports }, reports, trouble);
      },
    )
    .command(
      'resolve <positionId>',
      summaryOf('positions.resolve'),
      (y) =>
        y
          .positional('positionId', positionArgument)
          .options(positionVerbs.resolve)
          .example('$0 positions resolve pos_4k1z09qj3m2x', 'only looks')
          .example('$0 positions resolve pos_4k1z09qj3m2x --apply', 'settles it so'),
      async (args) => {
        const { positionId, apply } = args;
        const input = check('positions.resolve', { positionId, apply });
        const result = await adminFunction(args).call('positions.resolve', input);
        printResult(args.json, result, () => describeVerdict(result, args));
      },
    )
    .command(
      'forget <positionId>',
      summaryOf('positions.forget'),
      (y) =>
        y
          .positional('positionId', positionArgument)
          .options(positionVerbs.forget)
          .example('$0 positions forget pos_4k1z09qj3m2x', 'asks first'),
      async (args) => {
        const result = await forget(args, check('positions.forget', { positionId: args.positionId }));
        const { positionId, linksRevoked } = result;
        printResult(
          args.json,
          result,
          () =>
            `${positionId} is forgotten, ${linksRevoked} ${linksRevoked === 1 ? 'link' : 'links'} revoked. Nothing happened at the exchange.`,
        );
      },
    )
    .demandCommand(
      1,
      'positions needs a word more: adopt, open, list, get, close, close-all, resolve or forget.',
    );
}
