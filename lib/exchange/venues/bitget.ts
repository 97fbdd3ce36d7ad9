import type { Exchange as CcxtClient, Market } from 'ccxt';
import { sum } from '../../decimal.ts';
import type { Balance, Permissions } from '../exchange.ts';
import { bitgetErrors } from './bitget-errors.ts';
import {
  cancelOrder,
  createOrder,
  fence,
  fetchOpenOrders,
  fetchOrder,
  keptMs,
  recvWindowMs,
  toOrderRef,
} from './bitget-orders.ts';
import { fetchFills, fetchTrades } from './bitget-trades.ts';
import { type Fields, parseData, readObject } from './lists.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import { spotOnly, withoutExits } from './spot-only.ts';
import type { Venue } from './venue.ts';
import type { VenueError } from './venue-error.ts';

const [minuteMs, dayMs] = [60_000, 86_400_000];

/** "1m, 3m, 5m can query for one month". https://www.bitget.com/api-doc/spot/market/Get-Candle-Data */
const recentCandlesMs = 27 * dayMs;

const decimalPlaces = (places: unknown) => `1e-${Number(places)}`;

/** ccxt also asks for the coins of margin accounts. `minTradeUSDT` is a minimum in USDT. */
function toMarket(client: CcxtClient, info: Fields): Market {
  const base = client.safeCurrencyCode(String(info.baseCoin));
  const quote = client.safeCurrencyCode(String(info.quoteCoin));
  const market = {
    ...{ id: info.symbol, symbol: `${base}/${quote}`, base, quote, spot: true, swap: false },
    active: info.status === 'online',
    precision: { amount: decimalPlaces(info.quantityPrecision), price: decimalPlaces(info.pricePrecision) },
    // "Minimum order (obsolete). Please refer to minTradeUSDT", "The maximum quantity is generally unlimited".
    limits: {
      amount: { min: info.minTradeAmount },
      cost: { min: quote === 'USDT' ? info.minTradeUSDT : undefined },
    },
    info,
  };
  return market as unknown as Market;
}

/** https://www.bitget.com/api-doc/spot/market/Get-Symbols */
async function fetchMarkets(client: CcxtClient, _kind: unknown, id?: string): Promise<Market[]> {
  try {
    const request = id === undefined ? {} : { symbol: id };
    const rows = parseData(await client.publicSpotGetV2SpotPublicSymbols(request));
    return rows.map((info) => toMarket(client, info));
  } catch (thrown) {
    // "Symbol does not exist", "symbol is Invalid or not supported spot trade".
    const { code = '' } = (thrown as { venueError?: VenueError }).venueError ?? {};
    if (['40102', '42016'].includes(code)) return [];
    throw thrown;
  }
}

/** `frozen` is in orders. An empty list is an empty account. https://www.bitget.com/api-doc/spot/account/Get-Account-Assets */
function toBalance(response: Fields, currency: string, client: CcxtClient): Balance {
  const row = parseData(response).find(({ coin }) => client.safeCurrencyCode(String(coin)) === currency);
  const free = parsePositiveAmount(row?.available) ?? '0';
  const parts = [free, String(row?.frozen || '0'), String(row?.locked || '0')];
  return { free, total: sum(parts) };
}

/**
 * "stow: spot trade", "wwow: wallet withdrawl"; the page's sample has "trade" and "readonly". `ips` has no addresses, or
 * some separated by commas. https://www.bitget.com/api-doc/spot/account/Get-Account-Info
 */
async function fetchPermissions(client: CcxtClient): Promise<Permissions> {
  const { authorities, ips, userId } = readObject(await client.privateSpotGetV2SpotAccountInfo());
  const granted = new Set(authorities as string[]);
  const allowedAddresses = String(ips ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
  return {
    canTrade: granted.has('stow') || granted.has('trade'),
    canWithdraw: granted.has('wwow') || granted.has('withdraw'),
    ipRestricted: allowedAddresses.length > 0,
    ...(allowedAddresses.length > 0 ? { allowedAddresses } : {}),
    ...(userId === undefined ? {} : { accountId: String(userId) }),
  };
}

/** Bitget v2, classic accounts: spot. https://www.bitget.com/api-doc/spot/intro */
export const bitget: Venue = {
  id: 'bitget',
  ...spotOnly,
  ...withoutExits,
  orderApi: 'spot',
  signApi: ['private', 'spot'],
  signsDecodedQuery: true,
  // Without `uta`, ccxt asks for the settings of a unified account before each private request.
  options: {
    ...{ defaultType: 'spot', uta: false, sandboxMode: false },
    ...{ timeDifference: 0, adjustForTimeDifference: false },
  },
  recvWindowMs,
  fence,
  // Bitget documents no figure: as for Bybit.
  lookupLagMs: 120_000,
  // The history is one of the lists that are looked through, and shows unfilled orders too.
  retention: {
    order: { unfilledMs: keptMs, anyMs: keptMs },
    conditional: { unfilledMs: keptMs, anyMs: keptMs },
  },
  // "It only supports to get the data within 90days." https://www.bitget.com/api-doc/spot/trade/Get-Fills
  tradeListing: { keptMs },
  // No `replayWindowMs`: the page of place-order does not promise that an id is unique, and that of margin orders says "The
  // idempotency time is 6 hours, only valid when orders are unfilled".
  // https://www.bitget.com/api-doc/margin/cross/trade/Cross-Place-Order
  createReturnsFill: false,
  cancelReturnsFill: false,
  ...bitgetErrors,

  marketInfo: {},
  marketRules: () => ({}),
  orderRef: (_market, ref) => ({ id: ref.orderId, parameters: toOrderRef(ref) }),
  orderDetails: ({ symbol, orderType }) => ({ marketId: String(symbol).toUpperCase(), type: orderType }),
  createOrder,
  cancelOrder,
  fetchOrder,
  closeParameters: () => ({ isClose: true }),
  entryParameters: () => ({}),
  fetchBalances: (client) => client.privateSpotGetV2SpotAccountAssets({}),
  isBalanceResponse: ({ data }) => Array.isArray(data),
  toBalance,

  useSandbox: (client) => client.setSandboxMode(true),
  fetchMarkets,
  fetchOpenOrders,
  fetchPermissions,
  fetchFills,
  fetchTrades,
  // Whether start and end are included is not documented, so the minute is looked for.
  async fetchMinute(client, { id }, start) {
    const range = { symbol: id, granularity: '1min', endTime: start + minuteMs, limit: 3 };
    const rows: unknown = parseData(
      client.milliseconds() - start < recentCandlesMs
        ? await client.publicSpotGetV2SpotMarketCandles({ ...range, startTime: start - minuteMs })
        : await client.publicSpotGetV2SpotMarketHistoryCandles(range),
    );
    return (rows as unknown[][]).find(([openedAt]) => Number(openedAt) === start);
  },
  // https://www.bitget.com/api-doc/spot/market/Get-Tickers
  async fetchPrices(client, _kind, symbol) {
    const rows = parseData(
      await client.publicSpotGetV2SpotMarketTickers(symbol === undefined ? {} : { symbol }),
    );
    return rows.map((row) => ({ marketId: String(row.symbol), value: row.lastPr }));
  },
};
