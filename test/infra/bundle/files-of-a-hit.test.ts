import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleFunctions } from '../../../infra/bundle/bundle.ts';
import { startWorld, stockTable, type World } from '../../bench/environment.ts';
import { alertFor, startFunction } from '../../bench/function-process.ts';

let world: World;
let out: string;

beforeAll(async () => {
  out = await realpath(await mkdtemp(join(tmpdir(), 'ripcord-files-')));
  [world] = await Promise.all([startWorld(), bundleFunctions({ out })]);
}, 60_000);
afterAll(async () => {
  await Promise.all([world.stop(), rm(out, { recursive: true })]);
});

test('a hit that closes a position touches no file but those of its bundle', async () => {
  const file = join(out, 'trigger', 'index.mjs');
  const admin = join(out, 'admin', 'index.mjs');
  const { environment, tokens } = await stockTable(world, { name: 'after', file, admin, bytes: {} }, 1);
  const noted = join(out, 'noted.json');
  const trigger = await startFunction({
    file,
    environment: { ...environment, NOTED_FILES: noted, HOME: out },
    node: ['--require', fileURLToPath(new URL('./note-files.cjs', import.meta.url))],
  });
  const { result } = await trigger.invoke(alertFor(tokens[0] ?? ''));
  expect(result).toMatchObject({ statusCode: 200, body: expect.stringContaining('"closed"') });
  await trigger.stop();

  const { files, modules } = JSON.parse(await readFile(noted, 'utf8'));
  const names = (files as string[]).map((file) => (file.startsWith('file:') ? fileURLToPath(file) : file));
  const own = names.filter((file) => !file.endsWith('/bench/runtime.cjs'));
  expect(own).toContain(file);
  expect(own.filter((file) => !file.startsWith(join(out, 'trigger', '/')))).toEqual([]);
  // Each would take a cold start one to five milliseconds.
  expect(modules).not.toContain('NativeModule fs/promises');
  expect(modules).not.toContain('NativeModule internal/webstreams/readablestream');
  expect(modules).not.toContain('NativeModule internal/source_map/source_map');
});
