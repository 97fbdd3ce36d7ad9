import type { Argv, InferredOptionTypes } from 'yargs';
import { type CommandInput, commands, type PositionView } from '../lib/admin/contract/commands.ts';
import { createAdminClient } from './admin-client.ts';
import { parseInput } from './command-input.ts';
import { confirm } from './confirm.ts';
import { listOption, positionArgument, type SharedArguments, textOption, yesOption } from './options.ts';
import { describePosition, namePosition } from './position-text.ts';
import { printResult } from './terminal.ts';

export const exitOptions = {
  'take-profit': listOption('Target that rests at the exchange, PRICE:PERCENT% of the position'),
  'stop-loss': textOption(
    'Stop that rests at the exchange, PRICE or PRICE:LIMIT; the last price triggers it',
    {},
  ),
} as const;

export const setExitsOptions = {
  'take-profit': listOption('Target, PRICE:PERCENT% of the position; "none" removes all'),
  'stop-loss': textOption('Stop, PRICE, PRICE:LIMIT or break-even; "none" removes it', {}),
  ...yesOption,
} as const;

/** What both commands accept, as typed. */
interface TypedExits {
  'take-profit'?: string[] | undefined;
  'stop-loss'?: string | undefined;
}

/** @returns the fields as the contract names them; what has another form is left for the contract to reject. */
export function toExitFields({ 'take-profit': targets, 'stop-loss': stop }: TypedExits) {
  return { takeProfits: targets?.map(toTarget), stopLoss: stop === undefined ? undefined : toStop(stop) };
}

function toTarget(typed: string): { price: string | undefined; percent: string | undefined } {
  const [price, percent] = typed.split(':');
  return { price, percent: percent?.replace(/%$/, '').trim() };
}

function toStop(typed: string): { price: string | undefined; limitPrice?: string } {
  const [price, limitPrice] = typed.split(':');
  return {
    price: price === 'break-even' ? 'breakEven' : price,
    ...(limitPrice === undefined ? {} : { limitPrice }),
  };
}

/** @returns what the exits are, one line each, for a confirmation. */
export function planExits(
  input: Pick<CommandInput<'positions.setExits'>, 'takeProfits' | 'stopLoss'>,
): string[] {
  const { takeProfits, stopLoss } = input;
  const targets = takeProfits?.map(({ price, percent }) => `  Target   ${percent} % at ${price}`);
  const limit = stopLoss?.limitPrice === undefined ? 'MARKET' : `LIMIT ${stopLoss.limitPrice}`;
  return [
    ...(takeProfits !== undefined && takeProfits !== null && takeProfits.length === 0
      ? ['  Target   none']
      : (targets ?? [])),
    ...(stopLoss === null ? ['  Stop     none'] : []),
    ...(stopLoss === null || stopLoss === undefined ? [] : [`  Stop     at ${stopLoss.price}, ${limit}`]),
  ];
}

type ExitsArguments = SharedArguments & InferredOptionTypes<typeof setExitsOptions> & { positionId: string };

function parseExitsInput(args: ExitsArguments): CommandInput<'positions.setExits'> {
  const { 'take-profit': targets, 'stop-loss': stop, positionId } = args;
  const { takeProfits, stopLoss } = toExitFields(args);
  const fields = {
    positionId,
    takeProfits: targets?.length === 1 && targets[0] === 'none' ? [] : takeProfits,
    stopLoss: stop === 'none' ? null : stopLoss,
  };
  return parseInput('positions.setExits', fields, {
    rules: { takeProfits: () => 'Use --take-profit, --stop-loss or both.' },
  });
}

async function setExits(args: ExitsArguments): Promise<void> {
  const input = parseExitsInput(args);
  const admin = createAdminClient(args);
  const plan = async () => {
    const { position }: { position: PositionView } = await admin.call('positions.get', {
      positionId: input.positionId,
    });
    return [namePosition(position), 'These exits replace those at the exchange:', ...planExits(input)];
  };
  await confirm({ yes: args.yes, question: 'Replace these exits?', plan });
  const result = await admin.call('positions.setExits', input);
  printResult(args, result, () => describePosition(result.position));
}

export function exitsCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'exits <positionId>',
    commands['positions.setExits'].summary,
    (y) =>
      y
        .positional('positionId', positionArgument)
        .options(setExitsOptions)
        .example(
          '$0 positions exits pos_4k1z09qj3m2x --take-profit 65000:50% --stop-loss 58000',
          'half and a stop',
        )
        .example('$0 positions exits pos_4k1z09qj3m2x --stop-loss break-even', 'moves the stop')
        .example('$0 positions exits pos_4k1z09qj3m2x --take-profit none', 'removes the targets'),
    (args) => setExits(args),
  );
}
