import type { Exchange as CcxtClient, Trade } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type { Funding, MarketRules, TimeRange, TradeCause, TradedOrder, TradeRange } from '../exchange.ts';
import { toBase } from './contracts.ts';
import { sumFills } from './fills.ts';
import type { Fields } from './lists.ts';
import { fetchPages, toInstrumentType } from './okx-requests.ts';
import type { ListedFills, VenueTrade } from './venue.ts';

const dayMs = 86_400_000;

/** "From the last 3 months", the shortest of which have 89 days. */
export const okxListing = { keptMs: 89 * dayMs };

/** "Recently-filled transaction details in the last 3 day", without the hour that a request may take. */
const recentMs = 3 * dayMs - 3_600_000;

/** https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-transaction-details-last-3-days, `subType` */
const causes: [cause: TradeCause, subTypes: string[]][] = [
  ['liquidation', ['100', '101', '102', '103', '104', '105', '106', '107']],
  ['deleveraging', ['125', '126', '127', '128']],
  ['delivery', ['112', '113']],
  ['block-trade', ['204', '205', '206', '207', '208', '209']],
  ['transfer', ['324', '325', '326', '327', '328', '329']],
];

const causeOf = new Map(
  causes.flatMap(([cause, subTypes]) => subTypes.map((each) => [each, cause] as const)),
);

/** A negative `fee` was charged. `tradeId` repeats, and is negative for liquidations. */
function toTrade(market: MarketRules, row: Fields): Trade {
  const [amount, price] = [String(row.fillSz), String(row.fillPx)];
  const trade = {
    id: row.billId,
    order: row.ordId,
    side: row.side,
    amount,
    price,
    cost: toAmount(decimal(toBase(market, amount)).times(price)),
    fee: { cost: toAmount(decimal(String(row.fee || '0')).negated()), currency: row.feeCcy },
    timestamp: Number(row.fillTime),
  };
  return trade as unknown as Trade;
}

/**
 * "We advise you to use Get Transaction details (last 3 days) when you request data for recent 3 days."
 * https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-transaction-details-last-3-months
 */
function fetchRows(client: CcxtClient, market: MarketRules, since: number, selection: Fields) {
  const request = { instType: toInstrumentType(market.kind), instId: market.id, ...selection };
  const isRecent = since > client.milliseconds() - recentMs;
  const fetchPage = (page: Fields) =>
    isRecent ? client.privateGetTradeFills(page) : client.privateGetTradeFillsHistory(page);
  return fetchPages(fetchPage, request, 'billId');
}

export async function fetchFills(
  client: CcxtClient,
  market: MarketRules,
  { orderId, createdAt = 0 }: TradedOrder,
): Promise<ListedFills> {
  const rows = await fetchRows(client, market, createdAt, { ordId: orderId });
  return sumFills(
    rows.map((row) => toTrade(market, row)),
    orderId,
  );
}

/** Oldest first. */
export async function fetchTrades(
  client: CcxtClient,
  market: MarketRules,
  { since, until, orderId }: TradeRange,
): Promise<VenueTrade[]> {
  const order = orderId === undefined ? {} : { ordId: orderId };
  const rows = await fetchRows(client, market, since, { begin: since, end: until, ...order });
  return rows.reverse().map((row) => ({
    trade: toTrade(market, row),
    cause: causeOf.get(String(row.subType)) ?? 'trade',
    positionSide: row.posSide === 'long' || row.posSide === 'short' ? row.posSide : undefined,
  }));
}

/**
 * Bills of type 8, funding fee. Of an isolated position, the fee changes the balance of the position.
 * https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-bills-details-last-3-months
 */
export async function fetchFunding(
  client: CcxtClient,
  { id }: MarketRules,
  { since, until }: TimeRange,
): Promise<Funding[]> {
  const request = { instType: 'SWAP', instId: id, type: '8', begin: since, end: until };
  const rows = await fetchPages((page) => client.privateGetAccountBillsArchive(page), request, 'billId');
  return rows.map(({ balChg, posBalChg, ts }) => ({
    amount: toAmount(decimal(String(Number(balChg) === 0 ? posBalChg || '0' : balChg))),
    at: Number(ts),
  }));
}
