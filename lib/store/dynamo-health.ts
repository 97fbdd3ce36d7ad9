import { accountHealthSchema, unknownHealth } from '../health/account-health.ts';
import { type DynamoTable, itemDoesNotExist, tryWrite } from './dynamo-client.ts';
import { type ItemVersions, isReadable } from './dynamo-versions.ts';
import type { HealthStore } from './store.ts';

const healthKey = { pk: 'health', sk: 'health' };

/** The health of all accounts: one item. */
export function createDynamoHealth(table: DynamoTable, versions: ItemVersions): HealthStore {
  return {
    async readAccountHealth() {
      const item = versions.check('health', await table.get(healthKey));
      return item === undefined ? unknownHealth : accountHealthSchema.parse(item);
    },

    async saveAccountHealth(health) {
      const next = { ...health, revision: health.revision + 1 };
      const written = await tryWrite(() =>
        table.put({
          Item: versions.stamp({ ...healthKey, ...next }),
          ConditionExpression: `${itemDoesNotExist} OR (${isReadable} AND #revision = :revision)`,
          ExpressionAttributeNames: { ...versions.names, '#revision': 'revision' },
          ExpressionAttributeValues: { ...versions.values, ':revision': health.revision },
        }),
      );
      if (written) return next;
      await versions.checkStored(table, 'health', healthKey);
      return undefined;
    },
  };
}
