import { decimal, toAmount } from '../../amount.ts';
import type { MarketOrder, OrderRef } from '../exchange.ts';
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

const recvWindowMs = 5_000;

function positionSideOf({ hedged, positionSide }: Pick<MarketOrder, 'hedged' | 'positionSide'>) {
  return hedged ? { positionSide: positionSide.toUpperCase() } : {};
}

/** Stop and take-profit orders live in a book of their own ("algo orders"), which ccxt asks with `trigger`. */
function nameOf({ orderId, clientOrderId, conditional }: OrderRef) {
  return {
    id: orderId,
    parameters: {
      ...(orderId === undefined ? { clientOrderId } : {}),
      ...(conditional ? { trigger: true } : {}),
    },
  };
}

/** Binance USDⓈ-M futures, https://developers.binance.com/docs/derivatives/usds-margined-futures */
export const binanceusdm: Venue = {
  id: 'binanceusdm',
  kinds: new Set(['perpetual']),
  options: {
    defaultType: 'swap',
    recvWindow: recvWindowMs,
    ...fixedOptions,
    fetchMarkets: { types: ['linear'] },
    fetchCurrencies: false,
    warnOnFetchOpenOrdersWithoutSymbol: false,
  },
  recvWindowMs,
  lookupLagMs: absenceMs,
  // ccxt refuses the old futures test network; Binance's demo trading took its place.
  useSandbox: (exchange) => exchange.enableDemoTrading(true),
  fetchMarkets: (exchange) => exchange.fetchMarkets(),
  createReturnsFill: true,
  cancelReturnsFill: true,
  fetchOrder(exchange, market, name) {
    const { id, parameters } = nameOf(name);
    return exchange.fetchOrder(id as string, market.symbol, parameters);
  },
  orderRef: (_market, name) => nameOf(name),
  orderDetails: detailsOf,
  // In hedge mode Binance takes no reduceOnly: an order against a side of a hedge can only reduce that side.
  closeParameters: (order) => (order.hedged ? positionSideOf(order) : { reduceOnly: true }),
  entryParameters: positionSideOf,
  venueErrorFrom: wireErrorOf,
  rejectReason: judgeRejections(
    {
      '-2018': 'insufficient',
      '-2019': 'insufficient',
      '-2022': 'would-not-reduce',
      '-4164': 'below-minimum',
      '-4003': 'below-minimum',
      '-4004': 'below-minimum',
      '-4005': 'other',
      '-4061': 'other',
      '-4116': 'duplicate-id',
      '-5028': 'clock',
      // By the words of Binance's list for USDⓈ-M, each names a check before an order is taken; that a check of
      // the PERCENT_PRICE filter (-4131) comes before any part of a MARKET order fills is in its name there,
      // MARKET_ORDER_REJECT. Those of leverage, margin mode and transfers are left out: no create meets them.
      '-1109': 'permission',
      '-2025': 'other',
      '-2027': 'other',
      '-4087': 'permission',
      '-4088': 'permission',
      '-4118': 'would-not-reduce',
      '-4131': 'other',
      '-4140': 'other',
      '-4141': 'other',
      '-4192': 'permission',
      '-4400': 'other',
      '-4401': 'other',
      '-4402': 'permission',
    },
    () => undefined,
  ),
  notFoundCodes: absentCodes,
  deniedCodes,
  clockCodes,
  triggeredOrderId: (info) => {
    const actual = String(info.actualOrderId ?? '');
    return actual === '' || actual === '0' ? undefined : actual;
  },
  marketRules: marketLotOf,
  marketInfo: {
    orderTypes: [
      'LIMIT',
      'MARKET',
      'STOP',
      'STOP_MARKET',
      'TAKE_PROFIT',
      'TAKE_PROFIT_MARKET',
      'TRAILING_STOP_MARKET',
    ],
  },
  fetchFills: fetchTraded,
  // Version 2 and 3 of that answer.
  isBalanceResponse: (answer) => Array.isArray(answer) || Array.isArray(answer.assets),
  async fetchPosition(exchange, market, side) {
    const rows: Record<string, string>[] = await exchange.fapiPrivateV3GetPositionRisk({
      symbol: market.id,
    });
    const open = rows.filter((row) => row.symbol === market.id && !decimal(row.positionAmt ?? '0').isZero());
    // Flat symbols may be left out of the answer altogether: then only the mode tells whether it is hedged.
    const known = rows.find((row) => row.symbol === market.id);
    const hedged =
      known === undefined
        ? String((await exchange.fapiPrivateGetPositionSideDual()).dualSidePosition) === 'true'
        : known.positionSide !== 'BOTH';
    const row = hedged ? open.find((candidate) => candidate.positionSide === side.toUpperCase()) : open[0];
    if (row === undefined) return { side: undefined, amount: '0', hedged };
    const amount = decimal(row.positionAmt ?? '0');
    return {
      side: hedged ? side : amount.gt(0) ? 'long' : 'short',
      amount: toAmount(amount.abs()),
      averagePrice: toAmount(decimal(row.entryPrice ?? '0')),
      hedged,
    };
  },
  async fetchPrice(exchange, market) {
    const answer = await exchange.fapiPublicGetPremiumIndex({ symbol: market.id });
    return answer.markPrice;
  },
  async fetchOpenOrders(exchange) {
    const [orders, conditional] = await Promise.all([
      exchange.fetchOpenOrders(),
      exchange.fetchOpenOrders(undefined, undefined, undefined, { trigger: true }),
    ]);
    return [
      ...orders.map((order) => ({ order, conditional: false })),
      ...conditional.map((order) => ({ order, conditional: true })),
    ];
  },
  async fetchOpenPositions(exchange) {
    const rows: Record<string, string>[] = await exchange.fapiPrivateV3GetPositionRisk({});
    return rows
      .filter((row) => !decimal(row.positionAmt ?? '0').isZero())
      .map((row) => {
        const amount = decimal(row.positionAmt ?? '0');
        return {
          marketId: String(row.symbol),
          side: row.positionSide === 'SHORT' || amount.lt(0) ? 'short' : 'long',
          amount: toAmount(amount.abs()),
          averagePrice: toAmount(decimal(row.entryPrice ?? '0')),
        };
      });
  },
  async fetchPermissions(exchange) {
    const answer = await exchange.sapiGetAccountApiRestrictions();
    return {
      canTrade: answer.enableFutures,
      canWithdraw: answer.enableWithdrawals,
      ipRestricted: answer.ipRestrict,
    };
  },
};
