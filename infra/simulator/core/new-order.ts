import { decimal, floorToStep, larger, text } from './amounts.ts';
import type {
  Account,
  AttachedExits,
  Market,
  MarketKind,
  Order,
  OrderType,
  PositionSide,
  Side,
  TimeInForce,
} from './model.ts';
import { isConditionalType } from './rules.ts';
import type { ExchangeState } from './state.ts';

export interface OrderRequest {
  account: Account;
  market: MarketKind;
  symbol: string;
  side: Side;
  type: OrderType;
  amount?: string | undefined;
  /** Instead of `amount`, for spot MARKET orders. */
  quoteAmount?: string | undefined;
  price?: string | undefined;
  triggerPrice?: string | undefined;
  triggerBy?: string | undefined;
  timeInForce?: TimeInForce | undefined;
  postOnly?: boolean | undefined;
  positionSide?: PositionSide | undefined;
  reduceOnly?: boolean | undefined;
  closePosition?: boolean | undefined;
  closeOnTrigger?: boolean | undefined;
  attached?: AttachedExits | undefined;
  locksAtTrigger?: boolean | undefined;
  /** The most conditional orders that the account may have in the market, this one included. */
  maximumConditional?: number | undefined;
  clientOrderId?: string | undefined;
  feeIn?: 'base' | 'quote' | undefined;
  algoId?: number | undefined;
  /** Whether a client order id must be unique among open orders (the default), among all orders, or not at all. */
  clientOrderIdUnique?: 'open' | 'always' | 'never' | undefined;
  /** Rejects a reduce-only order for more than the position, instead of reducing its amount. */
  mustFitPosition?: boolean | undefined;
  /** Acknowledges the order at once, and adds it to the book this many milliseconds later. */
  effectDelayMs?: number | undefined;
}

function computeAmount(market: Market, request: OrderRequest): string {
  if (request.amount !== undefined) return request.amount;
  const step = larger(decimal(market.lot.step), decimal(market.marketLot.step));
  return text(floorToStep(decimal(request.quoteAmount ?? '0').div(market.price), step));
}

/** @returns an order that is neither checked nor in the book yet. */
export function newOrder(state: ExchangeState, market: Market, request: OrderRequest): Order {
  const id = state.newId();
  const at = state.now();
  return {
    id,
    clientOrderId: request.clientOrderId ?? `sim-${id}`,
    account: request.account.id,
    market: request.market,
    symbol: request.symbol,
    side: request.side,
    type: request.type,
    timeInForce: request.timeInForce ?? 'GTC',
    postOnly: request.postOnly ?? request.type === 'limit_maker',
    amount: text(decimal(computeAmount(market, request))),
    ...(request.quoteAmount === undefined ? {} : { quoteAmount: request.quoteAmount }),
    ...(request.price === undefined ? {} : { price: text(decimal(request.price)) }),
    ...(request.triggerPrice === undefined ? {} : { triggerPrice: text(decimal(request.triggerPrice)) }),
    triggered: !isConditionalType(request.type),
    basePrice: market.price,
    filled: '0',
    cost: '0',
    status: 'new',
    positionSide: request.positionSide ?? 'BOTH',
    reduceOnly: request.reduceOnly ?? false,
    closePosition: request.closePosition ?? false,
    ...(request.closeOnTrigger === true ? { closeOnTrigger: true } : {}),
    ...(request.locksAtTrigger === true ? { locksAtTrigger: true } : {}),
    ...(request.feeIn === undefined ? {} : { feeIn: request.feeIn }),
    ...(request.attached === undefined ? {} : { attached: request.attached }),
    ...(request.algoId === undefined ? {} : { algoId: request.algoId }),
    createdAt: at,
    updatedAt: at,
  };
}
