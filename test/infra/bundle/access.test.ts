import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleFunctions } from '../../../infra/bundle/bundle.ts';
import { exchangeIdSchema } from '../../../lib/account/account.ts';
import { createDynamoStore } from '../../../lib/store/dynamo-store.ts';
import { startWorld, stockTable, toEnvironment, type World } from '../../bench/environment.ts';
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
    environment: { ...environment, NOTED_ACCESS: noted, HOME: out },
    node: ['--require', fileURLToPath(new URL('./note-access.cjs', import.meta.url))],
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

test('the built trigger closes a position of its own on each exchange in a warm-up, logs nothing, and connects to nothing but the table and Parameter Store', async () => {
  const tableName = 'ripcord-warm-up';
  await world.backends.ask('createTable', tableName);
  const store = createDynamoStore({ tableName, endpoint: world.addresses.tableItself });
  const inUse = exchangeIdSchema.options.map((exchange) => ({ account: 'bench', exchange }));
  await store.recordSweep(new Date().toISOString(), inUse);
  const noted = join(out, 'noted.json');
  let output = '';
  const trigger = await startFunction({
    file: join(out, 'trigger', 'index.mjs'),
    environment: { ...toEnvironment(world, tableName), NOTED_ACCESS: noted },
    node: ['--require', fileURLToPath(new URL('./note-access.cjs', import.meta.url))],
    onOutput: (text) => {
      output += text;
    },
  });
  for (const _ of [1, 2]) expect((await trigger.invoke({ warmUp: true })).result).toEqual({});
  await trigger.stop();

  expect(output).toBe('');
  const { files, connections } = JSON.parse(await readFile(noted, 'utf8'));
  for (const exchange of exchangeIdSchema.options)
    expect(files).toContainEqual(expect.stringMatching(new RegExp(`/exchanges/${exchange}\\.mjs$`)));
  const { table, parameters } = world.addresses;
  expect(new Set(connections)).toEqual(new Set([table, parameters].map((url) => new URL(url).host)));
});
