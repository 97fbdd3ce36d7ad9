import { decimal, text } from '../core/amounts.ts';
import { leverageOf, marginOf, positionOf } from '../core/futures-account.ts';
import { liquidationPriceOf } from '../core/liquidation.ts';
import type { Account, AlgoOrder, ExecutionCause, Fill, Market, Order, PositionSide } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { contractSizeOf, toContracts } from './request.ts';

export function toInstId({ kind, base, quote }: Market): string {
  return `${base}-${quote}${kind === 'spot' ? '' : '-SWAP'}`;
}

const toInstType = ({ kind }: Market) => (kind === 'spot' ? 'SPOT' : 'SWAP');

/** https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments */
export function toInstrument(market: Market): Record<string, unknown> {
  const { base, quote, kind, tick, lot, marketLot, halted } = market;
  const isSpot = kind === 'spot';
  return {
    ...{ instId: toInstId(market), instType: toInstType(market), state: halted ? 'suspend' : 'live' },
    ...{ baseCcy: isSpot ? base : '', quoteCcy: isSpot ? quote : '', settleCcy: isSpot ? '' : quote },
    ...{ uly: isSpot ? '' : `${base}-${quote}`, instFamily: isSpot ? '' : `${base}-${quote}` },
    ...{ ctVal: isSpot ? '' : contractSizeOf(market), ctMult: isSpot ? '' : '1' },
    ...{ ctValCcy: isSpot ? '' : base, ctType: isSpot ? '' : 'linear', lever: '10', tickSz: tick },
    ...{ lotSz: toContracts(market, lot.step), minSz: toContracts(market, lot.min) },
    ...{ maxLmtSz: toContracts(market, lot.max), maxMktSz: toContracts(market, marketLot.max) },
    ...{ listTime: '1606468572000', expTime: '', groupId: '1', ruleType: 'normal' },
  };
}

const states = { filled: 'filled', partially_filled: 'partially_filled', new: 'live', pending_new: 'live' };

const toPosSide = (side: PositionSide) => (side === 'BOTH' ? 'net' : side.toLowerCase());

function toOrdType({ type, postOnly, timeInForce }: Order): string {
  if (!type.startsWith('limit')) return 'market';
  if (postOnly) return 'post_only';
  return timeInForce === 'GTC' ? 'limit' : timeInForce.toLowerCase();
}

const toClientId = (id: number, clientOrderId: string) =>
  clientOrderId === `sim-${id}` ? '' : clientOrderId;

function toUnit({ kind }: Market, { quoteAmount }: Order): string {
  if (kind !== 'spot') return '';
  return quoteAmount === undefined ? 'base_ccy' : 'quote_ccy';
}

/** https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-order-details */
export function toOkxOrder(core: SimulatedExchange, order: Order): Record<string, unknown> {
  const market = core.state.market(order.market, order.symbol);
  const fills = core.state.fillsOf(order.id);
  const algo = core.state.algoOrders.get(order.algoId ?? 0);
  const isFilled = !decimal(order.filled).isZero();
  const fee = fills.reduce((total, each) => total.minus(each.fee), decimal('0'));
  return {
    ...{ instType: toInstType(market), instId: toInstId(market), ordId: String(order.id), tag: '', ccy: '' },
    clOrdId: order.algoId === undefined ? toClientId(order.id, order.clientOrderId) : '',
    ...{ algoId: algo === undefined ? '' : String(algo.id), algoClOrdId: algo?.clientOrderId ?? '' },
    ...{ side: order.side, posSide: toPosSide(order.positionSide), ordType: toOrdType(order) },
    tdMode:
      market.kind === 'spot'
        ? 'cash'
        : (core.state.account(order.account).marginType[order.symbol] ?? 'cross'),
    sz: order.quoteAmount ?? toContracts(market, order.amount),
    tgtCcy: toUnit(market, order),
    ...{ px: order.type.startsWith('limit') ? (order.price ?? '') : '', pnl: '0' },
    accFillSz: toContracts(market, order.filled),
    avgPx: isFilled ? text(decimal(order.cost).div(order.filled).decimalPlaces(8)) : '',
    state: states[order.status as keyof typeof states] ?? 'canceled',
    ...{ fee: text(fee), feeCcy: fills[0]?.feeAsset ?? '', rebate: '', rebateCcy: '' },
    ...{ reduceOnly: String(order.reduceOnly), category: 'normal', source: algo === undefined ? '' : '7' },
    ...{ slTriggerPx: '', slOrdPx: '', tpTriggerPx: '', tpOrdPx: '', attachAlgoOrds: [] },
    ...{ cTime: String(order.createdAt), uTime: String(order.updatedAt) },
  };
}

const algoStates = { new: 'live', triggering: 'live', triggered: 'effective', rejected: 'order_failed' };

