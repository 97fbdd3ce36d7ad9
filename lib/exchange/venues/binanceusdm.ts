import type { Exchange as CcxtClient } from 'ccxt';
import { type Amount, decimal, toAmount } from '../../decimal.ts';
import type { ExchangePosition, Margin, MarketOrder, MarketRules, Side } from '../exchange.ts';
import { createBinanceVenue } from './binance-base.ts';
import { binanceUsdmErrors } from './binance-usdm-errors.ts';
import { fetchFills, fetchFunding, fetchTrades } from './binanceusdm-trades.ts';
import { readFigure } from './parse-amount.ts';
import type { VenuePosition } from './venue.ts';

/** One row of `positionRisk`. `positionAmt` is negative for a short. */
type Row = Record<string, string>;

function positionSideParameter({ hedged, positionSide }: Pick<MarketOrder, 'hedged' | 'positionSide'>) {
  return hedged ? { positionSide: positionSide.toUpperCase() } : {};
}

function signedAmount(row: Row) {
  return decimal(row.positionAmt ?? '0');
}

function toHolding(row: Row) {
  return {
    amount: toAmount(signedAmount(row).abs()),
    averagePrice: toAmount(decimal(row.entryPrice ?? '0')),
  };
}

/**
 * Version 3 reports neither leverage nor margin type. The initial margin is the value at the mark price by the leverage,
 * which is a whole number; a ratio that is none is not reported. Of a cross position, the isolated margin is "0".
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Position-Information-V3
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Change-Initial-Leverage
 */
function toMargin({ notional, positionInitialMargin, isolatedMargin = '', liquidationPrice }: Row) {
  const initial = readFigure(positionInitialMargin);
  const marginMode = toMarginMode(isolatedMargin);
  return {
    leverage: toLeverage(readFigure(String(notional).replace('-', '')), initial),
    marginMode,
    margin: marginMode === 'isolated' ? readFigure(isolatedMargin) : initial,
    liquidationPrice: readFigure(liquidationPrice),
  };
}

function toMarginMode(isolatedMargin: string): Margin['marginMode'] {
  if (/^0(\.0+)?$/.test(isolatedMargin)) return 'cross';
  return /^-?\d/.test(isolatedMargin) ? 'isolated' : undefined;
}

/** Far above any that Binance offers. */
const maxLeverage = 1_000;

function toLeverage(value: Amount | undefined, initial: Amount | undefined): Amount | undefined {
  if (value === undefined || initial === undefined) return undefined;
  const ratio = decimal(value).dividedBy(initial);
  const whole = ratio.decimalPlaces(0);
  return whole.gte(1) && whole.lte(maxLeverage) && whole.minus(ratio).abs().lte('0.01')
    ? toAmount(whole)
    : undefined;
}

function toVenuePosition(row: Row): VenuePosition {
  const isShort = row.positionSide === 'SHORT' || signedAmount(row).lt(0);
  const side = isShort ? 'short' : 'long';
  return { marketId: String(row.symbol), side, ...toHolding(row), margin: toMargin(row) };
}

async function fetchPosition(
  client: CcxtClient,
  market: MarketRules,
  side: Side,
  known?: Pick<ExchangePosition, 'hedged'>,
): Promise<ExchangePosition> {
  const all: Row[] = await client.fapiPrivateV3GetPositionRisk({ symbol: market.id });
  const rows = all.filter((row) => row.symbol === market.id);
  // The response may omit flat symbols. Only the account's position mode then shows whether it is hedged.
  const hedged =
    rows[0] === undefined ? (known?.hedged ?? (await readHedged(client))) : rows[0].positionSide !== 'BOTH';
  const open = rows.filter((row) => !signedAmount(row).isZero());
  const row = hedged ? open.find(({ positionSide }) => positionSide === side.toUpperCase()) : open[0];
  if (row === undefined) return { side: undefined, amount: '0', hedged };
  const oneWaySide = signedAmount(row).gt(0) ? 'long' : 'short';
  return { side: hedged ? side : oneWaySide, ...toHolding(row), margin: toMargin(row), hedged };
}

async function readHedged(client: CcxtClient): Promise<boolean> {
  return String((await client.fapiPrivateGetPositionSideDual()).dualSidePosition) === 'true';
}

const dayMs = 86_400_000;

/**
 * "These orders will not be found: order status is CANCELED or EXPIRED AND order has NO filled trade AND created time
 * + 3 days < current time; order create time + 90 days < current time."
 *
 * Orders: https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Query-Order
 * Algo orders: https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Query-Algo-Order
 */
const retention = { unfilledMs: 3 * dayMs, anyMs: 90 * dayMs };

