import { cancelAlgoOrder, placeAlgoOrder } from '../core/algo-orders.ts';
import { decimal } from '../core/amounts.ts';
import type { Account, AlgoOrder, Market, Order } from '../core/model.ts';
import { checkFilters, isTriggeredAt } from '../core/rules.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { nothingToCancel, okxError, parameterError } from './errors.ts';
import { type Params, toBase } from './request.ts';

const acknowledged = { sCode: '0', sMsg: '', tag: '' };

function parseSide(params: Params) {
  const side = params.required('side');
  if (side !== 'buy' && side !== 'sell') throw parameterError('side');
  return side;
}

/**
 * "Spot mode, Futures mode: SPOT: cash", "Multi-currency margin mode, Portfolio margin: Cross SPOT: cross". An order with
 * another mode than the position's does not touch that position.
 */
function checkTradeMode(params: Params, account: Account, market: Market): void {
  const tdMode = params.required('tdMode');
  const { accountMode = '2', marginType } = account;
  if (market.kind === 'spot') {
    if (tdMode !== (accountMode > '2' ? 'cross' : 'cash'))
      throw okxError(51010, 'Request unsupported under current account mode');
    return;
  }
  if (tdMode !== 'cross' && tdMode !== 'isolated') throw parameterError('tdMode');
  const held = Object.values(account.positions).some(
    ({ symbol, amount }) => symbol === market.symbol && !decimal(amount).isZero(),
  );
  if (!held) marginType[market.symbol] = tdMode;
  if (tdMode !== (marginType[market.symbol] ?? 'cross'))
    throw okxError(
      51169,
      "Order failed because you don't have any positions in this direction for this contract.",
    );
}

/** "Only applicable to Futures mode and Multi-currency margin": portfolio margin ignores it. */
function parsePositionFields(params: Params, account: Account, market: Market) {
  if (market.kind === 'spot') return {};
  const reduceOnly = params.text('reduceOnly') === 'true' && account.accountMode !== '4' && !account.hedged;
  return { positionSide: params.positionSide(), reduceOnly, mustFitPosition: true };
}

/** "Default is quote_ccy for buy, base_ccy for sell. Only applicable to SPOT Market Orders." */
function parseSize(params: Params, market: Market, isMarket: boolean) {
  const sz = params.requiredDecimal('sz');
  const usual = params.text('side') === 'buy' ? 'quote_ccy' : 'base_ccy';
  const inQuote = market.kind === 'spot' && isMarket && (params.text('tgtCcy') ?? usual) === 'quote_ccy';
  return inQuote ? { quoteAmount: sz } : { amount: toBase(market, sz) };
}

const timesInForce = { market: 'IOC', limit: 'GTC', post_only: 'GTC', fok: 'FOK', ioc: 'IOC' } as const;

/** https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order */
export function createOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = params.market(core);
  const ordType = params.required('ordType') as keyof typeof timesInForce;
  if (!(ordType in timesInForce)) throw parameterError('ordType');
  checkTradeMode(params, account, market);
  const isMarket = ordType === 'market';
  const clOrdId = params.clientId('clOrdId');
  const order = core.acknowledgeOrder({
    ...{ account, market: market.kind, symbol: market.symbol, side: parseSide(params) },
    type: isMarket ? 'market' : 'limit',
    ...parseSize(params, market, isMarket),
    price: isMarket ? undefined : params.requiredDecimal('px'),
    timeInForce: isMarket ? undefined : timesInForce[ordType],
    postOnly: ordType === 'post_only',
    ...parsePositionFields(params, account, market),
    // "clOrdId must be unique among all currently pending orders."
    clientOrderId: clOrdId,
  });
  return { ...acknowledged, ordId: String(order.id), clOrdId: clOrdId ?? '', ts: String(core.now()) };
}

/** A sell's stop loss is below the price, its take profit above. A LIMIT take profit is not modeled. */
function parseTrigger(params: Params) {
  if (params.required('ordType') !== 'conditional') throw parameterError('ordType');
  // "When both are sent, only stop-loss logic will be performed."
  const name = params.text('slTriggerPx') === undefined ? 'tp' : 'sl';
  const price = params.orderPrice(`${name}OrdPx`);
  const kind = name === 'sl' ? 'stop' : 'take_profit';
  const type = `${kind}_${price === undefined ? 'market' : 'limit'}` as const;
  return {
    type,
    price,
    triggerPrice: params.requiredDecimal(`${name}TriggerPx`),
  };
}

