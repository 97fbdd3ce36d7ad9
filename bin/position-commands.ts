import type { Argv } from 'yargs';
import { commands } from '../lib/admin/contract/commands.ts';
import { createAdminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import { parseInput } from './command-input.ts';
import { confirm } from './confirm.ts';
import { csvOption, requireOneFormat } from './csv-output.ts';
import { positionArgument, type SharedArguments, textOption, yesOption } from './options.ts';
import { closeAllCommand, closeAllOptions, closeCommand } from './position-close-commands.ts';
import { editCommand, editOptions } from './position-edit-command.ts';
import { exitsCommand, setExitsOptions } from './position-exit-commands.ts';
import { adoptCommand, adoptOptions, openCommand, openOptions } from './position-open-commands.ts';
import {
  describePosition,
  describePositions,
  describeUnreadable,
  describeVerdict,
  namePosition,
} from './position-text.ts';
import { printRemark, printResult } from './terminal.ts';
import { listTrades } from './trade-list.ts';
import { missingCommand } from './usage-errors.ts';

const listOptions = {
  open: { type: 'boolean', describe: 'Leave out closed and canceled positions' },
  closed: {
    type: 'boolean',
    default: false,
    describe: 'Only closed trades, with their results and totals',
  },
  account: textOption('Only positions of this account', {}),
  tag: textOption('Only positions with this tag', {}),
  ...csvOption,
} as const;

const resolveOptions = {
  sold: textOption('What an order with an unknown result sold, at an exchange that is not proven', {}),
  apply: { type: 'boolean', default: false, describe: 'Write the result; nothing is sent to the exchange' },
} as const;

const positionals = ['<positionId>'];

/** The verbs with their arguments and options. */
export const positionVerbs = {
  adopt: { options: adoptOptions },
  open: { options: openOptions },
  list: { options: listOptions },
  get: { positionals, options: {} },
  exits: { positionals, options: setExitsOptions },
  edit: { positionals, options: editOptions },
  close: { positionals, options: yesOption },
  'close-all': { options: closeAllOptions },
  resolve: { positionals, options: resolveOptions },
  forget: { positionals, options: yesOption },
} as const;

/** Throws a CliError for options that contradict each other. */
function checkListOptions(args: {
  open?: boolean | undefined;
  closed: boolean;
  csv: boolean;
  json: boolean;
}): void {
  requireOneFormat(args);
  if (args.closed && args.open === true)
    throw new CliError('invalid-input', 'Use either --open or --closed.');
  if (args.csv && !args.closed)
    throw new CliError('invalid-input', '--csv prints closed trades. Add --closed.');
}

function listCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'list',
    commands['positions.list'].summary,
    (y) =>
      y
        .options(listOptions)
        .example('$0 positions list --open', 'open positions')
        .example('$0 positions list --closed', 'closed trades with net profit')
        .example('$0 positions list --closed --csv > trades.csv', 'for a spreadsheet')
        .example('$0 positions list --json', 'for a script'),
    async (args) => {
      const input = parseInput('positions.list', {
        open: args.open,
        account: args.account,
        tag: args.tag,
      });
      checkListOptions(args);
      if (args.closed) return listTrades(args, input);
      const result = await createAdminClient(args).call('positions.list', input);
      if (result.unreadable !== undefined && !args.json) printRemark(describeUnreadable(result.unreadable));
      printResult(args, result, () =>
        describePositions(result.positions, { open: args.open === true, target: args }),
      );
    },
  );
}

function getCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'get <positionId>',
    commands['positions.get'].summary,
    (y) =>
      y
        .positional('positionId', positionArgument)
        .example('$0 positions get pos_4k1z09qj3m2x', 'state, orders and outcome'),
    async (args) => {
      const input = parseInput('positions.get', { positionId: args.positionId });
      const result = await createAdminClient(args).call('positions.get', input);
      printResult(args, result, () => describePosition(result.position));
    },
  );
}

function resolveCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'resolve <positionId>',
    commands['positions.resolve'].summary,
    (y) =>
      y
        .positional('positionId', positionArgument)
        .options(resolveOptions)
        .example('$0 positions resolve pos_4k1z09qj3m2x', 'only shows the result')
        .example('$0 positions resolve pos_4k1z09qj3m2x --apply', 'applies the result')
        .example(
          '$0 positions resolve pos_4k1z09qj3m2x --sold 0.5 --apply',
          'your own word, if nothing is proven',
        ),
    async (args) => {
      const { positionId, apply, sold } = args;
      const input = parseInput('positions.resolve', { positionId, apply, sold });
      const result = await createAdminClient(args).call('positions.resolve', input);
      printResult(args, result, () => describeVerdict(result, args));
    },
  );
}

async function forgetPosition(args: SharedArguments & { yes: boolean; positionId: string }): Promise<void> {
  const input = parseInput('positions.forget', { positionId: args.positionId });
  const admin = createAdminClient(args);
  const plan = async () => {
    const { position } = await admin.call('positions.get', input);
    return [
      'Ripcord forgets this position and revokes its links. Nothing changes at the exchange.',
      `  ${namePosition(position)}`,
    ];
  };
  await confirm({ yes: args.yes, question: 'Forget this position?', plan });
  const result = await admin.call('positions.forget', input);
  const { positionId, linksRevoked } = result;
  const links = `${linksRevoked} ${linksRevoked === 1 ? 'link' : 'links'}`;
  printResult(
    args,
    result,
    () => `${positionId} is forgotten, ${links} revoked. Nothing changed at the exchange.`,
  );
}

function forgetCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'forget <positionId>',
    commands['positions.forget'].summary,
    (y) =>
      y
        .positional('positionId', positionArgument)
        .options(yesOption)
        .example('$0 positions forget pos_4k1z09qj3m2x', 'asks for confirmation'),
    (args) => forgetPosition(args),
  );
}

const verbCommands = [
  ...[adoptCommand, openCommand, listCommand, getCommand, exitsCommand, editCommand],
  ...[closeCommand, closeAllCommand, resolveCommand, forgetCommand],
];

export function positionCommands(yargs: Argv<SharedArguments>) {
  for (const addTo of verbCommands) addTo(yargs);
  return yargs.demandCommand(1, missingCommand);
}
