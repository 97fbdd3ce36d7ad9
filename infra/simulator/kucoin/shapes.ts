import { decimal, text } from '../core/amounts.ts';
import type { Account, AlgoOrder, Fill, Market, Order } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';

export const toSymbol = ({ base, quote }: Market) => `${base}-${quote}`;

/** https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-all-symbols */
export function toSymbolRow(market: Market): Record<string, unknown> {
  const { base, quote, lot, marketLot, tick, minNotional, halted } = market;
  return {
    ...{ symbol: toSymbol(market), name: toSymbol(market), baseCurrency: base, quoteCurrency: quote },
    ...{ feeCurrency: quote, market: 'USDS', baseMinSize: lot.min, baseMaxSize: marketLot.max },
    ...{ quoteMinSize: minNotional, quoteMaxSize: '99999999', baseIncrement: lot.step },
    ...{ quoteIncrement: '0.000001', priceIncrement: tick, priceLimitRate: '0.1', minFunds: minNotional },
    ...{ isMarginEnabled: false, enableTrading: halted !== true, feeCategory: 1, st: false },
    ...{ makerFeeCoefficient: '1.00', takerFeeCoefficient: '1.00', callauctionIsEnabled: false },
  };
}

const toClientOid = (id: number, clientOrderId: string) =>
  clientOrderId === `sim-${id}` ? '' : clientOrderId;

function toSizes(order: Order) {
  const remain = text(decimal(order.amount).minus(order.filled));
  const open = isOpen(order);
  return {
    ...{ dealSize: order.filled, remainSize: open ? remain : '0', canceledSize: open ? '0' : remain },
    status: open ? 'open' : 'done',
  };
}

/** https://www.kucoin.com/docs-new/rest/spot-trading/orders/add-order-sync: no cost, and no average price. */
export function toSyncResult(order: Order): Record<string, unknown> {
  return {
    ...{ orderId: String(order.id), clientOid: toClientOid(order.id, order.clientOrderId) },
    ...{
      orderTime: order.createdAt,
      originSize: order.amount,
      ...toSizes(order),
      matchTime: order.updatedAt,
    },
  };
}

/** https://www.kucoin.com/docs-new/rest/spot-trading/orders/get-order-by-clientoid */
export function toOrderRow(core: SimulatedExchange, order: Order): Record<string, unknown> {
  const market = core.state.market('spot', order.symbol);
  const { dealSize, remainSize, canceledSize } = toSizes(order);
  const fee = core.state.fillsOf(order.id).reduce((total, each) => total.plus(each.fee), decimal('0'));
  const isMarket = order.type === 'market';
  return {
    ...{
      id: String(order.id),
      symbol: toSymbol(market),
      opType: 'DEAL',
      type: isMarket ? 'market' : 'limit',
    },
    ...{ side: order.side, price: isMarket ? '0' : (order.price ?? '0'), funds: order.quoteAmount ?? '0' },
    // An order by cost has no size.
    size: order.quoteAmount === undefined ? order.amount : '0',
    ...{ dealSize, dealFunds: order.cost, fee: text(fee), feeCurrency: market.quote, stp: null },
    ...{ timeInForce: order.timeInForce, postOnly: order.postOnly, hidden: false, iceberg: false },
    ...{ visibleSize: '0', cancelAfter: 0, channel: 'API', tags: null, remark: null, tradeType: 'TRADE' },
    clientOid: toClientOid(order.id, order.clientOrderId),
    ...{ cancelExist: order.status === 'canceled', active: isOpen(order), inOrderBook: isOpen(order) },
    ...{ cancelledSize: canceledSize, cancelledFunds: '0', remainSize, remainFunds: '0', tax: '0' },
    ...{ createdAt: order.createdAt, lastUpdatedAt: order.updatedAt },
  };
}

/** https://www.kucoin.com/docs-new/rest/spot-trading/orders/get-stop-orders-list */
export function toStopRow(core: SimulatedExchange, algo: AlgoOrder): Record<string, unknown> {
  const isSell = algo.side === 'sell';
  return {
    ...{ id: String(algo.id), symbol: toSymbol(core.state.market('spot', algo.symbol)), userId: '1' },
    ...{ status: algo.status === 'new' ? 'NEW' : 'TRIGGERED', type: algo.price ? 'limit' : 'market' },
    ...{ side: algo.side, price: algo.price ?? '0', size: algo.amount ?? '0', funds: null, stp: null },
    ...{ timeInForce: 'GTC', cancelAfter: -1, postOnly: false, hidden: false, iceberg: false },
    ...{ channel: 'WEB', clientOid: algo.clientOrderId, remark: '', tradeType: 'TRADE' },
    ...{ orderTime: algo.createdAt * 1_000_000, createdAt: algo.createdAt, stopPrice: algo.triggerPrice },
    stop: isSell === algo.type.startsWith('stop_') ? 'loss' : 'entry',
  };
}

/** https://www.kucoin.com/docs-new/rest/spot-trading/orders/get-trade-history */
export function toFillRow(core: SimulatedExchange, fill: Fill): Record<string, unknown> {
  const market = core.state.market('spot', fill.symbol);
  return {
    ...{ id: fill.id, symbol: toSymbol(market), tradeId: fill.id, orderId: String(fill.orderId) },
    ...{ counterOrderId: '1', side: fill.side, liquidity: fill.maker ? 'maker' : 'taker', forceTaker: false },
    ...{ price: fill.price, size: fill.amount, funds: fill.cost, fee: fill.fee, feeRate: market.feeRate },
    ...{ feeCurrency: fill.feeAsset, stop: '', tradeType: 'TRADE', taxRate: '0', tax: '0' },
    ...{ type: 'limit', createdAt: fill.at },
  };
}

/** https://www.kucoin.com/docs-new/rest/account-info/account-funding/get-account-list-spot: `main` can't trade. */
export function toAccountRows({ spot }: Account): Record<string, unknown>[] {
  return Object.entries(spot).flatMap(([currency, { free, locked }]) => [
    { id: `main-${currency}`, currency, type: 'main', balance: '7', available: '7', holds: '0' },
    {
      ...{ id: `trade-${currency}`, currency, type: 'trade', available: free, holds: locked },
      balance: text(decimal(free).plus(locked)),
    },
  ]);
}

/** https://www.kucoin.com/docs-new/rest/account-info/account-funding/get-apikey-info */
export function toKeyRow({ id, apiKey, permissions }: Account): Record<string, unknown> {
  const { trade, withdraw, ipRestricted } = permissions;
  const permission = ['General', ...(trade ? ['Spot'] : []), ...(withdraw ? ['Transfer'] : [])].join(',');
  return {
    ...{ remark: 'ripcord', apiKey, apiVersion: 3, permission, uid: Number(id.replace('account-', '')) },
    ...{ ...(ipRestricted && { ipWhitelist: '127.0.0.1' }), createdAt: 1_700_000_000_000, isMaster: true },
  };
}
