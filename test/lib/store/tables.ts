import { ensureTable } from '../../../infra/local/table.ts';
import { createDynamoStore } from '../../../lib/store/dynamo-store.ts';
import type { Store } from '../../../lib/store/store.ts';

let count = 0;

/** Creates a new, empty table at an endpoint. */
export async function makeTableAt(endpoint: string): Promise<{ tableName: string; endpoint: string }> {
  count += 1;
  const tableName = `table-${count}`;
  await ensureTable(endpoint, tableName);
  return { tableName, endpoint };
}

/** @returns a function that creates a store with a new, empty table at `endpoint()`. */
export function tablesAt(endpoint: () => string) {
  return async (): Promise<Store> => createDynamoStore(await makeTableAt(endpoint()));
}

/** @returns a function that creates a new, empty table, and returns its store by the version of Ripcord. */
export function versionedTablesAt(endpoint: () => string) {
  return async (): Promise<(version: number) => Store> => {
    const options = await makeTableAt(endpoint());
    return (version) => createDynamoStore(options, version);
  };
}
