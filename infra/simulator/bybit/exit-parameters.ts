import { type Decimal, decimal } from '../core/amounts.ts';
import type { AttachedExits, ExitPrice, Side } from '../core/model.ts';
import { parameterError } from './errors.ts';
import type { Params } from './request.ts';

/** Bybit's prefixes of the parameters of a take profit and a stop loss. */
type Prefix = 'tp' | 'sl';
const names = { tp: 'takeProfit', sl: 'stopLoss' } as const;

export function parseMode(params: Params): AttachedExits['mode'] | undefined {
  const mode = params.text('tpslMode');
  if (mode !== undefined && mode !== 'Full' && mode !== 'Partial') throw parameterError('tpslMode invalid');
  if (mode === undefined) return undefined;
  return mode === 'Full' ? 'full' : 'partial';
}

function parseExit(params: Params, prefix: Prefix): ExitPrice | undefined {
  const triggerPrice = params.decimal(names[prefix]);
  const orderType = params.text(`${prefix}OrderType`) ?? 'Market';
  if (orderType !== 'Market' && orderType !== 'Limit') throw parameterError(`${prefix}OrderType invalid`);
  // Zero removes an exit, and sets none.
  if (triggerPrice === undefined || decimal(triggerPrice).isZero()) return undefined;
  if (orderType === 'Market') return { triggerPrice };
  return { triggerPrice, limitPrice: params.requiredDecimal(`${prefix}LimitPrice`) };
}

/** @returns the take profit and stop loss of a request, or undefined if it has neither. */
export function parseExits(params: Params, mode: AttachedExits['mode']): AttachedExits | undefined {
  const [takeProfit, stopLoss] = [parseExit(params, 'tp'), parseExit(params, 'sl')];
  if (takeProfit === undefined && stopLoss === undefined) return undefined;
  return {
    mode,
    ...(takeProfit === undefined ? {} : { takeProfit }),
    ...(stopLoss === undefined ? {} : { stopLoss }),
  };
}

/** Throws if a take profit or stop loss is on the wrong side of a price. Bybit writes prices with four more digits. */
export function checkExitSides(
  { takeProfit, stopLoss }: AttachedExits,
  { side, basePrice }: { side: Side; basePrice: string },
): void {
  const position = side === 'buy' ? 'Buy' : 'Sell';
  const scaled = (price: string | Decimal) => decimal(price).times('10000').toFixed(0);
  const mustBeAbove = { takeProfit: side === 'buy', stopLoss: side === 'sell' };
  for (const [name, exit] of Object.entries({ takeProfit, stopLoss })) {
    if (exit === undefined) continue;
    const above = mustBeAbove[name === 'takeProfit' ? 'takeProfit' : 'stopLoss'];
    const isRight = above
      ? decimal(exit.triggerPrice).gt(basePrice)
      : decimal(exit.triggerPrice).lt(basePrice);
    if (isRight) continue;
    const label = name === 'takeProfit' ? 'TakeProfit' : 'StopLoss';
    throw parameterError(
      `${label}:${scaled(exit.triggerPrice)} set for ${position} position should be ${above ? 'higher' : 'lower'} than base_price:${scaled(basePrice)}??LastPrice`,
    );
  }
}

/** A limit exit exists only for a part of the position: https://bybit-exchange.github.io/docs/v5/order/create-order */
export function requirePartialForLimits(exits: AttachedExits): void {
  const limits = [exits.takeProfit?.limitPrice, exits.stopLoss?.limitPrice];
  if (exits.mode === 'full' && limits.some((price) => price !== undefined))
    throw parameterError('tpOrderType and slOrderType must be Market with tpslMode Full.');
}
