import type { BuildName } from './builds.ts';
import { median, percentile } from './figures.ts';

/** What is measured of a situation: milliseconds, a number, or bytes. */
export type Measure = 'order' | 'answer' | 'own' | 'cpu' | 'handshakes' | 'bytes';

/** All single values of a run, by situation, build and measure. */
export class Samples {
  readonly #values: Record<string, Partial<Record<BuildName, Partial<Record<Measure, number[]>>>>> = {};

  add(situation: string, build: BuildName, values: Partial<Record<Measure, number>>): void {
    this.#values[situation] ??= {};
    const found = this.#values[situation];
    found[build] ??= {};
    for (const [measure, value] of Object.entries(values) as [Measure, number][]) {
      found[build][measure] ??= [];
      if (!Number.isNaN(value)) found[build][measure].push(value);
    }
  }

  find(situation: string, build: BuildName, measure: Measure): number[] {
    return this.#values[situation]?.[build]?.[measure] ?? [];
  }

  /** NaN without values. */
  median(situation: string, build: BuildName, measure: Measure): number {
    return median(this.find(situation, build, measure));
  }

  p99(situation: string, build: BuildName, measure: Measure): number {
    return percentile(this.find(situation, build, measure), 99);
  }

  toJSON(): unknown {
    return this.#values;
  }
}
