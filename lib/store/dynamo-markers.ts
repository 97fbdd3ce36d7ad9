import type { DynamoTable } from './dynamo-client.ts';
import type { ItemVersions } from './dynamo-versions.ts';
import type { MarkerStore, MarketSide } from './store.ts';

/**
 * Markers: `market#<account>#<symbol>#<side>`, sorted by time. An item of its own for each position, so that concurrent writers
 * can't lose one another's.
 */
export function createDynamoMarkers(table: DynamoTable, versions: ItemVersions): MarkerStore {
  return {
    async markPosition(place, positionId, at, expiresAt) {
      const sk = `${new Date(at).toISOString()}#${positionId}`;
      // DynamoDB's time to live is in seconds.
      const item = { pk: toPartition(place), sk, positionId, expiresAt: Math.ceil(expiresAt / 1_000) };
      await table.put({ Item: versions.stamp(item) });
    },

    async listMarked(place, since) {
      const items = await table.query({
        KeyConditionExpression: isOfMarketSince,
        ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
        ExpressionAttributeValues: { ':pk': toPartition(place), ':since': new Date(since).toISOString() },
        ConsistentRead: true,
      });
      return items.map((item) => String(versions.check('marker', item).positionId));
    },
  };
}

/** DynamoDB deletes expired items up to two days late. */
const isOfMarketSince = '#pk = :pk AND #sk > :since';

function toPartition({ account, symbol, side }: MarketSide): string {
  return `market#${account}#${symbol}#${side}`;
}
