import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Bench, findBuild, takeTurns } from './bench.ts';
import type { Build } from './builds.ts';
import { stockBoth } from './cold-start.ts';
import { type Stock, stockTable } from './environment.ts';
import { type FunctionProcess, startFunction } from './function-process.ts';
import { fire, type TracedHit } from './hit.ts';

const names = ['naive', 'before', 'after', 'empty', 'floor'] as const;
/** The hits of a process that have a row of their own. */
export const shownHits = [1, 2, 10, 100];
/** What a real link gets: hardly a process lives for more. Naive build and floor end here. */
const lastEarlyHit = 16;
/** What rests for so long has dropped its connections: trigger and floor keep none that was idle for a second. */
const pauseMs = 2_000;
const paused: readonly string[] = ['before', 'after', 'floor'];
/** By more than the stand-ins take, so that requests which don't wait for one another overlap. */
const recordingDelayMs = 30;

interface Running {
  build: Build;
  process: FunctionProcess;
  stock: Stock;
}

/** Fresh processes, each fired many times, the builds taking turns at each hit. */
export async function measureHits(bench: Bench, hits: number, folder: string): Promise<void> {
  const floor = await recordFloor(bench, folder);
  const withFloor = { ...bench, builds: [...bench.builds, floor] };
  for (let round = 0; round < bench.rounds; round += 1) {
    await measureRound(withFloor, hits, round);
    bench.progress(round + 1, bench.rounds);
  }
}

/** Records the third hit of a process. @returns the function that makes its requests again. */
async function recordFloor(bench: Bench, folder: string): Promise<Build> {
  const { world } = bench;
  const after = findBuild(bench, 'after');
  const { environment, tokens } = await stockTable(world, after, 3);
  const process = await startFunction({ file: after.file, environment });
  await fire(world, process, tokens.pop());
  await fire(world, process, tokens.pop());
  await world.standIns.ask('delay', { tableMs: recordingDelayMs, exchangeMs: recordingDelayMs });
  await world.standIns.ask('record');
  await fire(world, process, tokens.pop());
  const recorded = await world.standIns.ask('stopRecording');
  await world.standIns.ask('delay', { tableMs: 0, exchangeMs: 0 });
  await process.stop();
  const recording = join(folder, 'recording.json');
  await writeFile(recording, JSON.stringify(recorded));
  return {
    name: 'floor',
    file: fileURLToPath(new URL('./floor.cjs', import.meta.url)),
    environment: { BENCH_RECORDING: recording },
    bytes: {},
  };
}

function toLastHit({ name }: Build, hits: number): number {
  return name === 'naive' || name === 'floor' ? Math.min(hits, lastEarlyHit) : hits;
}

async function measureRound(bench: Bench, hits: number, round: number): Promise<void> {
  const early = Math.min(hits, lastEarlyHit);
  const stocks = await stockBoth(bench, hits + early + 1, hits + 1);
  const running: Running[] = [];
  for (const build of takeTurns(bench, names, round)) {
    const stock = stocks(build);
    const process = await startFunction({
      file: build.file,
      environment: { ...stock.environment, ...build.environment },
    });
    await process.readyAt();
    running.push({ build, process, stock });
  }
  for (let hit = 1; hit <= hits; hit += 1)
    for (const each of running) if (hit <= toLastHit(each.build, hits)) await measureHit(bench, each, hit);
  await pause(pauseMs);
  for (const each of running)
    if (paused.includes(each.build.name))
      bench.samples.add('pause', each.build.name, (await fireOnce(bench, each)).hit);
  for (const { process } of running) await process.stop();
}

async function fireOnce({ world }: Bench, { build, process, stock }: Running): Promise<TracedHit> {
  if (build.name === 'floor') await world.standIns.ask('replay', true);
  const measured = await fire(world, process, stock.tokens.pop());
  await world.standIns.ask('replay', false);
  return measured;
}

async function measureHit(bench: Bench, running: Running, hit: number): Promise<void> {
  const { samples } = bench;
  const { build, process } = running;
  const measured = await fireOnce(bench, running);
  if (shownHits.includes(hit)) samples.add(`hit ${hit}`, build.name, measured.hit);
  if (hit > 1 && hit <= lastEarlyHit) samples.add('hits 2–16', build.name, measured.hit);
  if (hit === lastEarlyHit) samples.add('memory', build.name, { bytes: await readResident(process) });
}

/** @returns the bytes of a process that are in memory. */
async function readResident({ pid }: FunctionProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}
