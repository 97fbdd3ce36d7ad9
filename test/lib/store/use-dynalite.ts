import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type LocalTable, startTable } from '../../../infra/local/table.ts';

/** Starts one dynalite for all tests of a file. @returns a function that returns its endpoint while they run. */
export function useDynalite(): () => string {
  let folder: string;
  let dynalite: LocalTable;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ripcord-table-'));
    dynalite = await startTable(folder, 'table');
  });
  afterAll(async () => {
    await dynalite.stop();
    await rm(folder, { recursive: true });
  });
  return () => dynalite.endpoint;
}
