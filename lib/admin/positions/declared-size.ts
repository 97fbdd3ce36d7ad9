import { type Amount, decimal, isPositive, toAmount } from '../../amount.ts';
import type { ExchangePosition, MarketRules } from '../../exchange/exchange.ts';
import { Fault } from '../../fault.ts';
import type { Position } from '../../position/position.ts';
import type { CommandInput } from '../contract/commands.ts';

type Declared = Pick<CommandInput<'positions.adopt'>, 'amount' | 'side'>;
type DeclaredSize = NonNullable<Position['declaredSize']>;

/**
 * The size of a position that is adopted without entry orders: the declared amount, or all of the exchange position
 * that is free. Throws `invalid-input`, and `conflict` if nothing is free.
 * @param owned by other positions of the same exchange position.
 */
export function computeDeclaredSize(
  { amount, side }: Declared,
  market: MarketRules,
  held: ExchangePosition,
  owned: Amount,
): DeclaredSize {
  if (market.kind === 'spot') return declareSpot(amount, market);
  const { symbol, base } = market;
  if (held.side === undefined || !isPositive(held.amount))
    throw new Fault('invalid-input', `The account holds no ${symbol} position.`, {
      hint: { text: 'Give entry orders, or adopt a position that exists.' },
    });
  if (held.side !== side)
    throw new Fault(
      'invalid-input',
      `The account's ${symbol} position is a ${held.side} of ${held.amount} ${base}, not a ${side}.`,
      { hint: { text: 'Check the side.' } },
    );
  const free = toAmount(decimal(held.amount).minus(owned));
  if (!isPositive(free))
    throw new Fault(
      'conflict',
      `Other positions already own all of the account's ${symbol} position (${held.amount} ${base}).`,
      { hint: { text: 'Create links for those positions, or forget them first.' } },
    );
  if (amount !== undefined && decimal(amount).gt(free)) throw tooMuch(amount, free, market, held);
  return { amount: amount ?? free, averagePrice: held.averagePrice };
}

function declareSpot(amount: Amount | undefined, { base }: MarketRules): DeclaredSize {
  if (amount !== undefined) return { amount };
  throw new Fault('invalid-input', 'The size of the position is missing.', {
    hint: { text: `Give its entry orders, or the amount of ${base} that belongs to it.` },
  });
}

function tooMuch(amount: Amount, free: Amount, { symbol, base }: MarketRules, held: ExchangePosition): Fault {
  const position = `The account's ${symbol} position is ${held.amount} ${base}`;
  const detail = decimal(free).lt(held.amount)
    ? `${position}. Only ${free} ${base} belongs to no other position, less than the amount ${amount}.`
    : `${position}, less than the amount ${amount}.`;
  return new Fault('invalid-input', detail, { hint: { text: `Give at most ${free} ${base}.` } });
}
