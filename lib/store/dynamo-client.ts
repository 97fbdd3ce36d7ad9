import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  type DeleteCommandInput,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describeAwsFailure } from '../aws-error.ts';
import { deadlineSignal, inTime } from '../deadline.ts';
import { Fault } from '../fault.ts';
import { createAgents, type Dial } from '../http-agents.ts';

/**
 * The requests that the store sends, each to one table. Every request throws `table-unreachable` when DynamoDB does
 * not respond, and the SDK's ConditionalCheckFailedException when the condition of a write fails.
 *
 * The sort key names the kind of an item. The index `list` holds keys only. Its own key attributes, `listKey` and
 * `listSort`, change only when a position is archived, so a claim pays for no write to the index.
 */
export interface DynamoTable {
  get(key: Item): Promise<Item | undefined>;
  getAll(keys: Item[]): Promise<Item[]>;
  put(input: Request<PutCommandInput>): Promise<void>;
  /** @returns the item's attributes, if the input asks for them. */
  update(input: Request<UpdateCommandInput>): Promise<Item | undefined>;
  delete(input: Request<DeleteCommandInput>): Promise<void>;
  /** All items, or the input's `Limit` of them. */
  query(input: Request<QueryCommandInput>): Promise<Item[]>;
  /** Reads the items with a list key. */
  list(listKey: string, part?: ListPart): Promise<Item[]>;
  /** The keys of the same items, in the order of their sort keys: the last come first if `part` limits them. */
  listKeys(listKey: string, part?: ListPart): Promise<ListedKey[]>;
}

/** The items whose sort key starts with `prefix`, or the last `limit` ones behind `after` or before `before`. */
export type ListPart =
  | { prefix: string }
  | { after: string; limit: number }
  | { before: string; limit: number };

export type Item = Record<string, unknown>;

/** What the index `list` holds of an item. */
export interface ListedKey {
  pk: string;
  sk: string;
  listSort: string;
}
type Request<Input extends { TableName: string | undefined }> = Omit<Input, 'TableName'>;

export interface DynamoTableOptions {
  tableName: string;
  /** A table on this machine instead of AWS. */
  endpoint?: string | undefined;
  /** Makes all connections, instead of Node. */
  dial?: Dial | undefined;
}

/** Conditions on whether the item exists. */
export const itemExists = 'attribute_exists(pk)';
export const itemDoesNotExist = 'attribute_not_exists(pk)';

/**
 * DynamoDB responds within milliseconds or not at all; the SDK would wait five minutes by default. A claim without a
 * response is sent three times and then read three times: all six requests have to fit a trigger's 10 s.
 */
const socketTimeoutMs = 1_000;
const connectionTimeoutMs = 1_000;
const maxAttempts = 3;
/** The SDK's default. */
const maxSockets = 50;

/** DynamoDB accepts 100 keys in one batch. */
const batchSize = 100;

