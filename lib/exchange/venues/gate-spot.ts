import type { Exchange as CcxtClient, Market } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type { MarketKind, MarketRules } from '../exchange.ts';
import {
  fetchBalances,
  fetchPermissions,
  fetchTakerRate,
  readAccountKind,
  toBalance,
} from './gate-account.ts';
import { gateErrors } from './gate-errors.ts';
import { cancelOrder, createOrder, fetchOpenOrders, fetchOrder } from './gate-orders.ts';
import { toOrderId, toPlacedId } from './gate-requests.ts';
import { fetchFills, fetchTrades, tradeListing } from './gate-trades.ts';
import { type Fields, parseRows } from './lists.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import { spotOnly, withoutExits } from './spot-only.ts';
import type { Fence, FenceFields, UnsignedRequest, Venue } from './venue.ts';
import type { VenueError } from './venue-error.ts';

/**
 * "The gap between its value and current time cannot exceed 60 seconds." So no request that is accepted comes from a clock
 * that is further ahead, and the fence below ends by then on any clock.
 * https://www.gate.com/docs/developers/apiv4/en/#apiv4-signed-request-requirements
 */
const recvWindowMs = 60_000;

/** Creates, changes and cancels of orders. Price orders have the window of the timestamp alone. */
const fencedPaths = new Set(['orders', 'orders/{order_id}']);

/**
 * "If the GATE receives the request time greater than the expiration time, the request will be rejected."
 * https://www.gate.com/docs/developers/apiv4/en/#create-an-order
 */
function fence({ method, path }: UnsignedRequest, { sendDeadline, clockOffsetMs }: Fence): FenceFields {
  if (method === 'GET' || !fencedPaths.has(path.replace('{settle}/', ''))) return {};
  return { headers: { 'x-gate-exptime': String(Math.floor(sendDeadline - clockOffsetMs)) } };
}

const toStep = (places: unknown) => toAmount(decimal('1').shiftedBy(-Number(places)));

/** "sellable: can be sold": a position can still be closed. */
const openStatuses = new Set<unknown>(['tradable', 'sellable']);

/** https://www.gate.com/docs/developers/apiv4/en/#query-all-supported-currency-pairs */
function toMarket(row: Fields): Market {
  const { id, base, quote } = row;
  const market = {
    ...{ id, symbol: `${base}/${quote}`, base, quote, spot: true, swap: false },
    active: openStatuses.has(row.trade_status),
    precision: { amount: toStep(row.amount_precision), price: toStep(row.precision) },
    limits: {
      amount: { min: row.min_base_amount ?? undefined },
      cost: { min: row.min_quote_amount ?? undefined },
    },
    info: row,
  };
  return market as unknown as Market;
}

/** The list of fields and the sample name the maximum of a MARKET sale differently. */
function marketRules(market: Market): Partial<MarketRules> {
  const { market_order_max_stock, max_market_order_stock }: Fields = market?.info ?? {};
  const marketAmountMax = parsePositiveAmount(market_order_max_stock ?? max_market_order_stock ?? undefined);
  return marketAmountMax === undefined ? {} : { marketAmountMax };
}

/** The rules of the market are wanted before an order, which needs the kind of the account. */
async function fetchMarkets(client: CcxtClient, _kind: MarketKind, id?: string): Promise<Market[]> {
  try {
    const [rows] = await Promise.all([
      id === undefined
        ? client.publicSpotGetCurrencyPairs()
        : client.publicSpotGetCurrencyPairsCurrencyPair({ currency_pair: id }).then((row: Fields) => [row]),
      readAccountKind(client).catch(() => undefined),
    ]);
    return parseRows(rows).map(toMarket);
  } catch (thrown) {
    if ((thrown as { venueError?: VenueError }).venueError?.code === 'INVALID_CURRENCY_PAIR') return [];
    throw thrown;
  }
}

/** Gate v4: spot. https://www.gate.com/docs/developers/apiv4/en/ */
export const gateSpot = {
  id: 'gate',
  ...spotOnly,
  ...withoutExits,
  orderApi: ['private', 'spot'],
  // With `unifiedAccount`, ccxt does not ask for the kind of the account before each request.
  options: { defaultType: 'spot', unifiedAccount: false, timeDifference: 0, adjustForTimeDifference: false },
  signsDecodedQuery: true,
  recvWindowMs,
  fence,
  // Gate documents no figure: as for Bybit.
  lookupLagMs: 120_000,
  // Gate documents no end for orders of spot, and ten minutes for perpetuals without a fill. What is not found is judged by
  // its trades.
  retention: {
    order: { unfilledMs: Number.POSITIVE_INFINITY },
    conditional: { unfilledMs: Number.POSITIVE_INFINITY },
  },
  tradeListing,
  // No `replayWindowMs`: Gate does not document that a `text` is unique.
  createReturnsFill: true,
  cancelReturnsFill: true,
  ...gateErrors,

  marketInfo: {},
  marketRules,
  toMarketId: ({ id, base }, coin) => id.replace(`${base}_`, `${coin}_`),
  orderRef: (_market, ref) => ({ id: toOrderId(ref), parameters: {} }),
  orderDetails: ({ currency_pair, market, type, put }) => ({
    marketId: currency_pair ?? market,
    type: type ?? (put as Fields | undefined)?.type,
  }),
  createOrder,
  cancelOrder,
  fetchOrder,
  closeParameters: () => ({}),
  entryParameters: () => ({}),
  triggeredOrderId: toPlacedId,
  isBalanceResponse: (response) => Array.isArray(response) || typeof response.balances === 'object',
  fetchBalances,
  toBalance,

  // ccxt has no host there for the mode of the account. "TestNet trading: https://api-testnet.gateapi.io/api/v4", for all.
  useSandbox(client) {
    client.setSandboxMode(true);
    const { private: hosts } = client.urls.api as Record<'private', Record<string, unknown>>;
    hosts.unified = hosts.spot;
  },
  fetchMarkets,
  fetchOpenOrders,
  fetchPermissions: (client) => fetchPermissions(client, ['spot']),
  fetchFills,
  fetchTrades,
  fetchTakerRate,
  // A candle is its opening time in seconds, volume, close, high, low and open.
  // https://www.gate.com/docs/developers/apiv4/en/#market-k-line-chart
  async fetchMinute(client, { id }, start) {
    const range = { from: start / 1_000, to: start / 1_000, interval: '1m' };
    const [row] = parseRows(await client.publicSpotGetCandlesticks({ currency_pair: id, ...range }));
    return row === undefined
      ? undefined
      : [Number((row as unknown as string[])[0]) * 1_000, (row as unknown as string[])[5]];
  },
  async fetchPrices(client, _kind, id) {
    const request = id === undefined ? {} : { currency_pair: id };
    const rows = parseRows(await client.publicSpotGetTickers(request));
    return rows.map((row) => ({ marketId: String(row.currency_pair), value: row.last }));
  },
} satisfies Venue;
