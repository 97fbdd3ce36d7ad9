import type { Exchange as CcxtClient, Market, Trade } from 'ccxt';
import { type Amount, decimal } from '../../decimal.ts';
import type { Balance, MarketRules, Permissions, TradedOrder, TradeRange } from '../exchange.ts';
import { sumFills } from './fills.ts';
import { kucoinErrors } from './kucoin-errors.ts';
import { cancelOrder, createOrder, fetchOpenOrders, fetchOrder } from './kucoin-orders.ts';
import { type Fields, parseData, readObject } from './lists.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import { spotOnly, withoutExits } from './spot-only.ts';
import type { Fence, FenceFields, ListedFills, UnsignedRequest, Venue } from './venue.ts';
import { Unsupported } from './venue-error.ts';

const [minuteMs, dayMs] = [60_000, 86_400_000];

const retention = { unfilledMs: 2 * dayMs, anyMs: 3 * dayMs };

/**
 * "KC-API-TIMESTAMP Invalid": it differs from the server's time by more than 5 seconds (400002). So no request that is
 * accepted comes from a clock that is further ahead, and the fence below ends by then on any clock.
 * https://www.kucoin.com/docs/basic-info/errors-code/spot-errors-code
 */
const recvWindowMs = 5_000;

/**
 * "If clientTimestamp + allowMaxTimeWindow < Gateway received the message time, this order will fail." `clientTimestamp`
 * is "equal to KC-API-TIMESTAMP", so both are of this one request. A window of more than `recvWindowMs` adds nothing.
 * https://www.kucoin.com/docs-new/rest/spot-trading/orders/add-order-sync
 */
function fence({ path }: UnsignedRequest, { sendDeadline, clockOffsetMs, now }: Fence): FenceFields {
  if (path !== 'hf/orders/sync') return {};
  const clientTimestamp = Math.floor(now - clockOffsetMs);
  const leftMs = Math.floor(sendDeadline - clockOffsetMs) - clientTimestamp;
  const allowMaxTimeWindow = Math.max(1, Math.min(leftMs, recvWindowMs));
  return { nonce: clientTimestamp, parameters: { clientTimestamp, allowMaxTimeWindow } };
}

/** @returns ccxt's name of a coin, which differs for a few. */
function toCoin(client: CcxtClient, currency: unknown): string | undefined {
  return client.safeCurrencyCode(currency as string | undefined);
}

/** https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-all-symbols. A symbol stays when a coin is renamed. */
function toMarket(client: CcxtClient, row: Fields): Market {
  const id = row.symbol;
  const [base, quote] = [toCoin(client, row.baseCurrency), toCoin(client, row.quoteCurrency)];
  const market = {
    ...{ id, symbol: `${base}/${quote}`, base, quote, type: 'spot', spot: true, swap: false },
    active: row.enableTrading === true,
    precision: { amount: row.baseIncrement, price: row.priceIncrement },
    limits: { amount: { min: row.baseMinSize }, cost: { min: row.minFunds || row.quoteMinSize } },
    info: row,
  };
  return market as unknown as Market;
}

/** There is no request for one market that has been removed, so all are listed. */
async function fetchMarkets(client: CcxtClient, _kind: unknown, id?: string): Promise<Market[]> {
  const rows = parseData(await client.publicGetSymbols());
  return rows.filter(({ symbol }) => id === undefined || symbol === id).map((row) => toMarket(client, row));
}

function marketRules(market: Market): Partial<MarketRules> {
  const marketAmountMax = parsePositiveAmount(market?.info?.baseMaxSize);
  return marketAmountMax === undefined ? {} : { marketAmountMax };
}

/**
 * `main` can't trade. Older pages call the trading account of these requests `trade_hf`.
 * https://www.kucoin.com/docs-new/rest/account-info/account-funding/get-account-list-spot
 */
function toBalance(response: Fields, coin: string, client: CcxtClient): Balance {
  const rows = parseData(response).filter(({ currency }) => toCoin(client, currency) === coin);
  const row = rows.find(({ type }) => type === 'trade_hf') ?? rows.find(({ type }) => type === 'trade');
  return {
    free: parsePositiveAmount(row?.available) ?? '0',
    total: parsePositiveAmount(row?.balance) ?? '0',
  };
}

/** "Max100". https://www.kucoin.com/docs-new/rest/spot-trading/orders/get-trade-history */
const fillsPerPage = 100;

/** Latest first. `lastId` asks for those before the row that it names. */
async function fetchFillRows(client: CcxtClient, request: Fields): Promise<Fields[]> {
  const rows: Fields[] = [];
  for (let lastId: unknown; ; ) {
    const page = { ...request, limit: fillsPerPage, ...(lastId ? { lastId } : {}) };
    const data = readObject(await client.privateGetHfFills(page));
    const items = parseData({ data: data.items });
    rows.push(...items);
    lastId = data.lastId;
    // "If orderId is specified, please ignore the other query parameters", and `lastId` is one.
    if (items.length < fillsPerPage || request.orderId !== undefined || !lastId) return rows;
  }
}

/** `fee` is in `feeCurrency`: usually the quote currency, or KCS. */
function toTrade(client: CcxtClient, row: Fields): Trade {
  const trade = {
    ...{ id: String(row.id), order: row.orderId, side: row.side, amount: row.size, price: row.price },
    ...{ cost: row.funds, fee: { cost: row.fee, currency: toCoin(client, row.feeCurrency) } },
    timestamp: Number(row.createdAt),
  };
  return trade as unknown as Trade;
}

