import { setTimeout as pause } from 'node:timers/promises';
import { type Bench, takeTurns } from './bench.ts';
import type { Build } from './builds.ts';
import { type Stock, stockTable } from './environment.ts';
import { FunctionError, type FunctionProcess, monotonic, startFunction } from './function-process.ts';
import { fire, takeCpu } from './hit.ts';
import { fireFrozen, freeze } from './pauses.ts';

/** What the rule that runs every minute sends to the trigger. */
const warmUpEvent = { warmUp: true };
/** The hits after the first, with which it is compared. */
const laterHits = 10;

interface Warm {
  build: Build;
  process: FunctionProcess;
  stock: Stock;
  since: number;
}

/**
 * The first hit of a process that has had a warm-up and no hit: at once, and after resting frozen, as until the next
 * warm-up on Lambda. Then the next hits of the same process.
 *
 * @param minutes how long a process is frozen.
 */
export async function measureWarmUps(bench: Bench, minutes: number): Promise<void> {
  const { rounds, progress } = bench;
  const warmable = await findWarmable(bench);
  const frozen: Warm[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const build of takeTurns({ ...bench, builds: warmable }, ['before', 'after'], round)) {
      const stock = await stockSwept(bench, build, 2 * (1 + laterHits));
      await measureHits(bench, 'warm-up', await warmUp(bench, build, stock), fire);
      const resting = await warmUp(bench, build, stock);
      freeze(resting.process);
      frozen.push(resting);
    }
    progress(round + 1, rounds * 2);
  }
  for (const [index, resting] of frozen.entries()) {
    await pause(Math.max(0, resting.since + minutes * 60_000 - monotonic()));
    await measureHits(bench, 'warm-up, frozen', resting, fireFrozen);
    progress(rounds + (rounds * (index + 1)) / frozen.length, rounds * 2);
  }
}

async function findWarmable(bench: Bench): Promise<Build[]> {
  const found: Build[] = [];
  for (const build of takeTurns(bench, ['before', 'after'], 0)) {
    const stock = await stockSwept(bench, build, 1);
    const process = await startFunction({ file: build.file, environment: stock.environment });
    try {
      if (await isWarmable(build, process)) found.push(build);
    } finally {
      await process.stop();
    }
  }
  return found;
}

/** An older revision knows no warm-up. Throws if what is checked out knows none: it would measure nothing. */
export async function isWarmable(
  { name }: Pick<Build, 'name'>,
  process: Pick<FunctionProcess, 'invoke'>,
): Promise<boolean> {
  const result = await process.invoke(warmUpEvent).then(
    (answer) => answer.result,
    (thrown: unknown) => {
      if (thrown instanceof FunctionError) return { statusCode: 500 };
      throw thrown;
    },
  );
  const isWarmed = !(typeof result === 'object' && result !== null && 'statusCode' in result);
  if (name === 'after' && !isWarmed) throw new Error('the trigger took the warm-up event for an alert');
  return isWarmed;
}

/** By the sweep, a warm-up knows which accounts the next hits may need. */
async function stockSwept({ world }: Bench, build: Build, count: number): Promise<Stock> {
  const stock = await stockTable(world, build, count);
  const sweep = await startFunction({
    file: build.sweep ?? '',
    environment: { ...stock.environment, RIPCORD_BASE_URL: 'https://links.example.org' },
    timeoutMs: 60_000,
  });
  await sweep.invoke({});
  await sweep.stop();
  return stock;
}

async function warmUp({ samples }: Bench, build: Build, stock: Stock): Promise<Warm> {
  const process = await startFunction({ file: build.file, environment: stock.environment });
  const answer = await process.invoke(warmUpEvent);
  samples.add('the warm-up itself', build.name, { answer: answer.ms, cpu: takeCpu(process, answer) });
  return { build, process, stock, since: monotonic() };
}

async function measureHits(
  { world, samples }: Bench,
  situation: string,
  { build, process, stock }: Warm,
  fireFirst: typeof fire,
): Promise<void> {
  await world.standIns.ask('takePassages');
  const first = await fireFirst(world, process, stock.tokens.pop());
  samples.add(situation, build.name, first.hit);
  for (let hit = 0; hit < laterHits; hit += 1) {
    const later = await fire(world, process, stock.tokens.pop());
    samples.add(`${situation}, later`, build.name, later.hit);
  }
  await process.stop();
}
