import { makeRepeats, runRepeats } from './repeats.ts';

export interface RepeatsSummary {
  /** With the seed that shows it again. */
  violations: string[];
  closedAfterDeath: number;
  leftAlone: number;
  /** In one line. */
  summary: string;
}

/** Runs so many seeds of the model of repeats. */
export async function runRepeatsFrom(from: number, count: number): Promise<RepeatsSummary> {
  const violations: string[] = [];
  const counts = { closedAfterDeath: 0, leftAlone: 0 };
  for (let seed = from; seed < from + count; seed += 1) {
    const result = await runRepeats(makeRepeats(seed));
    violations.push(...result.violations.map((violation) => `seed ${seed}: ${violation}`));
    counts.closedAfterDeath += Number(result.closedAfterDeath);
    counts.leftAlone += Number(result.leftAlone);
  }
  const summary = [
    `${count} seeds from ${from}: ${violations.length} violations.`,
    `A newer position was closed after a death right before the response: ${counts.closedAfterDeath}.`,
    `A position was left open beside a failing older alert, with a notice: ${counts.leftAlone}.`,
  ].join(' ');
  return { violations, ...counts, summary };
}
