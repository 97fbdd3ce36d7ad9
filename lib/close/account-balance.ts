import { type Amount, decimal, isPositive, sum, toAmount } from '../amount.ts';
import { type Exchange, type ExchangeOrder, exitSide, type MarketRules } from '../exchange/exchange.ts';
import type { Position } from '../position/position.ts';
import { unfilledOf } from '../position/totals.ts';
import type { Execution } from './execution.ts';
import type { Shortfall } from './judge-close-order.ts';
import type { AccountBalance } from './order-size.ts';

/**
 * Reads what a spot account has of the position's base.
 * @param holders whether to read which open orders of the market hold some of it.
 */
export async function readBalance(
  exchange: Exchange,
  position: Position,
  { holders: isExplained }: { holders: boolean },
): Promise<AccountBalance> {
  const [{ free, total }, holders] = await Promise.all([
    exchange.fetchBalance(position.market.base),
    // The balance decides. The orders only explain it.
    isExplained ? readHolders(exchange, position).catch(() => undefined) : undefined,
  ]);
  return { free, total, holders };
}

async function readHolders(exchange: Exchange, { market, side, exitOrders }: Position): Promise<string[]> {
  const open = await exchange.fetchOpenOrders(market);
  const ended = new Set(exitOrders.flatMap(({ orderId }) => orderId ?? []));
  // Whether a conditional order with a book of its own holds coins before its trigger is documented nowhere for sure.
  return open.flatMap(({ order }) =>
    order.side === exitSide(side) && !order.conditional && !ended.has(order.orderId)
      ? [describeHolder(order, market.base)]
      : [],
  );
}

function describeHolder({ orderId, side, type, amount, filled }: ExchangeOrder, base: string): string {
  return `order ${orderId} (${type} ${side} of ${unfilledOf({ amount, filled })} ${base})`;
}

/** @returns what the account has after a sale. */
export function afterSelling({ free, total, holders }: AccountBalance, sold: Amount): AccountBalance {
  return { free: subtract(free, sold), total: subtract(total, sold), holders };
}

/** @returns the difference, but nothing below zero. */
export function subtract(amount: Amount, taken: Amount): Amount {
  const rest = decimal(amount).minus(taken);
  return rest.gt(0) ? toAmount(rest) : '0';
}

/** @returns which orders hold what is not free, as a sentence. */
export function describeLock(
  locked: Amount,
  { base, symbol }: MarketRules,
  holders: string[] | undefined,
): string {
  const what = `${locked} ${base} of the position is locked in the account`;
  if (holders === undefined) return `${what}.`;
  return holders.length === 0
    ? `${what}, and no open order of ${symbol} is known to hold it.`
    : `${what} by ${holders.join(', ')}.`;
}

/** @returns what this run found missing before it sold anything, as a sentence. */
export function describeGone({ known }: Pick<Execution, 'known'>): string[] {
  const { gone, position } = known;
  return gone === undefined
    ? []
    : [`${gone} ${position.market.base} of the position is no longer in the account.`];
}

/** @returns what a sale left of the position, as sentences: what is gone, and what other orders hold. */
export function describeShortfall({ known }: Execution, shortfall: Shortfall | undefined): string[] {
  if (shortfall === undefined) return [];
  const { gone, held } = shortfall;
  const { market } = known.position;
  const { balance } = known.fresh;
  const { base } = market;
  const locked = subtract(held, balance?.free ?? '0');
  const lock = isPositive(locked) ? [describeLock(locked, market, balance?.holders)] : [];
  if (!isPositive(gone)) return lock;
  const subject =
    lock.length === 0 && isPositive(held)
      ? `${sum([gone, held])} ${base} of the position was not sold: ${gone} ${base}`
      : `${gone} ${base} of the position`;
  return [...lock, `${subject} is no longer in the account.`];
}
