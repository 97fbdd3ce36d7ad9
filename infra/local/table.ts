import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { listen } from '../loopback/listen.ts';
import { findRefusal, refuse } from '../loopback/loopback-guard.ts';
import { hasCode, StartFailure } from '../loopback/start-failure.ts';
import { foreignFile, foreignName, Level } from './level-store.ts';

export interface LocalTable {
  endpoint: string;
  stop(): Promise<void>;
}

/** Dynalite requires signed requests but does not verify the signature. */
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * Starts a DynamoDB on this machine with the table, and keeps its data in `folder`. Throws a StartFailure. The first
 * start creates the folder under another name, because dynalite never completes a table whose creation was interrupted.
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
  await checkStore(folder);
  const server = dynalite({ path: folder, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  refuseWebPages(server);
  const port = await listen(server, 0);
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = () =>
    new Promise<void>((resolve, reject) => {
      server.close((error) => (error === undefined || error === null ? resolve() : reject(error)));
      // Only functions that exceeded their timeout still have a connection.
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
 * Opens the store and closes it again. Dynalite opens it in the background: if the store is in use or damaged, its
 * error ends the process without naming the reason.
 */
async function checkStore(folder: string): Promise<void> {
  if (existsSync(join(folder, foreignFile))) {
    throw new StartFailure(
      `The table in ${folder} was written by ${foreignName}, in a form that this program can't read. Choose another folder with --data.`,
    );
  }
  const store = new Level(folder);
  try {
    await store.open();
    await store.close();
  } catch (thrown) {
    if (hasCode(thrown, 'LEVEL_LOCKED')) {
      throw new StartFailure(
        `The data in ${folder} is in use by another process. Stop it, or choose another folder with --data.`,
        { cause: thrown },
      );
    }
    throw new StartFailure(
      `The table in ${folder} can't be opened. Move the folder away to start with an empty table, or choose another folder with --data.`,
      { cause: thrown },
    );
  }
}

/** Dynalite allows every origin and verifies no signature: without this, any web page could write to the table. */
function refuseWebPages(server: Server): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const refusal = findRefusal(request);
    if (refusal !== undefined) refuse(response, refusal);
    else for (const listener of listeners) listener.call(server, request, response);
  });
}

/** Creates the table in the DynamoDB at `endpoint`, unless it exists. */
export async function ensureTable(endpoint: string, tableName: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  try {
    await client.send(toCreateTable(tableName)).catch((thrown: unknown) => {
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

/** The same keys and index as in infra/stack/position-table.ts. */
function toCreateTable(tableName: string): CreateTableCommand {
  return new CreateTableCommand({
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk', 'listKey', 'listSort'].map((name) => ({
      AttributeName: name,
      AttributeType: 'S',
    })),
    KeySchema: toKeySchema('pk', 'sk'),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'list',
        KeySchema: toKeySchema('listKey', 'listSort'),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
}

function toKeySchema(partitionKey: string, sortKey: string): KeySchemaElement[] {
  return [
    { AttributeName: partitionKey, KeyType: 'HASH' },
    { AttributeName: sortKey, KeyType: 'RANGE' },
  ];
}
