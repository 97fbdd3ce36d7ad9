import { decimal, text } from '../core/amounts.ts';
import { feeRateOf } from '../core/fees.ts';
import type { Account, AlgoOrder, Fill, Market, Order } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';

export const toPair = ({ base, quote }: Market) => `${base}_${quote}`;

/** @param account the simulated exchange's id of it. */
export const toUserId = (account: string) => Number(account.replace('account-', ''));

const toPlaces = (step: string) => decimal(step).decimalPlaces() ?? 0;

/** https://www.gate.com/docs/developers/apiv4/en/#query-all-supported-currency-pairs */
export function toCurrencyPair(market: Market): Record<string, unknown> {
  const { base, quote, lot, marketLot, tick, minNotional, halted } = market;
  return {
    ...{ id: toPair(market), base, base_name: base, quote, quote_name: quote, fee: '0.2', type: 'normal' },
    ...{ min_base_amount: lot.min, min_quote_amount: minNotional, max_base_amount: lot.max },
    ...{ max_quote_amount: null, amount_precision: toPlaces(lot.step), precision: toPlaces(tick) },
    ...{ trade_status: halted ? 'untradable' : 'tradable', sell_start: 0, buy_start: 0, delisting_time: 0 },
    ...{ slippage: '0.05', market_order_max_stock: marketLot.max, market_order_max_money: '1000000' },
  };
}

export const isUnified = ({ accountMode }: Account) => accountMode === '2';

const toText = (id: number, clientOrderId: string) =>
  clientOrderId === `sim-${id}` ? 'apiv4' : `t-${clientOrderId}`;

/** A coin that is none of the market pays as GT does. */
function toFees(market: Market, fills: Fill[]) {
  const sumOf = (own: Fill[]) => text(own.reduce((total, { fee }) => total.plus(fee), decimal('0')));
  const isOfMarket = ({ feeAsset }: Fill) => feeAsset === market.base || feeAsset === market.quote;
  return {
    fee: sumOf(fills.filter(isOfMarket)),
    fee_currency: fills.find(isOfMarket)?.feeAsset ?? market.quote,
    ...{ point_fee: '0', gt_fee: sumOf(fills.filter((fill) => !isOfMarket(fill))) },
  };
}

function toStatus(order: Order): { status: string; finish_as: string } {
  if (isOpen(order)) return { status: 'open', finish_as: 'open' };
  if (order.status === 'filled') return { status: 'closed', finish_as: 'filled' };
  const isTaker = order.type === 'market';
  return { status: 'cancelled', finish_as: isTaker ? 'depth_not_enough' : 'cancelled' };
}

/** https://www.gate.com/docs/developers/apiv4/en/#create-an-order. Amount and rest of a MARKET buy are in quote currency. */
export function toGateOrder(core: SimulatedExchange, order: Order): Record<string, unknown> {
  const market = core.state.market('spot', order.symbol);
  const isMarket = order.type === 'market';
  const [size, done] =
    order.quoteAmount === undefined ? [order.amount, order.filled] : [order.quoteAmount, order.cost];
  const isFilled = !decimal(order.filled).isZero();
  return {
    ...{ id: String(order.id), text: toText(order.id, order.clientOrderId), amend_text: '-' },
    ...{ currency_pair: toPair(market), type: isMarket ? 'market' : 'limit', side: order.side, iceberg: '0' },
    account: isUnified(core.state.account(order.account)) ? 'unified' : 'spot',
    ...{ amount: size, left: text(decimal(size).minus(done)), price: isMarket ? '0' : (order.price ?? '0') },
    ...{ time_in_force: isMarket ? 'ioc' : order.timeInForce.toLowerCase(), ...toStatus(order) },
    ...{ filled_amount: order.filled, filled_total: order.cost, fill_price: order.cost },
    ...(isFilled
      ? { avg_deal_price: text(decimal(order.cost).div(order.filled).decimalPlaces(8)) }
      : { avg_deal_price: '0' }),
    ...toFees(market, core.state.fillsOf(order.id)),
    ...{ gt_discount: false, rebated_fee: '0', rebated_fee_currency: market.quote },
    ...{ create_time: String(Math.floor(order.createdAt / 1_000)), create_time_ms: order.createdAt },
    ...{ update_time: String(Math.floor(order.updatedAt / 1_000)), update_time_ms: order.updatedAt },
  };
}

