import type { Exchange as CcxtClient, Market } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type { MarketRules } from '../exchange.ts';
import { fetchPermissions } from './gate-account.ts';
import * as orders from './gate-futures-orders.ts';
import * as trades from './gate-futures-trades.ts';
import { fetchOpenPositions, fetchPosition, readIsDual } from './gate-positions.ts';
import { toPlacedId } from './gate-requests.ts';
import { gateSpot } from './gate-spot.ts';
import { type Fields, parseRows } from './lists.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import type { Venue } from './venue.ts';
import type { VenueError } from './venue-error.ts';

/** "delisting": a position can still be closed. */
const openStatuses = new Set<unknown>(['trading', 'delisting', 'circuit_breaker']);

/** Quanto and inverse contracts are left out: a contract is not an amount of their base currency. */
function isLinear({ type, name, quanto_multiplier }: Fields): boolean {
  return (
    type === 'direct' &&
    String(name).endsWith('_USDT') &&
    parsePositiveAmount(quanto_multiplier) !== undefined
  );
}

/** Sizes are in contracts. A contract without decimals takes whole ones only; the step of any other is its minimum. */
function toMarket(row: Fields): Market {
  const { name, quanto_multiplier, order_size_min, enable_decimal } = row;
  const base = String(name).replace(/_USDT$/, '');
  const min = parsePositiveAmount(order_size_min) ?? '1';
  const step = enable_decimal === true && decimal(min).lt(1) ? min : '1';
  const inBase = (contracts: unknown) =>
    toAmount(decimal(String(contracts)).times(String(quanto_multiplier)));
  // "With a default value of 0. When the default value is used, the maximum is limited by the `order_size_max` field".
  const max = parsePositiveAmount(row.market_order_size_max) ?? parsePositiveAmount(row.order_size_max);
  const market = {
    ...{ id: name, symbol: `${base}/USDT:USDT`, base, quote: 'USDT', settle: 'USDT' },
    ...{ spot: false, swap: true, linear: true, active: openStatuses.has(row.status) },
    contractSize: quanto_multiplier,
    precision: { amount: inBase(step), price: row.order_price_round },
    limits: { amount: { min: inBase(min), max: max && inBase(max) } },
    info: row,
  };
  return market as unknown as Market;
}

/** The position mode is wanted with each order. https://www.gate.com/docs/developers/apiv4/en/#query-all-futures-contracts */
async function fetchContracts(client: CcxtClient, id?: string): Promise<Market[]> {
  try {
    const [rows] = await Promise.all([
      id === undefined
        ? client.publicFuturesGetSettleContracts()
        : client.publicFuturesGetSettleContractsContract({ contract: id }).then((row: Fields) => [row]),
      readIsDual(client).catch(() => undefined),
    ]);
    return parseRows(rows).filter(isLinear).map(toMarket);
  } catch (thrown) {
    if ((thrown as { venueError?: VenueError }).venueError?.code === 'CONTRACT_NOT_FOUND') return [];
    throw thrown;
  }
}

/**
 * Each path names the currency that the perpetuals are settled in. Without the header, sizes are cut down to whole contracts,
 * and ccxt does not send it.
 * https://www.gate.com/docs/developers/apiv4/en/#changelog, version 4.106.0
 */
function prepare(client: CcxtClient): void {
  const { sign } = client;
  client.sign = function (this: CcxtClient, path, api, method, parameters, headers, body) {
    if (api?.[1] !== 'futures') return sign.call(this, path, api, method, parameters, headers, body);
    const signed = sign.call(this, path, api, method, { ...parameters, settle: 'usdt' }, headers, body);
    return { ...signed, headers: { ...signed.headers, 'X-Gate-Size-Decimal': '1' } };
  };
}

type OfMarket = (client: CcxtClient, market: MarketRules, ...more: never[]) => unknown;

function byKind<Method extends OfMarket>(spot: Method, perpetual: Method): Method {
  const method: OfMarket = (client, market, ...more) =>
    (market.kind === 'spot' ? spot : perpetual)(client, market, ...more);
  return method as Method;
}

/** Gate v4: spot, and perpetuals that are settled in USDT. https://www.gate.com/docs/developers/apiv4/en/ */
export const gate: Venue = {
  ...gateSpot,
  kinds: new Set(['spot', 'perpetual']),
  countsContracts: true,
  prepare,
  marketRules(market) {
    if (market?.spot === true) return gateSpot.marketRules(market);
    const marketAmountMax = market?.limits.amount?.max as unknown as string | undefined;
    return marketAmountMax === undefined ? {} : { marketAmountMax };
  },
  orderDetails: (info) =>
    (info.contract ?? info.initial) === undefined ? gateSpot.orderDetails(info) : orders.orderDetails(info),
  createOrder: byKind<NonNullable<Venue['createOrder']>>(gateSpot.createOrder, orders.createOrder),
  cancelOrder: byKind<NonNullable<Venue['cancelOrder']>>(gateSpot.cancelOrder, orders.cancelOrder),
  fetchOrder: byKind<Venue['fetchOrder']>(gateSpot.fetchOrder, orders.fetchOrder),
  amendment: (client, market, order, amount) =>
    market.kind === 'perpetual' && order.conditional !== true
      ? () => orders.reduceOrder(client, market, order, amount)
      : undefined,
  triggeredOrderId: toPlacedId,
  isBalanceResponse: (response) => gateSpot.isBalanceResponse(response) || response.available !== undefined,
  // The margin of perpetuals is in an account of its own, unless the account is unified.
  // https://www.gate.com/docs/developers/apiv4/en/#get-futures-account
  fetchBalances: (client, kind) =>
    kind === 'spot' ? gateSpot.fetchBalances(client) : client.privateFuturesGetSettleAccounts(),
  fetchMarkets: (client, kind, id) =>
    kind === 'spot' ? gateSpot.fetchMarkets(client, kind, id) : fetchContracts(client, id),
  fetchPosition,
  fetchOpenPositions,
  fetchOpenOrders: (client, kind, market) =>
    kind === 'spot' ? gateSpot.fetchOpenOrders(client, kind, market) : orders.fetchOpenOrders(client, market),
  fetchPermissions: (client) => fetchPermissions(client, ['spot', 'futures']),
  fetchFills: byKind<Venue['fetchFills']>(gateSpot.fetchFills, trades.fetchFills),
  fetchTrades: byKind<Venue['fetchTrades']>(gateSpot.fetchTrades, trades.fetchTrades),
  fetchFunding: trades.fetchFunding,
  async fetchTakerRate(client, market) {
    if (market.kind === 'spot') return gateSpot.fetchTakerRate(client, market);
    const { [market.id]: rates } = await client.privateFuturesGetSettleFee({ contract: market.id });
    return toAmount(decimal(String(rates?.taker_fee)));
  },
  async fetchMinute(client, market, start) {
    if (market.kind === 'spot') return gateSpot.fetchMinute(client, market, start);
    const range = { from: start / 1_000, to: start / 1_000, interval: '1m' };
    const [row] = parseRows(
      await client.publicFuturesGetSettleCandlesticks({ contract: market.id, ...range }),
    );
    return row === undefined ? undefined : [Number(row.t) * 1_000, row.o];
  },
  async fetchPrices(client, kind, id) {
    if (kind === 'spot') return gateSpot.fetchPrices(client, kind, id);
    const rows = parseRows(
      await client.publicFuturesGetSettleTickers(id === undefined ? {} : { contract: id }),
    );
    return rows.map((row) => ({ marketId: String(row.contract), value: row.mark_price }));
  },
};
