import {
  type ExchangeId,
  exchangeIdSchema,
  type ParentExchangeId,
  toParent,
} from '../../lib/account/account.ts';
import type { MarketKind } from '../../lib/exchange/exchange.ts';
import type { WrittenRequest } from './in-memory-connection.ts';

/** The one order of a dry close, filled, in the format of an exchange's API. */
interface DryExchange {
  kind: MarketKind;
  /** By method and start of the path. An empty list answers everything else. */
  responses: Record<string, (parameters: URLSearchParams, body: string) => unknown>;
  nothing: unknown;
}

export const dryMarket = { base: 'BTC', quote: 'USDT', id: 'BTCUSDT' } as const;
export const dryAmount = '0.5';
export const dryPrice = '60000';
const dryCost = '30000';
const orderId = '4712';
const filledAt = 1_760_000_000_000;

const binanceOrder = (parameters: URLSearchParams) => ({
  symbol: dryMarket.id,
  orderId: Number(orderId),
  clientOrderId: parameters.get('newClientOrderId'),
  price: '0',
  origQty: dryAmount,
  executedQty: dryAmount,
  status: 'FILLED',
  timeInForce: 'GTC',
  type: 'MARKET',
  side: 'SELL',
});

const bybitOrder = {
  ...{ symbol: dryMarket.id, orderId, orderLinkId: '', side: 'Sell', orderType: 'Market', price: '0' },
  ...{ orderStatus: 'Filled', qty: dryAmount, cumExecQty: dryAmount, cumExecValue: dryCost, leavesQty: '0' },
  ...{ avgPrice: dryPrice, timeInForce: 'IOC', reduceOnly: true, positionIdx: 0, cumExecFee: '16.5' },
  ...{ createdTime: String(filledAt), updatedTime: String(filledAt) },
};

function toBybitResponse(result: unknown) {
  return { retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: filledAt };
}

function toOkxResponse(...data: unknown[]) {
  return { code: '0', msg: '', data };
}

const okxConfig = { acctLv: '2', posMode: 'net_mode', perm: 'read_only,trade', ip: '', uid: '1' };
const okxOrder = {
  ...{ instId: dryMarket.id, ordId: orderId, clOrdId: '', side: 'sell', ordType: 'market', px: '' },
  ...{ state: 'filled', sz: dryAmount, accFillSz: dryAmount, avgPx: dryPrice, posSide: 'net' },
  ...{ reduceOnly: 'true', fee: '-16.5', feeCcy: 'USDT', cTime: String(filledAt), uTime: String(filledAt) },
};

// https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order
const okx: DryExchange = {
  kind: 'perpetual',
  responses: {
    'GET /api/v5/account/config': () => toOkxResponse(okxConfig),
    'POST /api/v5/trade/order': () => toOkxResponse({ ordId: orderId, clOrdId: '', sCode: '0', sMsg: '' }),
    'GET /api/v5/trade/order': () => toOkxResponse(okxOrder),
  },
  nothing: toOkxResponse(),
};

function toKucoinResponse(data: unknown) {
  return { code: '200000', data };
}

const kucoinOrder = {
  ...{
    id: orderId,
    symbol: dryMarket.id,
    type: 'market',
    side: 'sell',
    price: '0',
    size: dryAmount,
    funds: '0',
  },
  ...{ dealSize: dryAmount, dealFunds: dryCost, clientOid: '', active: false, cancelExist: false },
  ...{ createdAt: filledAt, lastUpdatedAt: filledAt },
};

// https://www.kucoin.com/docs-new/rest/spot-trading/orders/add-order-sync
const kucoin: DryExchange = {
  kind: 'spot',
  responses: {
    'POST /api/v1/hf/orders/sync': () => toKucoinResponse({ orderId, clientOid: '', status: 'done' }),
    [`GET /api/v1/hf/orders/${orderId}`]: () => toKucoinResponse(kucoinOrder),
  },
  nothing: toKucoinResponse({ items: [], lastId: 0 }),
};

function toBitgetResponse(data: unknown) {
  return { code: '00000', msg: 'success', requestTime: filledAt, data };
}

const bitgetOrder = {
  ...{ symbol: dryMarket.id, orderId, clientOid: '', price: '0', size: dryAmount, orderType: 'market' },
  ...{ side: 'sell', status: 'filled', priceAvg: dryPrice, baseVolume: dryAmount, quoteVolume: dryCost },
  ...{ feeDetail: '', cTime: String(filledAt), uTime: String(filledAt) },
};

const gateOrder = {
  ...{ id: orderId, text: '', currency_pair: dryMarket.id, status: 'closed', type: 'market', side: 'sell' },
  ...{ account: 'spot', amount: dryAmount, left: '0', filled_amount: dryAmount, avg_deal_price: dryPrice },
  ...{ filled_total: dryCost, fee: '30', fee_currency: 'USDT', finish_as: 'filled', time_in_force: 'ioc' },
  ...{ create_time_ms: filledAt, update_time_ms: filledAt },
};

