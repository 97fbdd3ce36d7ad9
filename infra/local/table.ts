import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { listen } from '../loopback/listen.ts';
import { refusalOf, refuse } from '../loopback/loopback-guard.ts';
import { hasCode, StartFailure } from '../loopback/start-failure.ts';

export interface LocalTable {
  endpoint: string;
  stop(): Promise<void>;
}

/** Dynalite checks that requests are signed, not by whom. */
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * Starts a DynamoDB on this machine that keeps its data in `folder`, with the table in it. The first start makes
 * both under another name: dynalite never finishes a table whose creation a crash has cut off.
 */
export async function startTable(folder: string, tableName: string): Promise<LocalTable> {
  if (!existsSync(folder)) {
    const draft = `${folder}.new`;
    await rm(draft, { recursive: true, force: true });
    const table = await openTable(draft, tableName);
    await table.stop();
    await rename(draft, folder);
  }
  return await openTable(folder, tableName);
}

async function openTable(folder: string, tableName: string): Promise<LocalTable> {
  await mkdir(folder, { recursive: true });
  await openOnce(folder);
  const server = dynalite({ path: folder, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  keepPagesOut(server);
  const port = await listen(server, 0);
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = () =>
    new Promise<void>((resolve, reject) => {
      server.close((error) => (error === undefined || error === null ? resolve() : reject(error)));
      // Whoever still holds a connection has been given up before: a function that ran over its time.
      server.closeAllConnections();
    });
  try {
    await ensureTable(endpoint, tableName);
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return { endpoint, stop };
}

/**
 * Opens the store and closes it again. Dynalite would open it in the background and, at a store that is in use or
 * damaged, bring the process down with an error that says neither.
 */
async function openOnce(folder: string): Promise<void> {
  const { Level } = createRequire(createRequire(import.meta.url).resolve('dynalite'))('level') as {
    Level: new (folder: string) => { open(): Promise<void>; close(): Promise<void> };
  };
  const store = new Level(folder);
  try {
    await store.open();
    await store.close();
  } catch (thrown) {
    if (hasCode(thrown, 'LEVEL_LOCKED')) {
      throw new StartFailure(
        `The data in ${folder} is in use by another process. Stop that one, or choose another folder with --data.`,
        { cause: thrown },
      );
    }
    throw new StartFailure(
      `The table's files in ${folder} can't be opened. Move the folder away to start with an empty table, or choose another with --data.`,
      { cause: thrown },
    );
  }
}

/** Dynalite allows every origin and checks no signature: without this, any web page could write links. */
function keepPagesOut(server: Server): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const refusal = refusalOf(request);
    if (refusal !== undefined) refuse(response, refusal);
    else for (const listener of listeners) listener.call(server, request, response);
  });
}

/** Makes the table, where it is not there yet, in the DynamoDB at `endpoint`. */
export async function ensureTable(endpoint: string, tableName: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  try {
    await client
      .send(
        new CreateTableCommand({
          TableName: tableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'sk', AttributeType: 'S' },
            { AttributeName: 'listKey', AttributeType: 'S' },
            { AttributeName: 'listSort', AttributeType: 'S' },
          ],
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'list',
              KeySchema: [
                { AttributeName: 'listKey', KeyType: 'HASH' },
                { AttributeName: 'listSort', KeyType: 'RANGE' },
              ],
              Projection: { ProjectionType: 'KEYS_ONLY' },
            },
          ],
        }),
      )
      .catch((thrown: unknown) => {
        if (!(thrown instanceof Error && thrown.name === 'ResourceInUseException')) throw thrown;
      });
    await waitUntilTableExists(
      { client, maxWaitTime: 10, minDelay: 0.02, maxDelay: 0.2 },
      { TableName: tableName },
    );
  } finally {
    client.destroy();
  }
}
