import { type Hit, hitSchema, isListed } from '../link/hit.ts';
import type { DynamoTable, Item, ListPart } from './dynamo-client.ts';
import type { ItemVersions } from './dynamo-versions.ts';
import { type HitStore, toHitPlace } from './store.ts';

/** Hits: `hits#<positionId>`, or `hits#<linkId>` without a position, sorted by time, and on the list `hit`. */
export function createDynamoHits(table: DynamoTable, versions: ItemVersions): HitStore {
  const toHit = (item: Item): Hit => hitSchema.parse(versions.check('record', item));
  const listPart = async (part: ListPart): Promise<Hit[]> =>
    (await table.list('hit', part)).map(toHit).sort((a, b) => toHitPlace(b).localeCompare(toHitPlace(a)));
  return {
    async recordHit(hit, expiresAt) {
      // DynamoDB's time to live is in seconds.
      const key = { pk: toPartition(hit.positionId ?? hit.linkId ?? 'none'), sk: toHitPlace(hit) };
      const item = {
        ...hit,
        ...key,
        ...(isListed(hit) ? { listKey: 'hit', listSort: key.sk } : {}),
        expiresAt: Math.ceil(expiresAt / 1_000),
      };
      await table.put({ Item: versions.stamp(item) });
    },

    async listHits(positionId, limit, before = afterAll) {
      const items = await table.query({
        KeyConditionExpression: isOfPositionBefore,
        ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
        ExpressionAttributeValues: { ':pk': toPartition(positionId), ':before': before },
        ScanIndexForward: false,
        Limit: limit,
      });
      return items.map(toHit);
    },

    listHitsSince: (after, limit) => listPart({ after, limit }),
    listHitsBefore: (before, limit) => listPart({ before, limit }),
  };
}

const isOfPositionBefore = '#pk = :pk AND #sk < :before';
/** Every time begins with a digit. */
const afterAll = 'a';

function toPartition(positionId: string): string {
  return `hits#${positionId}`;
}
