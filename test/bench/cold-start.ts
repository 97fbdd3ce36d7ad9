import type { Builds } from './builds.ts';
import type { World } from './environment.ts';
import { type Findings, inKilobytes, inMs, median, type Progress } from './figures.ts';
import { alertFor, type FunctionAnswer, startFunction } from './function-process.ts';

/** Milliseconds since the process was spawned; of CPU, user and system time of all its threads. */
interface ColdStart {
  ready: number;
  order: number;
  answer: number;
  cpu: number;
}

const names = ['ours', 'naive', 'empty'] as const;
type Name = (typeof names)[number];

/** The most that a cold start may take, as a multiple of each of the other builds. */
const most = { naive: 0.33, empty: 4 };
/** Of the trigger with one exchange, in bytes. */
const targetSize = 1_200_000;

/** One cold start after the other, the builds taking turns, each of which executes an alert. */
export async function measureColdStarts(
  world: World,
  builds: Builds,
  rounds: number,
  progress: Progress,
): Promise<Findings> {
  const tokens = await world.makeLinks(rounds * 2, 'filled');
  const starts: Record<Name, ColdStart[]> = { ours: [], naive: [], empty: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const token = name === 'empty' ? 'none' : (tokens.pop() ?? '');
      starts[name].push(await startCold(world, builds[name].file, token));
    }
    progress(round + 1, rounds);
  }
  const medianOf = (name: Name, part: keyof ColdStart) => median(starts[name].map((start) => start[part]));
  const words = (name: Name) =>
    `${inMs(medianOf(name, 'answer'))}, ${inMs(medianOf(name, 'cpu'))} of CPU; handler loaded after ${inMs(medianOf(name, 'ready'))}`;
  const ratio = medianOf('ours', 'answer') / medianOf('naive', 'answer');
  const emptyRatio = medianOf('ours', 'answer') / medianOf('empty', 'answer');
  const cpuRatio = medianOf('ours', 'cpu') / medianOf('naive', 'cpu');
  const size = builds.ours.size;
  const largest = Math.max(...Object.values(size.exchanges));
  return {
    rows: [
      { figure: 'cold start, ours', value: words('ours') },
      { figure: 'cold start, naive build', value: words('naive') },
      { figure: 'cold start, empty handler', value: words('empty') },
      {
        figure: 'cold start against the naive build',
        value: `${ratio.toFixed(2)} × (CPU ${cpuRatio.toFixed(2)} ×)`,
        target: `≤ ${most.naive} ×`,
        met: ratio <= most.naive,
      },
      {
        figure: 'cold start against an empty handler',
        value: `${emptyRatio.toFixed(1)} ×, ${inMs(medianOf('ours', 'answer') - medianOf('empty', 'answer'))} more`,
        target: `≤ ${most.empty} ×`,
        met: emptyRatio <= most.empty,
      },
      {
        figure: 'order at the exchange after a cold start',
        value: `${inMs(medianOf('ours', 'order'))} (naive ${inMs(medianOf('naive', 'order'))})`,
      },
      {
        figure: 'trigger bundle with one exchange',
        value: `${inKilobytes(size.start + largest)} (naive ${inKilobytes(builds.naive.bytes)})`,
        target: `≤ ${inKilobytes(targetSize)}`,
        met: size.start + largest <= targetSize,
      },
      {
        figure: 'trigger bundle before any exchange / uploaded',
        value: `${inKilobytes(size.start)} / ${inKilobytes(size.total)}`,
      },
    ],
    numbers: { coldStarts: starts, size, naiveBytes: builds.naive.bytes },
  };
}

async function startCold(world: World, file: string, token: string): Promise<ColdStart> {
  const started = await startFunction({ file, environment: world.environment });
  const answer = await started.invoke(alertFor(token));
  expectAnswered(answer);
  const passages = await world.ask('takePassages');
  const order = passages.find(({ name }) => name === 'POST /api/v3/order');
  const readyAt = await started.readyAt();
  await started.stop();
  return {
    ready: readyAt - started.spawnedAt,
    order: (order?.arrivedAt ?? Number.NaN) - started.spawnedAt,
    answer: answer.sentAt + answer.ms - started.spawnedAt,
    cpu: answer.cpuMs,
  };
}

/** A bench of refusals would be a quick one. */
export function expectAnswered({ result }: FunctionAnswer): void {
  const { statusCode, body } = result as { statusCode: number; body?: string };
  if (statusCode !== 200) throw new Error(`answered ${statusCode}: ${body}`);
}
