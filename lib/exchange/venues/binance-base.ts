import type { Exchange as CcxtClient } from 'ccxt';
import type { MarketKind, MarketRules, OrderRef, Permissions, Side, StopLossOrder } from '../exchange.ts';
import { binanceErrors } from './binance-errors.ts';
import { marketRules } from './binance-filters.ts';
import type { Venue } from './venue.ts';

/** Binance allows at most 60 s. With 5 s, the receive window ends well within a lease. */
const recvWindowMs = 5_000;

/** Requests of this base: the rest differs between Binance's APIs. */
type Shared = keyof typeof binanceBase | 'options' | 'marketInfo' | 'fetchOrder' | 'fetchPermissions';

/** What one of Binance's APIs adds to what they share. */
export interface BinanceApi extends Omit<Venue, Shared> {
  options: Venue['options'];
  orderTypes: string[];
  /** The field of a key's restrictions that allows trading with this API. */
  tradePermission: 'enableSpotAndMarginTrading' | 'enableFutures';
}

/** Futures send "BOTH" in one-way mode. Spot sends no position side. */
function orderDetails(info: Record<string, unknown>) {
  const side = String(info.positionSide ?? '').toLowerCase();
  const positionSide: Side | undefined = side === 'long' || side === 'short' ? side : undefined;
  return {
    marketId: info.symbol,
    // A triggered futures order is a MARKET or LIMIT order by then. `origType` keeps the type it was placed with.
    type: info.origType ?? info.orderType ?? info.type,
    positionSide,
  };
}

/** Futures list all of their markets in any case. Parsing one of them is fast. */
async function fetchMarkets(client: CcxtClient, kind: MarketKind, id?: string) {
  if (id === undefined) return client.fetchMarkets();
  if (kind === 'spot') return client.fetchMarkets({ symbol: id });
  const { symbols }: { symbols: Record<string, unknown>[] } = await client.fapiPublicGetExchangeInfo();
  return symbols.filter(({ symbol }) => symbol === id).map((market) => client.parseMarket(market));
}

const binanceBase = {
  recvWindowMs,
  // Source: logs of others, which show -2013 for 22 to 62 s after an order that existed.
  lookupLagMs: 65_000,
  createReturnsFill: true,
  cancelReturnsFill: true,
  ...binanceErrors,
  marketRules,
  orderDetails,
  stopParameters: ({ triggerPrice }: StopLossOrder) => ({ stopLossPrice: triggerPrice }),
  fetchMarkets,
} satisfies Partial<Venue>;

/** An account can't change these: the clock, the API that is called, and how much a response contains. */
const sharedOptions = {
  recvWindow: recvWindowMs,
  timeDifference: 0,
  portfolioMargin: false,
  papi: false,
  newOrderRespType: { market: 'FULL', limit: 'FULL' },
  fetchCurrencies: false,
  warnOnFetchOpenOrdersWithoutSymbol: false,
};

/**
 * "Expiration time for spot and margin trading permission", of a key without IP addresses. Absent if there is none.
 * https://developers.binance.com/docs/wallet/account/api-key-permission
 */
function toExpiry(time: unknown): Pick<Permissions, 'expiresAt'> {
  const expiresAt = Number(time ?? 0);
  return expiresAt > 0 ? { expiresAt } : {};
}

/** Completes a venue with what Binance's APIs share. */
export function createBinanceVenue(api: BinanceApi): Venue {
  const { options, orderTypes, tradePermission, ...own } = api;
  return {
    ...binanceBase,
    ...own,
    options: { ...sharedOptions, ...options },
    marketInfo: { orderTypes },
    fetchOrder(client: CcxtClient, market: MarketRules, ref: OrderRef) {
      const { id, parameters } = own.orderRef(market, ref);
      return client.fetchOrder(id as string, market.symbol, parameters);
    },
    async fetchPermissions(client: CcxtClient) {
      const restrictions = await client.sapiGetAccountApiRestrictions();
      return {
        canTrade: restrictions[tradePermission],
        canWithdraw: restrictions.enableWithdrawals,
        ipRestricted: restrictions.ipRestrict,
        ...(tradePermission === 'enableSpotAndMarginTrading'
          ? toExpiry(restrictions.tradingAuthorityExpirationTime)
          : {}),
      };
    },
  };
}
