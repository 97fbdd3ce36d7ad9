import { decimal, text } from '../core/amounts.ts';
import type { Account, Fill, Market, Order } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';

export const toProductId = ({ base, quote }: Market) => `${base}-${quote}`;

const toTime = (at: number) => new Date(at).toISOString();

/** https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/public/list-public-products */
export function toProduct(market: Market): Record<string, unknown> {
  const { base, quote, price, lot, marketLot, tick, minNotional, halted } = market;
  return {
    ...{ product_id: toProductId(market), price, base_increment: lot.step, quote_increment: tick },
    ...{ quote_min_size: minNotional, quote_max_size: '150000000', base_min_size: lot.min },
    ...{ base_max_size: marketLot.max, base_name: base, quote_name: quote, watched: false, new: false },
    ...{ is_disabled: false, status: 'online', cancel_only: halted === true, limit_only: false },
    ...{ post_only: false, trading_disabled: false, auction_mode: false, product_type: 'SPOT' },
    ...{ base_currency_id: base, quote_currency_id: quote, price_increment: tick, view_only: false },
    ...{ alias: '', alias_to: [], display_name: toProductId(market), product_venue: 'CBE' },
  };
}

/** An order that was placed without a client order id has one of Coinbase's own. */
function toClientOrderId({ id, clientOrderId }: Order): string {
  const own = `00000000-0000-4000-8000-${String(id).padStart(12, '0').slice(-12)}`;
  return clientOrderId === `sim-${id}` ? own : clientOrderId;
}

function toConfiguration({ type, amount, quoteAmount, price, triggerPrice, side, postOnly }: Order) {
  if (triggerPrice !== undefined) {
    const stop = { base_size: amount, limit_price: price ?? '', stop_price: triggerPrice };
    const stop_direction = side === 'sell' ? 'STOP_DIRECTION_STOP_DOWN' : 'STOP_DIRECTION_STOP_UP';
    return { stop_limit_stop_limit_gtc: { ...stop, stop_direction } };
  }
  if (type === 'market')
    return {
      market_market_ioc: quoteAmount === undefined ? { base_size: amount } : { quote_size: quoteAmount },
    };
  return { limit_limit_gtc: { base_size: amount, limit_price: price ?? '', post_only: postOnly } };
}

function toStatus(order: Order): string {
  if (order.takesEffectAt !== undefined) return 'PENDING';
  if (isOpen(order)) return order.cancelsAt === undefined ? 'OPEN' : 'CANCEL_QUEUED';
  return order.status === 'filled' ? 'FILLED' : 'CANCELLED';
}

/** https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/get-order */
export function toOrderRow(core: SimulatedExchange, order: Order): Record<string, unknown> {
  const filled = decimal(order.filled);
  const fills = core.state.fillsOf(order.id);
  const fees = fills.reduce((total, { fee }) => total.plus(fee), decimal('0'));
  const type = order.triggerPrice === undefined ? order.type : 'stop_limit';
  const last = fills.at(-1);
  return {
    ...{ order_id: String(order.id), product_id: toProductId(core.state.market('spot', order.symbol)) },
    ...{ user_id: order.account, order_configuration: toConfiguration(order) },
    ...{ side: order.side.toUpperCase(), client_order_id: toClientOrderId(order), status: toStatus(order) },
    ...{ time_in_force: order.type === 'market' ? 'IMMEDIATE_OR_CANCEL' : 'GOOD_UNTIL_CANCELLED' },
    ...{ created_time: toTime(order.createdAt), last_update_time: toTime(order.updatedAt) },
    ...{ completion_percentage: text(filled.div(order.amount).times(100)), filled_size: order.filled },
    average_filled_price: filled.isZero() ? '0' : text(decimal(order.cost).div(filled)),
    ...{ fee: '', number_of_fills: String(fills.length), filled_value: order.cost, pending_cancel: false },
    ...{ size_in_quote: order.quoteAmount !== undefined, total_fees: text(fees), settled: !isOpen(order) },
    ...{ order_type: type.toUpperCase(), reject_reason: 'REJECT_REASON_UNSPECIFIED', product_type: 'SPOT' },
    ...{ order_placement_source: 'RETAIL_ADVANCED', last_fill_time: last && toTime(last.at) },
  };
}

/** https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/list-fills */
export function toFillRow(core: SimulatedExchange, fill: Fill): Record<string, unknown> {
  // An order by cost has trades whose size is in the quote currency.
  const inQuote = core.state.order(fill.orderId).quoteAmount !== undefined;
  return {
    ...{ entry_id: `entry-${fill.id}`, trade_id: `trade-${fill.id}`, order_id: String(fill.orderId) },
    ...{ trade_time: toTime(fill.at), sequence_timestamp: toTime(fill.at), trade_type: 'FILL' },
    ...{ price: fill.price, size: inQuote ? fill.cost : fill.amount, commission: fill.fee },
    ...{ size_in_quote: inQuote, product_id: toProductId(core.state.market('spot', fill.symbol)) },
    ...{ liquidity_indicator: fill.maker ? 'MAKER' : 'TAKER', side: fill.side.toUpperCase() },
  };
}

/** https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/accounts/list-accounts. A vault can't trade. */
export function toAccountRows({ spot }: Account): Record<string, unknown>[] {
  const toRow = (currency: string, type: string, free: string, locked: string) => ({
    ...{ uuid: `${type}-${currency}`, name: `${currency} Wallet`, currency, default: true, active: true },
    ...{ available_balance: { value: free, currency }, hold: { value: locked, currency }, ready: true },
    ...{ type: `ACCOUNT_TYPE_${type}`, platform: 'ACCOUNT_PLATFORM_CONSUMER' },
  });
  return Object.entries(spot).flatMap(([currency, { free, locked }]) => [
    toRow(currency, 'VAULT', '7', '0'),
    toRow(currency, 'CRYPTO', free, locked),
  ]);
}

/** https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/data-api/get-api-key-permissions */
export function toKey({ id, permissions: { trade, withdraw } }: Account): Record<string, unknown> {
  return {
    ...{ can_view: true, can_trade: trade, can_transfer: withdraw, can_receive: false },
    ...{ portfolio_uuid: id, portfolio_type: 'DEFAULT' },
  };
}
