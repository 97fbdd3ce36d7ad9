import { decimal } from '../amount.ts';
import type { AttachedExits, ExitSupport, MarketRules } from '../exchange/exchange.ts';
import type { WantedExits } from './check-exits.ts';

/** @returns what a LIMIT entry carries. A ladder of targets, and a target without a stop, follow the fill. */
export function attachExits(
  { takeProfits, stopLoss }: WantedExits,
  support: ExitSupport | undefined,
  { opoAllowed = true }: MarketRules,
): AttachedExits | undefined {
  if (stopLoss === undefined || support?.attach?.has('stop') !== true || !opoAllowed) return undefined;
  const [target, ...others] = takeProfits;
  const isWhole = target !== undefined && others.length === 0 && decimal(target.percent).eq(100);
  return {
    stopLoss: { triggerPrice: stopLoss.price, price: stopLoss.limitPrice },
    ...(isWhole && support.attach.has('stop-and-target') ? { takeProfit: { price: target.price } } : {}),
  };
}
