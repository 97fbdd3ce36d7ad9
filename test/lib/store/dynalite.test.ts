import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it, onTestFinished } from 'vitest';
import { positionSchema } from '../../../lib/position/position.ts';
import { createDynamoStore } from '../../../lib/store/dynamo-store.ts';
import { exampleOrder, examplePosition } from '../position/example-position.ts';
import { itAgreesWithTheModel } from './agreement.ts';
import { describeTable } from './contract.ts';
import { makeTableAt, tablesAt } from './tables.ts';
import { useDynalite } from './use-dynalite.ts';

const endpoint = useDynalite();
const makeTable = tablesAt(endpoint);
describeTable('The table in dynalite', makeTable);
itAgreesWithTheModel(makeTable);

it('names a position that can not be read, and lists the others', async () => {
  const options = await makeTableAt(endpoint());
  const table = createDynamoStore(options);
  await table.createPosition(examplePosition);
  const client = new DynamoDBClient({
    endpoint: options.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  onTestFinished(() => client.destroy());
  const Item = {
    pk: 'position#pos_broken000000',
    sk: 'position',
    body: new Uint8Array([1, 2, 3]),
    list: 'position-open',
    listSort: examplePosition.createdAt,
  };
  await client.send(new PutCommand({ TableName: options.tableName, Item }));
  const unreadable: string[] = [];
  const listed = await table.listPositions('all', (positionId) => unreadable.push(positionId));
  expect(listed).toStrictEqual([examplePosition]);
  expect(unreadable).toEqual(['pos_broken000000']);
});

it('lets no version before bodies read a position that has got one', async () => {
  const options = await makeTableAt(endpoint());
  const table = createDynamoStore(options);
  const client = new DynamoDBClient({
    endpoint: options.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  onTestFinished(() => client.destroy());
  const key = { pk: `position#${examplePosition.positionId}`, sk: 'position' };
  const list = { list: 'position-open', listSort: examplePosition.createdAt };
  await client.send(
    new PutCommand({ TableName: options.tableName, Item: { ...examplePosition, ...key, ...list } }),
  );
  const known = await table.readPosition(examplePosition.positionId);
  expect(known).toStrictEqual(examplePosition);
  const exitOrders = [{ ...exampleOrder, orderId: '4712' }];
  await table.savePosition(examplePosition, { exitOrders: exitOrders });
  expect(await table.readPosition(examplePosition.positionId)).toStrictEqual({
    ...examplePosition,
    exitOrders,
    revision: 1,
  });
  const { Item } = await client.send(new GetCommand({ TableName: options.tableName, Key: key }));
  expect(positionSchema.safeParse(Item).success).toBe(false);
});
