import { ensureTable } from '../../../infra/local/table.ts';
import { dynamoTable } from '../../../lib/store/dynamo-store.ts';
import type { Table } from '../../../lib/store/store.ts';

let count = 0;

/** Makes a new, empty table in a DynamoDB. */
export const makeTableAt = async (endpoint: string): Promise<{ tableName: string; endpoint: string }> => {
  count += 1;
  const tableName = `table-${count}`;
  await ensureTable(endpoint, tableName);
  return { tableName, endpoint };
};

/** @returns what makes one new, empty table after another in the DynamoDB at `endpoint()`. */
export const tablesAt = (endpoint: () => string) => async (): Promise<Table> =>
  dynamoTable(await makeTableAt(endpoint()));
