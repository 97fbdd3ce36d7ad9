import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type LocalTable, startTable } from '../../infra/local/table.ts';
import { itAgreesWithTheModel } from './agreement.ts';
import { describeTable } from './contract.ts';
import { tablesAt } from './tables.ts';

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

const makeTable = tablesAt(() => dynalite.endpoint);
describeTable('The table in dynalite', makeTable);
itAgreesWithTheModel(makeTable);
