import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAll } from './builds.ts';
import { measureColdStarts } from './cold-start.ts';
import { startWorld } from './environment.ts';
import type { Findings, Row } from './figures.ts';
import { measureHotPath } from './hot-path.ts';
import { measureMemory } from './memory.ts';
import { measureThroughput } from './throughput.ts';

/**
 *     npm run bench -- [--only cold,hot,memory,throughput] [--rounds 25] [--json <file>]
 *
 * Every figure that Ripcord has a target for, in one run on one machine. Progress goes to stderr, the table to
 * stdout. Other load on the machine makes times longer; builds take turns, so that ratios suffer less.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'cold,hot,memory,throughput' },
    rounds: { type: 'string', default: '25' },
    /** Also writes every single number to this file. */
    json: { type: 'string' },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'ripcord-bench-'));
const startedAt = Date.now();
function say(words: string): void {
  process.stderr.write(words);
}
function seconds(): string {
  return `${Math.round((Date.now() - startedAt) / 1_000)} s`;
}

say('building the trigger three times\n');
const builds = await buildAll(folder);
const world = await startWorld();

const parts: Record<string, (progress: (done: number, of: number) => void) => Promise<Findings>> = {
  cold: (progress) => measureColdStarts(world, builds, Number(values.rounds), progress),
  hot: (progress) => measureHotPath(world, builds, { filled: 200, resting: 40 }, progress),
  memory: (progress) => measureMemory(world, builds, 10_000, progress),
  throughput: (progress) => measureThroughput(world, folder, 8, progress),
};

const rows: Row[] = [];
const numbers: Record<string, unknown> = {};
try {
  for (const name of values.only.split(',')) {
    const part = parts[name];
    if (part === undefined) throw new Error(`--only knows ${Object.keys(parts).join(', ')}, not "${name}"`);
    let told = -1;
    const found = await part((done, of) => {
      const tenth = Math.floor((done / of) * 10);
      if (tenth === told) return;
      told = tenth;
      say(`${name}: ${Math.round((done / of) * 100)} %, ${seconds()}\n`);
    });
    rows.push(...found.rows);
    numbers[name] = found.numbers;
  }
} finally {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
}

const processors = cpus();
const machine = {
  processors: processors.length,
  model: processors[0]?.model,
  node: process.version,
  load: loadavg().map((load) => Number(load.toFixed(1))),
  date: new Date().toISOString(),
};
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ machine, rows, numbers }, null, 2)}\n`);

function markOf(met: boolean | undefined): string {
  return met === undefined ? '' : met ? 'met' : 'MISSED';
}
const lines = rows.map(
  ({ figure, value, target = '', met }) => `| ${figure} | ${value} | ${target} | ${markOf(met)} |`,
);
process.stdout.write(
  `${machine.processors} × ${machine.model}, Node ${machine.node}, load ${machine.load.join(' ')}, ${machine.date}, ${seconds()}\n\n` +
    `| figure | measured | target | |\n|---|---|---|---|\n${lines.join('\n')}\n`,
);
process.exit();
