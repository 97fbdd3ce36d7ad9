import { type Amount, decimal, isPositive, sum, toAmount } from '../../amount.ts';
import type { ExchangePosition, MarketRules } from '../../exchange/exchange.ts';
import { Fault } from '../../fault.ts';
import type { Position } from '../../position/position.ts';
import type { Owned } from '../../strategy/excess.ts';
import type { CommandInput } from '../contract/commands.ts';

type Declared = Pick<CommandInput<'positions.adopt'>, 'amount' | 'side'>;
type DeclaredSize = NonNullable<Position['declaredSize']>;

/**
 * The size of a position that is adopted without entry orders: the declared amount, or all of the exchange position
 * that is free. Throws `invalid-input`, and `conflict` if nothing is free.
 * @param owned what other positions may own of the same exchange position.
 */
export function computeDeclaredSize(
  { amount, side }: Declared,
  market: MarketRules,
  held: ExchangePosition,
  owned: Owned,
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
  const free = toAmount(decimal(held.amount).minus(sum([owned.known, owned.meanwhile])));
  if (!isPositive(free)) throw nothingFree(free, market, held, owned);
  if (amount !== undefined && decimal(amount).gt(free)) throw tooMuch(amount, free, market, held, owned);
  return { amount: amount ?? free, averagePrice: held.averagePrice };
}

function nothingFree(
  free: Amount,
  { symbol, base }: MarketRules,
  held: ExchangePosition,
  owned: Owned,
): Fault {
  const uncertain = sum([owned.unfilled, owned.meanwhile]);
  if (decimal(free).plus(uncertain).lte(0))
    return new Fault(
      'conflict',
      `Other positions already own all of the account's ${symbol} position (${held.amount} ${base}).`,
      { hint: { text: 'Create links for those positions, or forget them first.' } },
    );
  return new Fault(
    'conflict',
    `The account's ${symbol} position is ${held.amount} ${base}. ${mayFill(uncertain, base)} Nothing was adopted.`,
    { hint: { text: 'Adopt again when those entry orders have filled or are canceled.' } },
  );
}

function mayFill(uncertain: Amount, base: string): string {
  return `Entry orders of other positions can fill ${uncertain} ${base} of it, and may have done so already.`;
}

function declareSpot(amount: Amount | undefined, { base }: MarketRules): DeclaredSize {
  if (amount !== undefined) return { amount };
  throw new Fault('invalid-input', 'The size of the position is missing.', {
    hint: { text: `Give its entry orders, or the amount of ${base} that belongs to it.` },
  });
}

function tooMuch(
  amount: Amount,
  free: Amount,
  { symbol, base }: MarketRules,
  held: ExchangePosition,
  owned: Owned,
): Fault {
  const position = `The account's ${symbol} position is ${held.amount} ${base}`;
  const uncertain = sum([owned.unfilled, owned.meanwhile]);
  const why = isPositive(uncertain) ? ` ${mayFill(uncertain, base)}` : '';
  const detail = decimal(free).lt(held.amount)
    ? `${position}. Only ${free} ${base} belongs to no other position, less than the amount ${amount}.${why}`
    : `${position}, less than the amount ${amount}.`;
  return new Fault('invalid-input', detail, { hint: { text: `Give at most ${free} ${base}.` } });
}
