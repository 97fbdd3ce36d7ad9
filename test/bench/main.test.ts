import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Without `--against`, which builds and measures another revision in the same way and takes half of the time. */
const program = fileURLToPath(new URL('./main.ts', import.meta.url));

interface Report {
  samples: Record<string, Record<string, Record<string, number[]>>>;
}

test('the bench measures its builds, and fails if a budget is missed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ripcord-bench-test-'));
  try {
    const json = join(folder, 'bench.json');
    const bench = spawn(process.execPath, [
      program,
      ...['--rounds', '1', '--hits', '2', '--idle-minutes', '0'],
      ...['--only', 'pauses,cold,hits,warm-up', '--json', json],
    ]);
    const [output, errors, [exitCode]] = await Promise.all([
      text(bench.stdout),
      text(bench.stderr),
      once(bench, 'exit'),
    ]);
    expect(output, errors).toContain('| cold start: answer |');
    expect(exitCode).toBe(output.includes('MISSED') ? 1 : 0);
    const { samples }: Report = JSON.parse(await readFile(json, 'utf8'));
    const measured = Object.entries(samples).map(([situation, builds]) => [
      situation,
      Object.keys(builds).sort(),
    ]);
    expect(Object.fromEntries(measured)).toMatchObject({
      cold: ['after', 'empty', 'naive'],
      'hit 1': ['after', 'empty', 'floor', 'naive'],
      'hits 2–16': ['after', 'empty', 'floor', 'naive'],
      pause: ['after', 'floor'],
      'warm-up': ['after'],
      'warm-up, frozen': ['after'],
      frozen: ['after'],
      idle: ['after'],
    });
    for (const name of ['after', 'naive', 'floor'])
      expect(samples['hits 2–16']?.[name]?.own?.[0], name).toBeGreaterThan(0);
    for (const name of ['after', 'floor'])
      expect(samples.pause?.[name]?.handshakes?.[0], name).toBeGreaterThan(1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
