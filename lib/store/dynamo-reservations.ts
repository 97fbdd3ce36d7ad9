import { type DynamoTable, itemDoesNotExist, tryWrite } from './dynamo-client.ts';
import { type ItemVersions, isReadable } from './dynamo-versions.ts';
import type { ReservationStore } from './store.ts';

const isHeldByPosition = '#holder = :positionId';
const isHeldByReplaced = '#holder = :replacing';

/** Reservations: `name#<key>`, with the id of the position that holds the key. */
export function createDynamoReservations(table: DynamoTable, versions: ItemVersions): ReservationStore {
  return {
    async reserve(key, positionId, { replacing = positionId } = {}) {
      const reserved = await tryWrite(() =>
        table.put({
          Item: versions.stamp({ ...toReservationKey(key), positionId }),
          ConditionExpression: `${itemDoesNotExist} OR (${isReadable} AND (${isHeldByPosition} OR ${isHeldByReplaced}))`,
          ExpressionAttributeNames: { ...versions.names, '#holder': 'positionId' },
          ExpressionAttributeValues: {
            ...versions.values,
            ':positionId': positionId,
            ':replacing': replacing,
          },
        }),
      );
      if (reserved) return positionId;
      const held = await versions.checkStored(table, 'reservation', toReservationKey(key));
      return String(held?.positionId ?? positionId);
    },

    async readReservation(key) {
      const item = versions.check('reservation', await table.get(toReservationKey(key)));
      return item === undefined ? undefined : String(item.positionId);
    },
  };
}

function toReservationKey(key: string) {
  return { pk: `name#${key}`, sk: 'name' };
}
