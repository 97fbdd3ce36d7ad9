import type { Exchange as CcxtClient, Market, Trade } from 'ccxt';
import { type Amount, decimal, sum, toAmount } from '../../decimal.ts';
import type { Balance, MarketRules, Permissions, TradedOrder, TradeRange } from '../exchange.ts';
import { coinbaseErrors } from './coinbase-errors.ts';
import { cancelOrder, createOrder, fetchOpenOrders, fetchOrder, isSameBook } from './coinbase-orders.ts';
import { fetchCursorPages, prepare } from './coinbase-requests.ts';
import { sumFills } from './fills.ts';
import { type Fields, parseData } from './lists.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import { spotOnly, withoutExits } from './spot-only.ts';
import type { ListedFills, Venue, VenueTrade } from './venue.ts';

const minuteMs = 60_000;

const toCoin = (client: CcxtClient, id: unknown) => client.safeCurrencyCode(id as string | undefined);

/** Ripcord closes at MARKET, which none of these allows. `view_only` is about an account, which this list does not know. */
function isActive(row: Fields): boolean {
  const { is_disabled, trading_disabled, cancel_only, limit_only, post_only, status } = row;
  const isOff = [is_disabled, trading_disabled, cancel_only, limit_only, post_only].includes(true);
  return !isOff && status !== 'delisted';
}

function toMarket(client: CcxtClient, row: Fields): Market {
  const [base, quote] = [toCoin(client, row.base_currency_id), toCoin(client, row.quote_currency_id)];
  const market = {
    ...{ id: row.product_id, symbol: `${base}/${quote}`, base, quote, type: 'spot', spot: true, swap: false },
    active: isActive(row),
    precision: { amount: row.base_increment, price: row.price_increment || row.quote_increment },
    limits: { amount: { min: row.base_min_size }, cost: { min: row.quote_min_size } },
    info: row,
  };
  return market as unknown as Market;
}

/**
 * "`pagination`: Pagination metadata for paginated responses." No default of `limit` is documented.
 * https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/public/list-public-products
 */
function fetchProducts(client: CcxtClient, id?: string): Promise<Fields[]> {
  const product = id === undefined ? {} : { product_ids: [id] };
  return fetchCursorPages(
    async ({ cursor }) => {
      const page = { product_type: 'SPOT', ...product, ...(cursor ? { cursor } : {}) };
      const { products, pagination } = await client.v3PublicGetBrokerageMarketProducts(page);
      return { products, has_next: pagination?.has_next === true, cursor: pagination?.next_cursor };
    },
    {},
    { name: 'products' },
  );
}

/** Vaults and accounts of derivatives have the same coins, which no spot order can use. */
function isTrading({ type, platform }: Fields): boolean {
  return !/VAULT/.test(String(type)) && !/_(CFM_CONSUMER|INTX)$/.test(String(platform));
}

function toBalance({ accounts }: Fields, currency: string, client: CcxtClient): Balance {
  const own = parseData({ data: accounts }).filter(
    (row) => isTrading(row) && toCoin(client, row.currency) === currency,
  );
  const add = (name: string) =>
    sum(own.map((row) => parsePositiveAmount((row[name] as Fields | undefined)?.value) ?? '0'));
  const free = add('available_balance');
  return { free, total: sum([free, add('hold')]) };
}

/** A commission is in the quote currency, of the market that the order was placed in. `size_in_quote`: the size is too. */
function toTrade(row: Fields, { quote }: MarketRules): Trade {
  const [size, price] = [String(row.size), String(row.price)];
  const amount = row.size_in_quote ? toAmount(decimal(size).dividedBy(price).decimalPlaces(16)) : size;
  const trade = {
    ...{ id: String(row.entry_id), order: row.order_id, side: String(row.side).toLowerCase(), amount, price },
    cost: row.size_in_quote ? size : toAmount(decimal(size).times(price)),
    fee: { cost: row.commission, currency: quote },
    timestamp: Date.parse(String(row.trade_time)),
  };
  return trade as unknown as Trade;
}

/** Latest first. https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/list-fills */
function fetchFillRows(client: CcxtClient, request: Fields): Promise<Fields[]> {
  return fetchCursorPages((page) => client.v3PrivateGetBrokerageOrdersHistoricalFills(page), request, {
    name: 'fills',
  });
}

/** The amounts of trades whose size is in the quote currency are rounded: less than a step is no missing trade. */
async function fetchFills(
  client: CcxtClient,
  market: MarketRules,
  { orderId }: TradedOrder,
  filled: Amount,
): Promise<ListedFills> {
  const rows = await fetchFillRows(client, { order_ids: [orderId] });
  const listed = sumFills(
    rows.map((row) => toTrade(row, market)),
    orderId,
  );
  const isRounded = rows.some((row) => row.size_in_quote === true);
  const isAll = isRounded && decimal(listed.amount).minus(filled).abs().lt(market.amountStep);
  return isAll ? { ...listed, amount: filled } : listed;
}

