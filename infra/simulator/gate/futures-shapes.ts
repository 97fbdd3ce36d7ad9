import { decimal, text } from '../core/amounts.ts';
import { feeRateOf } from '../core/fees.ts';
import { leverageOf, marginOf, mustReduce, positionOf, unrealizedPnl } from '../core/futures-account.ts';
import { liquidationPriceOf, maintenanceRatio } from '../core/liquidation.ts';
import type { Account, AlgoOrder, ExecutionCause, Fill, Market, Order, PositionSide } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { isUnified, toPair, toUserId } from './shapes.ts';

/** A fraction of the mark price: "abs(order_price - mark_price) <= mark_price * order_price_deviate". */
export const priceDeviate = '0.5';

/** Contracts are of one step, which makes amounts whole numbers, and of 10 XRP, which has tenths of a step. */
const contractSizeOf = ({ base, lot }: Market) => (base === 'XRP' ? '10' : lot.step);

export const isDecimal = (market: Market) => !decimal(market.lot.step).eq(contractSizeOf(market));

export const toBase = (market: Market, contracts: string) =>
  text(decimal(contracts).times(contractSizeOf(market)));

const toContracts = (market: Market, amount: string) => text(decimal(amount).div(contractSizeOf(market)));

/** "Positive for buy, negative for sell." */
const toSize = (market: Market, amount: string, side: Order['side']) =>
  toContracts(market, side === 'buy' ? amount : text(decimal(amount).negated()));

const toSeconds = (ms: number) => ms / 1_000;

/** https://www.gate.com/docs/developers/apiv4/en/#query-single-contract-information */
export function toContract(market: Market): Record<string, unknown> {
  const { price, tick, lot, marketLot, halted = false } = market;
  const contracts = (amount: string) => toContracts(market, amount);
  return {
    ...{ name: toPair(market), type: 'direct', quanto_multiplier: contractSizeOf(market), orders_limit: 50 },
    ...{ enable_decimal: isDecimal(market), order_size_min: contracts(lot.min), trade_size: '0' },
    ...{ order_size_max: contracts(lot.max), market_order_size_max: contracts(marketLot.max) },
    ...{ order_price_round: tick, mark_price_round: tick, order_price_deviate: priceDeviate },
    ...{ last_price: price, mark_price: price, index_price: price, mark_type: 'index', position_size: '0' },
    ...{ leverage_min: '1', leverage_max: '100', maintenance_rate: maintenanceRatio },
    ...{ taker_fee_rate: feeRateOf(market, 'taker'), maker_fee_rate: feeRateOf(market, 'maker') },
    ...{ funding_rate: '0.0001', funding_interval: 28_800, funding_next_apply: 1_610_035_200 },
    // "`in_delisting=true` and position_size=0 indicates the contract is delisted".
    ...{ status: halted ? 'delisted' : 'trading', in_delisting: halted, market_order_slip_ratio: '0.05' },
    ...{ create_time: 1_669_688_556, launch_time: 1_609_899_548, delisting_time: 0, contract_type: '' },
  };
}

export function toFuturesTicker(market: Market): Record<string, unknown> {
  const { price } = market;
  return {
    ...{ contract: toPair(market), last: price, mark_price: price, index_price: price },
    ...{ lowest_ask: price, highest_bid: price, lowest_size: '1000', highest_size: '1000' },
    ...{ funding_rate: '0.0001', change_percentage: '0', total_size: '0' },
  };
}

/** "Internal reserved fields that identify the order source". */
const sources: Partial<Record<ExecutionCause, (id: number) => string>> = {
  liquidation: (id) => `liq-${id}`,
  deleveraging: () => 'auto_deleveraging',
  settlement: () => 'clear',
  delivery: () => 'clear',
};

function toText({ id, clientOrderId, cause }: Order): string {
  if (cause !== undefined) return sources[cause]?.(id) ?? 'web';
  return clientOrderId === `sim-${id}` ? 'api' : `t-${clientOrderId}`;
}

