import { decimal } from '../core/amounts.ts';
import { positionOf } from '../core/futures-account.ts';
import type { Account, AttachedExits, ExitKind, Market } from '../core/model.ts';
import { addPartialExits, cancelFullExit, type ExitTarget, setFullExits } from '../core/position-exits.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { bybitError, parameterError } from './errors.ts';
import { checkExitSides, parseExits, parseMode, requirePartialForLimits } from './exit-parameters.ts';
import { requireMarket } from './listing.ts';
import type { Params } from './request.ts';

/** "You already set this TP/SL value or you didn't pass a required parameter": https://bybit-exchange.github.io/docs/v5/error */
function notModified() {
  return bybitError(34040, 'not modified');
}

/** https://bybit-exchange.github.io/docs/v5/position/trading-stop. The answer has no order ids. */
export function setTradingStop(core: SimulatedExchange, params: Params, account: Account): unknown {
  if (params.market() !== 'usdm') throw bybitError(181001, 'category only support linear or option.');
  const market = requireMarket(core, params);
  params.required('positionIdx');
  const mode = parseMode(params);
  if (mode === undefined) throw parameterError('params error: tpslMode is required');
  const positionSide = params.positionSide();
  const held = decimal(positionOf(account, market.symbol, positionSide).amount);
  if (held.isZero()) throw parameterError('can not set tp/sl/ts for zero position');
  const exits = parseExits(params, mode);
  if (exits !== undefined) {
    requirePartialForLimits(exits);
    checkExitSides(exits, { side: held.gt(0) ? 'buy' : 'sell', basePrice: market.price });
  }
  const target: ExitTarget = { account, symbol: market.symbol, positionSide };
  if (mode === 'full') setFull(core, params, target, exits);
  else addPartial(core, params, target, { exits, market });
  core.state.onChange();
  return {};
}

function setFull(core: SimulatedExchange, params: Params, target: ExitTarget, exits?: AttachedExits): void {
  const isRemoved = (name: string) =>
    params.text(name) !== undefined && decimal(params.requiredDecimal(name)).isZero();
  const removed: ExitKind[] = [
    ...(isRemoved('takeProfit') ? ['take-profit' as const] : []),
    ...(isRemoved('stopLoss') ? ['stop-loss' as const] : []),
  ];
  const changes = [
    ...removed.map((kind) => cancelFullExit(core.state, target, kind)),
    exits !== undefined && setFullExits(core.state, target, exits),
  ];
  if (!changes.includes(true)) throw notModified();
}

/** "This API can only add partial position TP/SL orders." */
function addPartial(
  core: SimulatedExchange,
  params: Params,
  target: ExitTarget,
  { exits, market }: { exits: AttachedExits | undefined; market: Market },
): void {
  if (exits === undefined) throw notModified();
  const [tpSize, slSize] = [params.decimal('tpSize'), params.decimal('slSize')];
  const isPair = exits.takeProfit !== undefined && exits.stopLoss !== undefined;
  // "The value of tpSize and slSize must equal."
  if (isPair && (tpSize === undefined || slSize === undefined || !decimal(tpSize).eq(slSize)))
    throw parameterError('tpSize and slSize must be equal.');
  const amount = exits.takeProfit === undefined ? slSize : tpSize;
  if (amount === undefined || decimal(amount).lt(market.lot.min)) throw parameterError('Qty invalid');
  addPartialExits(core.state, target, exits, amount);
}