/** https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-get-algo-order-details */
export function toOkxAlgo(core: SimulatedExchange, algo: AlgoOrder): Record<string, unknown> {
  const market = core.state.market(algo.market ?? 'usdm', algo.symbol);
  const isStop = algo.type.startsWith('stop_');
  const [trigger, price] = [algo.triggerPrice, algo.price ?? '-1'];
  const placed = algo.actualOrderId === undefined ? [] : [String(algo.actualOrderId)];
  return {
    ...{
      instType: toInstType(market),
      instId: toInstId(market),
      algoId: String(algo.id),
      clOrdId: '',
      tag: '',
    },
    ...{ algoClOrdId: toClientId(algo.id, algo.clientOrderId), ordType: 'conditional', side: algo.side },
    ...{ posSide: toPosSide(algo.positionSide), reduceOnly: String(algo.reduceOnly) },
    tdMode:
      market.kind === 'spot' ? 'cash' : (core.state.account(algo.account).marginType[algo.symbol] ?? 'cross'),
    ...{ sz: toContracts(market, algo.amount ?? '0'), tgtCcy: '', triggerPx: '', ordPx: '' },
    ...{
      slTriggerPx: isStop ? trigger : '',
      slOrdPx: isStop ? price : '',
      slTriggerPxType: isStop ? 'last' : '',
    },
    ...{ tpTriggerPx: isStop ? '' : trigger, tpOrdPx: isStop ? '' : price, actualSz: '0', actualPx: '' },
    ...{ ordIdList: placed, ordId: placed[0] ?? '', actualSide: placed.length > 0 ? 'sl' : '' },
    state: algoStates[algo.status as keyof typeof algoStates] ?? 'canceled',
    failCode: algo.status === 'rejected' ? '51112' : '',
    ...{ cTime: String(algo.createdAt), uTime: String(algo.updatedAt) },
  };
}

/** Buys and sells have neighboring codes. Opening and closing have codes of their own in long/short mode. */
const subTypes: Partial<Record<ExecutionCause, number>> = {
  liquidation: 106,
  deleveraging: 127,
  'block-trade': 204,
  transfer: 324,
};

function toSubType({ cause, side, positionSide }: Fill): number {
  if (cause === 'delivery' || cause === 'settlement') return side === 'sell' ? 112 : 113;
  if (cause !== undefined) return (subTypes[cause] ?? 1) + (side === 'buy' ? 0 : 1);
  if (positionSide === 'BOTH') return side === 'buy' ? 1 : 2;
  if (positionSide === 'LONG') return side === 'buy' ? 3 : 5;
  return side === 'sell' ? 4 : 6;
}

/** https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-transaction-details-last-3-days */
export function toOkxFill(core: SimulatedExchange, fill: Fill): Record<string, unknown> {
  const market = core.state.market(fill.market, fill.symbol);
  return {
    ...{ instType: toInstType(market), instId: toInstId(market), tradeId: String(fill.id), tag: '' },
    ...{
      ordId: String(fill.orderId),
      clOrdId: '',
      billId: String(fill.id),
      subType: String(toSubType(fill)),
    },
    ...{ side: fill.side, posSide: toPosSide(fill.positionSide), execType: fill.maker ? 'M' : 'T' },
    ...{ fillSz: toContracts(market, fill.amount), fillPx: fill.price, fillPnl: fill.realizedPnl },
    ...{ fee: text(decimal(fill.fee).negated()), feeCcy: fill.feeAsset },
    ...{ fillTime: String(fill.at), ts: String(fill.at) },
  };
}

/** https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-positions */
export function toOkxPosition(core: SimulatedExchange, account: Account, market: Market, side: PositionSide) {
  const position = positionOf(account, market.symbol, side);
  const amount = decimal(position.amount);
  const mgnMode = account.marginType[market.symbol] ?? 'cross';
  const lever = String(leverageOf(account, market.symbol));
  const initial = text(amount.abs().times(position.entryPrice).div(lever));
  const liquidation = liquidationPriceOf(core.state, account, position);
  return {
    ...{
      instType: 'SWAP',
      instId: toInstId(market),
      posId: `${account.id}-${side}`,
      posSide: toPosSide(side),
    },
    // "long, pos is positive; short, pos is positive; net: negative pos means short position".
    pos: toContracts(market, text(side === 'BOTH' ? amount : amount.abs())),
    ...{ mgnMode, lever, avgPx: amount.isZero() ? '' : position.entryPrice, markPx: market.price },
    ...{ imr: mgnMode === 'cross' ? initial : '', margin: mgnMode === 'isolated' ? initial : '' },
    ...{ liqPx: liquidation === undefined ? '' : text(liquidation), ccy: market.quote },
    ...{ cTime: String(position.updatedAt), uTime: String(position.updatedAt) },
  };
}

/** https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-balance */
export function toOkxBalance(core: SimulatedExchange, account: Account): Record<string, unknown> {
  const coins = [...new Set([...Object.keys(account.spot), ...Object.keys(account.usdm)])];
  const details = coins.map((ccy) => {
    const { free, locked } = account.spot[ccy] ?? { free: '0', locked: '0' };
    const { wallet, available, unrealized } = marginOf(core.state, account, ccy);
    const cash = wallet.plus(free).plus(locked);
    return {
      ...{ ccy, cashBal: text(cash), eq: text(cash.plus(unrealized)), frozenBal: locked },
      ...{ availBal: text(available.plus(free)), availEq: '', upl: text(unrealized) },
    };
  });
  return { totalEq: '0', uTime: String(core.now()), details };
}

/** https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-account-configuration */
export function toConfig({ id, permissions, hedged, accountMode = '2' }: Account): Record<string, unknown> {
  const { trade, withdraw, ipRestricted } = permissions;
  const perm = ['read_only', ...(withdraw ? ['withdraw'] : []), ...(trade ? ['trade'] : [])].join(',');
  const uid = id.replace('account-', '');
  const mode = hedged ? 'long_short_mode' : 'net_mode';
  return { uid, mainUid: uid, acctLv: accountMode, posMode: mode, perm, ip: ipRestricted ? '127.0.0.1' : '' };
}