function toFinishAs({ status, cancelCause, cause, reduceOnly, type, timeInForce }: Order): string {
  if (cause === 'deleveraging') return 'auto_deleveraged';
  if (status !== 'expired') return status === 'filled' ? 'filled' : 'cancelled';
  const rested = type === 'limit' && timeInForce === 'GTC';
  if (cancelCause === 'nothing-to-reduce' || (rested && reduceOnly)) return 'reduce_only';
  return rested ? 'cancelled' : 'ioc';
}

function toTif({ type, postOnly, timeInForce }: Order): string {
  if (type === 'market') return 'ioc';
  return postOnly ? 'poc' : timeInForce.toLowerCase();
}

/** In hedge mode, a reducing order is one with `reduce_only`: no other field names its side. */
const isReduceOnly = (order: Order | AlgoOrder) =>
  order.reduceOnly || (mustReduce(order) && !order.closePosition);

const toMarginMode = (core: SimulatedExchange, { account, symbol }: Pick<Order, 'account' | 'symbol'>) =>
  core.state.account(account).marginType[symbol] ?? 'cross';

/** https://www.gate.com/docs/developers/apiv4/en/#place-futures-order. The fees are rates. */
export function toFuturesOrder(core: SimulatedExchange, order: Order): Record<string, unknown> {
  const market = core.state.market('usdm', order.symbol);
  const { side, amount, filled, cost } = order;
  const left = text(decimal(amount).minus(filled));
  const average = decimal(filled).isZero() ? '0' : text(decimal(cost).div(filled).decimalPlaces(8));
  return {
    ...{ id: order.id, user: toUserId(order.account), contract: toPair(market), text: toText(order) },
    ...{ size: toSize(market, amount, side), left: toSize(market, left, side), iceberg: '0' },
    ...{ price: order.type === 'market' ? '0' : (order.price ?? '0'), fill_price: average },
    ...{ tif: toTif(order), is_reduce_only: isReduceOnly(order), is_close: order.closePosition },
    ...{ is_liq: order.cause === 'liquidation', amend_text: '-', stp_id: 0, stp_act: '-', refu: 0 },
    ...{ mkfr: feeRateOf(market, 'maker'), tkfr: feeRateOf(market, 'taker') },
    ...{ market_order_slip_ratio: '0.05', pos_margin_mode: toMarginMode(core, order) },
    ...{ create_time: toSeconds(order.createdAt), update_time: toSeconds(order.updatedAt) },
    ...(isOpen(order)
      ? { status: 'open' }
      : { status: 'finished', finish_time: toSeconds(order.updatedAt), finish_as: toFinishAs(order) }),
  };
}

/** "close_size>0 && size>0 && size <= close_size Close short position", "close_size<0 && size<0 … Close long position". */
export function toFuturesTrade(core: SimulatedExchange, fill: Fill): Record<string, unknown> {
  const market = core.state.market('usdm', fill.symbol);
  const sizeOf = (amount: string) => toSize(market, amount, fill.side);
  return {
    ...{ create_time: toSeconds(fill.at), contract: toPair(market), order_id: String(fill.orderId) },
    ...{ size: sizeOf(fill.amount), close_size: sizeOf(fill.closed ?? '0'), price: fill.price },
    ...{ role: fill.maker ? 'maker' : 'taker', fee: fill.fee, point_fee: '0' },
    text: toText(core.state.order(fill.orderId)),
  };
}

const modes = { BOTH: 'single', LONG: 'dual_long', SHORT: 'dual_short' } as const;

