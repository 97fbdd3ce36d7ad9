import { expect, test } from 'vitest';
import type { Bench } from './bench.ts';
import { checkRatios, formatBudgets, formatTable } from './report.ts';
import { Samples } from './samples.ts';

function createBench(samples: Samples): Bench {
  return {
    samples,
    builds: [{ name: 'after', file: '', bytes: { binance: 900_000 } }],
    world: undefined as never,
    rounds: 3,
    budgets: [],
    progress: () => undefined,
  };
}

test('a budget is the ratio of two medians of the same run', () => {
  const samples = new Samples();
  for (const answer of [100, 120, 900]) samples.add('cold', 'after', { answer });
  for (const answer of [400, 400, 400]) samples.add('cold', 'naive', { answer });
  for (const answer of [20, 25, 25]) samples.add('cold', 'empty', { answer });
  expect(
    formatBudgets(checkRatios(createBench(samples), ['cold']))
      .split('\n')
      .slice(2),
  ).toEqual([
    '| cold start / naive build | 0.30 × | ≤ 0.33 × | met |',
    '| cold start / empty handler | 4.80 × | ≤ 4 × | MISSED |',
    '| bundle with one exchange | 900 kB | ≤ 1200 kB | met |',
  ]);
});

test('the table shows a build without a warm-up with its cold start', () => {
  const samples = new Samples();
  samples.add('cold', 'before', { answer: 300 });
  samples.add('warm-up', 'after', { answer: 30 });
  expect(formatTable(createBench(samples), 10, 1)).toContain(
    '| first hit after a warm-up: answer |  | 300 / 300 (cold) | 30 / 30 |  |  |  | 0.10 × |  |  |',
  );
});

test('a budget of a part that measured nothing is missed', () => {
  const bench = createBench(new Samples());
  const lines = formatBudgets(checkRatios(bench, ['hits', 'warm-up'])).split('\n');
  expect(lines.slice(2)).toEqual([
    '| first hit after a warm-up / the ten after it | not measured | ≤ 1.5 × | MISSED |',
    '| first hit after a warm-up and a freeze / the ten after it | not measured | ≤ 1.5 × | MISSED |',
    '| own time of hits 2–16 / loopback floor | not measured | ≤ 1.5 × | MISSED |',
    '| bundle with one exchange | 900 kB | ≤ 1200 kB | met |',
  ]);
});

test('a cold start has the same limit against the naive build of the revision before', () => {
  const samples = new Samples();
  samples.add('cold', 'after', { answer: 100 });
  samples.add('cold', 'naive-before', { answer: 200 });
  const bench = createBench(samples);
  bench.builds.push({ name: 'naive-before', file: '', bytes: {} });
  expect(formatBudgets(checkRatios(bench, ['cold']))).toContain(
    '| cold start / naive build of the revision before | 0.50 × | ≤ 0.33 × | MISSED |',
  );
});
