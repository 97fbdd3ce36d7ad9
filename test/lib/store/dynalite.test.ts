import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it, onTestFinished } from 'vitest';
import { createDynamoStore } from '../../../lib/store/dynamo-store.ts';
import { examplePosition } from '../position/example-position.ts';
import { itAgreesWithTheModel } from './agreement.ts';
import { describeStore } from './contract.ts';
import { makeTableAt, tablesAt, versionedTablesAt } from './tables.ts';
import { useDynalite } from './use-dynalite.ts';
import { describeVersions } from './version-contract.ts';

const endpoint = useDynalite();
const makeTable = tablesAt(endpoint);
describeStore('The store in dynalite', makeTable);
itAgreesWithTheModel(makeTable);
describeVersions('The store in dynalite', versionedTablesAt(endpoint));

it('reports the id of an unreadable position and lists the others', async () => {
  const options = await makeTableAt(endpoint());
  const store = createDynamoStore(options);
  await store.createPosition(examplePosition);
  const client = new DynamoDBClient({
    endpoint: options.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  onTestFinished(() => client.destroy());
  const Item = {
    pk: 'position#pos_broken000000',
    sk: 'position',
    state: 'unknown-to-this-version',
    listKey: 'position-open',
    listSort: examplePosition.createdAt,
  };
  await client.send(new PutCommand({ TableName: options.tableName, Item }));
  const unreadable: string[] = [];
  const listed = await store.listPositions('all', (positionId) => unreadable.push(positionId));
  expect(listed).toStrictEqual([examplePosition]);
  expect(unreadable).toEqual(['pos_broken000000']);
});
