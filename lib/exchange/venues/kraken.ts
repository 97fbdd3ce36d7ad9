import type { Exchange as CcxtClient, Trade } from 'ccxt';
import { decimal, sum, toAmount } from '../../decimal.ts';
import type { Balance, MarketKind, MarketRules, Permissions, TradedOrder, TradeRange } from '../exchange.ts';
import { sumFills } from './fills.ts';
import { krakenErrors } from './kraken-errors.ts';
import {
  cancelOrder,
  createOrder,
  fetchOpenOrders,
  fetchOrder,
  hasFlag,
  readOrder,
  readTradesOf,
  toMs,
} from './kraken-orders.ts';
import { fence, hasResult, isPair, nextNonce, readResult, readRows } from './kraken-requests.ts';
import type { Fields } from './lists.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import { spotOnly, withoutExits } from './spot-only.ts';
import type { ListedFills, Venue, VenueTrade } from './venue.ts';
import type { VenueError } from './venue-error.ts';

const minuteMs = 60_000;

/** `vol` is in base currency. https://docs.kraken.com/api/docs/rest-api/get-trade-history */
function toTrade(row: Fields, feeCurrency: string): Trade {
  const { id, ordertxid: order, type: side, vol: amount, price, cost, fee } = row;
  const trade = { id, order, side, amount, price, cost, timestamp: toMs(row.time) };
  return { ...trade, fee: { cost: fee, currency: feeCurrency } } as unknown as Trade;
}

/** "fcib: prefer fee in base currency (default if selling)", "fciq: … in quote currency (default if buying)". */
function toFeeCurrency(order: Fields, { base, quote }: MarketRules): string {
  const isSell = (order.descr as Fields | undefined)?.type === 'sell';
  const inBase = hasFlag(order, 'fcib') || (isSell && !hasFlag(order, 'fciq'));
  return inBase ? base : quote;
}

async function fetchFills(
  client: CcxtClient,
  market: MarketRules,
  { orderId }: TradedOrder,
): Promise<ListedFills> {
  // An order that has filled exists: a look-up that misses it lags.
  const order = await readOrder(client, orderId).catch((thrown: { venueError?: VenueError }) => {
    if (krakenErrors.notFoundCodes.has(thrown.venueError?.code ?? '')) return {};
    throw thrown;
  });
  const trades = await readTradesOf(client, order);
  const currency = toFeeCurrency(order, market);
  return sumFills(
    trades.map((row) => toTrade(row, currency)),
    orderId,
  );
}

/** "50 results are returned at a time, the most recent by default." */
const rowsPerPage = 50;

async function readHistory(client: CcxtClient, { since, until }: TradeRange): Promise<Fields[]> {
  // Whole seconds; the first is exclusive, the last inclusive.
  const range = { start: Math.floor(since / 1_000) - 1, end: Math.ceil(until / 1_000) };
  const rows: Fields[] = [];
  for (let ofs = 0; ; ofs += rowsPerPage) {
    const { trades } = readResult(await client.privatePostTradesHistory({ ...range, ofs }));
    const page = readRows(trades);
    rows.push(...page);
    if (page.length < rowsPerPage) return rows;
  }
}

/** Oldest first. A trade on margin changes no coins. */
async function fetchTrades(
  client: CcxtClient,
  market: MarketRules,
  range: TradeRange,
): Promise<VenueTrade[]> {
  const { since, until, orderId } = range;
  // Not those that the order lists: the trades have to show what an order did that look-ups miss.
  const rows = (await readHistory(client, range)).filter(
    ({ pair, time, ordertxid }) =>
      isPair(client, market, pair) &&
      toMs(time) >= since &&
      toMs(time) <= until &&
      (orderId === undefined || ordertxid === orderId),
  );
  return rows
    .reverse()
    .sort((a, b) => Number(a.time) - Number(b.time))
    .map((row) => ({
      trade: toTrade(row, market.quote),
      cause: parsePositiveAmount(row.margin) === undefined ? 'trade' : 'other',
    }));
}

/** "To interact with your balances in them please use the base asset": coins that earn in Kraken Rewards, `.F`, can be sold. */
function toBalance(response: Fields, currency: string, client: CcxtClient): Balance {
  const own = Object.entries(readResult(response)).flatMap(([asset, row]) => {
    const code = client.safeCurrencyCode(asset);
    return code === currency || code === `${currency}.F` ? [row] : [];
  });
  const total = sum(own.map(({ balance }) => String(balance ?? '0')));
  const held = sum(own.map(({ hold_trade }) => String(hold_trade ?? '0')));
  return { free: toAmount(decimal(total).minus(held)), total };
}

