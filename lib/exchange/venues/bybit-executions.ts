import type { Exchange as CcxtClient } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type { Funding, MarketRules, Side, TimeRange, TradeCause, TradeRange } from '../exchange.ts';
import { type Fields, parseList, toCategory } from './bybit-requests.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import type { VenueTrade } from './venue.ts';

const dayMs = 86_400_000;

/**
 * "If both are passed, the rule is endTime - startTime <= 7 days. Unified account supports getting the past 730 days
 * historical trades data." https://bybit-exchange.github.io/docs/v5/order/execution
 */
export const tradeListing = { rangeMs: 7 * dayMs, keptMs: 730 * dayMs };

/** https://bybit-exchange.github.io/docs/v5/enum#exectype. ccxt's own listing asks for `Trade` only. */
const causes = new Map<string, TradeCause>([
  ['Trade', 'trade'],
  ['BustTrade', 'liquidation'],
  ['AdlTrade', 'deleveraging'],
  ['Settle', 'settlement'],
  ['Delivery', 'delivery'],
  ['BlockTrade', 'block-trade'],
  ['MovePosition', 'transfer'],
  ['FutureSpread', 'trade'],
  ['Funding', 'funding'],
]);

/** Bybit returns at most this many executions per request. */
const rowsPerPage = 100;

/** Every page of the executions of one range. */
async function fetchRows(
  client: CcxtClient,
  market: MarketRules,
  { since, until }: TimeRange,
  selection: Fields,
): Promise<Fields[]> {
  const request: Fields = {
    category: toCategory(market),
    symbol: market.id,
    startTime: since,
    endTime: until,
    limit: rowsPerPage,
    ...selection,
  };
  const rows: Fields[] = [];
  let cursor: unknown;
  do {
    const page = await client.privateGetV5ExecutionList(
      cursor === undefined ? request : { ...request, cursor },
    );
    const list = parseList(page);
    rows.push(...list);
    cursor = list.length < rowsPerPage ? undefined : page.result?.nextPageCursor || undefined;
  } while (cursor !== undefined);
  return rows;
}

/**
 * A funding row's fee is positive if it was paid, like that of a trade: at a negative rate, a long's is negative.
 * https://bybit-exchange.github.io/docs/v5/order/execution
 */
export async function fetchFunding(
  client: CcxtClient,
  market: MarketRules,
  range: TimeRange,
): Promise<Funding[]> {
  const rows = await fetchRows(client, market, range, { execType: 'Funding' });
  return rows.map(({ execFee, execTime }) => ({
    amount: toAmount(decimal(String(execFee)).negated()),
    at: Number(execTime),
  }));
}

/**
 * The executions of one range, of every type, oldest first. Bybit lists them newest first, and a later sort by time
 * leaves those of one millisecond in their order. https://bybit-exchange.github.io/docs/v5/order/execution
 */
export async function fetchExecutions(
  client: CcxtClient,
  market: MarketRules,
  range: TradeRange,
): Promise<VenueTrade[]> {
  const { orderId } = range;
  const rows = await fetchRows(client, market, range, orderId === undefined ? {} : { orderId });
  // The order's id takes precedence over the times of a request, so Bybit may list it in every range.
  return rows
    .filter((row) => orderId === undefined || row.orderId === orderId)
    .reverse()
    .map((row) => ({
      trade: client.parseTrade(row, client.market(market.symbol)),
      // A new type that closes something ends a position like a trade.
      cause: causes.get(String(row.execType)) ?? (closes(row) ? 'trade' : 'other'),
      positionSide: toPositionSide(row),
    }));
}

/** The row names no position. A sell that closes something closes a long; any other opens a short. */
function toPositionSide(row: Fields): Side | undefined {
  const { side, closedSize } = row;
  if (closedSize === undefined || closedSize === '') return undefined;
  return (side === 'Sell') === closes(row) ? 'long' : 'short';
}

function closes({ closedSize }: Fields): boolean {
  return parsePositiveAmount(closedSize) !== undefined;
}
