import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { Fault } from '../fault.ts';
import { type Hit, hitSchema } from '../link/hit.ts';
import { linkSchema } from '../link/link.ts';
import type { Position } from '../position/position.ts';
import { bodyOf, isOwnAttribute, itemOf, positionOf } from './position-item.ts';
import { applyChange, type PositionChange, type Store } from './store.ts';

/**
 * One table. A position is `position#<id>`, a link `link#<id>`; the sort key says the kind. The index `list`
 * holds keys only, and its own keys hardly ever change, so that a hit costs it no write:
 * `position-open` and `position-final` by creation, `link` by position and creation.
 */
export interface DynamoStoreOptions {
  tableName: string;
  /** Another endpoint than AWS's own, for tables on this machine. */
  endpoint?: string | undefined;
}

type Item = Record<string, unknown>;

function positionKey(positionId: string) {
  return { pk: `position#${positionId}`, sk: 'position' };
}
/** The one item that every hit reads beside its link. */
const killSwitchKey = { pk: 'switch', sk: 'switch' };
function hitsOf(positionId: string): string {
  return `hits#${positionId}`;
}
function hitKey(hit: Hit) {
  return { pk: hitsOf(hit.positionId), sk: `${hit.at}#${hit.hitId}` };
}
function nameKey(name: string) {
  return { pk: `name#${name}`, sk: 'name' };
}
function linkKey(linkId: string) {
  return { pk: `link#${linkId}`, sk: 'link' };
}

/**
 * DynamoDB answers within milliseconds or not at all; the SDK's own default waits for five minutes. A claim that
 * gets no answer is tried three times and then read three times: all six have to fit a trigger's 10 s.
 */
const silenceMs = 1_000;
const connectionTimeoutMs = 1_000;

/** DynamoDB takes 100 keys in one batch. */
const batchSize = 100;

function isRefusal(thrown: unknown): thrown is ConditionalCheckFailedException {
  return thrown instanceof ConditionalCheckFailedException;
}

/** The item that a write was refused over, where it asked for it and the table gives it: dynalite doesn't. */
function refusedOver({ Item }: ConditionalCheckFailedException): Item | undefined {
  return Item === undefined ? undefined : unmarshall(Item);
}

