import type { Exchange as CcxtClient } from 'ccxt';
import { type Amount, decimal } from '../../decimal.ts';
import type {
  EntryOrder,
  ExchangePosition,
  MarketKind,
  MarketOrder,
  MarketRules,
  Side,
} from '../exchange.ts';
import { bybitErrors } from './bybit-errors.ts';
import { fetchExecutions, fetchFunding, tradeListing } from './bybit-executions.ts';
import { fetchPermissions } from './bybit-permissions.ts';
import {
  type Fields,
  fetchAttachedExits,
  fetchPages,
  fetchTrades,
  findOrder,
  parseList,
  parseOrderFills,
  positionsPerPage,
  toCategory,
  toMargin,
} from './bybit-requests.ts';
import { sumFills } from './fills.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import type { Venue, VenuePosition } from './venue.ts';

/** Bybit's own default. It also accepts a timestamp up to 1 s ahead of its clock. */
const recvWindowMs = 5_000;

const dayMs = 86_400_000;

/**
 * Orders that were fully canceled, rejected or deactivated can be queried for 24 hours, and beyond 7 days orders that
 * have fills only. Another version of the page limits those to the past 2 years. The page does not define what the hours
 * count from; creation is the earliest.
 * https://bybit-exchange.github.io/docs/v5/order/order-list
 */
const retention = { unfilledMs: dayMs, anyMs: 730 * dayMs };

/** The `positionIdx` of a hedged account's two positions. In one-way mode it is 0. */
const sideByIndex = new Map<string, Side>([
  ['1', 'long'],
  ['2', 'short'],
]);

/** Selects one of a hedged account's two positions. One-way mode needs no parameter. */
function positionIndex({ hedged, positionSide }: Pick<MarketOrder, 'hedged' | 'positionSide'>): Fields {
  return hedged ? { positionIdx: positionSide === 'long' ? 1 : 2 } : {};
}

/**
 * `Full`, the default, would make them exits of the whole exchange position. `Partial`: "it will create tp/sl orders with
 * the qty you actually fill". The last price triggers them by default.
 * https://bybit-exchange.github.io/docs/v5/order/create-order
 */
function attachedParameters({ attached }: EntryOrder): Fields {
  if (attached === undefined) return {};
  const { stopLoss, takeProfit } = attached;
  return {
    tpslMode: 'Partial',
    stopLoss,
    slOrderType: stopLoss.price === undefined ? 'Market' : 'Limit',
    ...(takeProfit === undefined
      ? {}
      : { takeProfit: { triggerPrice: takeProfit.price, price: takeProfit.price }, tpOrderType: 'Limit' }),
  };
}

/** `basePrice`: "Last price when place the order, Spot has this field only". https://bybit-exchange.github.io/docs/v5/order/open-order */
function toTriggerMove(triggerPrice?: Amount, basePrice?: Amount): 'rise' | 'fall' | undefined {
  if (triggerPrice === undefined || basePrice === undefined) return undefined;
  return decimal(triggerPrice).gte(basePrice) ? 'rise' : 'fall';
}

/** The filter of each type of conditional spot order. A cancel without it does not find the order. */
const spotFilters = new Map([
  ['stop', 'StopOrder'],
  ['tpslorder', 'tpslOrder'],
  ['ocoorder', 'OcoOrder'],
  ['bidirectionaltpslorder', 'BidirectionalTpslOrder'],
]);

/** What linear perpetuals are settled in. Bybit lists the orders and positions of one coin per request. */
const settleCoins = ['USDT', 'USDC'];

function parseSide(row: Fields): Side {
  return row.side === 'Buy' ? 'long' : 'short';
}

function toHolding(row: Fields) {
  return {
    amount: parsePositiveAmount(row.size) ?? '0',
    averagePrice: parsePositiveAmount(row.avgPrice),
  };
}

function toVenuePosition(row: Fields): VenuePosition {
  return { marketId: String(row.symbol), side: parseSide(row), ...toHolding(row), margin: toMargin(row) };
}

async function fetchPosition(client: CcxtClient, market: MarketRules, side: Side): Promise<ExchangePosition> {
  const rows = parseList(
    await client.privateGetV5PositionList({ category: toCategory(market), symbol: market.id }),
  );
  const hedged = rows.some((row) => sideByIndex.has(String(row.positionIdx)));
  const open = rows.filter((row) => parsePositiveAmount(row.size) !== undefined);
  const row = hedged
    ? open.find(({ positionIdx }) => sideByIndex.get(String(positionIdx)) === side)
    : open[0];
  if (row === undefined) return { side: undefined, amount: '0', hedged };
  return { side: hedged ? side : parseSide(row), ...toHolding(row), margin: toMargin(row), hedged };
}

