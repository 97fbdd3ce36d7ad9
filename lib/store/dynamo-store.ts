import { createDynamoTable, type DynamoTableOptions } from './dynamo-client.ts';
import { createDynamoHits } from './dynamo-hits.ts';
import { createDynamoLinks } from './dynamo-links.ts';
import { createDynamoPositions } from './dynamo-positions.ts';
import { createDynamoReservations } from './dynamo-reservations.ts';
import type { Store } from './store.ts';

/** The store in one DynamoDB table. */
export function createDynamoStore(options: DynamoTableOptions): Store {
  const table = createDynamoTable(options);
  return {
    ...createDynamoPositions(table),
    ...createDynamoLinks(table),
    ...createDynamoHits(table),
    ...createDynamoReservations(table),
  };
}
