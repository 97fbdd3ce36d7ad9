import type { CommandInput } from '../../../lib/admin/contract/commands.ts';
import type { Size } from '../exits/estimate.ts';
import { type ExitChoices, noExits, toStopLoss, toTakeProfits } from '../exits/exit-choices.ts';

/** An entry order as entered. */
export interface EntryChoices {
  account: string;
  symbol: string;
  side: 'long' | 'short';
  type: 'limit' | 'market';
  price: string;
  size: Size;
  label: string;
  tag: string;
  exits: ExitChoices;
}

export const noEntry: EntryChoices = {
  account: '',
  symbol: '',
  side: 'long',
  type: 'limit',
  price: '',
  size: { by: 'amount', value: '' },
  label: '',
  tag: '',
  exits: noExits,
};

/** @returns "MARKET buy". */
export function orderName({ type, side }: Pick<EntryChoices, 'type' | 'side'>): string {
  return `${type.toUpperCase()} ${side === 'long' ? 'buy' : 'sell'}`;
}

const sizeFields = { amount: 'amount', cost: 'cost', risk: 'riskAmount' } as const;

/** @returns the order and its exits as the command takes them. */
export function toOpenInput(entry: EntryChoices): Omit<CommandInput<'positions.open'>, 'requestId'> {
  const { account, symbol, side, type, price, size, label, tag, exits } = entry;
  const stopLoss = toStopLoss(exits);
  return {
    account,
    symbol,
    side,
    type,
    ...(type === 'limit' ? { price: price.trim() } : {}),
    [sizeFields[size.by]]: size.value.trim(),
    ...(exits.targets.length === 0 ? {} : { takeProfits: toTakeProfits(exits) }),
    ...(stopLoss === undefined ? {} : { stopLoss }),
    ...(label.trim() === '' ? {} : { label }),
    ...(tag.trim() === '' ? {} : { tag: tag.trim() }),
  };
}
