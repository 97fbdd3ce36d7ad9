import { cancelAlgoOrder, placeAlgoOrder } from '../core/algo-orders.ts';
import type { Account, AlgoOrder, MarketKind, Order } from '../core/model.ts';
import { cancelOrder, placeOrder } from '../core/orders.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { gateError, parameterError, unknownOrder } from './errors.ts';
import type { Params } from './request.ts';
import { isUnified, toGateOrder, toPriceOrder } from './shapes.ts';

const sides = ['buy', 'sell'] as const;
const types = ['limit', 'market'] as const;

export const timesInForce = { gtc: 'GTC', ioc: 'IOC', fok: 'FOK', poc: 'GTC' } as const;

/** An order is paid by the account that it names. Gate's page has no error for one that the user does not have. */
function checkAccount(params: Params, account: Account, classic: 'spot' | 'normal'): void {
  const own = isUnified(account) ? 'unified' : classic;
  if (params.oneOf('account', [classic, 'unified', 'margin'], own) !== own)
    throw parameterError('account', params.text('account'));
}

/** "When `type` is `market`: `buy` refers to the quote currency, `sell` refers to the base currency." */
export function createOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = params.market(core);
  checkAccount(params, account, 'spot');
  const [type, side] = [params.oneOf('type', types, 'limit'), params.oneOf('side', sides)];
  const isMarket = type === 'market';
  const names = isMarket ? (['ioc', 'fok'] as const) : (['gtc', 'ioc', 'fok', 'poc'] as const);
  const timeInForce = params.oneOf('time_in_force', names, isMarket ? undefined : 'gtc');
  const size = params.requiredDecimal('amount');
  const order = placeOrder(core.state, {
    ...{ account, market: 'spot', symbol: market.symbol, side, type },
    ...(isMarket && side === 'buy' ? { quoteAmount: size } : { amount: size }),
    price: isMarket ? undefined : params.requiredDecimal('price'),
    timeInForce: isMarket ? undefined : timesInForce[timeInForce],
    postOnly: timeInForce === 'poc',
    clientOrderId: params.clientOrderId(),
    // Gate's pages do not say that a `text` is unique.
    clientOrderIdUnique: 'never',
  });
  return toGateOrder(core, order);
}

/** @returns the latest order of a market that has this id or `text`, if Gate still knows it. */
export function findLatest(
  core: SimulatedExchange,
  { account, id, market }: { account: Account; id: string; market: MarketKind },
  isKnown: (order: Order, byText: boolean) => boolean,
): Order | undefined {
  const byText = id.startsWith('t-');
  return [...core.state.orders.values()].findLast(
    (order) =>
      order.account === account.id &&
      order.market === market &&
      (byText ? `t-${order.clientOrderId}` : String(order.id)) === id &&
      isKnown(order, byText),
  );
}

/** "Operations based on custom IDs can only be checked in pending orders." */
export function findOrder(core: SimulatedExchange, { id }: Params, account: Account): Order | undefined {
  return findLatest(core, { account, id, market: 'spot' }, (order, byText) => !byText || isOpen(order));
}

/** "`currency_pair` is required when querying pending order records." */
export function readOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const order = findOrder(core, params, account);
  if (order === undefined || (isOpen(order) && order.symbol !== params.market(core).symbol))
    throw unknownOrder();
  return toGateOrder(core, order);
}

export function deleteOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const { symbol } = params.market(core);
  const order = findOrder(core, params, account);
  if (order?.symbol !== symbol) throw unknownOrder();
  if (order.status === 'filled') throw gateError('ORDER_CLOSED', 'Order already closed');
  if (!isOpen(order)) throw gateError('ORDER_CANCELLED', 'Order already cancelled');
  return toGateOrder(core, cancelOrder(core.state, order));
}

/** https://www.gate.com/docs/developers/apiv4/en/#create-price-triggered-order. It holds no coins until it triggers. */
export function createPriceOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = params.market(core, 'market');
  const [trigger, put] = [params.object('trigger'), params.object('put')];
  checkAccount(put, account, 'normal');
  const [type, side] = [put.oneOf('type', types, 'limit'), put.oneOf('side', sides)];
  const rising = trigger.oneOf('rule', ['>=', '<=']) === '>=';
  const kind = rising === (side === 'buy') ? 'stop' : 'take_profit';
  const algo = placeAlgoOrder(core.state, {
    ...{ account, market: 'spot', symbol: market.symbol, side, type: `${kind}_${type}` },
    ...{ triggerPrice: trigger.decimal('price'), amount: put.decimal('amount') },
    price: type === 'market' ? undefined : put.decimal('price'),
  });
  return { id: algo.id };
}

export function findPriceOrder(
  core: SimulatedExchange,
  { id }: Params,
  account: Account,
  market: MarketKind = 'spot',
): AlgoOrder {
  const algo = core.state.algoOrders.get(Number(id));
  if (algo?.account !== account.id || (algo.market ?? 'usdm') !== market) throw unknownOrder();
  return algo;
}

export function deletePriceOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const algo = findPriceOrder(core, params, account);
  if (algo.status !== 'new') throw gateError('ORDER_CLOSED', 'Order already closed');
  return toPriceOrder(core, cancelAlgoOrder(core.state, algo));
}
