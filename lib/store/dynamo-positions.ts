import { randomUUID } from 'node:crypto';
import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { Deadline, runUntil, timeLeft } from '../deadline.ts';
import { type Position, positionSchema } from '../position/position.ts';
import {
  type DynamoTable,
  type Item,
  isConditionFailure,
  itemDoesNotExist,
  itemExists,
  newestFirst,
  toConflictingItem,
  tryWrite,
} from './dynamo-client.ts';
import {
  applyChange,
  type ClaimRequest,
  type ClaimResult,
  type PositionChange,
  type PositionStore,
} from './store.ts';

/**
 * Positions: `position#<positionId>`, one attribute per field, on the list `position-open` or `position-final` by
 * creation. Three more attributes belong to the store: `writeToken`, `lastLeaseToken` and `revokedLinks`.
 */
export function createDynamoPositions(table: DynamoTable): PositionStore {
  return {
    createPosition: (position) => createPosition(table, position),
    readPosition: (positionId) => readPosition(table, positionId),
    listPositions: (list, onUnreadable) => listPositions(table, list, onUnreadable),
    claimPosition: (request) => claimPosition(table, request),
    savePosition: (position, change) => savePosition(table, position, change),
    archivePosition: (positionId) => archivePosition(table, positionId),
    deletePosition: (positionId) => deletePosition(table, positionId),
  };
}

/** The parts of every condition. Attribute names are always placeholders: `state` is a reserved word. */
const isFinalState = '#state IN (:closed, :canceled)';
const isNotClaimed = '#state <> :claimed';
const isSameRevision = '#revision = :seenRevision';
const isSameEpoch = '#epoch = :seenEpoch';
const isSameState = '#state = :seenState';
const linkIsNotRevoked = 'NOT contains(#revokedLinks, :linkId)';
/** A late copy of a claim's request must not claim again after the claim has ended. */
const leaseTokenIsNew = '#lastLeaseToken <> :leaseToken';
const linkHasUsesLeft = '(attribute_not_exists(#uses.#linkId) OR #uses.#linkId < :maxUses)';
const countUse = '#uses.#linkId = if_not_exists(#uses.#linkId, :none) + :one';
const raiseRevision = '#revision = #revision + :one';

export function toPositionKey(positionId: string) {
  return { pk: `position#${positionId}`, sk: 'position' };
}

export function toPositionItem(position: Position): Item {
  const { positionId, createdAt } = position;
  return {
    ...position,
    ...toPositionKey(positionId),
    listKey: 'position-open',
    listSort: `${createdAt}#${positionId}`,
  };
}

function createPosition(table: DynamoTable, position: Position): Promise<boolean> {
  const writeToken = randomUUID();
  return writeIdempotently(table, position.positionId, writeToken, () =>
    table.put({ Item: { ...toPositionItem(position), writeToken }, ConditionExpression: itemDoesNotExist }),
  );
}

async function readPosition(table: DynamoTable, positionId: string): Promise<Position | undefined> {
  const item = await table.get(toPositionKey(positionId));
  return item === undefined ? undefined : positionSchema.parse(item);
}

async function listPositions(
  table: DynamoTable,
  list: 'open' | 'all',
  onUnreadable: ((positionId: string) => void) | undefined,
): Promise<Position[]> {
  const items = await table.list('position-open');
  if (list === 'all') items.push(...(await table.list('position-final')));
  const positions = items.flatMap((item) => parseReadable(item, onUnreadable));
  // A position that is archived between the two requests is on both lists.
  const unique = new Map(positions.map((position) => [position.positionId, position]));
  return [...unique.values()].sort(newestFirst((position) => position.positionId));
}

function parseReadable(item: Item, onUnreadable?: (positionId: string) => void): Position[] {
  const parsed = positionSchema.safeParse(item);
  if (parsed.success) return [parsed.data];
  onUnreadable?.(String(item.pk).slice(toPositionKey('').pk.length));
  return [];
}

async function savePosition(
  table: DynamoTable,
  position: Position,
  change: PositionChange,
): Promise<Position | undefined> {
  // Parsed before it is written, so that nothing unreadable becomes durable.
  const next = applyChange(position, change);
  const writeToken = randomUUID();
  const saved = await writeIdempotently(table, position.positionId, writeToken, () =>
    table.update(toSaveRequest(position, next, change, writeToken)),
  );
  return saved ? next : undefined;
}

async function archivePosition(table: DynamoTable, positionId: string): Promise<void> {
  await tryWrite(() =>
    table.update({
      Key: toPositionKey(positionId),
      UpdateExpression: 'SET #listKey = :listKey',
      ConditionExpression: isFinalState,
      ExpressionAttributeNames: toNames('state', 'listKey'),
      ExpressionAttributeValues: {
        ':listKey': 'position-final',
        ':closed': 'closed',
        ':canceled': 'canceled',
      },
    }),
  );
}

