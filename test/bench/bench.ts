import type { Build, BuildName } from './builds.ts';
import type { World } from './environment.ts';
import type { Budget } from './figures.ts';
import type { Samples } from './samples.ts';

/** What the parts of a run share. */
export interface Bench {
  world: World;
  /** Those that take part. */
  builds: Build[];
  rounds: number;
  samples: Samples;
  budgets: Budget[];
  /** Reports how far a part is. */
  progress(done: number, of: number): void;
}

export function findBuild({ builds }: Bench, name: BuildName): Build {
  const found = builds.find((build) => build.name === name);
  if (found === undefined) throw new Error(`no build ${name}`);
  return found;
}

/** @returns the builds of these names that take part, another one first in each round. */
export function takeTurns({ builds }: Bench, names: readonly BuildName[], round: number): Build[] {
  const found = builds.filter(({ name }) => names.includes(name));
  const first = round % found.length;
  return [...found.slice(first), ...found.slice(0, first)];
}
