import { decimal, text } from '../core/amounts.ts';
import type { Account, AlgoOrder, Fill, Market, Order } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';

const placesOf = (step: string) => String(step.split('.')[1]?.length ?? 0);

/** https://www.bitget.com/api-doc/spot/market/Get-Symbols: the minimum is in USDT, that of the amount is obsolete. */
export function toSymbol({ symbol, base, quote, tick, lot, minNotional, feeRate, halted }: Market) {
  return {
    ...{ symbol, baseCoin: base, quoteCoin: quote, minTradeAmount: '0', maxTradeAmount: '10000000000' },
    ...{ takerFeeRate: feeRate, makerFeeRate: feeRate, quotePrecision: '8', minTradeUSDT: minNotional },
    ...{ pricePrecision: placesOf(tick), quantityPrecision: placesOf(lot.step), areaSymbol: 'no' },
    ...{ status: halted === true ? 'halt' : 'online', buyLimitPriceRatio: '0.05', offTime: '' },
  };
}

/** https://www.bitget.com/api-doc/spot/market/Get-Tickers */
export function toTicker({ symbol, price }: Market): Record<string, string> {
  return { symbol, lastPr: price, bidPr: price, askPr: price, bidSz: '1', askSz: '1' };
}

const statuses = { filled: 'filled', partially_filled: 'partially_filled', new: 'live', pending_new: 'live' };

const toClientOid = ({ id, clientOrderId }: Order | AlgoOrder) =>
  clientOrderId === `sim-${id}` ? '' : clientOrderId;

/** Amounts and prices of orders have 16 places. */
const padded = (value: string) => decimal(value).toFixed(16);

function toCommon(order: Order | AlgoOrder) {
  return {
    ...{ symbol: order.symbol, orderId: String(order.id), clientOid: toClientOid(order), side: order.side },
    ...{ orderType: order.type.includes('limit') ? 'limit' : 'market', enterPointSource: 'API' },
    ...{ cTime: String(order.createdAt), uTime: String(order.updatedAt) },
  };
}

function toFilled(core: SimulatedExchange, order: Order) {
  const average = decimal(order.filled).isZero() ? '0' : text(decimal(order.cost).div(order.filled));
  return {
    ...toCommon(order),
    userId: core.state.account(order.account).id.replace('account-', ''),
    // "market-buy represents the number of quote coins."
    size: padded(order.quoteAmount ?? order.amount),
    status: statuses[order.status as keyof typeof statuses] ?? 'cancelled',
    ...{ baseVolume: padded(order.filled), quoteVolume: padded(order.cost), orderSource: 'normal' },
    average: padded(average),
  };
}

/** https://www.bitget.com/api-doc/spot/trade/Get-Order-Info */
export function toOrderInfo(core: SimulatedExchange, order: Order): Record<string, unknown> {
  const { average, ...row } = toFilled(core, order);
  const price = padded(order.price ?? '0');
  const cancelReason = row.status === 'cancelled' ? 'normal_cancel' : '';
  return { ...row, price, priceAvg: average, feeDetail: '', cancelReason };
}

/** `priceAvg` is the "order price", `basePrice` the "filled price". https://www.bitget.com/api-doc/spot/trade/Get-Unfilled-Orders */
export function toUnfilled(core: SimulatedExchange, order: Order): Record<string, unknown> {
  const { average, ...row } = toFilled(core, order);
  const priceAvg = padded(order.price ?? '0');
  return { ...row, priceAvg, basePrice: average, tpslType: 'normal', triggerPrice: null };
}

/** https://www.bitget.com/api-doc/spot/plan/Get-Current-Plan-Order */
export function toPlan(order: Order | AlgoOrder): Record<string, unknown> {
  return {
    ...toCommon(order),
    ...{ size: order.amount, planType: 'amount', executePrice: order.price ?? '', status: 'live' },
    ...{ triggerPrice: order.triggerPrice, triggerType: 'fill_price' },
  };
}

/** https://www.bitget.com/api-doc/spot/trade/Get-Fills */
export function toFill(fill: Fill): Record<string, unknown> {
  const fee = { deduction: 'no', feeCoin: fill.feeAsset, totalDeductionFee: '' };
  return {
    ...{ userId: '1', symbol: fill.symbol, orderId: String(fill.orderId), tradeId: String(fill.id) },
    ...{ orderType: fill.maker ? 'limit' : 'market', side: fill.side, priceAvg: fill.price },
    ...{ size: fill.amount, amount: fill.cost, tradeScope: fill.maker ? 'maker' : 'taker' },
    feeDetail: { ...fee, totalFee: text(decimal(fill.fee).negated()) },
    ...{ cTime: String(fill.at), uTime: String(fill.at) },
  };
}

/** https://www.bitget.com/api-doc/spot/account/Get-Account-Assets */
export function toAssets({ spot }: Account): Record<string, string>[] {
  const coins = Object.entries(spot).map(([coin, { free, locked }]) => ({
    ...{ coin, available: free, frozen: locked, locked: '0', limitAvailable: '0', uTime: '0' },
  }));
  return coins.filter(({ available, frozen }) => !decimal(available).plus(frozen).isZero());
}

/** https://www.bitget.com/api-doc/spot/account/Get-Account-Info */
export function toAccountInfo({ id, permissions }: Account): Record<string, unknown> {
  const { trade, withdraw, ipRestricted } = permissions;
  return {
    ...{ userId: id.replace('account-', ''), inviterId: '', parentId: 1, traderType: 'not_trader' },
    authorities: ['stor', 'wtor', ...(trade ? ['stow'] : []), ...(withdraw ? ['wwow'] : [])],
    ips: ipRestricted ? '127.0.0.1' : '',
  };
}
