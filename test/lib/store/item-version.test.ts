import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { createDynamoStore } from '../../../lib/store/dynamo-store.ts';
import { itemVersion } from '../../../lib/store/item-version.ts';
import { exampleHit } from '../link/example-hit.ts';
import { linkAt } from '../link/example-link.ts';
import { exampleClaim, examplePosition } from '../position/example-position.ts';
import { makeTableAt } from './tables.ts';
import { useDynalite } from './use-dynalite.ts';

/** How versions are stored. test/lib/store/version-contract.ts has what they do. */

const endpoint = useDynalite();
const { positionId } = examplePosition;
const Key = { pk: `position#${positionId}`, sk: 'position' };

async function newTable() {
  const options = await makeTableAt(endpoint());
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: options.endpoint,
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
  );
  onTestFinished(() => client.destroy());
  const TableName = options.tableName;
  return {
    store: createDynamoStore(options),
    scan: async () => (await client.send(new ScanCommand({ TableName }))).Items ?? [],
    read: async () => (await client.send(new GetCommand({ TableName, Key }))).Item,
    async set(name: string, value: unknown) {
      const UpdateExpression = value === undefined ? 'REMOVE #name' : 'SET #name = :value';
      await client.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression,
          ExpressionAttributeNames: { '#name': name },
          ...(value === undefined ? {} : { ExpressionAttributeValues: { ':value': value } }),
        }),
      );
    },
  };
}

test('every kind of item is stored with its version', async () => {
  const { store, scan } = await newTable();
  await store.createPosition(examplePosition);
  await store.createLink(linkAt(1));
  await store.recordHit(exampleHit, Date.now());
  await store.reserve('key', positionId);
  await store.setPaused(false);
  const items = await scan();
  expect(items.map(({ sk }) => (String(sk).split('#').length > 1 ? 'hit' : sk)).sort()).toEqual([
    'hit',
    'link',
    'name',
    'position',
    'switch',
  ]);
  expect(items.map(({ version }) => version)).toEqual(Array(5).fill(itemVersion));
});

test('an item without a version is of version 1, and has it after the next write', async () => {
  const { store, read, set } = await newTable();
  await store.createPosition(examplePosition);
  await set('version', undefined);
  expect(await store.readPosition(positionId)).toEqual(examplePosition);
  expect(await store.claimPosition({ positionId, claim: exampleClaim, from: ['open'] })).toMatchObject({
    kind: 'claimed',
  });
  expect(await read()).toMatchObject({ version: itemVersion });
});

test.each(['1', true, null, { number: 1 }])('a version that is no number is refused: %j', async (version) => {
  const { store, set } = await newTable();
  await store.createPosition(examplePosition);
  await set('version', version);
  const refused = { code: 'newer-version' };
  await expect(store.readPosition(positionId)).rejects.toMatchObject(refused);
  await expect(
    store.claimPosition({ positionId, claim: exampleClaim, from: ['open'] }),
  ).rejects.toMatchObject(refused);
  expect(await store.savePosition(examplePosition, { label: 'x' })).toBeUndefined();
});

test('attributes that newer code of the same version adds survive every write of older code', async () => {
  const { store, read, set } = await newTable();
  await store.createPosition(examplePosition);
  await set('addedLater', { some: ['thing'] });
  const { position: claimed } = await store.claimPosition({
    positionId,
    claim: exampleClaim,
    from: ['open'],
  });
  if (claimed === undefined) throw new Error('not claimed');
  expect(claimed).not.toHaveProperty('addedLater');
  await store.savePosition(claimed, { state: 'closed', claim: null, entryOrders: claimed.entryOrders });
  await store.revokeLink(linkAt(1), new Date().toISOString());
  await store.archivePosition(positionId);
  expect(await read()).toMatchObject({ state: 'closed', addedLater: { some: ['thing'] } });
});
