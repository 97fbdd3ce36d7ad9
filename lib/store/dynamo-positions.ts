import { randomUUID } from 'node:crypto';
import { Deadline, runUntil, timeLeft } from '../deadline.ts';
import { type Position, positionSchema } from '../position/position.ts';
import {
  type DynamoTable,
  type Item,
  isConditionFailure,
  itemDoesNotExist,
  itemExists,
  type ListedKey,
  toConflictingItem,
  tryWrite,
} from './dynamo-client.ts';
import {
  isFinalState,
  isNotClaimed,
  toClaimRequest,
  toNames,
  toPositionKey,
  toSaveRequest,
} from './dynamo-position-requests.ts';
import { type ItemVersions, isReadable } from './dynamo-versions.ts';
import {
  applyChange,
  type ClaimRequest,
  type ClaimResult,
  isPositionPlace,
  type PositionChange,
  type PositionList,
  type PositionPage,
  type PositionPlace,
  type PositionStore,
  toPositionPlace,
} from './store.ts';

/**
 * Positions: `position#<positionId>`, one attribute per field, on the list `position-open` or `position-final` by
 * creation. Three more attributes belong to the store: `writeToken`, `lastLeaseToken` and `revokedLinks`.
 */
export function createDynamoPositions(table: DynamoTable, versions: ItemVersions): PositionStore {
  const context = { table, versions };
  return {
    createPosition: (position) => createPosition(context, position),
    readPosition: (positionId) => readPosition(context, positionId),
    listPositions: (list, onUnreadable) => listPositions(context, list, onUnreadable),
    listPositionPage: (place, onUnreadable) => listPositionPage(context, place, onUnreadable),
    claimPosition: (request) => claimPosition(context, request),
    savePosition: (position, change) => savePosition(context, position, change),
    archivePosition: (positionId) => archivePosition(context, positionId),
    deletePosition: (positionId) => deletePosition(context, positionId),
  };
}

interface Context {
  table: DynamoTable;
  versions: ItemVersions;
}

type OnUnreadable = (positionId: string) => void;

export function toPositionItem(position: Position): Item {
  return {
    ...position,
    ...toPositionKey(position.positionId),
    listKey: 'position-open',
    listSort: toPositionPlace(position),
  };
}

function createPosition({ table, versions }: Context, position: Position): Promise<boolean> {
  const writeToken = randomUUID();
  const Item = versions.stamp({ ...toPositionItem(position), writeToken });
  return writeIdempotently(table, position.positionId, writeToken, () =>
    table.put({ Item, ConditionExpression: itemDoesNotExist }),
  );
}

async function readPosition({ table, versions }: Context, positionId: string): Promise<Position | undefined> {
  const item = versions.check('position', await table.get(toPositionKey(positionId)));
  return item === undefined ? undefined : positionSchema.parse(item);
}

async function listPositions(
  { table, versions }: Context,
  list: PositionList,
  onUnreadable: OnUnreadable | undefined,
): Promise<Position[]> {
  const items: Item[] = [];
  for (const listKey of listKeys[list]) items.push(...(await table.list(listKey)));
  const positions = items.flatMap((item) => parseReadable(versions, item, onUnreadable));
  // A position that is archived between the two requests is on both lists.
  const unique = new Map(positions.map((position) => [position.positionId, position]));
  return [...unique.values()].sort(newestFirst);
}

async function listPositionPage(
  { table, versions }: Context,
  { list, after, limit }: PositionPlace,
  onUnreadable: OnUnreadable | undefined,
): Promise<PositionPage> {
  const before = await toListSort(table, after);
  // One after the other: a position that is archived meanwhile is on both lists, and not on none.
  const keys = new Map<string, ListedKey>();
  for (const listKey of listKeys[list])
    for (const key of await table.listKeys(listKey, { before, limit: limit + 1 })) keys.set(key.pk, key);
  const sorted = [...keys.values()].sort((a, b) => descending(a.listSort, b.listSort));
  const page = sorted.slice(0, limit);
  const items = await table.getAll(page.map(({ pk, sk }) => ({ pk, sk })));
  return {
    positions: items.flatMap((item) => parseReadable(versions, item, onUnreadable)).sort(newestFirst),
    next: sorted.length > limit ? page.at(-1)?.listSort : undefined,
  };
}

async function toListSort(table: DynamoTable, after = behindEveryTime): Promise<string> {
  if (after === behindEveryTime || isPositionPlace(after)) return after;
  const last = await table.get(toPositionKey(after));
  return typeof last?.listSort === 'string' ? last.listSort : behindEveryTime;
}

