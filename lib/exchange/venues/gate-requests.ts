import type { Exchange as CcxtClient, Order, Trade } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type { Fee, OrderRef, TimeRange, TradeCause, TradeRange } from '../exchange.ts';
import { gateErrors } from './gate-errors.ts';
import { type Fields, fetchNumberedPages } from './lists.ts';
import type { VenueTrade } from './venue.ts';
import { NotReady, Unsupported, type VenueError } from './venue-error.ts';

const prefix = 't-';

/** "Prefixed with `t-`". Ripcord's own ids are shorter than 28 characters. */
export function toText(clientOrderId: string): string {
  return prefix + clientOrderId;
}

export function toClientOrderId({ text }: Fields): string | undefined {
  return String(text).startsWith(prefix) ? String(text).slice(prefix.length) : undefined;
}

/**
 * "As the decimal string of `id` to avoid int64 precision loss in JavaScript."
 * https://www.gate.com/docs/developers/apiv4/en/#query-auto-order-list
 * @returns undefined for a number that lost its last digits: another order could have that id.
 */
export function toId({ id_string, ...row }: Fields): string | undefined {
  const id = id_string || row.id;
  const isLost = typeof id === 'number' && !Number.isSafeInteger(id);
  return !id || isLost ? undefined : String(id);
}

/** Of a price order: "ID of the order created after trigger". */
export function toPlacedId({ fired_order_id, trade_id = fired_order_id, trade_id_string }: Fields) {
  const id = toId({ id: trade_id, id_string: trade_id_string });
  return id === '0' ? undefined : id;
}

/** The id of an order in a path, which can be its `text`. */
export function toOrderId({ orderId, clientOrderId = '' }: OrderRef): string {
  return orderId ?? toText(clientOrderId);
}

const codeOf = (thrown: unknown) => (thrown as { venueError?: VenueError }).venueError?.code ?? '';
const isOfEnded = (thrown: unknown) => gateErrors.endedCodes.has(codeOf(thrown));

function toUndefinedIfNotShown(thrown: unknown): undefined {
  if (!isOfEnded(thrown) && !gateErrors.notFoundCodes.has(codeOf(thrown))) throw thrown;
  return undefined;
}

/** Taken for absent, the order would be sent again. */
function refuseAbsence(): never {
  throw new NotReady('Gate reports that the order exists, and does not list it yet');
}

/** "The range not allowed to exceed 30 days", without the minutes that a request and a clock may take. */
const searchedMs = 30 * 86_400_000 - 5 * 60_000;

/** How much earlier than it was sent an order may seem to end, by Gate's clock. */
const earlierMs = 600_000;

/** https://www.gate.com/docs/developers/apiv4/en/#list-orders has no maximum; that of open orders is this one. */
export const ordersPerPage = 100;
/** "Default: 100, minimum: 1, maximum: 1000". https://www.gate.com/docs/developers/apiv4/en/#query-personal-trading-records */
export const tradesPerPage = 1_000;

type HasWanted = (rows: Fields[]) => boolean;

/**
 * @param list the name of ccxt's method.
 * @returns the rows of a list whose pages skip rows. "limit … default to 100": a page of that many is always served.
 * https://github.com/gateio/gateapi-python/blob/744afea9eb/docs/FuturesApi.md
 */
export function fetchSkippingPages(
  client: CcxtClient,
  list: string,
  request: Fields,
  hasWanted?: HasWanted,
): Promise<Fields[]> {
  return fetchNumberedPages(
    ({ page, limit }) => client[list]({ ...request, limit, offset: (page - 1) * limit }),
    ordersPerPage,
    hasWanted,
  );
}

/** Where one kind of market has its orders. */
interface OrderSources {
  toOrder(row: Fields): Order;
  /** By order id or by `text`. */
  readOne(orderId: unknown): Promise<Fields>;
  /** Since `from`, in seconds. No page is read after the one with what is wanted. */
  listFinished(from: number, hasWanted: HasWanted): Promise<Fields[]>;
  listTrades(range: { from: number; to: number }, hasWanted: HasWanted): Promise<Fields[]>;
}

