import type { CommandInput, CommandResult } from '../lib/admin/contract/commands.ts';
import { decimal } from '../lib/amount.ts';
import { entrySide } from '../lib/exchange/exchange.ts';
import { formatNumber } from './format.ts';
import { planExits } from './position-exit-commands.ts';

type Entry = CommandInput<'positions.open'>;
type Market = CommandResult<'accounts.market'>;

/** @returns the lines that a confirmation shows: the order, its exits, and what the account can pay with. */
export function planOrder(input: Entry, market: Market | Error): string[] {
  const { account, symbol, side, type, price } = input;
  const quote = symbol.split(/[/:]/)[1];
  const terms = type === 'limit' ? `LIMIT ${price} ${quote}` : 'MARKET';
  return [
    'This order is sent to the exchange:',
    `  Account  ${account}`,
    `  Market   ${symbol}`,
    `  Order    ${entrySide(side).toUpperCase()} ${formatSize(input)}, ${terms}, to open a ${side}`,
    ...planExits(input),
    ...(market instanceof Error
      ? [`  Balance  not known: ${market.message.split('\n')[0]}`]
      : describeFunds(input, market)),
  ];
}

function formatSize({ symbol, amount, cost, riskAmount }: Entry): string {
  const [base, quote] = symbol.split(/[/:]/);
  if (amount !== undefined) return `${amount} ${base}`;
  return cost === undefined ? `${base} that risks ${riskAmount} ${quote}` : `${base} for ${cost} ${quote}`;
}

function describeFunds(input: Entry, market: Market): string[] {
  const { price, quote, base, kind, balance } = market;
  const isSold = kind === 'spot' && input.side === 'short';
  const held =
    kind === 'spot' ? balance?.find(({ currency }) => currency === (isSold ? base : quote)) : balance?.[0];
  return [
    `  Price    ${formatNumber(price)} ${quote} now`,
    `  Balance  ${held === undefined ? 'could not be read' : `${formatNumber(held.free)} ${held.currency} available`}`,
    ...warnOfBalance(input, market, held?.free),
  ];
}

/** A perpetual needs a margin, which depends on the leverage. */
function warnOfBalance(
  input: Entry,
  { kind, price, base, quote }: Market,
  free: string | undefined,
): string[] {
  const { side, amount, cost } = input;
  if (kind !== 'spot' || free === undefined) return [];
  const value =
    amount === undefined
      ? cost
      : decimal(amount)
          .times(input.price ?? price)
          .toFixed();
  const needed = side === 'short' ? amount : value;
  if (needed === undefined || decimal(needed).lte(free)) return [];
  const currency = side === 'short' ? base : quote;
  return [
    `  Warning  The order needs ${formatNumber(needed)} ${currency}. The exchange is likely to refuse it.`,
  ];
}