export function createDynamoStore({ tableName, endpoint }: DynamoStoreOptions): Store {
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      maxAttempts: 3,
      requestHandler: {
        connectionTimeout: connectionTimeoutMs,
        // Of silence. The SDK's `requestTimeout` only logs that an answer is late, and minds none that has begun.
        socketTimeout: silenceMs,
      },
      ...(endpoint === undefined
        ? {}
        : { endpoint, region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  );

  /** Runs one call; whatever is no refusal of a condition means that the table cannot be told to have acted. */
  const ask = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await call();
    } catch (thrown) {
      if (isRefusal(thrown)) throw thrown;
      throw new Fault('table-unreachable', 'The table gave no answer. Try again in a moment.', {
        cause: thrown,
      });
    }
  };

  /** @returns whether the write happened; false where its condition refused it. */
  const attempt = async (call: () => Promise<unknown>): Promise<boolean> => {
    try {
      await ask(call);
      return true;
    } catch (thrown) {
      if (isRefusal(thrown)) return false;
      throw thrown;
    }
  };

  const read = async (key: Item): Promise<Item | undefined> => {
    const answer = await ask(() =>
      client.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true })),
    );
    return answer.Item;
  };

  const batchRead = async (keys: Item[]): Promise<Item[]> => {
    const items: Item[] = [];
    let waiting = keys;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchSize);
      const answer = await ask(() =>
        client.send(
          new BatchGetCommand({ RequestItems: { [tableName]: { Keys: batch, ConsistentRead: true } } }),
        ),
      );
      items.push(...(answer.Responses?.[tableName] ?? []));
      waiting = [...waiting.slice(batchSize), ...(answer.UnprocessedKeys?.[tableName]?.Keys ?? [])];
    }
    return items;
  };

  /** Reads the items of a list whose place on it starts with `prefix`. */
  const readList = async (list: string, prefix = ''): Promise<Item[]> => {
    const keys: Item[] = [];
    let from: Item | undefined;
    do {
      const answer = await ask(() =>
        client.send(
          new QueryCommand({
            TableName: tableName,
            IndexName: 'list',
            KeyConditionExpression:
              prefix === '' ? '#listKey = :listKey' : '#listKey = :listKey AND begins_with(#at, :prefix)',
            ExpressionAttributeNames: {
              '#listKey': 'listKey',
              ...(prefix === '' ? {} : { '#at': 'listSort' }),
            },
            ExpressionAttributeValues: { ':listKey': list, ...(prefix === '' ? {} : { ':prefix': prefix }) },
            ExclusiveStartKey: from,
          }),
        ),
      );
      for (const item of answer.Items ?? []) keys.push({ pk: item.pk, sk: item.sk });
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
    return batchRead(keys);
  };

  /**
   * @returns whether a write of a position under this writeToken happened. An answer can be lost, and the SDK sends again:
   * what was refused the second time may have been done the first time.
   */
  const writeIdempotently = async (
    positionId: string,
    writeToken: string,
    call: () => Promise<unknown>,
  ): Promise<boolean> =>
    (await attempt(call)) || (await read(positionKey(positionId)))?.writeToken === writeToken;

  const table: Store = {
    createPosition(position) {
      const writeToken = randomUUID();
      return writeIdempotently(position.positionId, writeToken, () =>
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: {
              ...itemOf(position),
              ...positionKey(position.positionId),
              writeToken,
              listKey: 'position-open',
              listSort: `${position.createdAt}#${position.positionId}`,
            },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      );
    },

    async readPosition(positionId) {
      const item = await read(positionKey(positionId));
      return item === undefined ? undefined : positionOf(item);
    },

    async listPositions(list, onUnreadable) {
      const readable = (item: Item): Position[] => {
        try {
          return [positionOf(item)];
        } catch {
          onUnreadable?.(String(item.pk).slice(positionKey('').pk.length));
          return [];
        }
      };
      const items = await readList('position-open');
      if (list === 'all') items.push(...(await readList('position-final')));
      // One that was put away between the two is on both.
      const positions = new Map(items.flatMap(readable).map((position) => [position.positionId, position]));
      return [...positions.values()].sort(newestFirst((position) => position.positionId));
    },

    async claimPosition({ positionId, claim, from, maxUses }) {
      let lost: unknown;
      let item: Item | undefined;
      const { linkId } = claim;
      const counted =
        maxUses === undefined || linkId === undefined ? undefined : { '#uses': 'uses', '#link': linkId };
      // Only a link can be revoked.
      const revocable = linkId === undefined ? undefined : { '#revoked': 'revokedLinks' };
      const states = Object.fromEntries(from.map((state, index) => [`:from${index}`, state]));
      try {
        const answer = await ask(() =>
          client.send(
            new UpdateCommand({
              TableName: tableName,
              Key: positionKey(positionId),
              UpdateExpression:
                'SET #state = :claimed, #claim = :claim, #lastLeaseToken = :leaseToken, #epoch = #epoch + :one, #attempt = #attempt + :one, #revision = #revision + :one' +
                (counted === undefined ? '' : ', #uses.#link = if_not_exists(#uses.#link, :none) + :one') +
                ' REMOVE #failure',
              // No owner twice: a copy of this request that arrives when its claim is over must not claim anew.
              ConditionExpression: `#state IN (${Object.keys(states).join(', ')})${revocable === undefined ? '' : ' AND NOT contains(#revoked, :linkId)'} AND #lastLeaseToken <> :leaseToken${counted === undefined ? '' : ' AND (attribute_not_exists(#uses.#link) OR #uses.#link < :maxUses)'}`,
              ExpressionAttributeNames: {
                '#state': 'state',
                '#claim': 'claim',
                '#lastLeaseToken': 'lastLeaseToken',
                '#epoch': 'epoch',
                '#attempt': 'attempt',
                '#revision': 'revision',
                '#failure': 'failure',
                ...revocable,
                ...counted,
              },
              ExpressionAttributeValues: {
                ...(counted === undefined ? {} : { ':none': 0, ':maxUses': maxUses }),
                ':claimed': 'claimed',
                ':claim': claim,
                ':leaseToken': claim.leaseToken,
                ':one': 1,
                ...(linkId === undefined ? {} : { ':linkId': linkId }),
                ...states,
              },
              ReturnValues: 'ALL_NEW',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            }),
          ),
        );
        return { kind: 'claimed', position: positionOf(answer.Attributes ?? {}) };
      } catch (thrown) {
        if (isRefusal(thrown)) item = refusedOver(thrown);
        else lost = thrown;
      }
      item ??= await read(positionKey(positionId));
      const position = item === undefined ? undefined : positionOf(item);
      // An answer can be lost, and the SDK sends again: what looks refused may be our own claim.
      if (position?.state === 'claimed' && position.claim?.leaseToken === claim.leaseToken)
        return { kind: 'claimed', position };
      if (lost !== undefined) throw lost;
      const revokedLinks = item?.revokedLinks;
      const revoked = linkId !== undefined && revokedLinks instanceof Set && revokedLinks.has(linkId);
      return { kind: 'refused', position, revoked };
    },

    async savePosition(position, change) {
      // Parsed before it is written: nothing unreadable becomes durable.
      const next = applyChange(position, change);
      const writeToken = randomUUID();
      const { sets, removes, names, values } = writeExpression({ ...attributesOf(next, change), writeToken });
      const updated = await writeIdempotently(position.positionId, writeToken, () =>
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: positionKey(position.positionId),
            UpdateExpression: `SET ${[...sets, '#revision = #revision + :one'].join(', ')}${removes.length === 0 ? '' : ` REMOVE ${removes.join(', ')}`}`,
            ConditionExpression:
              '#revision = :seenRevision AND #seenEpoch = :seenEpoch AND #seenState = :seenState',
            ExpressionAttributeNames: {
              ...names,
              '#revision': 'revision',
              '#seenEpoch': 'epoch',
              '#seenState': 'state',
            },
            ExpressionAttributeValues: {
              ...values,
              ':one': 1,
              ':seenRevision': position.revision,
              ':seenEpoch': position.epoch,
              ':seenState': position.state,
            },
          }),
        ),
      );
      return updated ? next : undefined;
    },

    async archivePosition(positionId) {
      await attempt(() =>
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: positionKey(positionId),
            UpdateExpression: 'SET #listKey = :listKey',
            ConditionExpression: '#state IN (:closed, :canceled)',
            ExpressionAttributeNames: { '#listKey': 'listKey', '#state': 'state' },
            ExpressionAttributeValues: {
              ':listKey': 'position-final',
              ':closed': 'closed',
              ':canceled': 'canceled',
            },
          }),
        ),
      );
    },

    deletePosition: (positionId) =>
      attempt(() =>
        client.send(
          new DeleteCommand({
            TableName: tableName,
            Key: positionKey(positionId),
            ConditionExpression: 'attribute_exists(pk) AND #state <> :claimed',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':claimed': 'claimed' },
          }),
        ),
      ),

    async createLink(link) {
      const created = await attempt(() =>
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: {
              ...link,
              ...linkKey(link.linkId),
              listKey: 'link',
              listSort: `${link.positionId}#${link.createdAt}#${link.linkId}`,
            },
            // Never over itself either: a late copy of this request must not undo a revocation.
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      );
      if (created) return;
      // Sent again after a lost answer it finds itself: the same hash is the same link.
      const taken = await table.readLink(link.linkId);
      if (taken?.tokenHash !== link.tokenHash)
        throw new Fault('conflict', 'That link id is taken. Create the link again.');
    },

    async readLinkAndPause(linkId) {
      const items = await batchRead([linkKey(linkId), killSwitchKey]);
      const link = items.find((item) => item.sk === 'link');
      return {
        link: link === undefined ? undefined : linkSchema.parse(link),
        paused: items.some((item) => item.sk === killSwitchKey.sk && item.paused === true),
      };
    },

    async readLink(linkId) {
      const item = await read(linkKey(linkId));
      return item === undefined ? undefined : linkSchema.parse(item);
    },

    async listLinks(positionId) {
      const items = await readList('link', positionId === undefined ? '' : `${positionId}#`);
      return items.map((item) => linkSchema.parse(item)).sort(newestFirst((link) => link.linkId));
    },

    async revokeLink(link, revokedAt) {
      // The position first: once this is written no claim by the link can succeed any more.
      await attempt(() =>
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: positionKey(link.positionId),
            UpdateExpression: 'ADD #revoked :links',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeNames: { '#revoked': 'revokedLinks' },
            ExpressionAttributeValues: { ':links': new Set([link.linkId]) },
          }),
        ),
      );
      await attempt(() =>
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: linkKey(link.linkId),
            UpdateExpression: 'SET #revokedAt = if_not_exists(#revokedAt, :at)',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeNames: { '#revokedAt': 'revokedAt' },
            ExpressionAttributeValues: { ':at': revokedAt },
          }),
        ),
      );
    },

    async reserve(name, positionId, instead) {
      const key = nameKey(name);
      const reserved = await attempt(() =>
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...key, positionId },
            ConditionExpression: 'attribute_not_exists(pk) OR #holder = :positionId OR #holder = :instead',
            ExpressionAttributeNames: { '#holder': 'positionId' },
            ExpressionAttributeValues: { ':positionId': positionId, ':instead': instead ?? positionId },
          }),
        ),
      );
      if (reserved) return positionId;
      return String((await read(key))?.positionId ?? positionId);
    },

    async readReservation(name) {
      const item = await read(nameKey(name));
      return item === undefined ? undefined : String(item.positionId);
    },

    isPaused: async () => (await read(killSwitchKey))?.paused === true,

    async setPaused(paused) {
      await ask(() =>
        client.send(new PutCommand({ TableName: tableName, Item: { ...killSwitchKey, paused } })),
      );
    },

    async recordHit(hit, expiresAt) {
      await ask(() =>
        client.send(
          new PutCommand({
            TableName: tableName,
            // DynamoDB counts the end of life in seconds.
            Item: { ...hit, ...hitKey(hit), expiresAt: Math.ceil(expiresAt / 1_000) },
          }),
        ),
      );
    },

    async listHits(positionId, limit) {
      const answer = await ask(() =>
        client.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: '#pk = :hits',
            ExpressionAttributeNames: { '#pk': 'pk' },
            ExpressionAttributeValues: { ':hits': hitsOf(positionId) },
            ScanIndexForward: false,
            Limit: limit,
          }),
        ),
      );
      return (answer.Items ?? []).map((item) => hitSchema.parse(item));
    },
  };
  return table;
}

