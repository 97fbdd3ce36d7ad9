import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findMotoPython } from './moto-process.ts';
import { steps } from './steps/all-steps.ts';
import type { Trail } from './steps/step.ts';
import { Walk } from './walk.ts';

const { values } = parseArgs({
  options: {
    /** Only steps whose title contains this text. Some need what others deploy. */
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    /** Keeps the folder of the walk, to look at what failed. */
    keep: { type: 'boolean', default: false },
  },
});

interface Result {
  title: string;
  passed: boolean;
  seconds: number;
  figures?: string;
  failure?: string;
}

async function walkAll(python: string): Promise<Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ripcord-verify-'));
  const walk = await Walk.start(python, folder);
  const trail: Trail = {};
  const results: Result[] = [];
  try {
    for (const { title, run } of steps) {
      if (!title.includes(values.only)) continue;
      const startedAt = performance.now();
      delete trail.figures;
      const failure = await run(walk, trail).then(() => undefined, toReason);
      const seconds = Number(((performance.now() - startedAt) / 1_000).toFixed(1));
      const passed = failure === undefined;
      const { figures } = trail;
      const result = {
        title,
        passed,
        seconds,
        ...(figures !== undefined && { figures }),
        ...(failure !== undefined && { failure }),
      };
      results.push(result);
      if (!values.json) print(result);
    }
  } finally {
    await walk.stop();
    if (!values.keep) await rm(folder, { recursive: true, force: true });
  }
  return results;
}

function toReason(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

function print({ title, passed, seconds, figures, failure }: Result): void {
  console.log(`${passed ? '✓' : '✗'} ${title} (${seconds} s)`);
  if (figures !== undefined) console.log(`    ${figures}`);
  if (failure !== undefined) console.log(failure.replace(/^/gm, '    '));
}

const python = findMotoPython();
if (python === undefined) {
  const reason = 'moto is not installed: neither "python3 -m moto.server" nor moto_server runs';
  console.log(values.json ? JSON.stringify({ skipped: reason }) : `Skipped: ${reason}.`);
} else {
  const startedAt = performance.now();
  const results = await walkAll(python);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const failed = results.filter(({ passed }) => !passed).length;
  const machine = { node: process.version, processors: cpus().length, model: cpus()[0]?.model };
  if (values.json) console.log(JSON.stringify({ machine, seconds, results }, null, 2));
  else console.log(`${results.length - failed} of ${results.length} steps passed in ${seconds} s`);
  if (failed > 0) process.exitCode = 1;
}
