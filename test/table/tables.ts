import { ensureTable } from '../../infra/local/table.ts';
import { dynamoTable } from '../../lib/table/dynamo-table.ts';
import type { Table } from '../../lib/table/table.ts';

/** @returns what makes one new, empty table after another in the DynamoDB at `endpoint()`. */
export const tablesAt = (endpoint: () => string): (() => Promise<Table>) => {
  let count = 0;
  return async () => {
    count += 1;
    const tableName = `table-${count}`;
    await ensureTable(endpoint(), tableName);
    return dynamoTable({ tableName, endpoint: endpoint() });
  };
};
