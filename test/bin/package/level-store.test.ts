import { appendFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Level } from '../../../bin/package/store/level-store.ts';
import { hasCode } from '../../../infra/loopback/start-failure.ts';
import { temporaryFolder } from '../../infra/local/temporary-folder.ts';

/** The public methods of every level store. The package's types have only what the store overrides. */
interface PublicStore {
  put(key: string, value: unknown): Promise<void>;
  get(key: string): Promise<unknown>;
  del(key: string): Promise<void>;
  batch(operations: object[]): Promise<void>;
  clear(): Promise<void>;
  keys(): { all(): Promise<string[]> };
  open(): Promise<void>;
  close(): Promise<void>;
}

async function open(folder: string): Promise<PublicStore> {
  // As dynalite opens it.
  const store = new Level(folder, { valueEncoding: 'json' }) as unknown as PublicStore;
  await store.open();
  onTestFinished(() => store.close());
  return store;
}

async function reopen(store: PublicStore, folder: string): Promise<PublicStore> {
  await store.close();
  return open(folder);
}

it('has at the next start what was put, and not what was deleted', async () => {
  const folder = await temporaryFolder();
  const first = await open(folder);
  await first.put('b', { amount: '0.10', note: 'line\nbreak ✓' });
  await first.put('a', 1);
  await first.put('a', 2);
  await first.put('gone', 3);
  await first.del('gone');
  await first.batch([
    { type: 'put', key: 'c', value: 'x' },
    { type: 'del', key: 'missing' },
  ]);
  const second = await reopen(first, folder);
  expect(await second.keys().all()).toEqual(['a', 'b', 'c']);
  expect(await second.get('b')).toEqual({ amount: '0.10', note: 'line\nbreak ✓' });
  expect(await second.get('a')).toBe(2);
});

it('drops a batch that a crash left incomplete, and goes on after the last complete one', async () => {
  const folder = await temporaryFolder();
  const first = await open(folder);
  await first.put('a', 1);
  await first.close();
  await appendFile(join(folder, 'journal.jsonl'), '[["b","2"],["c"');
  const second = await open(folder);
  expect(await second.keys().all()).toEqual(['a']);
  await second.put('d', 4);
  expect(await (await reopen(second, folder)).keys().all()).toEqual(['a', 'd']);
});

it('writes each change before it answers, so that a killed process loses nothing', async () => {
  const folder = await temporaryFolder();
  const store = await open(folder);
  await store.put('a', 1);
  expect(await readFile(join(folder, 'journal.jsonl'), 'utf8')).toBe('[["a","1"]]\n');
});

it('rewrites the journal when most of it is outdated', async () => {
  const folder = await temporaryFolder();
  const store = await open(folder);
  const value = 'x'.repeat(100_000);
  for (let index = 0; index < 50; index += 1) await store.put(`key${index % 3}`, `${index} ${value}`);
  const { size, mode } = await stat(join(folder, 'journal.jsonl'));
  expect(size).toBeLessThan(2_000_000);
  expect(mode & 0o777).toBe(0o600);
  const reopened = await reopen(store, folder);
  expect(await reopened.keys().all()).toEqual(['key0', 'key1', 'key2']);
  expect(await reopened.get('key1')).toBe(`49 ${value}`);
});

it('is open in one process at a time, and free again after it is closed', async () => {
  const folder = await temporaryFolder();
  const first = await open(folder);
  const locked = await open(folder).catch((thrown: unknown) => thrown);
  expect(hasCode(locked, 'LEVEL_LOCKED')).toBe(true);
  await reopen(first, folder);
});

it("refuses a folder with LevelDB's data, and leaves it unchanged", async () => {
  const folder = join(await temporaryFolder(), 'table');
  await mkdir(folder);
  await writeFile(join(folder, 'CURRENT'), 'MANIFEST-000002\n');
  const refused = await open(folder).catch((thrown: unknown) => thrown);
  expect(hasCode(refused, 'LEVEL_FOREIGN')).toBe(true);
  await expect(stat(join(folder, 'journal.jsonl'))).rejects.toThrow();
});

it('refuses a damaged journal, and leaves it unchanged', async () => {
  const folder = await temporaryFolder();
  const damaged = '[["a","1"]]\nnonsense\n[["b","2"]]\n';
  await writeFile(join(folder, 'journal.jsonl'), damaged);
  await expect(open(folder)).rejects.toThrow();
  expect(await readFile(join(folder, 'journal.jsonl'), 'utf8')).toBe(damaged);
});

it('does not offer to delete everything, which the journal would not show', async () => {
  const store = await open(await temporaryFolder());
  await store.put('a', 1);
  await expect(store.clear()).rejects.toThrow();
  expect(await store.get('a')).toBe(1);
});
