import { type Decimal, decimal } from './amounts.ts';

/** mulberry32, a small seeded generator: the same seed moves prices the same way. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One step of a random walk: at most `spread` (a fraction) up or down, rounded to the market's tick. */
export function walkPrice(price: string, tick: string, spread: string, random: () => number): Decimal {
  // Rounded to thousandths of the spread: the only place where a float becomes a price.
  const thousandths = Math.round(random() * 2000) - 1000;
  const moved = decimal(price).times(decimal(spread).times(String(thousandths)).div('1000').plus('1'));
  const ticks = moved.div(tick).integerValue();
  return ticks.lte(0) ? decimal(tick) : ticks.times(tick);
}