async function fetchMarkets(client: CcxtClient, _kind: MarketKind, pair?: string) {
  try {
    return await client.fetchMarkets(pair === undefined ? {} : { pair });
  } catch (thrown) {
    const { code } = (thrown as { venueError?: VenueError }).venueError ?? {};
    if (code === 'EQuery:Unknown asset pair') return [];
    throw thrown;
  }
}

/** What Ripcord needs: it can't prove that an order is missing if it may not read both lists. */
const neededRights = [
  'query-funds',
  'query-open-trades',
  'query-closed-trades',
  'modify-trades',
  'close-trades',
];

/** https://docs.kraken.com/api/docs/rest-api/get-api-key-info */
async function fetchPermissions(client: CcxtClient): Promise<Permissions> {
  const info = readResult(await client.privatePostGetApiKeyInfo()) as Fields;
  const rights = Array.isArray(info.permissions) ? info.permissions : [];
  const allowedAddresses = Array.isArray(info.ipAllowlist) ? info.ipAllowlist.map(String) : [];
  const expiresAt = toMs(info.validUntil ?? 0);
  return {
    canTrade: neededRights.every((right) => rights.includes(right)),
    canWithdraw: rights.includes('withdraw-funds'),
    ipRestricted: allowedAddresses.length > 0,
    ...(allowedAddresses.length > 0 ? { allowedAddresses } : {}),
    ...(expiresAt > 0 ? { expiresAt } : {}),
    ...(info.iban ? { accountId: String(info.iban) } : {}),
  };
}

/** Kraken spot. https://docs.kraken.com/api/docs/category/rest-api/trading */
export const kraken: Venue = {
  id: 'kraken',
  ...spotOnly,
  ...withoutExits,
  orderApi: 'private',
  options: { timeDifference: 0, adjustForTimeDifference: false },
  nonce: nextNonce,
  // "Max now() + 60 seconds": on any clock, no order that Kraken accepts when it arrives has a later deadline.
  recvWindowMs: 60_000,
  fence,
  // Kraken documents no figure: as for Bybit and OKX.
  lookupLagMs: 120_000,
  // Kraken documents no limit for closed orders.
  retention: {
    order: { unfilledMs: Number.POSITIVE_INFINITY },
    conditional: { unfilledMs: Number.POSITIVE_INFINITY },
  },
  tradeListing: {},
  // No `replayWindowMs`: "Kraken verifies cl_ord_id uniqueness across open orders for each client."
  // https://docs.kraken.com/api/docs/guides/spot-clordid
  createReturnsFill: false,
  cancelReturnsFill: false,
  ...krakenErrors,

  marketInfo: {},
  marketRules: (market) => {
    const priceStep = parsePositiveAmount(market?.info?.tick_size);
    return priceStep === undefined ? {} : { priceStep };
  },
  toMarketId: ({ id, base }, coin) => id.replace(base === 'BTC' ? 'XBT' : base, coin),
  orderRef: (_market, { orderId, clientOrderId }) => ({ id: orderId, parameters: { clientOrderId } }),
  orderDetails: ({ marketId, ordertype }) => ({ marketId, type: ordertype }),
  createOrder,
  cancelOrder,
  fetchOrder,
  closeParameters: () => ({}),
  entryParameters: () => ({}),
  isBalanceResponse: hasResult,
  toBalance,

  fetchMarkets,
  fetchOpenOrders,
  fetchPermissions,
  fetchFills,
  fetchTrades,
  // In percent. https://docs.kraken.com/api/docs/rest-api/get-trade-volume
  async fetchTakerRate(client, { id }) {
    const { fees } = readResult(await client.privatePostTradeVolume({ pair: id }));
    const [own] = readRows(fees);
    return toAmount(decimal(String(own?.fee)).div(100));
  },
  // The latest 720 only. https://docs.kraken.com/api/docs/rest-api/get-ohlc-data
  async fetchMinute(client, { id }, start) {
    const since = (start - minuteMs) / 1_000;
    const { last: _, ...lists } = readResult(await client.publicGetOHLC({ pair: id, interval: 1, since }));
    const rows = Object.values(lists).flat() as unknown as unknown[][];
    const found = rows.find(([time]) => Number(time) * 1_000 === start);
    return found && [start, ...found.slice(1)];
  },
  // "c: Last trade closed". https://docs.kraken.com/api/docs/rest-api/get-ticker-information
  async fetchPrices(client, _kind, pair) {
    const rows = readRows(readResult(await client.publicGetTicker(pair === undefined ? {} : { pair })));
    return rows.map(({ id, c }) => ({ marketId: pair ?? String(id), value: (c as unknown[])[0] }));
  },
};
