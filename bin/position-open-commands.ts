import { randomUUID } from 'node:crypto';
import type { Argv, InferredOptionTypes } from 'yargs';
import { type CommandInput, commands, type PositionView } from '../lib/admin/contract/commands.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import { commandHint, type Target } from './command-hint.ts';
import { parseInput } from './command-input.ts';
import { confirm } from './confirm.ts';
import { describeRest } from './ladder-text.ts';
import { listOption, type SharedArguments, textOption, yesOption } from './options.ts';
import { planOrder } from './order-plan.ts';
import { exitOptions, toExitFields } from './position-exit-commands.ts';
import { describePosition } from './position-text.ts';
import { printRemark, printResult } from './terminal.ts';

const marketOptions = {
  account: textOption('Stored account that trades', { demandOption: true }),
  symbol: textOption('BTC/USDT, or BTC/USDT:USDT for a perpetual', { demandOption: true }),
  side: textOption('Side of the position', { demandOption: true, choices: ['long', 'short'] }),
  label: textOption('Your name for the position', {}),
  tag: textOption('Your name for a group of positions, such as those of one strategy', {}),
} as const;

export const adoptOptions = {
  ...marketOptions,
  entry: listOption('Entry order at the exchange'),
  exit: listOption('Take profit or stop loss order at the exchange'),
  amount: textOption('Amount in base currency, if there are no entry orders', {}),
} as const;

export const openOptions = {
  ...marketOptions,
  type: textOption('Type of the entry order', { demandOption: true, choices: ['market', 'limit'] }),
  amount: textOption('Amount in base currency', {}),
  cost: textOption('Amount in quote currency to spend, instead of --amount', {}),
  risk: textOption('Loss in quote currency if the stop fills, fees included, instead of --amount', {}),
  price: textOption('Price of a LIMIT order', {}),
  ...exitOptions,
  'request-id': textOption('Repeating the same id sends no second order [default: a new id]', {}),
  ...yesOption,
} as const;

function describeCreated(position: PositionView, target: Target): string {
  const create = commandHint(`links create ${position.positionId} close`, target);
  const next = `Next: create a link for it with "${create}" (or keep).`;
  return [describePosition(position), describeRest(position), next].filter(Boolean).join('\n\n');
}

type AdoptArguments = SharedArguments & InferredOptionTypes<typeof adoptOptions>;

function parseAdoptInput(args: AdoptArguments): CommandInput<'positions.adopt'> {
  const { account, symbol, side, entry, exit, amount, label, tag } = args;
  const fields = { account, symbol, side, entryOrderIds: entry, exitOrderIds: exit, amount, label, tag };
  return parseInput('positions.adopt', fields, {
    rules: {
      amount: () =>
        entry !== undefined && amount !== undefined
          ? 'Use either --entry or --amount: with entry orders, the amount is what they fill.'
          : undefined,
    },
  });
}

async function adoptPosition(args: AdoptArguments): Promise<void> {
  const input = parseAdoptInput(args);
  const result = await createAdminClient(args).call('positions.adopt', input);
  printResult(args, result, () => describeCreated(result.position, args));
  if (!args.json) for (const warning of result.warnings ?? []) printRemark(warning);
  if (result.unadoptedOrders !== undefined && !args.json)
    printRemark(
      `Open orders in this market that belong to no position: ${result.unadoptedOrders.join(', ')}. A close leaves them open. ` +
        'If they are exits of this position, forget it and adopt it again with --exit for each.',
    );
}

export function adoptCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'adopt',
    commands['positions.adopt'].summary,
    (y) =>
      y
        .options(adoptOptions)
        .example(
          '$0 positions adopt --account main --symbol BTC/USDT --side long --entry 28457',
          'an entry order',
        )
        .example(
          '$0 positions adopt --account main --symbol BTC/USDT --side long --amount 0.5 --exit 28458 --exit 28459',
          'coins you hold, with a stop loss and a take profit',
        )
        .example(
          '$0 positions adopt --account perps --symbol ETH/USDT:USDT --side short',
          'an open perpetual position',
        ),
    (args) => adoptPosition(args),
  );
}

type OpenArguments = SharedArguments & InferredOptionTypes<typeof openOptions>;

function checkPrice({ type, price }: { type: string; price: string | undefined }): string | undefined {
  if (type === 'limit' && price === undefined) return 'Limit orders need --price.';
  return type === 'market' && price !== undefined ? 'Market orders take no --price.' : undefined;
}

function parseOpenInput(args: OpenArguments): CommandInput<'positions.open'> {
  const { account, symbol, side, type, price, amount, cost, risk: riskAmount, label, tag } = args;
  const requestId = args['request-id'] ?? randomUUID();
  const order = { requestId, account, symbol, side, type, price, amount, cost, riskAmount, label, tag };
  const fields = { ...order, ...toExitFields(args) };
  return parseInput('positions.open', fields, {
    rules: {
      price: checkPrice,
      amount: () =>
        [amount, cost, riskAmount].filter((size) => size !== undefined).length === 1
          ? undefined
          : 'Use either --amount (base currency) or --cost (quote currency), or --risk with --stop-loss.',
      riskAmount: () => 'Use --stop-loss with --risk: the risk is what the stop loses.',
    },
  });
}

/** The order, with price and balance as the exchange reports them now. */
async function planWithMarket(admin: AdminClient, input: CommandInput<'positions.open'>): Promise<string[]> {
  const { account: name, symbol } = input;
  const market = await admin
    .call('accounts.market', { name, symbol, interval: '1h', limit: 1 })
    .catch((thrown: unknown) => {
      if (thrown instanceof CliError) return thrown;
      throw thrown;
    });
  return planOrder(input, market);
}

async function openPosition(args: OpenArguments): Promise<void> {
  const input = parseOpenInput(args);
  const { requestId } = input;
  const admin = createAdminClient(args);
  await confirm({ yes: args.yes, question: 'Place this order?', plan: () => planWithMarket(admin, input) });
  // Printed before the call, so that it is known even if the response is lost.
  if (!args.json || process.stderr.isTTY)
    printRemark(
      `Request id ${requestId}. After a failure, repeat with --request-id ${requestId}: no second order is sent.`,
    );
  if (!args.json && (input.takeProfits ?? input.stopLoss) !== undefined)
    printRemark('Placing the entry order, then its exits …');
  const result = await admin.call('positions.open', input).catch((thrown: unknown) => {
    if (!(thrown instanceof CliError)) throw thrown;
    const { code, message, issues, cause } = thrown;
    throw new CliError(code, message, { issues, cause, requestId });
  });
  printResult(args, result, () => describeCreated(result.position, args));
}

export function openCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'open',
    commands['positions.open'].summary,
    (y) =>
      y
        .options(openOptions)
        .example(
          '$0 positions open --account main --symbol BTC/USDT --side long --type limit --price 60000 --amount 0.5',
          'a LIMIT entry',
        )
        .example(
          '$0 positions open --account main --symbol BTC/USDT --side long --type market --cost 100',
          'spends 100 USDT now',
        )
        .example(
          '$0 positions open --account perps --symbol BTC/USDT:USDT --side long --type market --risk 50 --stop-loss 58000 --take-profit 65000:50% --take-profit 70000:50%',
          'sized by its risk, with exits',
        ),
    (args) => openPosition(args),
  );
}