/** Binance USDⓈ-M futures, https://developers.binance.com/docs/derivatives/usds-margined-futures */
export const binanceusdm = createBinanceVenue({
  id: 'binanceusdm',
  kinds: new Set(['perpetual']),
  orderApi: 'fapiPrivate',
  options: { defaultType: 'swap', fetchMarkets: { types: ['linear'] } },
  orderTypes: [
    'LIMIT',
    'MARKET',
    'STOP',
    'STOP_MARKET',
    'TAKE_PROFIT',
    'TAKE_PROFIT_MARKET',
    'TRAILING_STOP_MARKET',
  ],
  tradePermission: 'enableFutures',
  errors: binanceUsdmErrors,

  // Here -2026 means that an order type does not support reduceOnly. No code says that an order has ended.
  endedCodes: new Map(),
  retention: { order: retention, conditional: retention },
  // "The time between startTime and endTime cannot be longer than 7 days. Only support querying trade in the past
  // 6 months." https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Account-Trade-List
  tradeListing: { rangeMs: 7 * dayMs, keptMs: 180 * dayMs },
  fetchTrades,
  fetchFills,
  // "Income history only contains data for the last three months", the shortest of which have 89 days.
  // https://developers.binance.com/docs/derivatives/usds-margined-futures/account/rest-api/Get-Income-History
  fundingListing: { keptMs: 89 * dayMs },
  fetchFunding,
  async fetchMinute(client, { id }, startTime) {
    return (await client.fapiPublicGetKlines({ symbol: id, interval: '1m', startTime, limit: 1 }))[0];
  },
  // Stop and take-profit orders are in a separate book ("algo orders"), which ccxt reads if `trigger` is set.
  orderRef: (_market, { orderId, clientOrderId, conditional }) => ({
    id: orderId,
    parameters: {
      ...(orderId === undefined ? { clientOrderId } : {}),
      ...(conditional ? { trigger: true } : {}),
    },
  }),
  // Hedge mode refuses reduceOnly. An order against one side of a hedge can only reduce that side.
  closeParameters: (order) => (order.hedged ? positionSideParameter(order) : { reduceOnly: true }),
  entryParameters: positionSideParameter,
  // ccxt sends an order with a stop price to the algo orders, as STOP_MARKET or STOP. Without a `workingType`, the last
  // price triggers it. The amount is the order's own: a `closePosition` would also close what is not the position's.
  // https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/New-Algo-Order
  exits: {
    perpetual: {
      forms: new Set(['take-profit', 'stop-loss']),
      stopRef: { conditional: true, type: 'stop_market' },
    },
  },
  // "Currently only LIMIT order modification is supported"; "both quantity and price must be sent". The order keeps its
  // position side and reduceOnly, which are in the response and no parameters, and loses its place in the queue.
  // https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Modify-Order
  amendment: (client, { id }, { orderId, side, type, conditional, price }, quantity) =>
    type === 'limit' && conditional !== true && price !== undefined && orderId !== undefined
      ? () => client.fapiPrivatePutOrder({ symbol: id, orderId, side: side.toUpperCase(), quantity, price })
      : undefined,
  triggeredOrderId(info) {
    const actual = String(info.actualOrderId ?? '');
    return actual === '' || actual === '0' ? undefined : actual;
  },
  // Versions 2 and 3 of the response.
  isBalanceResponse: (response) => Array.isArray(response) || Array.isArray(response.assets),

  // "Unique account code".
  // https://developers.binance.com/docs/derivatives/usds-margined-futures/account/rest-api/Futures-Account-Balance-V3
  async fetchAccountId(client) {
    const [first]: Row[] = await client.fapiPrivateV3GetBalance();
    return first?.accountAlias;
  },

  // ccxt refuses the old futures test network. Binance's demo trading replaces it.
  useSandbox: (client) => client.enableDemoTrading(true),
  fetchPosition,
  async fetchOpenPositions(client) {
    const rows: Row[] = await client.fapiPrivateV3GetPositionRisk({});
    return rows.filter((row) => !signedAmount(row).isZero()).map(toVenuePosition);
  },
  // All markets cost weight 10, one market 1.
  // https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data/rest-api/Mark-Price
  async fetchPrices(client, _kind, symbol) {
    const rows: Row[] = [
      await client.fapiPublicGetPremiumIndex(symbol === undefined ? {} : { symbol }),
    ].flat();
    return rows.map((row) => ({ marketId: String(row.symbol), value: row.markPrice }));
  },
  async fetchOpenOrders(client, _kind, market) {
    const [orders, conditional] = await Promise.all([
      client.fetchOpenOrders(market?.symbol),
      client.fetchOpenOrders(market?.symbol, undefined, undefined, { trigger: true }),
    ]);
    return [
      ...orders.map((order) => ({ order, conditional: false })),
      ...conditional.map((order) => ({ order, conditional: true })),
    ];
  },
});
