import { type Amount, decimal, isPositive } from '../amount.ts';
import type { SaleTraces } from '../exchange/exchange.ts';
import type { Claim, Position } from '../position/position.ts';

/** How many reads have to find nothing, and for how long, before an exchange's refusal is believed to be one. */
export const quietReads = 3;
export const quietMs = 120_000;
/** How far apart they are. */
export const quietIntervalMs = 20_000;

/** Errors that, with nothing to be found for two minutes, look like a refusal. Any other may follow an execution. */
const refusals = new Set(['InsufficientFunds', 'InvalidOrder', 'AuthenticationError', 'PermissionDenied']);

/** What is known of a sale that was sent and whose result is not. */
export interface UnknownSale {
  clientOrderId: string;
  sent: Partial<NonNullable<Claim['sentOrder']>>;
  base: string;
}

/** What reads around a sale show, in sentences. Nothing acts on it. */
export interface Findings {
  /** Something that may be the order, or may be of it. */
  isSomething: boolean;
  /** Everything was read, and nothing is changed. */
  isQuiet: boolean;
  sentences: string[];
}

/** Pure. What the traces show is stated, and proves neither that the order executed nor that it did not. */
export function judgeTraces({ clientOrderId, sent, base }: UnknownSale, traces: SaleTraces): Findings {
  const { named, openOrderIds, sold, balance, unread } = traces;
  const changed = describeBalance(sent.balanceBefore, balance, base);
  const isSomething =
    named.length > 0 || openOrderIds.length > 0 || isPositive(sold) || changed !== undefined;
  const found = [
    ...named.map((what) => `Found with its id ${clientOrderId}: ${what}.`),
    ...(named.length === 0 && openOrderIds.length > 0 ? [`Open orders: ${openOrderIds.join(', ')}.`] : []),
    ...(isPositive(sold)
      ? [`Sold in the market since then: ${sold} ${base}${describeMatch(sold, sent.amount)}.`]
      : []),
    ...(changed === undefined ? [] : [changed]),
    ...(unread.length === 0 ? [] : [`Could not be read: ${unread.join(', ')}.`]),
  ];
  const isQuiet = !isSomething && unread.length === 0;
  const none = `No order, no trade and no change of the balance was found.`;
  return { isSomething, isQuiet, sentences: isQuiet ? [none] : found };
}

function describeMatch(sold: Amount, amount: Amount | undefined): string {
  if (amount === undefined) return '';
  return decimal(sold).eq(amount) ? ', the amount of the order' : `, and the order was for ${amount}`;
}

/** Without the earlier balance, no change can be seen. */
function describeBalance(
  before: Amount | undefined,
  now: Amount | undefined,
  base: string,
): string | undefined {
  if (before === undefined || now === undefined || decimal(before).eq(now)) return undefined;
  return `The account had ${before} ${base} before, and has ${now} now.`;
}

/** @returns whether an error, after enough quiet reads, looks like a refusal. */
function looksRefused({ errorClass }: UnknownSale['sent'], quiet: boolean): boolean {
  return quiet && errorClass !== undefined && refusals.has(errorClass);
}

/** @returns why only the owner can state what a close order sold. */
export function describeUnknownClose(
  sale: UnknownSale,
  {
    findings,
    message,
    isQuietForLong,
  }: { findings: string[]; message: string | undefined; isQuietForLong: boolean },
): string {
  const { clientOrderId, sent, base } = sale;
  const amount = sent.amount === undefined ? '' : ` (sell ${sent.amount} ${base})`;
  const words = message === undefined ? 'no clear answer' : `the answer: ${message}`;
  const refused = looksRefused(sent, isQuietForLong)
    ? ['By the look of it, the exchange refused the order. That is not proven.']
    : [];
  return [
    `Close order ${clientOrderId}${amount} was sent once, with ${words}. The exchange is not proven, so its result is not known.`,
    ...findings,
    ...refused,
    `No other close is sent in this market until you state what the order sold.`,
  ].join(' ');
}

/** @returns the sale of a claim, or of a position whose owner states what it sold. */
export function toUnknownSale(
  clientOrderId: string,
  position: Position,
  sent: UnknownSale['sent'],
): UnknownSale {
  return { clientOrderId, sent, base: position.market.base };
}