function toOpenOrderRequests(kind: MarketKind, market: MarketRules | undefined): Fields[] {
  if (market !== undefined) return [{ category: toCategory(market), symbol: market.id }];
  return kind === 'spot'
    ? [{ category: 'spot' }]
    : settleCoins.map((settleCoin) => ({ category: 'linear', settleCoin }));
}

/** Bybit v5, unified account: spot and linear perpetuals. https://bybit-exchange.github.io/docs/v5/intro */
export const bybit: Venue = {
  id: 'bybit',
  kinds: new Set(['spot', 'perpetual']),
  orderApi: 'private',
  options: {
    defaultType: 'swap',
    recvWindow: recvWindowMs,
    // Otherwise ccxt requests both before its first call. Every account that can still trade here is a unified one.
    enableUnifiedMargin: false,
    enableUnifiedAccount: true,
    // 6 is "unified trading account 2.0, pro". From 5 on, an account has one wallet for everything.
    unifiedMarginStatus: 6,
    timeDifference: 0,
  },
  recvWindowMs,
  // Bybit documents no figure, only that look-ups lag in volatile markets: about twice the lag seen on Binance.
  lookupLagMs: 120_000,
  retention: { order: retention, conditional: retention },
  tradeListing,
  fundingListing: tradeListing,
  // "Futures, Perps & Spot: orderLinkId rules: optional param, always unique."
  // https://bybit-exchange.github.io/docs/v5/order/create-order
  // Bybit documents no end of it. A minute is far below any time after which ids could be forgotten.
  replayWindowMs: 60_000,
  createReturnsFill: false,
  cancelReturnsFill: false,
  ...bybitErrors,

  marketInfo: {},
  marketRules(market) {
    const lot: Fields = market?.info?.lotSizeFilter ?? {};
    return {
      marketAmountMax: parsePositiveAmount(lot.maxMarketOrderQty ?? lot.maxMktOrderQty),
      // "deprecated, no longer check minOrderQty, check minOrderAmt instead"
      // https://bybit-exchange.github.io/docs/v5/market/instrument
      // "conditional orders: each account can hold a maximum of 10 active orders simultaneously per symbol"
      // https://bybit-exchange.github.io/docs/v5/order/create-order
      ...(market?.spot === true ? { amountMin: '0' } : { conditionalMax: 10 }),
    };
  },
  orderRef(market, { orderId, clientOrderId, type }) {
    const orderFilter = market.kind === 'spot' ? spotFilters.get(type ?? '') : undefined;
    return {
      id: orderId,
      parameters: {
        ...(orderId === undefined ? { orderLinkId: clientOrderId } : {}),
        ...(orderFilter === undefined ? {} : { orderFilter }),
      },
    };
  },
  orderDetails: ({ symbol, stopOrderType, orderType, positionIdx, triggerPrice, basePrice }) => ({
    marketId: symbol,
    triggersOn: toTriggerMove(parsePositiveAmount(triggerPrice), parsePositiveAmount(basePrice)),
    type: stopOrderType === '' || stopOrderType === 'UNKNOWN' ? orderType : (stopOrderType ?? orderType),
    positionSide: sideByIndex.get(String(positionIdx)),
  }),
  closeParameters: (order) => (order.reduceOnly ? { reduceOnly: true, ...positionIndex(order) } : {}),
  // Without a unit, Bybit reads the amount of a spot MARKET buy as quote. ccxt adds the unit unless it is a cost.
  entryParameters: (order) => ({
    ...positionIndex(order),
    ...(order.cost === undefined ? {} : { marketUnit: 'quoteCoin' }),
    ...attachedParameters(order),
  }),
  // A perpetual's stop is a conditional order, which the last price triggers by default. `closeOnTrigger` would cancel
  // other orders of the account. Modes of TP/SL are for whole positions or go with an entry.
  // https://bybit-exchange.github.io/docs/v5/order/create-order
  // On spot, a `tpslOrder` holds its coins, and a StopOrder holds none. Spot has no `triggerDirection`: a stop that arrives
  // after the price has passed it waits for the price to come back, which only the order's `basePrice` shows.
  // https://github.com/ccxt/ccxt/issues/19000
  exits: {
    perpetual: {
      forms: new Set(['take-profit', 'stop-loss']),
      stopRef: { conditional: false, type: 'stop' },
      attach: new Set(['stop', 'stop-and-target']),
      amends: new Set(['stop', 'partialstoploss']),
    },
    spot: {
      forms: new Set(['take-profit', 'stop-loss']),
      stopRef: { conditional: false, type: 'tpslorder' },
    },
  },
  stopParameters: ({ side, triggerPrice }, { kind }) => ({
    triggerPrice,
    ...(kind === 'spot'
      ? { orderFilter: 'tpslOrder' }
      : { triggerDirection: side === 'sell' ? 'descending' : 'ascending' }),
  }),
  fetchAttachedExits,
  // "You can only modify unfilled or partially filled orders", conditional ones too: a trigger price is a parameter.
  // `qty` is all of the order: Bybit refuses less than what has filled. The response is an acknowledgment.
  // https://bybit-exchange.github.io/docs/v5/order/amend-order
  amendment: (client, market, { orderId }, qty) =>
    market.kind === 'perpetual' && orderId !== undefined
      ? () =>
          client.privatePostV5OrderAmend({ category: toCategory(market), symbol: market.id, orderId, qty })
      : undefined,
  amendStop: (client, market, orderId, { amount, triggerPrice, price }) =>
    client.privatePostV5OrderAmend({
      category: toCategory(market),
      symbol: market.id,
      orderId,
      qty: amount,
      triggerPrice,
      ...(price === undefined ? {} : { price }),
    }),
  // A triggered order keeps its id.
  triggeredOrderId: () => undefined,
  isBalanceResponse: (response) => parseList(response).some((wallet) => Array.isArray(wallet.coin)),

  useSandbox: (client) => client.setSandboxMode(true),
  // Without a status, the list has only markets that are open for trading.
  // https://bybit-exchange.github.io/docs/v5/market/instrument
  fetchMarkets(client, kind, id) {
    const only = id === undefined ? {} : { symbol: id };
    return kind === 'spot'
      ? client.fetchSpotMarkets(only)
      : client.fetchFutureMarkets({ category: 'linear', ...only });
  },
  async fetchOrder(client, market, ref) {
    const found = await findOrder(client, market, ref);
    return found === undefined ? undefined : client.parseOrder(found, client.market(market.symbol));
  },
  async fetchFills(client, market, { orderId }, filled) {
    const fills = sumFills(await fetchTrades(client, market, orderId), orderId);
    const isListed = decimal(fills.amount).eq(filled);
    if (isListed && market.kind === 'spot') return fills;
    // Bybit lists trades for a week. The order keeps their fees, and names the coin that paid those of a perpetual.
    const order = await findOrder(client, market, { orderId });
    const kept = order && parseOrderFills(order);
    if (!isListed || kept === undefined || kept.fees.length !== 1) return kept ?? fills;
    return { ...fills, fees: fills.fees.map((fee) => ({ ...fee, currency: kept.fees[0]?.currency ?? '' })) };
  },
  fetchTrades: fetchExecutions,
  fetchFunding,
  async fetchMinute(client, market, start) {
    const request = { category: toCategory(market), symbol: market.id, interval: '1', start, limit: 1 };
    return parseList(await client.publicGetV5MarketKline({ ...request, end: start + 59_999 }))[0];
  },
  fetchPosition,
  async fetchOpenPositions(client) {
    const lists = await Promise.all(
      settleCoins.map((settleCoin) =>
        fetchPages(
          (page) => client.privateGetV5PositionList(page),
          { category: 'linear', settleCoin },
          positionsPerPage,
        ),
      ),
    );
    return lists
      .flat()
      .filter((row) => parsePositiveAmount(row.size) !== undefined)
      .map(toVenuePosition);
  },
  // Without a symbol it lists all markets of the category. https://bybit-exchange.github.io/docs/v5/market/tickers
  async fetchPrices(client, kind, symbol) {
    const request = { category: toCategory({ kind }), ...(symbol === undefined ? {} : { symbol }) };
    const tickers = parseList(await client.publicGetV5MarketTickers(request));
    return tickers.map((ticker) => ({
      marketId: String(ticker.symbol),
      value: kind === 'spot' ? ticker.lastPrice : ticker.markPrice,
    }));
  },
  async fetchOpenOrders(client, kind, market) {
    const requests = toOpenOrderRequests(kind, market);
    const lists = await Promise.all(
      requests.map((request) => fetchPages((page) => client.privateGetV5OrderRealtime(page), request)),
    );
    return lists.flat().map((info) => ({ order: client.parseOrder(info), conditional: false }));
  },
  fetchPermissions,
};
