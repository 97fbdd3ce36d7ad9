import type { Exchange as CcxtClient, Market } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type { MarketKind, MarketOrder, MarketRules } from '../exchange.ts';
import { type Fields, parseData, readFirst } from './lists.ts';
import { fetchOpenPositions, fetchPermissions, fetchPosition, readConfig, toBalance } from './okx-account.ts';
import { okxErrors } from './okx-errors.ts';
import {
  amendStop,
  cancelOrder,
  createOrder,
  fetchOpenOrders,
  fetchOrder,
  reduceOrder,
  toOrderRef,
} from './okx-orders.ts';
import { toInstrumentType } from './okx-requests.ts';
import { fetchFills, fetchFunding, fetchTrades, okxListing } from './okx-trades.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import type { Fence, FenceFields, UnsignedRequest, Venue } from './venue.ts';
import type { VenueError } from './venue-error.ts';

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];

/**
 * "The server rejects requests where this differs from server time by more than 30 seconds (error 50102)." So no request
 * that is accepted comes from a clock that is further ahead, and the fence below ends by then on any clock.
 * https://www.okx.com/docs-v5/en/#overview-rest-authentication-making-requests
 */
const recvWindowMs = 30_000;

/** Of these requests only: cancels and algo orders have the window of the timestamp alone. */
const fencedPaths = new Set(['trade/order', 'trade/amend-order']);

/**
 * "expTime: Request effective deadline." OKX compares it with its own clock, and does not process the request after it.
 * https://www.okx.com/docs-v5/en/#overview-transaction-timeouts-rest-api
 */
function fence({ method, path }: UnsignedRequest, { sendDeadline, clockOffsetMs }: Fence): FenceFields {
  if (method !== 'POST' || !fencedPaths.has(path)) return {};
  return { headers: { expTime: String(Math.floor(sendDeadline - clockOffsetMs)) } };
}

/** In long/short mode, an order against one side only reduces it, and `reduceOnly` does not apply. */
function positionFields({ hedged, positionSide }: Pick<MarketOrder, 'hedged' | 'positionSide'>): Fields {
  return hedged ? { posSide: positionSide } : {};
}

/** `ctVal` × `ctMult` of `ctValCcy`. https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments */
function toContractSize({ ctVal, ctMult }: Fields) {
  return toAmount(decimal(String(ctVal)).times(String(ctMult || '1')));
}

/** Amounts of perpetuals are listed in contracts. A spot market has no maximum for sales in base currency. */
function marketRules(market: Market): Partial<MarketRules> {
  const info: Fields = market?.info ?? {};
  if (market?.spot === true) return {};
  const contractSize = toContractSize(info);
  const inBase = (contracts: unknown) =>
    toAmount(decimal(parsePositiveAmount(contracts) ?? '0').times(contractSize));
  return {
    contractSize,
    amountStep: inBase(info.lotSz),
    amountMin: inBase(info.minSz),
    ...(parsePositiveAmount(info.maxMktSz) === undefined ? {} : { marketAmountMax: inBase(info.maxMktSz) }),
    // "TP/SL order: 100 per instrument". https://www.okx.com/docs-v5/en/#overview-general-info
    conditionalMax: 100,
  };
}

/** Quanto and inverse contracts are left out: a contract is not an amount of their base currency. */
function isTradable({ instType, ctType, ctValCcy, uly }: Fields): boolean {
  return instType === 'SPOT' || (ctType === 'linear' && String(uly).startsWith(`${ctValCcy}-`));
}

/** The rules of the market are wanted before an order, which needs the account's mode. */
async function fetchMarkets(client: CcxtClient, kind: MarketKind, instId?: string) {
  const request = { instType: toInstrumentType(kind), ...(instId === undefined ? {} : { instId }) };
  try {
    const [response] = await Promise.all([
      client.publicGetPublicInstruments(request),
      readConfig(client).catch(() => undefined),
    ]);
    const rows = parseData(response);
    return rows.filter(isTradable).map((row) => client.parseMarket(row));
  } catch (thrown) {
    // "Instrument ID doesn't exist."
    if ((thrown as { venueError?: VenueError }).venueError?.code === '51001') return [];
    throw thrown;
  }
}

/**
 * A commission is negative. `taker` and `takerU` are deprecated, and there are several groups unless the request names
 * the market. https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-fee-rates
 */