/** https://www.gate.com/docs/developers/apiv4/en/#query-personal-trading-records */
export function toGateTrade(core: SimulatedExchange, fill: Fill): Record<string, unknown> {
  const market = core.state.market('spot', fill.symbol);
  const order = core.state.order(fill.orderId);
  return {
    ...{ id: String(fill.id), create_time: String(Math.floor(fill.at / 1_000)) },
    ...{ create_time_ms: `${fill.at}.123000`, currency_pair: toPair(market), side: fill.side },
    ...{ role: fill.maker ? 'maker' : 'taker', amount: fill.amount, price: fill.price, deal: fill.cost },
    ...{ order_id: String(fill.orderId), ...toFees(market, [fill]), amend_text: '-', sequence_id: '1' },
    text: fill.cause === 'liquidation' ? 'pm_liquidate' : toText(order.id, order.clientOrderId),
  };
}

const triggerStatuses = { new: 'open', triggering: 'open', triggered: 'finish', rejected: 'failed' };

type Waiting = Omit<AlgoOrder, 'status' | 'triggerPrice' | 'market'> & {
  status: string;
  triggerPrice?: string;
};

/** https://www.gate.com/docs/developers/apiv4/en/#query-running-auto-order-list */
export function toPriceOrder(core: SimulatedExchange, algo: Waiting): Record<string, unknown> {
  const market = core.state.market('spot', algo.symbol);
  const type = algo.price === undefined ? 'market' : 'limit';
  const rising = algo.type.startsWith('stop_') === (algo.side === 'buy');
  const account = isUnified(core.state.account(algo.account)) ? 'unified' : 'normal';
  const put = { type, side: algo.side, price: algo.price ?? '0', amount: algo.amount, account };
  return {
    trigger: { price: algo.triggerPrice, rule: rising ? '>=' : '<=', expiration: 86_400 },
    put: { ...put, time_in_force: type === 'market' ? 'ioc' : 'gtc', text: 'api' },
    ...{ id: algo.id, user: 1, market: toPair(market), ctime: Math.floor(algo.createdAt / 1_000) },
    ...{ ftime: 0, fired_order_id: algo.actualOrderId ?? 0, reason: '' },
    status: triggerStatuses[algo.status as keyof typeof triggerStatuses] ?? 'cancelled',
  };
}

/** https://www.gate.com/docs/developers/apiv4/en/#query-personal-trading-fees */
export function toFeeRates(market: Market): Record<string, unknown> {
  const rate = feeRateOf(market, 'taker');
  return { user_id: 1, taker_fee: rate, maker_fee: rate, gt_discount: false, gt_taker_fee: '0' };
}

/** https://www.gate.com/docs/developers/apiv4/en/#retrieve-user-account-information */
export function toDetail(account: Account): Record<string, unknown> {
  const { id, permissions } = account;
  return {
    ...{ user_id: toUserId(id), currency_pairs: [], tier: 0, copy_trading_role: 0 },
    ip_whitelist: permissions.ipRestricted ? ['127.0.0.1'] : [],
    // That of the key: the account can be unified all the same.
    key: { mode: 1 },
  };
}

/** https://www.gate.com/docs/developers/apiv4/en/#query-all-main-account-key-information */
export function toKeys({ apiKey, permissions }: Account): Record<string, unknown>[] {
  const perms = [
    { name: 'account', read_only: true },
    { name: 'spot', read_only: !permissions.trade },
    ...(permissions.futures ? [{ name: 'futures', read_only: !permissions.trade }] : []),
  ];
  return [{ state: 1, mode: 1, name: 'main', user_id: 1, perms, key: `${apiKey.slice(0, 12)}*****` }];
}
