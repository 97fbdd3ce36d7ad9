import { decimal, text } from '../core/amounts.ts';
import { feeRateOf } from '../core/fees.ts';
import { leverageOf, marginOf, positionOf, unrealizedPnl } from '../core/futures-account.ts';
import { liquidationPriceOf, maintenanceRatio } from '../core/liquidation.ts';
import type { Account, AlgoOrder, ExecutionCause, Fill, Market, Order, PositionSide } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { toPair, toUserId } from './shapes.ts';

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
  return {
    ...{ name: toPair(market), type: 'direct', quanto_multiplier: contractSizeOf(market) },
    ...{ enable_decimal: isDecimal(market), order_size_min: toContracts(market, lot.min) },
    ...{
      order_size_max: toContracts(market, lot.max),
      market_order_size_max: toContracts(market, marketLot.max),
    },
    ...{ order_price_round: tick, mark_price_round: tick, order_price_deviate: priceDeviate },
    ...{ last_price: price, mark_price: price, index_price: price, mark_type: 'index' },
    ...{
      leverage_min: '1',
      leverage_max: '100',
      cross_leverage_default: '10',
      market_order_slip_ratio: '0.05',
    },
    ...{ maintenance_rate: maintenanceRatio, taker_fee_rate: feeRateOf(market, 'taker') },
    ...{ maker_fee_rate: feeRateOf(market, 'maker'), ref_discount_rate: '0', ref_rebate_rate: '0.2' },
    ...{
      funding_rate: '0.0001',
      funding_interval: 28_800,
      funding_next_apply: 1_610_035_200,
      orders_limit: 50,
    },
    // "`in_delisting=true` and position_size=0 indicates the contract is delisted".
    ...{ status: halted ? 'delisted' : 'trading', in_delisting: halted, trade_size: '0', position_size: '0' },
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

function toFinishAs({ status, cancelCause, cause, reduceOnly, timeInForce, type }: Order): string {
  if (cause === 'deleveraging') return 'auto_deleveraged';
  if (status === 'filled') return 'filled';
  if (cancelCause === 'position-closed') return 'position_closed';
  if (cancelCause === 'nothing-to-reduce') return 'reduce_only';
  if (status === 'canceled') return 'cancelled';
  return reduceOnly && type === 'limit' && timeInForce === 'GTC' ? 'reduce_only' : 'ioc';
}

function toTif({ type, postOnly, timeInForce }: Order): string {
  if (type === 'market') return 'ioc';
  return postOnly ? 'poc' : timeInForce.toLowerCase();
}

const toMarginMode = (core: SimulatedExchange, { account, symbol }: Pick<Order, 'account' | 'symbol'>) =>
  core.state.account(account).marginType[symbol] ?? 'cross';

/** https://www.gate.com/docs/developers/apiv4/en/#place-futures-order. The fees are rates. */
export function toFuturesOrder(core: SimulatedExchange, order: Order): Record<string, unknown> {
  const market = core.state.market('usdm', order.symbol);
  const { side, amount, filled, cost } = order;
  const average = decimal(filled).isZero() ? '0' : text(decimal(cost).div(filled).decimalPlaces(8));
  return {
    ...{ id: order.id, user: toUserId(order.account), contract: toPair(market), text: toText(order) },
    ...{
      size: toSize(market, amount, side),
      left: toSize(market, text(decimal(amount).minus(filled)), side),
    },
    ...{ price: order.type === 'market' ? '0' : (order.price ?? '0'), fill_price: average, iceberg: '0' },
    ...{ tif: toTif(order), is_reduce_only: order.reduceOnly, is_close: order.closePosition },
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
  return {
    ...{ create_time: toSeconds(fill.at), contract: toPair(market), order_id: String(fill.orderId) },
    ...{
      size: toSize(market, fill.amount, fill.side),
      close_size: toSize(market, fill.closed ?? '0', fill.side),
    },
    ...{ price: fill.price, role: fill.maker ? 'maker' : 'taker', fee: fill.fee, point_fee: '0' },
    ...{ text: toText(core.state.order(fill.orderId)) },
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
  const marginMode = account.marginType[market.symbol] ?? 'cross';
  const lever = String(leverageOf(account, market.symbol));
  const held = decimal(amount).abs();
  const [value, liquidation] = [held.times(market.price), liquidationPriceOf(core.state, account, position)];
  const pending = core.state
    .openOrders()
    .filter(
      (order) => order.account === account.id && order.market === 'usdm' && order.symbol === market.symbol,
    );
  return {
    ...{ user: toUserId(account.id), contract: toPair(market), size: toContracts(market, amount) },
    // "0 means cross margin. For leverage of cross margin, please refer to `cross_leverage_limit`."
    ...{ leverage: marginMode === 'cross' ? '0' : lever, lever, pos_margin_mode: marginMode },
    ...{
      cross_leverage_limit: marginMode === 'cross' ? lever : '0',
      leverage_max: '100',
      risk_limit: '1000000',
    },
    ...{ maintenance_rate: maintenanceRatio, average_maintenance_rate: maintenanceRatio },
    ...{ value: text(value), margin: text(held.times(entryPrice).div(lever)), entry_price: entryPrice },
    ...{ initial_margin: text(value.div(lever)), maintenance_margin: text(value.times(maintenanceRatio)) },
    ...{ mark_price: market.price, liq_price: liquidation === undefined ? '0' : text(liquidation) },
    ...{
      unrealised_pnl: text(unrealizedPnl(position, market.price)),
      realised_pnl: realizedPnl,
      pnl_pnl: realizedPnl,
    },
    ...{ adl_ranking: held.isZero() ? 6 : 5, pending_orders: pending.length, close_order: null },
    ...{ mode: modes[side], update_time: Math.floor(toSeconds(updatedAt)), update_id: 1, pid: 0 },
  };
}

/** https://www.gate.com/docs/developers/apiv4/en/#get-futures-account */
export function toFuturesAccount(core: SimulatedExchange, account: Account): Record<string, unknown> {
  const { wallet, unrealized, positionMargin, orderMargin, available } = marginOf(
    core.state,
    account,
    'USDT',
  );
  return {
    ...{
      user: toUserId(account.id),
      currency: 'USDT',
      total: text(wallet),
      unrealised_pnl: text(unrealized),
    },
    ...{ position_margin: text(positionMargin), order_margin: text(orderMargin), available: text(available) },
    ...{
      in_dual_mode: account.hedged,
      position_mode: account.hedged ? 'dual' : 'single',
      enable_dual_plus: false,
    },
    // "0: classic future account", "1: Multi-Currency Margin Mode".
    ...{ margin_mode: account.accountMode === '2' ? 1 : 0, enable_credit: account.accountMode === '2' },
    ...{ cross_available: text(available), cross_unrealised_pnl: text(unrealized), point: '0', bonus: '0' },
  };
}

const finishedAs = { triggered: 'succeeded', canceled: 'cancelled', rejected: 'failed', expired: 'expired' };

function toOrderType({ side, positionSide, closePosition, reduceOnly }: AlgoOrder): string {
  if (!closePosition && !reduceOnly) return '';
  const closed = positionSide === 'SHORT' || (positionSide === 'BOTH' && side === 'buy') ? 'short' : 'long';
  return closePosition ? `close-${closed}-position` : `plan-close-${closed}-position`;
}

/** https://www.gate.com/docs/developers/apiv4/en/#query-auto-order-list. The size of a full close is 0, and always a number. */
export function toFuturesPriceOrder(core: SimulatedExchange, algo: AlgoOrder): Record<string, unknown> {
  const market = core.state.market('usdm', algo.symbol);
  const size = toSize(market, algo.amount ?? '0', algo.side);
  const finishAs = finishedAs[algo.status as keyof typeof finishedAs];
  const rises = algo.type.startsWith('stop_') === (algo.side === 'buy');
  return {
    initial: {
      ...{ contract: toPair(market), size: Math.trunc(Number(size)), amount: size, price: algo.price ?? '0' },
      ...{ tif: algo.price === undefined ? 'ioc' : algo.timeInForce.toLowerCase(), text: 'api' },
      ...{ is_reduce_only: algo.reduceOnly, is_close: algo.closePosition },
    },
    trigger: {
      strategy_type: 0,
      price_type: 0,
      price: algo.triggerPrice,
      rule: rises ? 1 : 2,
      expiration: 0,
    },
    ...{
      id: algo.id,
      id_string: String(algo.id),
      user: toUserId(algo.account),
      order_type: toOrderType(algo),
    },
    ...{ create_time: toSeconds(algo.createdAt), finish_time: toSeconds(algo.updatedAt), reason: '' },
    ...{ trade_id: algo.actualOrderId ?? 0, status: finishAs === undefined ? 'open' : 'finished' },
    ...(finishAs === undefined ? {} : { finish_as: finishAs }),
    ...{ me_order_id: 0, pos_margin_mode: toMarginMode(core, algo) },
  };
}
