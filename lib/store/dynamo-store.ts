import { createDynamoTable, type DynamoTableOptions } from './dynamo-client.ts';
import { createDynamoHealth } from './dynamo-health.ts';
import { createDynamoHits } from './dynamo-hits.ts';
import { createDynamoLinkStates } from './dynamo-link-states.ts';
import { createDynamoLinks } from './dynamo-links.ts';
import { createDynamoMarkers } from './dynamo-markers.ts';
import { createDynamoPositions } from './dynamo-positions.ts';
import { createDynamoReservations } from './dynamo-reservations.ts';
import { createItemVersions } from './dynamo-versions.ts';
import { itemVersion } from './item-version.ts';
import type { Store } from './store.ts';

/**
 * The store in one DynamoDB table.
 * @param version of the items that it writes, and the newest that it reads.
 */
export function createDynamoStore(options: DynamoTableOptions, version = itemVersion): Store {
  const table = createDynamoTable(options);
  const versions = createItemVersions(version);
  return {
    ...createDynamoPositions(table, versions),
    ...createDynamoLinks(table, versions),
    ...createDynamoLinkStates(table, versions),
    ...createDynamoHits(table, versions),
    ...createDynamoReservations(table, versions),
    ...createDynamoMarkers(table, versions),
    ...createDynamoHealth(table, versions),
  };
}
