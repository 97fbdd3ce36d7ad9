import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, it, onTestFinished } from 'vitest';
import { startTable } from '../../../infra/local/table.ts';
import { send } from '../loopback/running-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

function clientOf(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return client;
}

it('has the keys and the index of the deployed table', async () => {
  const table = await startTable(await temporaryFolder(), 'ripcord');
  const { Table } = await clientOf(table.endpoint).send(new DescribeTableCommand({ TableName: 'ripcord' }));
  expect(Table?.TableStatus).toBe('ACTIVE');
  expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
  expect(Table?.KeySchema).toEqual([
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ]);
  expect(Table?.GlobalSecondaryIndexes).toMatchObject([
    {
      IndexName: 'list',
      IndexStatus: 'ACTIVE',
      KeySchema: [
        { AttributeName: 'listKey', KeyType: 'HASH' },
        { AttributeName: 'listSort', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ]);
  await table.stop();
});

it('keeps its items across a restart', async () => {
  const folder = await temporaryFolder();
  const key = { pk: { S: 'position#1' }, sk: { S: 'position' } };
  const first = await startTable(folder, 'ripcord');
  const item = { ...key, label: { S: 'kept' } };
  await clientOf(first.endpoint).send(new PutItemCommand({ TableName: 'ripcord', Item: item }));
  await first.stop();
  const second = await startTable(folder, 'ripcord');
  const { Item } = await clientOf(second.endpoint).send(
    new GetItemCommand({ TableName: 'ripcord', Key: key }),
  );
  expect(Item).toEqual(item);
  await second.stop();
});

it('starts over if a crash interrupted the first start', async () => {
  const folder = join(await temporaryFolder(), 'table');
  await mkdir(`${folder}.new`);
  await writeFile(join(`${folder}.new`, 'CURRENT'), 'not a manifest');
  const table = await startTable(folder, 'ripcord');
  const { Table } = await clientOf(table.endpoint).send(new DescribeTableCommand({ TableName: 'ripcord' }));
  expect(Table?.TableStatus).toBe('ACTIVE');
  expect(existsSync(`${folder}.new`)).toBe(false);
  await table.stop();
});

it('reports a folder that is in use', async () => {
  const folder = await temporaryFolder();
  const first = await startTable(folder, 'ripcord');
  await expect(startTable(folder, 'ripcord')).rejects.toMatchObject({
    name: 'StartFailure',
    message: `The data in ${folder} is in use by another process. Stop it, or choose another folder with --data.`,
  });
  await first.stop();
});

it('reports a folder that contains something else', async () => {
  const folder = join(await temporaryFolder(), 'table');
  await mkdir(folder);
  await writeFile(join(folder, 'CURRENT'), 'not a manifest');
  await expect(startTable(folder, 'ripcord')).rejects.toMatchObject({
    name: 'StartFailure',
    message: expect.stringContaining(`The table in ${folder} can't be opened.`),
  });
});

it.each([[{ Origin: 'https://evil.example' }], [{ Host: 'evil.example' }]])(
  'refuses web pages: %j',
  async (headers) => {
    const table = await startTable(await temporaryFolder(), 'ripcord');
    expect(await send(table.endpoint, { method: 'POST', headers, body: '{}' })).toMatchObject({
      status: 403,
    });
    expect(await send(table.endpoint, { method: 'OPTIONS', headers })).toMatchObject({ status: 403 });
    await table.stop();
  },
);
