import { decimal, text } from './amounts.ts';
import { changeWallet } from './fees.ts';
import { positionOf } from './futures-account.ts';
import { fillResting } from './matching.ts';
import type { Account, ExecutionCause, Order, Position, PositionSide } from './model.ts';
import { Rejection } from './rejection.ts';
import type { ExchangeState } from './state.ts';

export interface EndPosition {
  account: Account;
  symbol: string;
  positionSide?: PositionSide | undefined;
  cause: Exclude<ExecutionCause, 'funding'>;
  /** All of the position unless given. */
  amount?: string | undefined;
  /** The market's price unless given. */
  price?: string | undefined;
}

function requirePosition(account: Account, symbol: string, side: PositionSide = 'BOTH'): Position {
  const position = positionOf(account, symbol, side);
  if (decimal(position.amount).isZero()) throw new Rejection('reduce_only', 'there is no such position');
  return position;
}

/** The client order ids that Binance gives to its own orders. Bybit leaves them empty. */
const clientOrderIds: Partial<Record<ExecutionCause, (id: number) => string>> = {
  liquidation: (id) => `autoclose-${id}`,
  deleveraging: () => 'adl_autoclose',
  settlement: (id) => `settlement_autoclose-${id}`,
  delivery: (id) => `settlement_autoclose-${id}`,
};

/** Places an order of the exchange's own against a position, and fills it. */
export function endPosition(state: ExchangeState, input: EndPosition): Order {
  const { account, symbol, positionSide = 'BOTH', cause } = input;
  const market = state.market('usdm', symbol);
  const position = requirePosition(account, symbol, positionSide);
  const id = state.newId();
  const at = state.now();
  const order: Order = {
    id,
    clientOrderId: clientOrderIds[cause]?.(id) ?? `sim-${id}`,
    account: account.id,
    market: 'usdm',
    symbol,
    side: decimal(position.amount).gt(0) ? 'sell' : 'buy',
    type: 'limit',
    timeInForce: cause === 'liquidation' ? 'IOC' : 'GTC',
    postOnly: false,
    amount: input.amount ?? text(decimal(position.amount).abs()),
    price: input.price ?? market.price,
    triggered: true,
    filled: '0',
    cost: '0',
    status: 'new',
    positionSide,
    reduceOnly: false,
    closePosition: false,
    cause,
    createdAt: at,
    updatedAt: at,
  };
  state.addOrder(order);
  const before = state.fills.length;
  fillResting(state, order, undefined);
  for (const fill of state.fills.slice(before)) fill.cause = cause;
  state.onChange();
  return order;
}

export interface Funding {
  account: Account;
  symbol: string;
  positionSide?: PositionSide | undefined;
  /** What the position pays; negative if it receives. */
  fee: string;
}

export function payFunding(state: ExchangeState, { account, symbol, positionSide, fee }: Funding): void {
  const market = state.market('usdm', symbol);
  const position = requirePosition(account, symbol, positionSide);
  const amount = decimal(position.amount).abs();
  changeWallet(account, market.quote, decimal(fee).negated());
  state.fills.push({
    id: state.newId(),
    orderId: 0,
    account: account.id,
    market: 'usdm',
    symbol,
    // Bybit's row of a funding fee has the side of the position's own close.
    side: decimal(position.amount).gt(0) ? 'sell' : 'buy',
    positionSide: position.side,
    price: market.price,
    amount: text(amount),
    cost: text(amount.times(market.price)),
    fee: text(decimal(fee)),
    feeAsset: market.quote,
    maker: false,
    realizedPnl: '0',
    cause: 'funding',
    at: state.now(),
  });
  state.onChange();
}
