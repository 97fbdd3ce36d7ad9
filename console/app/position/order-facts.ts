import { BigNumber } from 'bignumber.js';
import { checkEntrySize, type SizeRefusal } from '../../../lib/exchange/entry-size.ts';
import { computeAmount } from '../exits/estimate.ts';
import { isDecimal } from '../exits/exit-choices.ts';
import type { Market } from '../exits/use-market.ts';
import { compare, formatAmount, formatCost, multiply, sum } from '../format.ts';
import type { EntryChoices } from './entry-choices.ts';

/** What an entry takes from the account, before it is sent. Estimates: at MARKET, the price is not known. */
export interface OrderFacts {
  /** In base currency, rounded down to the market's step. */
  amount: string;
  entryPrice: string;
  /** In quote currency. */
  value: string;
  /** Undefined if the fee rate is not known. In quote currency. */
  fee: string | undefined;
  /** Of the currency that pays: the cost on spot, the margin of a perpetual. Undefined without a known leverage. */
  needed: string | undefined;
  remarks: string[];
  /** Ripcord would refuse to send it. */
  refusal: SizeRefusal | undefined;
}

/** Undefined: the entry executes at the market's price. */
export function toLimitPrice({ type, price }: EntryChoices): string | undefined {
  return type === 'limit' ? price.trim() : undefined;
}

/** @returns what pays for the entry, and how much of it is available; undefined if the exchange did not report it. */
export function findPayment({ side }: Pick<EntryChoices, 'side'>, market: Market) {
  const { kind, base, quote } = market;
  const sells = kind === 'spot' && side === 'short';
  const wanted = sells ? base : quote;
  const found =
    kind === 'perpetual' ? market.balance?.[0] : market.balance?.find(({ currency }) => currency === wanted);
  return { currency: found?.currency ?? wanted, free: found?.free };
}

/** @returns undefined until price and size are complete. */
export function computeFacts(entry: EntryChoices, market: Market): OrderFacts | undefined {
  const entryPrice = toLimitPrice(entry) ?? market.price;
  const sized = isDecimal(entryPrice) ? toSize(entry, market, entryPrice) : undefined;
  if (sized === undefined) return undefined;
  const { amount, refusal } = sized;
  const value = multiply(amount, entryPrice);
  const fee = market.takerRate === null ? undefined : multiply(value, market.takerRate);
  const needed = computeNeeded(entry, market, { amount, value, fee });
  return {
    amount,
    entryPrice,
    value,
    fee,
    needed,
    refusal,
    remarks: [
      ...remarkOnStep(entry, market, amount),
      ...remarkOnMaximum(entry, market, { amount, value }),
      ...remarkOnBalance(entry, market, { value, needed }),
    ],
  };
}

function toSize(entry: EntryChoices, market: Market, entryPrice: string) {
  const { side, type, size, exits } = entry;
  const stop = exits.stop?.price.trim();
  const stopPrice = stop !== undefined && isDecimal(stop) ? stop : undefined;
  const { amountStep, marketAmountStep = amountStep, takerRate } = market;
  const step = type === 'market' && compare(marketAmountStep, amountStep) > 0 ? marketAmountStep : amountStep;
  const value = size.value.trim();
  const amount = computeAmount({ by: size.by, value }, { side, entryPrice, stopPrice, takerRate }, step);
  if (amount === undefined) return undefined;
  const wanted = {
    type,
    price: toLimitPrice(entry),
    ...(size.by === 'cost' ? { cost: value } : { amount: size.by === 'amount' ? value : amount }),
  };
  const checked = checkEntrySize(wanted, market, market.price);
  return { amount, refusal: 'refusal' in checked ? checked.refusal : undefined };
}

type Sized = Pick<OrderFacts, 'amount' | 'value' | 'fee' | 'needed'>;

function computeNeeded(
  { side, type, size }: EntryChoices,
  { kind, leverage }: Market,
  { amount, value, fee = '0' }: Pick<Sized, 'amount' | 'value' | 'fee'>,
): string | undefined {
  if (kind === 'spot' && side === 'short') return amount;
  if (kind === 'spot') return type === 'market' && size.by === 'cost' ? size.value.trim() : value;
  if (leverage === null) return undefined;
  return sum([new BigNumber(value).div(leverage).toFixed(), fee]);
}

function remarkOnStep({ size }: EntryChoices, { base, amountStep }: Market, amount: string): string[] {
  const value = size.value.trim();
  if (size.by !== 'amount' || compare(value, amount) === 0) return [];
  return [
    `${value} ${base} is not on the market's step of ${amountStep}. The order is for ${amount} ${base}.`,
  ];
}

function remarkOnMaximum(
  { type }: EntryChoices,
  { marketAmountMax, costMax, base, quote }: Market,
  { amount, value }: Pick<Sized, 'amount' | 'value'>,
): string[] {
  if (type !== 'market') return [];
  if (marketAmountMax !== undefined && compare(amount, marketAmountMax) > 0)
    return [
      `A MARKET order can have at most ${marketAmountMax} ${base}. The exchange would refuse this one.`,
    ];
  if (costMax !== undefined && compare(value, costMax) > 0)
    return [`A MARKET order can be worth at most ${costMax} ${quote}. The exchange would refuse this one.`];
  return [];
}

function remarkOnBalance(
  entry: EntryChoices,
  market: Market,
  { value, needed }: Pick<Sized, 'value' | 'needed'>,
): string[] {
  const { currency, free } = findPayment(entry, market);
  if (free === undefined) return [];
  const format = (figure: string) => `${formatPaid(figure, currency, market)} ${currency}`;
  if (needed !== undefined && compare(needed, free) > 0)
    return [
      `The order needs ${format(needed)}; ${format(free)} is available. The exchange is likely to refuse it.`,
    ];
  if (needed !== undefined || compare(value, free) <= 0) return [];
  if (compare(free, '0') <= 0)
    return [`No ${currency} is available. The exchange is likely to refuse the order.`];
  const leverage = new BigNumber(value).div(free).decimalPlaces(1, BigNumber.ROUND_UP).toFixed();
  return [`With ${format(free)} available, the order needs a leverage of at least ${leverage}.`];
}

/** A figure of the currency that pays. */
export function formatPaid(figure: string, currency: string, { base, amountStep }: Market): string {
  return currency === base ? formatAmount(figure, amountStep) : formatCost(figure);
}

/** A change of the price, in %, that the owner has to see. */
const movedPercent = 1;

/** @returns by how many % the price moved, signed, if that is more than a little. */
export function findMove(from: string, to: string): string | undefined {
  const percent = new BigNumber(to).minus(from).div(from).times(100);
  return percent.abs().gte(movedPercent) ? percent.toFixed(2) : undefined;
}