function deletePosition(table: DynamoTable, positionId: string): Promise<boolean> {
  return tryWrite(() =>
    table.delete({
      Key: toPositionKey(positionId),
      ConditionExpression: [itemExists, isNotClaimed].join(' AND '),
      ExpressionAttributeNames: toNames('state'),
      ExpressionAttributeValues: { ':claimed': 'claimed' },
    }),
  );
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

async function claimPosition(table: DynamoTable, request: ClaimRequest): Promise<ClaimResult> {
  const { positionId, claim } = request;
  let lost: unknown;
  let item: Item | undefined;
  try {
    const attributes = await inHalfTheTime(() => table.update(toClaimRequest(request)));
    return { kind: 'claimed', position: positionSchema.parse(attributes) };
  } catch (thrown) {
    if (isConditionFailure(thrown)) item = toConflictingItem(thrown);
    else lost = thrown;
  }
  item ??= await table.get(toPositionKey(positionId));
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

type UpdateRequest = Omit<UpdateCommandInput, 'TableName'>;

function toClaimRequest({ positionId, claim, from, maxUses }: ClaimRequest): UpdateRequest {
  const { linkId, leaseToken } = claim;
  const states = Object.fromEntries(from.map((state, index) => [`:from${index}`, state]));
  const stateIsLegal = `#state IN (${Object.keys(states).join(', ')})`;
  const link = linkId === undefined ? noLink : toLinkClaim(linkId, maxUses);
  const sets = [
    '#state = :claimed',
    '#claim = :claim',
    '#lastLeaseToken = :leaseToken',
    '#epoch = #epoch + :one',
    '#attempt = #attempt + :one',
    raiseRevision,
    ...link.sets,
  ];
  return {
    Key: toPositionKey(positionId),
    UpdateExpression: `SET ${sets.join(', ')} REMOVE #failure`,
    ConditionExpression: [stateIsLegal, leaseTokenIsNew, ...link.conditions].join(' AND '),
    ExpressionAttributeNames: {
      ...toNames('state', 'claim', 'lastLeaseToken', 'epoch', 'attempt', 'revision', 'failure'),
      ...link.names,
    },
    ExpressionAttributeValues: {
      ...states,
      ...link.values,
      ':claimed': 'claimed',
      ':claim': claim,
      ':leaseToken': leaseToken,
      ':one': 1,
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/** The parts of a claim that depend on its link. */
interface LinkClaim {
  sets: string[];
  conditions: string[];
  names: Record<string, string>;
  values: Item;
}

/** The operator's claim: only a link can be revoked, and only a link has a use limit. */
const noLink: LinkClaim = { sets: [], conditions: [], names: {}, values: {} };

function toLinkClaim(linkId: string, maxUses: number | undefined): LinkClaim {
  const revocable = {
    sets: [],
    conditions: [linkIsNotRevoked],
    names: toNames('revokedLinks'),
    values: { ':linkId': linkId },
  };
  if (maxUses === undefined) return revocable;
  return {
    sets: [countUse],
    conditions: [...revocable.conditions, linkHasUsesLeft],
    names: { ...revocable.names, '#uses': 'uses', '#linkId': linkId },
    values: { ...revocable.values, ':none': 0, ':maxUses': maxUses },
  };
}

function toSaveRequest(
  position: Position,
  next: Position,
  change: PositionChange,
  writeToken: string,
): UpdateRequest {
  const written: Item = { ...next, writeToken };
  const changed = Object.entries(change).filter(([, value]) => value !== undefined);
  const removed = changed.filter(([, value]) => value === null).map(([name]) => name);
  const set = ['writeToken', ...changed.filter(([, value]) => value !== null).map(([name]) => name)];
  const sets = [...set.map((name) => `#${name} = :${name}`), raiseRevision];
  const removes = removed.length === 0 ? '' : ` REMOVE ${removed.map((name) => `#${name}`).join(', ')}`;
  return {
    Key: toPositionKey(position.positionId),
    UpdateExpression: `SET ${sets.join(', ')}${removes}`,
    ConditionExpression: [isSameRevision, isSameEpoch, isSameState].join(' AND '),
    ExpressionAttributeNames: toNames(...set, ...removed, 'revision', 'epoch', 'state'),
    ExpressionAttributeValues: {
      ...Object.fromEntries(set.map((name) => [`:${name}`, written[name]])),
      ':one': 1,
      ':seenRevision': position.revision,
      ':seenEpoch': position.epoch,
      ':seenState': position.state,
    },
  };
}

function toNames(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`#${name}`, name]));
}
