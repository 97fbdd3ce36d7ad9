import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { type Build, buildFunctions, buildNaively, writeEmpty } from './builds.ts';
import { measureColdStarts } from './cold-start.ts';
import { startWorld } from './environment.ts';
import { measureHits } from './hits.ts';
import { measureMemory } from './memory.ts';
import { Pauses } from './pauses.ts';
import { checkRatios, formatBudgets, formatTable } from './report.ts';
import { measureRequests } from './requests.ts';
import { checkOut, readWorkingTree, type Sources } from './revision.ts';
import { Samples } from './samples.ts';
import { measureThroughput } from './throughput.ts';
import { measureWarmUps } from './warm-up.ts';

/**
 *     npm run bench -- [--against <revision>] [--rounds 25] [--idle-minutes 10] [--hits 100] [--only <parts>] [--json <file>]
 *
 * What an alert takes in every situation, in one run on one machine, beside a naive build, an empty handler and another
 * revision. Progress goes to stderr, the table to stdout. The exit code is 1 if a budget is missed.
 * `docs/measurements.md` states how to read it.
 */
const partNames = ['pauses', 'cold', 'hits', 'warm-up', 'requests', 'throughput', 'memory'] as const;
type PartName = (typeof partNames)[number];

const { values } = parseArgs({
  options: {
    /** Builds this revision from its own sources, and measures it as `before`. */
    against: { type: 'string' },
    rounds: { type: 'string', default: '25' },
    'idle-minutes': { type: 'string', default: '10' },
    /** How many hits each process of the part `hits` gets. */
    hits: { type: 'string', default: '100' },
    only: { type: 'string', default: partNames.join(',') },
    /** Also writes every single value to this file. */
    json: { type: 'string' },
  },
});
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const rounds = Number(values.rounds);
const idleMinutes = Number(values['idle-minutes']);
/** A little more than between two warm-ups: at a minute, the stand-ins close connections that are idle. */
const freezeMinutes = Math.min(1.1, idleMinutes);
const only = values.only.split(',');
for (const name of only)
  if (!(partNames as readonly string[]).includes(name))
    throw new Error(`--only knows ${partNames.join(', ')}, not "${name}"`);

const startedAt = Date.now();
function report(words: string): void {
  process.stderr.write(`${Math.round((Date.now() - startedAt) / 1_000)} s: ${words}\n`);
}

async function buildAll(folder: string, after: Sources, before: Sources | undefined): Promise<Build[]> {
  const build = async (name: 'after' | 'before', naiveName: 'naive' | 'naive-before', sources: Sources) => {
    const built = await buildFunctions(name, sources, folder);
    return [built, await buildNaively(naiveName, sources, built, folder)];
  };
  const builds = await Promise.all([
    build('after', 'naive', after),
    before === undefined ? [] : build('before', 'naive-before', before),
    writeEmpty(folder),
  ]);
  return builds.flat();
}

// Processes of functions end with this one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

const folder = await mkdtemp(join(tmpdir(), 'ripcord-bench-'));
const after = await readWorkingTree(root);
const before =
  values.against === undefined ? undefined : await checkOut(root, values.against, join(folder, 'sources'));
report(`building ${[after, before].flatMap((sources) => sources?.name ?? []).join(' and ')}`);
const builds = await buildAll(folder, after, before);
const world = await startWorld();
const loadBefore = loadavg();

const bench: Bench = {
  ...{ world, builds, rounds, samples: new Samples(), budgets: [] },
  progress: () => undefined,
};
const pauses = new Pauses(bench);
const parts: Record<PartName, () => Promise<void>> = {
  pauses: () => pauses.begin(),
  cold: () => measureColdStarts(bench),
  hits: () => measureHits(bench, Number(values.hits), folder),
  'warm-up': () => measureWarmUps(bench, freezeMinutes),
  requests: () => measureRequests(bench),
  throughput: () => measureThroughput(bench, folder, 8),
  memory: () => measureMemory(bench, 10_000),
};

async function runPart(name: string, part: () => Promise<void>): Promise<void> {
  let reported = 0;
  report(name);
  bench.progress = (done, of) => {
    const tenth = Math.floor((done / of) * 10);
    if (tenth > reported) report(`${name}: ${tenth * 10} %`);
    reported = Math.max(reported, tenth);
  };
  await part();
}

try {
  for (const name of partNames) if (only.includes(name)) await runPart(name, parts[name]);
  await runPart('the end of the pauses', () => pauses.finish(idleMinutes));
} finally {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
}

const budgets = [...checkRatios(bench, only), ...bench.budgets];
const [processor] = cpus();
const run = {
  processors: cpus().length,
  model: processor?.model,
  node: process.version,
  loadBefore,
  loadAfter: loadavg(),
  date: new Date().toISOString(),
  rounds,
  after: after.name,
  before: before?.name,
};
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ run, budgets, samples: bench.samples }, null, 2)}\n`);

function formatLoad(load: number[]): string {
  return load.map((each) => each.toFixed(1)).join(' ');
}
process.stdout.write(`after: ${run.after}${before === undefined ? '' : `; before: ${run.before}`}
${run.processors} × ${run.model}, Node ${run.node}, load ${formatLoad(run.loadBefore)} at the start and ${formatLoad(run.loadAfter)} at the end, ${run.date}, ${Math.round((Date.now() - startedAt) / 1_000)} s

Median / p99 of ${rounds} rounds, in ms. The p99 of fewer than 100 values is the largest:

${formatTable(bench, idleMinutes, freezeMinutes)}

${formatBudgets(budgets)}
`);
process.exit(budgets.some(({ met }) => met === false) ? 1 : 0);
