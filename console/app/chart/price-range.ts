import type { PriceLine } from './price-line.ts';

export interface Range {
  minValue: number;
  maxValue: number;
}

/** A line further from the candles than this share of the price would flatten them: the edge of the chart names it. */
const farAway = 0.2;

/** @returns the range of the candles, extended to each line that is near them. */
export function includeLines({ minValue, maxValue }: Range, lines: readonly PriceLine[]): Range {
  const near = lines
    .map(({ price }) => Number(price))
    .filter((price) => price / maxValue - 1 < farAway && 1 - price / minValue < farAway);
  return { minValue: Math.min(minValue, ...near), maxValue: Math.max(maxValue, ...near) };
}

/** Lines that the chart does not show, each side with the nearest to the chart first. */
export interface OutsideLines {
  above: PriceLine[];
  below: PriceLine[];
}

export function findOutside(lines: readonly PriceLine[], { minValue, maxValue }: Range): OutsideLines {
  const byPrice = lines.toSorted((a, b) => Number(a.price) - Number(b.price));
  return {
    above: byPrice.filter(({ price }) => Number(price) > maxValue),
    below: byPrice.filter(({ price }) => Number(price) < minValue).reverse(),
  };
}
