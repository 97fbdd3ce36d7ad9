import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleFunctions } from '../../../infra/bundle/bundle.ts';
import { startWorld, type World } from '../../bench/environment.ts';
import { alertFor, startFunction } from '../../bench/function-process.ts';

const certificates = getCACertificates();
let world: World;
let out: string;

beforeAll(async () => {
  out = await realpath(await mkdtemp(join(tmpdir(), 'ripcord-files-')));
  [world] = await Promise.all([startWorld(), bundleFunctions({ out })]);
}, 60_000);
afterAll(async () => {
  setDefaultCACertificates(certificates);
  await Promise.all([world.stop(), rm(out, { recursive: true })]);
});

test('a hit that closes a position touches no file but those of its bundle', async () => {
  const [token = ''] = await world.makeLinks(1, 'filled');
  const noted = join(out, 'noted.json');
  const trigger = await startFunction({
    file: join(out, 'trigger', 'index.mjs'),
    environment: { ...world.environment, NOTED_FILES: noted, HOME: out },
    node: ['--require', fileURLToPath(new URL('./note-files.cjs', import.meta.url))],
  });
  const { result } = await trigger.invoke(alertFor(token));
  expect(result).toMatchObject({ statusCode: 200, body: expect.stringContaining('"closed"') });
  await trigger.stop();

  const { files, modules } = JSON.parse(await readFile(noted, 'utf8'));
  const names = (files as string[]).map((file) => (file.startsWith('file:') ? fileURLToPath(file) : file));
  const own = names.filter((file) => !file.endsWith('/bench/runtime.cjs'));
  expect(own).toContain(join(out, 'trigger', 'index.mjs'));
  expect(own.filter((file) => !file.startsWith(join(out, 'trigger', '/')))).toEqual([]);
  // Each would take a cold start one to five milliseconds.
  expect(modules).not.toContain('NativeModule fs/promises');
  expect(modules).not.toContain('NativeModule internal/webstreams/readablestream');
  expect(modules).not.toContain('NativeModule internal/source_map/source_map');
});
