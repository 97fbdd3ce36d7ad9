import { type DynamoTable, itemDoesNotExist, tryWrite } from './dynamo-client.ts';
import type { ReservationStore } from './store.ts';

const isHeldByPosition = '#holder = :positionId';
const isHeldByReplaced = '#holder = :replacing';

/** Reservations: `name#<key>`, with the id of the position that holds the key. */
export function createDynamoReservations(table: DynamoTable): ReservationStore {
  return {
    async reserve(key, positionId, { replacing = positionId } = {}) {
      const reserved = await tryWrite(() =>
        table.put({
          Item: { ...toReservationKey(key), positionId },
          ConditionExpression: [itemDoesNotExist, isHeldByPosition, isHeldByReplaced].join(' OR '),
          ExpressionAttributeNames: { '#holder': 'positionId' },
          ExpressionAttributeValues: { ':positionId': positionId, ':replacing': replacing },
        }),
      );
      if (reserved) return positionId;
      return String((await table.get(toReservationKey(key)))?.positionId ?? positionId);
    },

    async readReservation(key) {
      const item = await table.get(toReservationKey(key));
      return item === undefined ? undefined : String(item.positionId);
    },
  };
}

function toReservationKey(key: string) {
  return { pk: `name#${key}`, sk: 'name' };
}