// https://www.gate.com/docs/developers/apiv4/en/#create-an-order
const gate: DryExchange = {
  kind: 'spot',
  responses: {
    'GET /api/v4/unified/unified_mode': () => ({ mode: 'classic' }),
    'POST /api/v4/spot/orders': () => gateOrder,
  },
  nothing: [],
};

const krakenOrder = {
  ...{ status: 'closed', vol: dryAmount, vol_exec: dryAmount, cost: dryCost, fee: '78', price: dryPrice },
  descr: { pair: dryMarket.id, type: 'sell', ordertype: 'market', price: '0', price2: '0' },
  ...{ oflags: 'fciq', opentm: filledAt / 1_000, closetm: filledAt / 1_000 },
};

// https://docs.kraken.com/api/docs/rest-api/add-order
const kraken: DryExchange = {
  kind: 'spot',
  responses: {
    'POST /0/private/AddOrder': () => ({ error: [], result: { txid: [orderId] } }),
    'POST /0/private/QueryOrders': () => ({ error: [], result: { [orderId]: krakenOrder } }),
  },
  nothing: { error: [], result: {} },
};
const coinbaseOrder = {
  ...{ order_id: orderId, product_id: dryMarket.id, client_order_id: '', side: 'SELL', status: 'FILLED' },
  ...{ order_configuration: { market_market_ioc: { base_size: dryAmount } }, order_type: 'MARKET' },
  ...{ filled_size: dryAmount, average_filled_price: dryPrice, filled_value: dryCost, settled: true },
  ...{ created_time: new Date(filledAt).toISOString(), last_fill_time: new Date(filledAt).toISOString() },
};

/** Coinbase returns the names that an order was sent with. */
function readNames(body: string): Record<string, unknown> {
  const { client_order_id, product_id, side } = JSON.parse(body);
  return { client_order_id, product_id, side };
}

const dryExchanges: Record<ParentExchangeId, DryExchange> = {
  // https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints
  binance: {
    kind: 'spot',
    responses: {
      'POST /api/v3/order': (parameters) => ({
        ...binanceOrder(parameters),
        cummulativeQuoteQty: dryCost,
        transactTime: filledAt,
        fills: [{ price: dryPrice, qty: dryAmount, commission: '30', commissionAsset: 'USDT', tradeId: 1 }],
      }),
    },
    nothing: [],
  },
  // https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api
  binanceusdm: {
    kind: 'perpetual',
    responses: {
      'POST /fapi/v1/order': (parameters) => ({
        ...binanceOrder(parameters),
        ...{ cumQuote: dryCost, avgPrice: dryPrice, reduceOnly: true, positionSide: 'BOTH' },
        updateTime: filledAt,
      }),
    },
    nothing: [],
  },
  // https://bybit-exchange.github.io/docs/v5/order/create-order
  bybit: {
    kind: 'perpetual',
    responses: {
      'POST /v5/order/create': () => toBybitResponse({ orderId, orderLinkId: '' }),
      'GET /v5/order/realtime': () => toBybitResponse({ category: 'linear', list: [bybitOrder] }),
    },
    nothing: toBybitResponse({ category: 'linear', list: [], nextPageCursor: '' }),
  },
  okx,
  kucoin,
  // https://www.bitget.com/api-doc/spot/trade/Place-Order
  bitget: {
    kind: 'spot',
    responses: {
      'POST /api/v2/spot/trade/place-order': () => toBitgetResponse({ orderId, clientOid: '' }),
      'GET /api/v2/spot/trade/orderInfo': () => toBitgetResponse([bitgetOrder]),
    },
    nothing: toBitgetResponse([]),
  },
  gate,
  kraken,
  // https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/create-order
  coinbase: {
    kind: 'spot',
    responses: {
      'POST /api/v3/brokerage/orders': (_, body) => ({
        success: true,
        success_response: { ...readNames(body), order_id: orderId },
      }),
      [`GET /api/v3/brokerage/orders/historical/${orderId}`]: () => ({ order: coinbaseOrder }),
    },
    nothing: { orders: [], fills: [], accounts: [], has_next: false, cursor: '' },
  },
};

/** @returns undefined for an exchange that this version does not know. */
export function findDryExchange(exchange: string): { id: ExchangeId; dry: DryExchange } | undefined {
  const { data: id } = exchangeIdSchema.safeParse(exchange);
  return id === undefined ? undefined : { id, dry: dryExchanges[toParent(id)] };
}

export function respondAsExchange(
  { responses, nothing }: DryExchange,
  { method, path, body }: WrittenRequest,
): unknown {
  const [endpoint = '', query = ''] = path.split('?');
  const respond = responses[`${method} ${endpoint}`];
  return respond === undefined ? nothing : respond(new URLSearchParams(body === '' ? query : body), body);
}
