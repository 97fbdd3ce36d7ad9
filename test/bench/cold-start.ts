import { type Bench, findBuild, takeTurns } from './bench.ts';
import type { Build } from './builds.ts';
import { type Stock, stockTable, toEnvironment } from './environment.ts';
import { startFunction } from './function-process.ts';
import { fire } from './hit.ts';

const names = ['naive', 'naive-before', 'before', 'after', 'empty'] as const;

/** One cold start after the other, the builds taking turns: from the spawned process to the response to its first alert. */
export async function measureColdStarts(bench: Bench): Promise<void> {
  const { rounds } = bench;
  const stocks = await stockBoth(bench, rounds * 2);
  for (let round = 0; round < rounds; round += 1) {
    for (const build of takeTurns(bench, names, round)) await startCold(bench, build, stocks(build));
    bench.progress(round + 1, rounds);
  }
}

/** @returns the stock of links that a build can read. */
export async function stockBoth(
  bench: Bench,
  count: number,
  countBefore = count,
): Promise<(build: Build) => Stock> {
  const { world, builds } = bench;
  const before = builds.find(({ name }) => name === 'before');
  const stocks = {
    after: await stockTable(world, findBuild(bench, 'after'), count),
    before: before && (await stockTable(world, before, countBefore)),
    none: { environment: toEnvironment(world, 'none'), tokens: [] },
  };
  return ({ name, admin }) => {
    if (admin === undefined) return stocks.none;
    return name === 'before' || name === 'naive-before' ? (stocks.before ?? stocks.none) : stocks.after;
  };
}

async function startCold({ world, samples }: Bench, build: Build, stock: Stock): Promise<void> {
  const started = await startFunction({ file: build.file, environment: stock.environment });
  const { hit, sentAt } = await fire(world, started, stock.tokens.pop());
  const readyAt = await started.readyAt();
  await started.stop();
  const beforeMs = sentAt - started.spawnedAt;
  samples.add('cold', build.name, {
    order: beforeMs + hit.order,
    answer: beforeMs + hit.answer,
    cpu: hit.cpu,
  });
  samples.add('loaded', build.name, { answer: readyAt - started.spawnedAt });
}
