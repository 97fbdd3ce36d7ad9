import { decimal, text } from '../core/amounts.ts';
import type { Account, Fill, Market, Order } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';

/** Kraken's own names, and the ids of its oldest assets: https://docs.kraken.com/api/docs/rest-api/get-asset-info */
const names: Record<string, string> = { BTC: 'XBT', DOGE: 'XDG' };
const prefixes: Record<string, string> = { BTC: 'X', ETH: 'X', DOGE: 'X', XRP: 'X', USD: 'Z', EUR: 'Z' };

const toName = (coin: string) => names[coin] ?? coin;
const toAsset = (coin: string) => (prefixes[coin] ?? '') + toName(coin);

export function toAltname({ base, quote }: Market): string {
  return toName(base) + toName(quote);
}

/** A pair of two of the oldest assets has their ids: `XXBTZUSD`. */
export function toPairId(market: Market): string {
  const { base, quote } = market;
  const isOld = base in prefixes && quote in prefixes;
  return isOld ? toAsset(base) + toAsset(quote) : toAltname(market);
}

const toPlaces = (step: string) => decimal(step).decimalPlaces() ?? 0;

/** https://docs.kraken.com/api/docs/rest-api/get-tradable-asset-pairs */
export function toPair(market: Market): Record<string, unknown> {
  const { base, quote, tick, lot, minNotional, halted } = market;
  return {
    ...{ altname: toAltname(market), wsname: `${toName(base)}/${toName(quote)}`, lot: 'unit' },
    ...{ aclass_base: 'currency', base: toAsset(base), aclass_quote: 'currency', quote: toAsset(quote) },
    ...{ pair_decimals: toPlaces(tick), lot_decimals: toPlaces(lot.step), lot_multiplier: 1 },
    ...{ leverage_buy: [], leverage_sell: [], fees: [[0, 0.4]], fees_maker: [[0, 0.25]] },
    ...{ ordermin: lot.min, costmin: minNotional, tick_size: tick },
    status: halted === true ? 'cancel_only' : 'online',
  };
}

const types: Partial<Record<Order['type'], string>> = {
  limit_maker: 'limit',
  stop_market: 'stop-loss',
  stop_limit: 'stop-loss-limit',
  take_profit_market: 'take-profit',
  take_profit_limit: 'take-profit-limit',
};

function toStatus({ status, type }: Order): string {
  if (status === 'filled') return 'closed';
  if (status === 'expired') return type === 'market' ? 'canceled' : 'expired';
  return status === 'canceled' ? 'canceled' : 'open';
}

const toSeconds = (ms: number) => ms / 1_000;

/**
 * "vol, vol_exec: base currency unless viqc set in oflags", as the page was in its first versions.
 * https://docs.kraken.com/api/docs/rest-api/get-closed-orders
 */
export function toKrakenOrder(core: SimulatedExchange, order: Order, withTrades: boolean) {
  const market = core.state.market('spot', order.symbol);
  const { filled, cost, quoteAmount, price = '0', triggerPrice, side } = order;
  const fills = core.state.fillsOf(order.id);
  const feeIn = order.feeIn ?? (side === 'buy' ? 'base' : 'quote');
  const flags = [feeIn === 'base' ? 'fcib' : 'fciq', ...(quoteAmount === undefined ? [] : ['viqc'])];
  const status = toStatus(order);
  const fee = fills.reduce((total, each) => total.plus(each.fee), decimal('0'));
  return {
    ...{ refid: null, userref: null, status, opentm: toSeconds(order.createdAt), starttm: 0, expiretm: 0 },
    cl_ord_id: order.clientOrderId === `sim-${order.id}` ? null : order.clientOrderId,
    ...(status === 'open' ? {} : { closetm: toSeconds(order.updatedAt), reason: null }),
    descr: {
      ...{ pair: toAltname(market), type: side, ordertype: types[order.type] ?? order.type },
      ...{ price: triggerPrice ?? price, price2: triggerPrice === undefined ? '0' : price, leverage: 'none' },
      ...{ order: `${side} ${order.amount} ${toAltname(market)} @ ${order.type}`, close: '' },
    },
    ...{ vol: quoteAmount ?? order.amount, vol_exec: quoteAmount === undefined ? filled : cost, cost },
    ...{ fee: text(fee), stopprice: '0.00000', limitprice: '0.00000', misc: '', oflags: flags.join(',') },
    price: decimal(filled).isZero() ? '0.00000' : text(decimal(cost).div(filled).decimalPlaces(8)),
    ...(withTrades ? { trades: fills.map(({ id }) => `T${id}`) } : {}),
  };
}

/** https://docs.kraken.com/api/docs/rest-api/get-trade-history. An id of digits only would change its place in the list. */
export function toKrakenTrade(core: SimulatedExchange, fill: Fill): [id: string, row: unknown] {
  const market = core.state.market('spot', fill.symbol);
  const row = {
    ...{ ordertxid: String(fill.orderId), pair: toPairId(market), time: toSeconds(fill.at), type: fill.side },
    ...{ price: fill.price, cost: fill.cost, fee: fill.fee, vol: fill.amount, margin: '0.00000', misc: '' },
    ...{ ordertype: core.state.order(fill.orderId).type, trade_id: fill.id, maker: fill.maker },
  };
  return [`T${fill.id}`, row];
}

/** https://docs.kraken.com/api/docs/rest-api/get-extended-balance */
export function toBalances({ spot, usdm }: Account): Record<string, unknown> {
  const coins = [...new Set([...Object.keys(spot), ...Object.keys(usdm)])];
  return Object.fromEntries(
    coins.map((coin) => {
      const { free, locked } = spot[coin] ?? { free: '0', locked: '0' };
      return [toAsset(coin), { balance: text(decimal(free).plus(locked)), hold_trade: locked }];
    }),
  );
}

/** https://docs.kraken.com/api/docs/rest-api/get-api-key-info */
export function toKeyInfo(account: Account): Record<string, unknown> {
  const { id, permissions, keyExpiresAt = 0, nonce = '0', nonceWindow = '0', queryTo = '0' } = account;
  const { trade, withdraw, ipRestricted } = permissions;
  return {
    ...{ apiKeyName: 'ripcord', nonce, nonceWindow: Number(nonceWindow), iban: id },
    permissions: [
      ...['query-funds', 'query-open-trades', 'query-closed-trades'],
      ...(trade ? ['modify-trades', 'close-trades'] : []),
      ...(withdraw ? ['withdraw-funds'] : []),
    ],
    ...{ validUntil: String(Math.floor(keyExpiresAt / 1_000)), queryFrom: '0', queryTo },
    ipAllowlist: ipRestricted ? ['127.0.0.1'] : [],
  };
}
