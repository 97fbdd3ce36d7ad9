import { type Bench, findBuild } from './bench.ts';
import { stockTable } from './environment.ts';
import { alertFor, startFunction } from './function-process.ts';
import { expectAnswered } from './hit.ts';

/** Links, of which each hit takes the next: the first round executes, all others repeat. */
const links = 150;
/** Compiled code and caches grow until here. */
const settledAfter = 0.3;
/** Bytes a hit. One sample differs from the next by some 200 kB, which alone makes a slope of 30. */
const flat = 100;

/** One function through many hits, its heap measured after full collections. */
export async function measureMemory(bench: Bench, hits: number): Promise<void> {
  const samples = await sampleMemory(bench, hits);
  const settled = samples.filter((sample) => sample.hits > hits * settledAfter);
  const slope = slopeOf(settled.map((sample) => [sample.hits, sample.heap]));
  const inMegabytes = (bytes = Number.NaN) => (bytes / 1e6).toFixed(1);
  const [first, last] = [settled[0], settled.at(-1)];
  bench.budgets.push({
    figure: `heap after ${hits.toLocaleString('en')} hits of one process`,
    value: `${inMegabytes(first?.heap)} → ${inMegabytes(last?.heap)} MB from hit ${first?.hits} on, ${slope.toFixed(1)} B a hit; RSS ${inMegabytes(first?.rss)} → ${inMegabytes(last?.rss)} MB`,
    limit: `≤ ${flat} B a hit`,
    met: slope <= flat,
  });
}

interface MemorySample {
  hits: number;
  heap: number;
  rss: number;
}

async function sampleMemory(bench: Bench, hits: number): Promise<MemorySample[]> {
  const { world, progress } = bench;
  const after = findBuild(bench, 'after');
  const { environment, tokens } = await stockTable(world, after, links);
  const trigger = await startFunction({ file: after.file, environment, node: ['--expose-gc'] });
  const samples: MemorySample[] = [];
  const step = Math.round(hits / 10);
  for (let hit = 1; hit <= hits; hit += 1) {
    expectAnswered(await trigger.invoke(alertFor(tokens[hit % links] ?? '')));
    if (hit % step !== 0) continue;
    const { heapUsed, rss } = await trigger.measureMemory();
    samples.push({ hits: hit, heap: heapUsed, rss });
    await world.standIns.ask('takePassages');
    progress(hit, hits);
  }
  await trigger.stop();
  return samples;
}

/** Of the line with the least squares. */
function slopeOf(points: [x: number, y: number][]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return above / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