/** An order counts as absent only if the look-up, the finished orders and the trades, which carry its `text`, all miss it. */
export async function findByText(
  client: CcxtClient,
  { clientOrderId = '', sentAfter = 0 }: OrderRef,
  { toOrder, readOne, listFinished, listTrades }: OrderSources,
): Promise<Order | undefined> {
  const text = toText(clientOrderId);
  let exists = false;
  const known = await readOne(text).catch((thrown: unknown) => {
    exists = isOfEnded(thrown);
    return toUndefinedIfNotShown(thrown);
  });
  if (known !== undefined) return toOrder(known);
  const now = client.milliseconds();
  const since = Math.max(now - searchedMs, sentAfter - earlierMs);
  const isMeant = (row: Fields) => row.text === text;
  const hasMeant = (rows: Fields[]) => rows.some(isMeant);
  // Without an end, the trades are those of seven days. That of the orders is now by Gate's own clock.
  const { from, to } = toRange({ since, until: now });
  const found = (await listFinished(from, hasMeant)).find(isMeant);
  if (found !== undefined) return toOrder(found);
  const trade = (await listTrades({ from, to }, hasMeant)).find(isMeant);
  if (trade !== undefined)
    return toOrder((await readOne(trade.order_id).catch(toUndefinedIfNotShown)) ?? refuseAbsence());
  if (exists) refuseAbsence();
  if (sentAfter > 0 && sentAfter < since)
    throw new Unsupported(
      'Gate does not list orders by client order id that were sent more than 30 days ago',
    );
  return undefined;
}

/** Perpetuals have times in seconds, with a fraction. */
export const toMs = (seconds: unknown) => Math.round(Number(seconds) * 1_000);

export function toRange({ since, until }: TimeRange) {
  return { from: Math.floor(since / 1_000), to: Math.ceil(until / 1_000) };
}

/** A fee is charged in its currency, in GT or in points. */
export function toTradeFees({ info, timestamp: at }: Trade, currency: string): Fee[] {
  const { fee, gt_fee, point_fee } = info as Fields;
  if (fee === undefined) throw new TypeError('the trade has no fee');
  const parts = [
    { currency, amount: toAmount(decimal(String(fee))) },
    { currency: 'GT', amount: toAmount(decimal(String(gt_fee || '0'))) },
    { currency: 'POINT', amount: toAmount(decimal(String(point_fee || '0'))) },
  ];
  const charged = parts.filter(({ amount }) => amount !== '0');
  return (charged.length > 0 ? charged : parts.slice(0, 1)).map((part) => ({ ...part, at }));
}

/** "Internal reserved fields that identify the order source". Texts of the owner's begin with `t-`. */
const causes: [text: RegExp, cause: TradeCause][] = [
  [/^(liquidation$|liq-|hedge-liq-|((pm|comb_margin|scm)_)?liquidate$|insurance$)/, 'liquidation'],
  [/^auto_deleveraging$/, 'deleveraging'],
  // "Contract delisting withdrawal".
  [/^clear$/, 'settlement'],
];

/** @returns the trades of a range with their causes, oldest first: ids rise. */
export function toVenueTrades(trades: Trade[], { since, until, orderId }: TradeRange): VenueTrade[] {
  return trades
    .filter(
      ({ timestamp = 0, order }) => timestamp >= since && timestamp <= until && order === (orderId ?? order),
    )
    .sort((a, b) => Number(BigInt(a.id ?? '0') - BigInt(b.id ?? '0')))
    .map((trade) => ({
      trade,
      cause: causes.find(([text]) => text.test(String((trade.info as Fields).text)))?.[1] ?? 'trade',
    }));
}