/** "Only fills with a trade time after the specified start date": a millisecond earlier, so that none is missed. */
async function fetchTrades(
  client: CcxtClient,
  market: MarketRules,
  { since, until, orderId }: TradeRange,
): Promise<VenueTrade[]> {
  const range = {
    start_sequence_timestamp: new Date(since - 1).toISOString(),
    end_sequence_timestamp: new Date(until + 1).toISOString(),
  };
  const rows = await fetchFillRows(client, orderId === undefined ? range : { order_ids: [orderId] });
  return rows
    .reverse()
    .filter(({ product_id }) => isSameBook(product_id, market))
    .map((row) => ({ trade: toTrade(row, market), cause: 'trade' as const }))
    .filter(({ trade: { timestamp = 0 } }) => timestamp >= since && timestamp <= until);
}

/**
 * `can_transfer`: "whether the API key has deposit/withdrawal permissions". A key is of one portfolio. Its allow-list is not
 * shown.
 * https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/data-api/get-api-key-permissions
 */
async function fetchPermissions(client: CcxtClient): Promise<Permissions> {
  const { can_trade, can_transfer, portfolio_uuid } = await client.v3PrivateGetBrokerageKeyPermissions();
  const toRight = (value: unknown) => (typeof value === 'boolean' ? value : undefined);
  return {
    canTrade: toRight(can_trade),
    canWithdraw: toRight(can_transfer),
    ipRestricted: undefined,
    accountId: portfolio_uuid ? String(portfolio_uuid) : undefined,
  };
}

/** Coinbase Advanced Trade: spot. https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/rest-api */
export const coinbase: Venue = {
  id: 'coinbase',
  ...spotOnly,
  ...withoutExits,
  orderApi: 'rest',
  signApi: ['v3', 'private'],
  prepare,
  options: {
    // Every request is signed by a token: ccxt takes any other secret for one of the keys that Coinbase had before.
    ...{ defaultType: 'spot', advanced: true, usePrivate: false, v2CloudAPiKey: true },
    ...{ timeDifference: 0, adjustForTimeDifference: false, fetchTime: 'v3PublicGetBrokerageTime' },
    fetchOHLCV: { usePrivate: false },
  },
  // The life of a token: nothing else limits when an order is accepted.
  recvWindowMs: 120_000,
  // Coinbase documents no figure: as for Bybit.
  lookupLagMs: 120_000,
  // How long orders are found is not documented, so that an absence proves nothing, and trades show what was filled.
  retention: {
    order: { unfilledMs: Number.POSITIVE_INFINITY },
    conditional: { unfilledMs: Number.POSITIVE_INFINITY },
  },
  tradeListing: {},
  // "If the ID provided is not unique, the order will not be created and the order corresponding with that ID will be
  // returned instead." Without a limit of time. Ten minutes leave time for the sweep after the window.
  // https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/create-order
  replayWindowMs: 600_000,
  createReturnsFill: false,
  cancelReturnsFill: false,
  ...coinbaseErrors,

  marketInfo: {},
  marketRules(market) {
    const marketAmountMax = parsePositiveAmount(market?.info?.base_max_size);
    return marketAmountMax === undefined ? {} : { marketAmountMax };
  },
  toMarketId: ({ quote }, coin) => `${coin}-${quote}`,
  orderRef: () => ({ id: undefined, parameters: {} }),
  orderDetails: ({ product_id, order_type }) => ({ marketId: product_id, type: order_type }),
  createOrder,
  cancelOrder,
  fetchOrder,
  fetchOpenOrders,
  closeParameters: () => ({}),
  entryParameters: () => ({}),
  isBalanceResponse: ({ accounts }) => Array.isArray(accounts),
  async fetchBalances(client) {
    const accounts = await fetchCursorPages(
      (page) => client.v3PrivateGetBrokerageAccounts({ ...page, limit: 250 }),
      {},
      { name: 'accounts' },
    );
    return { accounts };
  },
  toBalance,
  fetchPermissions,
  async fetchTakerRate(client) {
    const { fee_tier } = await client.v3PrivateGetBrokerageTransactionSummary({ product_type: 'SPOT' });
    return toAmount(decimal(String(fee_tier?.taker_fee_rate)));
  },

  async fetchMarkets(client, _kind, id) {
    return (await fetchProducts(client, id)).map((row) => toMarket(client, row));
  },
  fetchFills,
  fetchTrades,
  async fetchMinute(client, { id }, start) {
    const { candles } = await client.v3PublicGetBrokerageMarketProductsProductIdCandles({
      product_id: encodeURIComponent(id),
      ...{ start: String(start / 1000), end: String((start + minuteMs) / 1000), granularity: 'ONE_MINUTE' },
    });
    const candle = parseData({ data: candles }).find((each) => Number(each.start) * 1000 === start);
    return candle && [start, candle.open];
  },
  async fetchPrices(client, _kind, id) {
    const products = await fetchProducts(client, id);
    return products.map(({ product_id, price }) => ({ marketId: String(product_id), value: price }));
  },
};