async function fetchTakerRate(client: CcxtClient, { id, kind, quote, settle }: MarketRules): Promise<string> {
  const instFamily = id.replace(/-SWAP$/, '');
  const request = kind === 'spot' ? { instId: id } : { instFamily };
  const row = readFirst(
    await client.privateGetAccountTradeFee({ instType: toInstrumentType(kind), ...request }),
  );
  const [group, ...more] = (row.feeGroup ?? []) as Fields[];
  const usual = kind === 'spot' ? row.taker : row.takerU;
  const older = (settle ?? quote) === 'USDC' ? row.takerUSDC : usual;
  const rate = (more.length === 0 ? group?.taker : undefined) || older;
  return toAmount(decimal(String(rate)).negated());
}

const exits = {
  forms: new Set(['take-profit', 'stop-loss'] as const),
  stopRef: { conditional: true, type: 'conditional' },
};

/** OKX v5: spot and linear perpetuals of one account. https://www.okx.com/docs-v5/en/ */
export const okx: Venue = {
  id: 'okx',
  kinds: new Set(['spot', 'perpetual']),
  orderApi: 'rest',
  signApi: 'private',
  options: { defaultType: 'spot', timeDifference: 0, adjustForTimeDifference: false, sandboxMode: false },
  recvWindowMs,
  fence,
  // OKX documents no figure: as for Bybit.
  lookupLagMs: 120_000,
  // "The incomplete orders that have been canceled are only reserved for 2 hours." Others are listed for three months.
  // https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-order-history-last-7-days
  retention: {
    order: { unfilledMs: 2 * hourMs, anyMs: 89 * dayMs },
    conditional: { unfilledMs: 2 * hourMs, anyMs: 89 * dayMs },
  },
  tradeListing: okxListing,
  fundingListing: okxListing,
  // No `replayWindowMs`: "Once an order reaches a terminal state, the same clOrdId may be reused for a new order."
  // https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order
  createReturnsFill: false,
  cancelReturnsFill: false,
  ...okxErrors,

  countsContracts: true,
  marketInfo: {},
  marketRules,
  toMarketId: ({ id, base }, coin) => id.replace(`${base}-`, `${coin}-`),
  orderRef: (_market, ref) => ({ id: ref.orderId, parameters: toOrderRef(ref) }),
  orderDetails: ({ instId, ordType, posSide }) => ({
    marketId: instId,
    type: ordType,
    positionSide: posSide === 'long' || posSide === 'short' ? posSide : undefined,
  }),
  createOrder,
  cancelOrder,
  fetchOrder,
  closeParameters: (order) =>
    order.reduceOnly && !order.hedged ? { reduceOnly: true } : positionFields(order),
  entryParameters: positionFields,
  stopParameters: () => ({}),
  // Attached exits come to life once the entry has filled in full, so a partial fill would have none. An `oco` order is
  // one order with one id. On spot, a stop holds no coins.
  // https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-post-place-algo-order
  exits: { perpetual: { ...exits, amends: new Set(['conditional']) }, spot: exits },
  amendStop,
  amendment: (client, market, order, amount) =>
    market.kind === 'perpetual' ? () => reduceOrder(client, market, order, amount) : undefined,
  triggeredOrderId({ ordIdList, ordId }) {
    const placed = Array.isArray(ordIdList) ? ordIdList : [];
    // A stop that OKX split has several orders: no one of them is its fill.
    return placed.length > 1 ? undefined : placed[0] || ordId || undefined;
  },
  isBalanceResponse: ({ data }) => Array.isArray((data as Fields[] | undefined)?.[0]?.details),
  toBalance,

  useSandbox: (client) => client.setSandboxMode(true),
  fetchMarkets,
  fetchPosition,
  fetchOpenPositions,
  fetchOpenOrders,
  fetchPermissions,
  fetchFills,
  fetchTrades,
  fetchFunding,
  fetchTakerRate,
  // `after` and `before` exclude the times that they name.
  // https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-candlesticks-history
  async fetchMinute(client, { id }, start) {
    const range = { after: start + minuteMs, before: start - 1, limit: 1 };
    return parseData(await client.publicGetMarketHistoryCandles({ instId: id, bar: '1m', ...range }))[0];
  },
  // https://www.okx.com/docs-v5/en/#public-data-rest-api-get-mark-price
  async fetchPrices(client, kind, instId) {
    const request = { instType: toInstrumentType(kind), ...(instId === undefined ? {} : { instId }) };
    const rows = parseData(
      kind === 'spot'
        ? await (instId === undefined
            ? client.publicGetMarketTickers(request)
            : client.publicGetMarketTicker(request))
        : await client.publicGetPublicMarkPrice(request),
    );
    return rows.map((row) => ({
      marketId: String(row.instId),
      value: kind === 'spot' ? row.last : row.markPx,
    }));
  },
};
