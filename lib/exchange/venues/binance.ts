import type { OrderRef } from '../exchange.ts';
import {
  absenceMs,
  absentCodes,
  clockCodes,
  deniedCodes,
  judgeRejections,
  wireErrorOf,
} from './binance-errors.ts';
import { detailsOf, fetchTraded, fixedOptions, marketLotOf } from './binance-market.ts';
import type { Venue } from './venue.ts';

/** At most 60 s by Binance's documents; 5 s lets the fence run out well within a lease. */
const recvWindowMs = 5_000;

function nameOf({ orderId, clientOrderId }: OrderRef) {
  return orderId === undefined
    ? { id: undefined, parameters: { clientOrderId } }
    : { id: orderId, parameters: {} };
}

/** Binance spot, https://developers.binance.com/docs/binance-spot-api-docs/rest-api */
export const binance: Venue = {
  id: 'binance',
  kinds: new Set(['spot']),
  options: {
    defaultType: 'spot',
    recvWindow: recvWindowMs,
    ...fixedOptions,
    fetchMarkets: { types: ['spot'] },
    fetchCurrencies: false,
    fetchMargins: false,
    warnOnFetchOpenOrdersWithoutSymbol: false,
  },
  recvWindowMs,
  lookupLagMs: absenceMs,
  useSandbox: (exchange) => exchange.setSandboxMode(true),
  fetchMarkets: (exchange) => exchange.fetchMarkets(),
  createReturnsFill: true,
  cancelReturnsFill: true,
  fetchOrder(exchange, market, name) {
    const { id, parameters } = nameOf(name);
    return exchange.fetchOrder(id as string, market.symbol, parameters);
  },
  orderRef: (_market, name) => nameOf(name),
  orderDetails: detailsOf,
  closeParameters: () => ({}),
  entryParameters: () => ({}),
  venueErrorFrom: wireErrorOf,
  rejectReason: judgeRejections({ '-2010': 'other' }, ({ code, message }) => {
    if (code === '-2010' && /insufficient balance/i.test(message)) return 'insufficient';
    if (code === '-2010' && /duplicate order/i.test(message)) return 'duplicate-id';
    if (code === '-1013' && /NOTIONAL/.test(message)) return 'below-minimum';
    return undefined;
  }),
  notFoundCodes: absentCodes,
  deniedCodes,
  clockCodes,
  triggeredOrderId: () => undefined,
  marketRules: marketLotOf,
  marketInfo: {
    orderTypes: [
      'LIMIT',
      'LIMIT_MAKER',
      'MARKET',
      'STOP_LOSS',
      'STOP_LOSS_LIMIT',
      'TAKE_PROFIT',
      'TAKE_PROFIT_LIMIT',
    ],
  },
  fetchFills: fetchTraded,
  isBalanceResponse: ({ balances }) => Array.isArray(balances),
  fetchPosition: () => Promise.reject(new TypeError('a spot account has no perpetual positions')),
  async fetchPrice(exchange, market) {
    const answer = await exchange.publicGetTickerPrice({ symbol: market.id });
    return answer.price;
  },
  async fetchOpenOrders(exchange) {
    const orders = await exchange.fetchOpenOrders();
    return orders.map((order) => ({ order, conditional: false }));
  },
  fetchOpenPositions: () => Promise.resolve([]),
  async fetchPermissions(exchange) {
    const answer = await exchange.sapiGetAccountApiRestrictions();
    return {
      canTrade: answer.enableSpotAndMarginTrading,
      canWithdraw: answer.enableWithdrawals,
      ipRestricted: answer.ipRestrict,
    };
  },
};
