import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { GrowthReport, Load } from './growth-process.ts';
import { checkOut } from './revision.ts';

/**
 *     npm run bench:growth -- [--positions 10,100,1000] [--against <revision>]
 *
 * What one sweep, a list of the positions and an open console cost with more open positions on five accounts: requests
 * and their weight at the simulated exchange, requests and read units at the table, and seconds. Nothing changes
 * meanwhile. It fails if a run or a list did not get to all positions.
 */
const { values } = parseArgs({
  options: {
    positions: { type: 'string', default: '10,100,1000' },
    against: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const here = fileURLToPath(new URL('../..', import.meta.url));

/** Runs one size in a process of its own. @param root of the source that is measured. */
async function measure(root: string, positions: number): Promise<GrowthReport> {
  const child = fork(new URL('growth-process.ts', import.meta.url), [root, String(positions)]);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The bench of ${positions} positions ended with ${code}.`);
  });
  const [report] = (await Promise.race([once(child, 'message'), ended])) as [GrowthReport];
  await ended.catch(() => undefined);
  return report;
}

function format({ requests, weight, table, units, seconds }: Load): string[] {
  return [
    String(requests),
    Object.entries(weight)
      .map(([venue, used]) => `${venue} ${used}`)
      .join(', '),
    `${table}, ${Math.round(units)} units`,
    seconds.toFixed(1),
  ];
}

function toTable(reports: (GrowthReport & { commit: string })[]): string {
  const head = [
    'what',
    'positions',
    'commit',
    'exchange requests',
    'most weight of an account',
    'table requests',
    'seconds',
  ];
  const rows = Object.keys(reports[0]?.loads ?? {}).flatMap((what) =>
    reports.map(({ commit, positions, loads }) => {
      const load = loads[what];
      return [what, String(positions), commit, ...(load === undefined ? [] : format(load))];
    }),
  );
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const folder = await mkdtemp(join(tmpdir(), 'ripcord-growth-'));
const reports: (GrowthReport & { commit: string })[] = [];
try {
  const roots: [string, string][] = [['now', here]];
  if (values.against !== undefined) {
    const { root } = await checkOut(here, values.against, join(folder, 'before'));
    roots.unshift([values.against, root]);
  }
  for (const positions of values.positions.split(',').map(Number))
    for (const [commit, root] of roots) {
      console.error(`${positions} positions, ${commit}`);
      reports.push({ commit, ...(await measure(root, positions)) });
    }
} finally {
  await rm(folder, { recursive: true, force: true });
}
const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`;
console.log(
  values.json ? JSON.stringify({ machine, reports }, null, 2) : `${machine}\n\n${toTable(reports)}`,
);
// Figures of runs that did not go as they should are not the cost of a quiet minute.
const failed = reports.filter(({ problems }) => problems.length > 0);
for (const { positions, commit, problems } of failed)
  console.error(`${positions} positions, ${commit}: ${problems.join('; ')}`);
if (failed.length > 0) process.exitCode = 1;