const listKeys: Record<PositionList, string[]> = {
  open: ['position-open'],
  all: ['position-open', 'position-final'],
};

/** Sort keys start with a time in ISO 8601. */
const behindEveryTime = '~';

/** As the index sorts, so that pages follow one another: by creation, and by id within one millisecond. */
function newestFirst(a: Position, b: Position): number {
  return descending(toPositionPlace(a), toPositionPlace(b));
}

function descending(a: string, b: string): number {
  return Number(a < b) - Number(a > b);
}

function parseReadable(
  versions: ItemVersions,
  item: Item,
  onUnreadable: OnUnreadable | undefined,
): Position[] {
  try {
    return [positionSchema.parse(versions.check('position', item))];
  } catch {
    // By a newer Ripcord, or broken: reading it alone reports which.
  }
  onUnreadable?.(String(item.pk).slice(toPositionKey('').pk.length));
  return [];
}

async function savePosition(
  { table, versions }: Context,
  position: Position,
  change: PositionChange,
): Promise<Position | undefined> {
  // Parsed before it is written, so that nothing unreadable becomes durable.
  const next = applyChange(position, change);
  const writeToken = randomUUID();
  const saved = await writeIdempotently(table, position.positionId, writeToken, () =>
    table.update(toSaveRequest(versions, position, next, { change, writeToken })),
  );
  return saved ? next : undefined;
}

async function archivePosition({ table, versions }: Context, positionId: string): Promise<void> {
  await tryWrite(() =>
    table.update({
      Key: toPositionKey(positionId),
      UpdateExpression: 'SET #listKey = :listKey',
      ConditionExpression: [isFinalState, isReadable].join(' AND '),
      ExpressionAttributeNames: { ...versions.names, ...toNames('state', 'listKey') },
      ExpressionAttributeValues: {
        ...versions.values,
        ':listKey': 'position-final',
        ':closed': 'closed',
        ':canceled': 'canceled',
      },
    }),
  );
}

async function deletePosition({ table, versions }: Context, positionId: string): Promise<boolean> {
  const Key = toPositionKey(positionId);
  const deleted = await tryWrite(() =>
    table.delete({
      Key,
      ConditionExpression: [itemExists, isNotClaimed, isReadable].join(' AND '),
      ExpressionAttributeNames: { ...versions.names, ...toNames('state') },
      ExpressionAttributeValues: { ...versions.values, ':claimed': 'claimed' },
    }),
  );
  if (!deleted) await versions.checkStored(table, 'position', Key);
  return deleted;
}

/**
 * A response can be lost and the SDK sends again, so a write whose condition failed may have happened the first time.
 * @returns whether a write of the position with this token happened.
 */
async function writeIdempotently(
  table: DynamoTable,
  positionId: string,
  writeToken: string,
  write: () => Promise<unknown>,
): Promise<boolean> {
  if (await tryWrite(write)) return true;
  return (await table.get(toPositionKey(positionId)))?.writeToken === writeToken;
}

async function claimPosition({ table, versions }: Context, request: ClaimRequest): Promise<ClaimResult> {
  const { positionId, claim } = request;
  let lost: unknown;
  let item: Item | undefined;
  try {
    const attributes = await inHalfTheTime(() => table.update(toClaimRequest(versions, request)));
    return { kind: 'claimed', position: positionSchema.parse(attributes) };
  } catch (thrown) {
    if (isConditionFailure(thrown)) item = toConflictingItem(thrown);
    else lost = thrown;
  }
  item ??= await table.get(toPositionKey(positionId));
  versions.check('position', item);
  const position = item === undefined ? undefined : positionSchema.parse(item);
  // A response can be lost and the SDK sends again, so a claim that looks refused may be the caller's own.
  if (position?.state === 'claimed' && position.claim.leaseToken === claim.leaseToken)
    return { kind: 'claimed', position };
  if (lost !== undefined) throw lost;
  return { kind: 'refused', position, revoked: isRevoked(item, claim.linkId) };
}

/** If the response is lost, the other half of a hit's time is left to read whether the claim was written. */
function inHalfTheTime<Result>(send: () => Promise<Result>): Promise<Result> {
  const ms = timeLeft();
  if (ms === Number.POSITIVE_INFINITY) return send();
  return runUntil(new Deadline(Date.now() + ms / 2, Date.now), send);
}

function isRevoked(item: Item | undefined, linkId: string | undefined): boolean {
  return linkId !== undefined && item?.revokedLinks instanceof Set && item.revokedLinks.has(linkId);
}
