import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FunctionProcess, startFunction } from './function-process.ts';
import { isWarmable } from './warm-up.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ripcord-bench-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A trigger whose handler is this. */
async function start(handler: string): Promise<FunctionProcess> {
  const file = join(folder, 'index.cjs');
  await writeFile(file, `exports.handler = ${handler};`);
  return startFunction({ file, environment: {} });
}

test.each([
  ['answers the warm-up as an alert', 'async () => ({ statusCode: 404 })'],
  ['throws at the warm-up', "async () => { throw new Error('no alert'); }"],
])(
  'a trigger that %s is skipped as a revision before, and ends the bench if it is checked out',
  async (_, handler) => {
    const process = await start(handler);
    expect(await isWarmable({ name: 'before' }, process)).toBe(false);
    await expect(isWarmable({ name: 'after' }, process)).rejects.toThrow('warm-up event');
    await process.stop();
  },
);

test('a trigger that answers the warm-up with nothing has one', async () => {
  const process = await start('async () => undefined');
  expect(await isWarmable({ name: 'after' }, process)).toBe(true);
  await process.stop();
});
