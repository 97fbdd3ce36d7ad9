import type { AlgoOrder } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { computeAveragePrice, usdmTypes } from './usdm-order-shapes.ts';

/** https://developers.binance.com/docs/derivatives/usds-margined-futures/user-data-streams/Event-Algo-Order-Update */
const algoStatuses = {
  new: 'NEW',
  triggering: 'TRIGGERING',
  triggered: 'TRIGGERED',
  canceled: 'CANCELED',
  rejected: 'REJECTED',
  expired: 'EXPIRED',
};

export function toAlgoOrder(core: SimulatedExchange, algo: AlgoOrder) {
  const actual = algo.actualOrderId === undefined ? undefined : core.state.order(algo.actualOrderId);
  // FINISHED: the order that it placed has filled or was canceled.
  const algoStatus = actual !== undefined && !isOpen(actual) ? 'FINISHED' : algoStatuses[algo.status];
  return {
    algoId: algo.id,
    clientAlgoId: algo.clientOrderId,
    algoType: 'CONDITIONAL',
    orderType: usdmTypes[algo.type],
    symbol: algo.symbol,
    side: algo.side.toUpperCase(),
    positionSide: algo.positionSide,
    timeInForce: algo.postOnly ? 'GTX' : algo.timeInForce,
    quantity: algo.amount ?? '0',
    algoStatus,
    actualOrderId: actual === undefined ? '' : String(actual.id),
    actualPrice: actual === undefined ? '0.00000' : computeAveragePrice(actual),
    triggerPrice: algo.triggerPrice,
    price: algo.price ?? '0',
    icebergQuantity: null,
    tpTriggerPrice: '0.000',
    tpPrice: '0.000',
    slTriggerPrice: '0.000',
    slPrice: '0.000',
    tpOrderType: '',
    selfTradePreventionMode: 'EXPIRE_MAKER',
    workingType: algo.triggerBy ?? 'CONTRACT_PRICE',
    priceMatch: 'NONE',
    closePosition: algo.closePosition,
    priceProtect: false,
    reduceOnly: algo.reduceOnly,
    createTime: algo.createdAt,
    updateTime: algo.updatedAt,
    triggerTime: algo.triggeredAt ?? 0,
    goodTillDate: 0,
  };
}
