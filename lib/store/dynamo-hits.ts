import { type Hit, hitSchema } from '../link/hit.ts';
import type { DynamoTable } from './dynamo-client.ts';
import type { ItemVersions } from './dynamo-versions.ts';
import type { HitStore } from './store.ts';

/** Hits: `hits#<positionId>`, sorted by time, and on the list `hit`. */
export function createDynamoHits(table: DynamoTable, versions: ItemVersions): HitStore {
  return {
    async recordHit(hit, expiresAt) {
      // DynamoDB's time to live is in seconds.
      const key = toHitKey(hit);
      const item = {
        ...hit,
        ...key,
        listKey: 'hit',
        listSort: key.sk,
        expiresAt: Math.ceil(expiresAt / 1_000),
      };
      await table.put({ Item: versions.stamp(item) });
    },

    async listHits(positionId, limit) {
      const items = await table.query({
        KeyConditionExpression: isOfPosition,
        ExpressionAttributeNames: { '#pk': 'pk' },
        ExpressionAttributeValues: { ':pk': toPartition(positionId) },
        ScanIndexForward: false,
        Limit: limit,
      });
      return items.map((item) => hitSchema.parse(versions.check('record', item)));
    },

    async listHitsSince(since, limit) {
      const items = await table.list('hit', { after: since, limit });
      return items
        .map((item) => hitSchema.parse(versions.check('record', item)))
        .sort((a, b) => toHitKey(b).sk.localeCompare(toHitKey(a).sk));
    },
  };
}

const isOfPosition = '#pk = :pk';

function toPartition(positionId: string): string {
  return `hits#${positionId}`;
}

function toHitKey(hit: Hit) {
  return { pk: toPartition(hit.positionId), sk: `${hit.at}#${hit.hitId}` };
}
