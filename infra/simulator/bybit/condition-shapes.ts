import type { CancelCause, ExecutionCause, Order, OrderType } from '../core/model.ts';
import { isConditionalType } from '../core/rules.ts';

/** The kind of a conditional order: https://bybit-exchange.github.io/docs/v5/enum#stopordertype */
export function toStopOrderType({ type, market, exit, oco, locksAtTrigger }: Order): string {
  if (!isConditionalType(type)) return '';
  if (oco !== undefined) return 'OcoOrder';
  if (market === 'spot') return locksAtTrigger === true ? 'Stop' : 'tpslOrder';
  if (exit === undefined) return 'Stop';
  const kind = exit.kind === 'take-profit' ? 'TakeProfit' : 'StopLoss';
  return exit.mode === 'partial' ? `Partial${kind}` : kind;
}

/** https://bybit-exchange.github.io/docs/v5/enum#createtype */
const createTypes: Partial<Record<ExecutionCause, string>> = {
  liquidation: 'CreateByTakeOver_PassThrough',
  deleveraging: 'CreateByAdl_PassThrough',
  'block-trade': 'CreateByBlock_PassThrough',
  transfer: 'CreateByBlockTradeMovePosition_PassThrough',
};

export function toCreateType(order: Order): string {
  if (order.cause !== undefined) return createTypes[order.cause] ?? 'CreateByUser';
  if (order.exit !== undefined) return `CreateBy${toStopOrderType(order)}`;
  return 'CreateByUser';
}

/** https://bybit-exchange.github.io/docs/v5/enum#canceltype */
const cancelTypes: Record<CancelCause, string> = {
  'position-closed': 'CancelByTpSlTsClear',
  'nothing-to-reduce': 'CancelByReduceOnly',
  'no-funds': 'UNKNOWN',
  'take-profit-triggered': 'CancelByOCOSlCanceledByTpTriggered',
  'stop-loss-triggered': 'CancelByOCOTpCanceledBySlTriggered',
};

export function toCancelType({ status, cancelCause, postOnly }: Order): string {
  if (cancelCause !== undefined) return cancelTypes[cancelCause];
  return status === 'canceled' && !postOnly ? 'CancelByUser' : 'UNKNOWN';
}

function toTriggerDirection(type: OrderType, side: Order['side']): number {
  if (!isConditionalType(type)) return 0;
  return type.startsWith('stop_') === (side === 'buy') ? 1 : 2;
}

function toMode({ attached, exit }: Order): string {
  const mode = attached?.mode ?? exit?.mode;
  if (mode === undefined) return '';
  return mode === 'full' ? 'Full' : 'Partial';
}

/** https://bybit-exchange.github.io/docs/v5/order/open-order. The last word is as Bybit's page spells it. */
const ocoTriggers = {
  unknown: 'OcoTriggerByUnknown',
  'take-profit': 'OcoTriggerByTp',
  'stop-loss': 'OcoTriggerByBySl',
};

/** The fields of an order's trigger and of the exits that are attached to it. */
export function toConditions(order: Order) {
  const { takeProfit, stopLoss } = order.attached ?? order.oco ?? {};
  // An order that waits for two prices has none of its own before its trigger.
  const triggerPrice = order.oco !== undefined && !order.triggered ? undefined : order.triggerPrice;
  return {
    ...(order.oco === undefined ? {} : { ocoTriggerBy: ocoTriggers[order.oco.triggeredBy ?? 'unknown'] }),
    stopOrderType: toStopOrderType(order),
    takeProfit: takeProfit?.triggerPrice ?? '',
    tpLimitPrice: takeProfit?.limitPrice ?? '',
    tpTriggerBy: takeProfit === undefined ? '' : 'LastPrice',
    stopLoss: stopLoss?.triggerPrice ?? '',
    slLimitPrice: stopLoss?.limitPrice ?? '',
    slTriggerBy: stopLoss === undefined ? '' : 'LastPrice',
    tpslMode: toMode(order),
    parentOrderLinkId: order.exit?.parentClientOrderId ?? '',
    triggerDirection: toTriggerDirection(order.type, order.side),
    triggerPrice: triggerPrice ?? '',
    closeOnTrigger: order.closeOnTrigger ?? false,
    triggerBy: triggerPrice === undefined ? '' : 'LastPrice',
  };
}
