import { type Amount, decimal, toAmount } from '../amount.ts';
import type { Exchange, Fee, MarketRules } from '../exchange/exchange.ts';
import { type ValuedFee, withFills } from './fills.ts';
import { attributeFunding } from './funding.ts';
import { isFinal, type OrderRecord, type Position } from './position.ts';
import { hasFilled } from './profit.ts';
import { hasFills } from './totals.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** A sweep retries for this long. `positions.get` always does. */
const retryForMs = hourMs;
/** The exchange charges and lists funding this long after its time. */
const fundingLagMs = 120_000;

export type Figures = Pick<Position, 'entryOrders' | 'exitOrders' | 'funding'>;

/**
 * `due`: what is worth a request of every sweep. `late`: the same, however long it has been due. `all`: everything that is
 * not known or can have changed.
 */
export type FiguresWanted = 'due' | 'late' | 'all';

/**
 * Reads what the profit depends on and the record lacks: fees, what they were worth, and funding. A figure that can't be
 * read stays unknown, and stops nothing.
 */
export async function readFigures(
  exchange: Exchange,
  position: Position,
  now: number,
  wanted: FiguresWanted,
): Promise<Figures> {
  const read = (order: OrderRecord) =>
    lacksFills(position, order, now, wanted)
      ? readFills(exchange, position, order).catch(() => order)
      : order;
  const [entryOrders, exitOrders, funding] = await Promise.all([
    Promise.all(position.entryOrders.map(read)),
    Promise.all(position.exitOrders.map(read)),
    lacksFunding(position, now, wanted) ? readFunding(exchange, position, now) : position.funding,
  ]);
  return { entryOrders, exitOrders, funding };
}

/** Whether `readFigures` would read something. */
export function lacksFigures(position: Position, now: number, wanted: FiguresWanted): boolean {
  const orders = [...position.entryOrders, ...position.exitOrders];
  return (
    lacksFunding(position, now, wanted) || orders.some((order) => lacksFills(position, order, now, wanted))
  );
}

function lacksFills(position: Position, order: OrderRecord, now: number, wanted: FiguresWanted): boolean {
  const { createdAt, market } = position;
  const isUnvalued = order.fees?.some((fee) => isOtherCoin(market, fee) && fee.inQuote === undefined) ?? true;
  const isDue = now - Math.max(order.updatedAt ?? 0, Date.parse(createdAt)) <= retryForMs;
  return hasFilled(order) && (!hasFills(order) || isUnvalued) && (wanted !== 'due' || isDue);
}

function isOtherCoin(
  { base, quote, settle = quote }: MarketRules,
  { currency }: { currency: string },
): boolean {
  return currency !== base && currency !== settle;
}

/** No hit waits for this: what a close needs is read by itself, without prices of other coins. */
async function readFills(exchange: Exchange, position: Position, order: OrderRecord): Promise<OrderRecord> {
  const { market } = position;
  const orderId = order.placedOrderId ?? order.orderId ?? '';
  const fills = await exchange.fetchFills(market, { ...order, orderId }, order.filled);
  const prices = new Map<string, Promise<Amount | undefined>>();
  const toValue = async (fee: Fee): Promise<ValuedFee> => {
    if (!isOtherCoin(market, fee) || fee.at === undefined) return fee;
    const key = `${fee.currency} ${Math.floor(fee.at / minuteMs)}`;
    const read =
      prices.get(key) ?? exchange.fetchPastPrice(market, fee.currency, fee.at).catch(() => undefined);
    prices.set(key, read);
    const price = await read;
    return price === undefined ? fee : { ...fee, inQuote: toAmount(decimal(fee.amount).times(price)) };
  };
  return withFills(position, order, { ...fills, fees: await Promise.all(fills.fees.map(toValue)) });
}

/**
 * Both exchanges charge funding at whole hours, every one to eight, so a sweep reads once after each hour.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data/rest-api/Get-Funding-Rate-Info
 * https://bybit-exchange.github.io/docs/v5/market/instrument
 */
function lacksFunding(position: Position, now: number, wanted: FiguresWanted): boolean {
  const { market, declaredSize, funding, outcome, state, createdAt } = position;
  if (market.kind === 'spot' || declaredSize !== undefined || findOpenedAt(position) === undefined)
    return false;
  const until = isFinal(state) ? Date.parse(outcome?.settledAt ?? createdAt) + fundingLagMs : now;
  const readAt = funding?.at ?? 0;
  if (wanted === 'all') return readAt < until;
  return (
    (wanted === 'late' || now - until <= retryForMs) && readAt < until - ((until - fundingLagMs) % hourMs)
  );
}

/** Funding before the first entry order was another position's. */
function findOpenedAt({ entryOrders }: Position): number | undefined {
  const times = entryOrders
    .filter(hasFilled)
    .flatMap(({ createdAt, updatedAt }) => createdAt ?? updatedAt ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** @returns the last known time without an amount if the read failed, so that the next sweep reads again. */
async function readFunding(
  exchange: Exchange,
  position: Position,
  now: number,
): Promise<Position['funding']> {
  const { market, side, hedged } = position;
  try {
    const range = { since: findOpenedAt(position) ?? now, until: now };
    const fundings = await exchange.fetchFunding(market, range);
    if (fundings.length === 0) return { amount: '0', at: now };
    const [trades, held, opposite] = await Promise.all([
      exchange.fetchTrades(market, range),
      exchange.fetchPosition(market, side, position),
      hedged ? exchange.fetchPosition(market, side === 'long' ? 'short' : 'long', position) : undefined,
    ]);
    return { amount: attributeFunding(position, fundings, trades, { held, opposite }), at: now };
  } catch {
    return { at: position.funding?.at ?? 0 };
  }
}
