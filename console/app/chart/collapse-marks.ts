import type { Mark } from './price-line.ts';

/** A mark at a candle. */
export interface CandleMark {
  /** When its candle opened, epoch milliseconds. */
  at: number;
  shape: Mark['shape'];
  text: string;
}

const plurals: Record<Mark['shape'], string> = {
  buy: 'buys',
  sell: 'sells',
  hit: 'hits',
  failed: 'failed hits',
};

/**
 * @param openings of the candles, ascending.
 * @returns one mark for each candle and shape, with its count if there are several. Marks before all candles are left out.
 */
export function collapseMarks(marks: readonly Mark[], openings: readonly number[]): CandleMark[] {
  const placed = marks.flatMap(({ at, shape, text }) => {
    const opening = openings.findLast((each) => each <= at);
    return opening === undefined ? [] : [{ at: opening, shape, text }];
  });
  return [...Map.groupBy(placed, ({ at, shape }) => `${at} ${shape}`).values()]
    .flatMap(([first, ...others]) => (first === undefined ? [] : [addCount(first, others.length + 1)]))
    .sort((a, b) => a.at - b.at);
}

function addCount(mark: CandleMark, count: number): CandleMark {
  return count === 1 ? mark : { ...mark, text: `${count} ${plurals[mark.shape]}` };
}