function createDocumentClient({
  endpoint,
  dial,
}: Omit<DynamoTableOptions, 'tableName'>): DynamoDBDocumentClient {
  const local =
    endpoint === undefined
      ? {}
      : { endpoint, region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const client = new DynamoDBClient({
    maxAttempts,
    // The SDK's `requestTimeout` only logs a late response and ignores one that stalls halfway.
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      socketTimeout: socketTimeoutMs,
      ...createAgents({ maxSockets }, dial).agents,
    },
    ...local,
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

export function createDynamoTable({ tableName: TableName, ...connection }: DynamoTableOptions): DynamoTable {
  const client = createDocumentClient(connection);
  const query = (input: Request<QueryCommandInput>) => queryAll(client, { ...input, TableName });
  const getAll = (keys: Item[]) => batchGet(client, TableName, keys);
  return {
    getAll,
    async get(Key) {
      const command = new GetCommand({ TableName, Key, ConsistentRead: true });
      return (await orUnreachable((options) => client.send(command, options))).Item;
    },
    async put(input) {
      await orUnreachable((options) => client.send(new PutCommand({ ...input, TableName }), options));
    },
    async update(input) {
      return (
        await orUnreachable((options) => client.send(new UpdateCommand({ ...input, TableName }), options))
      ).Attributes;
    },
    async delete(input) {
      await orUnreachable((options) => client.send(new DeleteCommand({ ...input, TableName }), options));
    },
    query,
    async list(listKey, part) {
      return getAll((await query(toListQuery(listKey, part))).map(toKey));
    },
    async listKeys(listKey, part) {
      const keys = await query(toListQuery(listKey, part));
      return keys.map((key) => ({ ...toKey(key), listSort: String(key.listSort) }));
    },
  };
}

/** One response ends at 1 MB, also below the limit. */
async function queryAll(client: DynamoDBDocumentClient, input: QueryCommandInput): Promise<Item[]> {
  const items: Item[] = [];
  const limit = input.Limit ?? Number.POSITIVE_INFINITY;
  let start: Item | undefined;
  do {
    const command = new QueryCommand({ ...input, ExclusiveStartKey: start });
    const page = await orUnreachable((options) => client.send(command, options));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined && items.length < limit);
  return items.slice(0, limit);
}

function toKey({ pk, sk }: Item) {
  return { pk: String(pk), sk: String(sk) };
}

async function batchGet(client: DynamoDBDocumentClient, tableName: string, keys: Item[]): Promise<Item[]> {
  const items: Item[] = [];
  let remaining = keys;
  while (remaining.length > 0) {
    const Keys = remaining.slice(0, batchSize);
    const RequestItems = { [tableName]: { Keys, ConsistentRead: true } };
    const response = await orUnreachable((options) =>
      client.send(new BatchGetCommand({ RequestItems }), options),
    );
    items.push(...(response.Responses?.[tableName] ?? []));
    // DynamoDB returns at most 16 MB and lists the other keys as unprocessed.
    remaining = [...remaining.slice(batchSize), ...(response.UnprocessedKeys?.[tableName]?.Keys ?? [])];
  }
  return items;
}

const isOnList = '#listKey = :listKey';
const startsWithPrefix = 'begins_with(#listSort, :prefix)';
const isAfter = '#listSort > :after';
const isBefore = '#listSort < :before';

function toListQuery(listKey: string, part: ListPart | undefined): Request<QueryCommandInput> {
  if (part === undefined)
    return {
      IndexName: 'list',
      KeyConditionExpression: isOnList,
      ExpressionAttributeNames: { '#listKey': 'listKey' },
      ExpressionAttributeValues: { ':listKey': listKey },
    };
  const { condition, values, ...rest } = toPartQuery(part);
  return {
    IndexName: 'list',
    KeyConditionExpression: `${isOnList} AND ${condition}`,
    ExpressionAttributeNames: { '#listKey': 'listKey', '#listSort': 'listSort' },
    ExpressionAttributeValues: { ':listKey': listKey, ...values },
    ...rest,
  };
}

function toPartQuery(part: ListPart) {
  if ('prefix' in part) return { condition: startsWithPrefix, values: { ':prefix': part.prefix } };
  const { limit: Limit } = part;
  const latest = { ScanIndexForward: false, Limit };
  return 'after' in part
    ? { condition: isAfter, values: { ':after': part.after }, ...latest }
    : { condition: isBefore, values: { ':before': part.before }, ...latest };
}

/** Any error other than a failed condition leaves open whether the table has acted. */
async function orUnreachable<Response>(
  send: (options: { abortSignal?: AbortSignal }) => Promise<Response>,
): Promise<Response> {
  try {
    return await inTime(
      () => send(untilDeadline()),
      () => toUnreachable(undefined),
    );
  } catch (thrown) {
    if (isConditionFailure(thrown)) throw thrown;
    throw thrown instanceof Fault ? thrown : toUnreachable(thrown);
  }
}

function toUnreachable(cause: unknown): Fault {
  return new Fault('table-unreachable', describeAwsFailure('The database', cause), {
    hint: { text: 'Try again in a moment.' },
    cause,
  });
}

/** @returns the option that aborts a request, and its retries, at the deadline of the present work. */
function untilDeadline(): { abortSignal?: AbortSignal } {
  const abortSignal = deadlineSignal();
  return abortSignal === undefined ? {} : { abortSignal };
}

export function isConditionFailure(thrown: unknown): thrown is ConditionalCheckFailedException {
  return thrown instanceof ConditionalCheckFailedException;
}

/** @returns the item of a failed condition, if the request asked for it. DynamoDB returns it, dynalite does not. */
export function toConflictingItem({ Item }: ConditionalCheckFailedException): Item | undefined {
  return Item === undefined ? undefined : unmarshall(Item);
}

/** @returns whether the write happened; false when its condition failed. */
export async function tryWrite(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (thrown) {
    if (isConditionFailure(thrown)) return false;
    throw thrown;
  }
}