/** The request for one order may list its first page only. The others are in the list of the market. */
async function fetchFills(
  client: CcxtClient,
  { id: symbol }: MarketRules,
  { orderId, createdAt, updatedAt }: TradedOrder,
  filled: Amount,
): Promise<ListedFills> {
  const rows = await fetchFillRows(client, { symbol, orderId });
  const listed = sumFills(
    rows.map((row) => toTrade(client, row)),
    orderId,
  );
  if (createdAt === undefined || decimal(listed.amount).gte(filled)) return listed;
  const range = { startAt: createdAt, endAt: (updatedAt ?? createdAt) + minuteMs };
  const more = await fetchFillRows(client, { symbol, ...range });
  return sumFills(
    [...rows, ...more].map((row) => toTrade(client, row)),
    orderId,
  );
}

/** Oldest first. Those of one order are picked from the market's, whose pages are complete. */
async function fetchTrades(client: CcxtClient, { id }: MarketRules, { since, until, orderId }: TradeRange) {
  const rows = await fetchFillRows(client, { symbol: id, startAt: since, endAt: until });
  return rows
    .reverse()
    .filter((row) => orderId === undefined || row.orderId === orderId)
    .map((row) => ({ trade: toTrade(client, row), cause: 'trade' as const }));
}

/**
 * "selfAccountMode": `CLASSIC` or `UNIFIED`. Without an answer, the orders themselves are refused or not.
 * https://www.kucoin.com/docs-new/rest/ua/get-account-mode
 */
async function refuseUnified(client: CcxtClient): Promise<void> {
  const response = await client.utaPrivateGetAccountMode().catch(() => undefined);
  if (response?.data?.selfAccountMode === 'UNIFIED')
    throw new Unsupported(
      'The account at KuCoin is unified, and orders of unified accounts have another API',
    );
}

/** "General, Spot, Margin, Futures, InnerTransfer, Transfer, Earn". https://www.kucoin.com/docs-new/rest/account-info/account-funding/get-apikey-info */
async function fetchPermissions(client: CcxtClient): Promise<Permissions> {
  const [response] = await Promise.all([client.privateGetUserApiKey(), refuseUnified(client)]);
  const { permission, ipWhitelist, uid } = readObject(response);
  const list = (text: unknown) =>
    String(text ?? '')
      .split(',')
      .flatMap((each) => each.trim() || []);
  const [rights, allowedAddresses] = [list(permission), list(ipWhitelist)];
  return {
    // A key of an earlier version has `Trade`.
    canTrade: rights.includes('Spot') || rights.includes('Trade'),
    // "Allows a key to transfer funds (including deposit and withdrawal)".
    canWithdraw: rights.includes('Transfer'),
    ipRestricted: allowedAddresses.length > 0,
    allowedAddresses,
    accountId: uid === undefined ? undefined : String(uid),
  };
}

/** KuCoin spot, of an account that is not unified. https://www.kucoin.com/docs-new/ */
export const kucoin: Venue = {
  id: 'kucoin',
  ...spotOnly,
  ...withoutExits,
  orderApi: 'private',
  // The account's kind: ccxt asks for it before any request that does not have it.
  options: {
    ...{ uta: false, hf: true, defaultType: 'spot', timeDifference: 0, adjustForTimeDifference: false },
    fetchOHLCV: { uta: false },
  },
  recvWindowMs,
  fence,
  signsDecodedQuery: true,
  // KuCoin documents no figure: as for Bybit.
  lookupLagMs: 120_000,
  // "If the order is not an active order, you can only get data within the time range of 3 * 24 hours", and "Canceled: 2
  // days".
  // https://www.kucoin.com/docs/rest/spot-trading/spot-hf-trade-pro-account/get-hf-order-details-by-clientoid
  // https://www.kucoin.com/docs-new/rest/ua/get-order-details
  retention: { order: retention, conditional: retention },
  // "You can only obtain data from within a 3 * 24 hour time range." https://docs.kucoin.com/spot-hf/#hf-transaction-records
  tradeListing: { keptMs: 3 * dayMs },
  // No `replayWindowMs`: "Please do not initiate requests using the same clientOid", which promises no refusal.
  createReturnsFill: false,
  cancelReturnsFill: true,
  ...kucoinErrors,

  marketInfo: {},
  marketRules,
  toMarketId: ({ quote }, coin) => `${coin}-${quote}`,
  orderRef: () => ({ id: undefined, parameters: {} }),
  orderDetails: ({ symbol, type, stopPrice }) => ({
    marketId: symbol,
    type: stopPrice === undefined ? type : `stop_${type}`,
  }),
  createOrder,
  cancelOrder,
  fetchOrder,
  fetchOpenOrders,
  closeParameters: () => ({}),
  entryParameters: () => ({}),
  isBalanceResponse: ({ data }) => Array.isArray(data),
  // ccxt asks for `trade_hf` only.
  fetchBalances: (client) => client.privateGetAccounts(),
  toBalance,
  fetchPermissions,

  fetchMarkets,
  fetchFills,
  fetchTrades,
  // A candle has its opening time in seconds.
  // https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-klines
  async fetchMinute(client, { id }, start) {
    const range = { startAt: start / 1000, endAt: (start + minuteMs) / 1000 };
    const { data } = await client.publicGetMarketCandles({ symbol: id, type: '1min', ...range });
    const candles: unknown[][] = Array.isArray(data) ? data : [];
    const candle = candles.find(([seconds]) => Number(seconds) * 1000 === start);
    return candle && [start, ...candle.slice(1)];
  },
  async fetchPrices(client, _kind, symbol) {
    if (symbol !== undefined) {
      const { price } = readObject(await client.publicGetMarketOrderbookLevel1({ symbol }));
      return [{ marketId: symbol, value: price }];
    }
    const { ticker } = readObject(await client.publicGetMarketAllTickers());
    return parseData({ data: ticker }).map((row) => ({ marketId: String(row.symbol), value: row.last }));
  },
};
