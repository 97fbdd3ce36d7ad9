import type { PriceLine } from '../chart/price-line.ts';
import { breakEven, changeTarget, type ExitChoices, isDecimal, moveStop } from './exit-choices.ts';

/** The id of the entry's line. */
export const entryLine = 'entry';
export const stopLine = 'stop';

export function toTargetLine(index: number): string {
  return `target-${index}`;
}

/** @returns a line for each exit that has a price. Each can be moved. */
export function toExitLines({ targets, stop }: ExitChoices, breakEvenPrice: string | undefined): PriceLine[] {
  const lines = targets.map(
    ({ price }, index): PriceLine => ({
      id: toTargetLine(index),
      price,
      title: `Target ${index + 1}`,
      kind: 'target',
      dashed: true,
    }),
  );
  const stopPrice = stop?.price === breakEven ? breakEvenPrice : stop?.price;
  const stopTitle = stop?.price === breakEven ? 'Stop, about break-even' : 'Stop';
  return [
    ...lines,
    { id: stopLine, price: stopPrice ?? '', title: stopTitle, kind: 'stop', dashed: true } as const,
  ].filter(({ price }) => isDecimal(price));
}

/** @returns the choices with the line's exit at another price. */
export function moveLine(choices: ExitChoices, id: string, price: string): ExitChoices {
  if (id === stopLine) return moveStop(choices, price);
  const index = choices.targets.findIndex((_, at) => toTargetLine(at) === id);
  return index < 0 ? choices : changeTarget(choices, index, { price });
}
