import { marshall, type marshallOptions, unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBClient } from './client-dynamodb.ts';
import { Command } from './command.ts';
import type { Answer, SendOptions } from './json-client.ts';

/** No attribute of the table is binary: JSON could not hold it. */
type Item = Record<string, unknown>;

interface Conditional {
  TableName: string | undefined;
  ConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
}

export interface PutCommandInput extends Conditional {
  Item: Item;
}

export interface UpdateCommandInput extends Conditional {
  Key: Item;
  UpdateExpression: string;
  ReturnValues?: 'ALL_NEW';
  ReturnValuesOnConditionCheckFailure?: 'ALL_OLD';
}

export interface DeleteCommandInput extends Conditional {
  Key: Item;
}

export interface QueryCommandInput {
  ConsistentRead?: boolean;
  TableName: string | undefined;
  IndexName?: string;
  KeyConditionExpression: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
  ScanIndexForward?: boolean;
  Limit?: number;
  ExclusiveStartKey?: Item | undefined;
}

type KeysByTable = Record<string, { Keys: Item[]; ConsistentRead?: boolean }>;

export class GetCommand extends Command<
  { TableName: string; Key: Item; ConsistentRead: boolean },
  { Item?: Item }
> {
  readonly operation = 'GetItem';
}

export class BatchGetCommand extends Command<
  { RequestItems: KeysByTable },
  { Responses?: Record<string, Item[]>; UnprocessedKeys?: KeysByTable }
> {
  readonly operation = 'BatchGetItem';
}

export class PutCommand extends Command<PutCommandInput, object> {
  readonly operation = 'PutItem';
}

export class UpdateCommand extends Command<UpdateCommandInput, { Attributes?: Item }> {
  readonly operation = 'UpdateItem';
}

export class DeleteCommand extends Command<DeleteCommandInput, object> {
  readonly operation = 'DeleteItem';
}

export class QueryCommand extends Command<QueryCommandInput, { Items?: Item[]; LastEvaluatedKey?: Item }> {
  readonly operation = 'Query';
}

export class DynamoDBDocumentClient {
  readonly #client: DynamoDBClient;
  readonly #options: marshallOptions;

  constructor(client: DynamoDBClient, options: marshallOptions) {
    this.#client = client;
    this.#options = options;
  }

  static from(client: DynamoDBClient, { marshallOptions }: { marshallOptions: marshallOptions }) {
    return new DynamoDBDocumentClient(client, marshallOptions);
  }

  async send<Output>(command: Command<object, Output>, options?: SendOptions): Promise<Output> {
    const input = change(command.input, (item) => marshall(item, this.#options));
    const answer: Answer = await this.#client.call(command.operation, input, options);
    return change(answer, (item) => unmarshall(item as Parameters<typeof unmarshall>[0])) as Output;
  }
}

type Change = (item: Item) => unknown;

/** Where requests and responses hold an item, a list of them, and lists by the table's name. */
const places: Record<string, (value: never, change: Change) => unknown> = {
  Key: one,
  Item: one,
  ExclusiveStartKey: one,
  ExpressionAttributeValues: one,
  Attributes: one,
  LastEvaluatedKey: one,
  Items: all,
  Responses: (tables: Record<string, Item[]>, change) => mapValues(tables, (items) => all(items, change)),
  RequestItems: keysOf,
  UnprocessedKeys: keysOf,
};

function change(fields: object, item: Change): object {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(
    present.map(([name, value]) => [name, places[name]?.(value as never, item) ?? value]),
  );
}

function one(item: Item, change: Change): unknown {
  return change(item);
}

function all(items: Item[], change: Change): unknown[] {
  return items.map(change);
}

function keysOf(tables: KeysByTable, change: Change): unknown {
  return mapValues(tables, ({ Keys, ...rest }) => ({ ...rest, Keys: all(Keys, change) }));
}

function mapValues<Value>(values: Record<string, Value>, map: (value: Value) => unknown) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