/** By creation, and by id within one millisecond: the table answers a batch in any order. */
function newestFirst<Noun extends { createdAt: string }>(idOf: (noun: Noun) => string) {
  return (a: Noun, b: Noun): number =>
    b.createdAt.localeCompare(a.createdAt) || idOf(a).localeCompare(idOf(b));
}

/** What of a position's item a change touches. */
function attributesOf(next: Position, change: PositionChange): Item {
  const changed = Object.entries(change).filter(([, value]) => value !== undefined);
  const own = changed.filter(([name]) => isOwnAttribute(name));
  // An item of before there were bodies has entries of its own: without them the version before can not read it, and
  // so never acts on what it was.
  const body = own.length < changed.length ? { body: bodyOf(next), entries: null } : {};
  return { ...Object.fromEntries(own), ...body };
}

/** Every changed attribute becomes a SET, every null a REMOVE; names are always placeholders (`state` is reserved). */
function writeExpression(change: Item) {
  const names: Record<string, string> = {};
  const values: Item = {};
  const sets: string[] = [];
  const removes: string[] = [];
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) continue;
    names[`#${name}`] = name;
    if (value === null) removes.push(`#${name}`);
    else {
      values[`:${name}`] = value;
      sets.push(`#${name} = :${name}`);
    }
  }
  return { sets, removes, names, values };
}