/** https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-post-place-algo-order */
export function createAlgo(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = params.market(core);
  checkTradeMode(params, account, market);
  const algoClOrdId = params.clientId('algoClOrdId');
  const taken = [...core.state.algoOrders.values()].some(
    ({ account: owner, clientOrderId, status }) =>
      owner === account.id && clientOrderId === algoClOrdId && status === 'new',
  );
  if (taken) throw okxError(51065, 'algoClOrdId already exists.');
  const algo = placeAlgoOrder(core.state, {
    ...{ account, market: market.kind, symbol: market.symbol, side: parseSide(params) },
    ...parseTrigger(params),
    amount: toBase(market, params.requiredDecimal('sz')),
    ...parsePositionFields(params, account, market),
    clientOrderId: algoClOrdId,
  });
  return { ...acknowledged, algoId: String(algo.id), algoClOrdId: algoClOrdId ?? '', clOrdId: '' };
}

/** "If the clOrdId is associated with multiple orders, only the latest one will be returned." */
export function findOrder(core: SimulatedExchange, account: Account, params: Params): Order | undefined {
  const [ordId, clOrdId] = [params.text('ordId'), params.text('clOrdId')];
  const { kind, symbol } = params.market(core);
  return [...core.state.orders.values()].findLast(
    (order) =>
      order.account === account.id &&
      order.market === kind &&
      order.symbol === symbol &&
      order.takesEffectAt === undefined &&
      (ordId === undefined ? order.clientOrderId === clOrdId : String(order.id) === ordId),
  );
}

export function findAlgo(core: SimulatedExchange, account: Account, params: Params): AlgoOrder | undefined {
  const [algoId, clientId] = [params.text('algoId'), params.text('algoClOrdId')];
  return [...core.state.algoOrders.values()].findLast(
    (algo) =>
      algo.account === account.id &&
      (algoId === undefined ? algo.clientOrderId === clientId : String(algo.id) === algoId),
  );
}

/** "Not strictly considered that the order has been canceled." https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-cancel-order */
export function cancelOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const order = findOrder(core, account, params);
  if (order === undefined || !isOpen(order)) throw nothingToCancel();
  core.acknowledgeCancel(order);
  return { ...acknowledged, ordId: String(order.id), clOrdId: params.text('clOrdId') ?? '' };
}

/** https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-post-cancel-algo-order */
export function cancelAlgo(core: SimulatedExchange, params: Params, account: Account): unknown {
  params.required('instId');
  const algo = findAlgo(core, account, params);
  if (algo === undefined || algo.status === 'canceled') throw nothingToCancel();
  if (algo.status !== 'new') throw okxError(51416, "Order has been triggered and can't be canceled");
  cancelAlgoOrder(core.state, algo);
  return { ...acknowledged, algoId: String(algo.id), algoClOrdId: '', clOrdId: '' };
}

/** "New total target quantity". https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-amend-order */
export function amendOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = params.market(core);
  const order = findOrder(core, account, params);
  if (order === undefined || !isOpen(order))
    throw okxError(51503, 'Your order has already been filled or canceled.');
  const newSz = params.decimal('newSz');
  const amount = newSz === undefined ? order.amount : toBase(market, newSz);
  core.acknowledgeChange(order, { amount, price: params.decimal('newPx') });
  return { ...acknowledged, ordId: String(order.id), clOrdId: '', reqId: '' };
}

/** "Stop order modification only applies to Expiry Futures and Perpetual Futures" (51529). */
export function amendAlgo(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = params.market(core);
  const algo = findAlgo(core, account, params);
  if (algo?.status !== 'new')
    throw okxError(51527, 'Order modification unsuccessful. The stop order does not exist.');
  if (market.kind === 'spot') throw okxError(51529, 'Order modification unsuccessful.');
  const [newSz, triggerPrice] = [params.decimal('newSz'), params.decimal('newSlTriggerPx')];
  const price = params.text('newSlOrdPx') === undefined ? algo.price : params.orderPrice('newSlOrdPx');
  const { price: _, ...kept } = algo;
  const changed: AlgoOrder = {
    ...kept,
    ...(newSz === undefined ? {} : { amount: toBase(market, newSz) }),
    triggerPrice: triggerPrice ?? algo.triggerPrice,
    type: price === undefined ? 'stop_market' : 'stop_limit',
    ...(price === undefined ? {} : { price }),
    updatedAt: core.now(),
  };
  checkFilters(market, { ...changed, amount: changed.amount ?? '0' }, { exemptFromNotional: true });
  if (isTriggeredAt(changed, market.price))
    throw okxError(51280, 'SL trigger price cannot be higher than the last price.');
  core.state.algoOrders.set(algo.id, changed);
  core.state.onChange();
  return { ...acknowledged, algoId: String(algo.id), algoClOrdId: algo.clientOrderId, reqId: '' };
}