/** https://www.gate.com/docs/developers/apiv4/en/#get-single-position-information */
export function toFuturesPosition(
  core: SimulatedExchange,
  account: Account,
  market: Market,
  side: PositionSide,
): Record<string, unknown> {
  const position = positionOf(account, market.symbol, side);
  const { amount, entryPrice, realizedPnl, updatedAt } = position;
  const isCross = account.marginType[market.symbol] !== 'isolated';
  const lever = String(leverageOf(account, market.symbol));
  const held = decimal(amount).abs();
  const [value, liquidation] = [held.times(market.price), liquidationPriceOf(core.state, account, position)];
  return {
    ...{ user: toUserId(account.id), contract: toPair(market), size: toContracts(market, amount) },
    // "0 means cross margin. For leverage of cross margin, please refer to `cross_leverage_limit`."
    ...{ leverage: isCross ? '0' : lever, cross_leverage_limit: isCross ? lever : '0', lever },
    ...{ pos_margin_mode: isCross ? 'cross' : 'isolated', leverage_max: '100', risk_limit: '1000000' },
    ...{ maintenance_rate: maintenanceRatio, average_maintenance_rate: maintenanceRatio },
    ...{ value: text(value), margin: text(held.times(entryPrice).div(lever)), entry_price: entryPrice },
    ...{ initial_margin: text(value.div(lever)), maintenance_margin: text(value.times(maintenanceRatio)) },
    ...{ mark_price: market.price, liq_price: liquidation === undefined ? '0' : text(liquidation) },
    ...{ unrealised_pnl: text(unrealizedPnl(position, market.price)), realised_pnl: realizedPnl },
    ...{ adl_ranking: held.isZero() ? 6 : 5, close_order: null, mode: modes[side], update_id: 1, pid: 0 },
    update_time: Math.floor(toSeconds(updatedAt)),
  };
}

/** https://www.gate.com/docs/developers/apiv4/en/#get-futures-account */
export function toFuturesAccount({ state }: SimulatedExchange, account: Account): Record<string, unknown> {
  const { wallet, unrealized, positionMargin, orderMargin, available } = marginOf(state, account, 'USDT');
  const { hedged } = account;
  return {
    ...{ user: toUserId(account.id), currency: 'USDT', total: text(wallet), point: '0', bonus: '0' },
    ...{ position_margin: text(positionMargin), order_margin: text(orderMargin), available: text(available) },
    ...{ unrealised_pnl: text(unrealized), cross_available: text(available) },
    ...{ in_dual_mode: hedged, position_mode: hedged ? 'dual' : 'single', enable_dual_plus: false },
    // "0: classic future account", "1: Multi-Currency Margin Mode".
    ...{ margin_mode: isUnified(account) ? 1 : 0, enable_credit: isUnified(account) },
  };
}

const finishedAs = { triggered: 'succeeded', canceled: 'cancelled', rejected: 'failed', expired: 'expired' };

function toOrderType(algo: AlgoOrder): string {
  if (!mustReduce(algo)) return '';
  const { side, positionSide, closePosition } = algo;
  const closed = positionSide === 'SHORT' || (positionSide === 'BOTH' && side === 'buy') ? 'short' : 'long';
  return closePosition ? `close-${closed}-position` : `plan-close-${closed}-position`;
}

/** https://www.gate.com/docs/developers/apiv4/en/#query-auto-order-list. The size of a full close is 0, and always a number. */
export function toFuturesPriceOrder(core: SimulatedExchange, algo: AlgoOrder): Record<string, unknown> {
  const market = core.state.market('usdm', algo.symbol);
  const size = toSize(market, algo.amount ?? '0', algo.side);
  const finishAs = finishedAs[algo.status as keyof typeof finishedAs];
  const rule = algo.type.startsWith('stop_') === (algo.side === 'buy') ? 1 : 2;
  return {
    initial: {
      ...{ contract: toPair(market), size: Math.trunc(Number(size)), amount: size, price: algo.price ?? '0' },
      ...{ tif: algo.price === undefined ? 'ioc' : algo.timeInForce.toLowerCase(), text: 'api' },
      ...{ is_reduce_only: isReduceOnly(algo), is_close: algo.closePosition },
    },
    trigger: { strategy_type: 0, price_type: 0, price: algo.triggerPrice, rule, expiration: 0 },
    ...{ id: algo.id, id_string: String(algo.id), user: toUserId(algo.account), me_order_id: 0, reason: '' },
    ...{ create_time: toSeconds(algo.createdAt), finish_time: toSeconds(algo.updatedAt) },
    ...{ trade_id: algo.actualOrderId ?? 0, order_type: toOrderType(algo) },
    ...(finishAs === undefined ? { status: 'open' } : { status: 'finished', finish_as: finishAs }),
    pos_margin_mode: toMarginMode(core, algo),
  };
}
