import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Position } from '../position/position.ts';
import type { Item } from './dynamo-client.ts';
import { type ItemVersions, isReadable, setVersion } from './dynamo-versions.ts';
import type { ClaimRequest, PositionChange } from './store.ts';

/** The parts of every condition. Attribute names are always placeholders: `state` is a reserved word. */
export const isFinalState = '#state IN (:closed, :canceled)';
export const isNotClaimed = '#state <> :claimed';
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

type UpdateRequest = Omit<UpdateCommandInput, 'TableName'>;

/** One write that claims, without a read before it. */
export function toClaimRequest(
  versions: ItemVersions,
  { positionId, claim, from, maxUses }: ClaimRequest,
): UpdateRequest {
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
    setVersion,
    ...link.sets,
  ];
  return {
    Key: toPositionKey(positionId),
    UpdateExpression: `SET ${sets.join(', ')} REMOVE #failure`,
    ConditionExpression: [isReadable, stateIsLegal, leaseTokenIsNew, ...link.conditions].join(' AND '),
    ExpressionAttributeNames: {
      ...versions.names,
      ...toNames('state', 'claim', 'lastLeaseToken', 'epoch', 'attempt', 'revision', 'failure'),
      ...link.names,
    },
    ExpressionAttributeValues: {
      ...versions.values,
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

/** Only what has changed is written: attributes that this version does not know stay as they are. */
export function toSaveRequest(
  versions: ItemVersions,
  position: Position,
  next: Position,
  { change, writeToken }: { change: PositionChange; writeToken: string },
): UpdateRequest {
  const parts = toChangeParts({ ...change, writeToken }, { ...next, writeToken });
  return {
    Key: toPositionKey(position.positionId),
    UpdateExpression: `SET ${[...parts.sets, raiseRevision, setVersion].join(', ')}${parts.removes}`,
    ConditionExpression: [isReadable, isSameRevision, isSameEpoch, isSameState].join(' AND '),
    ExpressionAttributeNames: {
      ...versions.names,
      ...parts.names,
      ...toNames('revision', 'epoch', 'state'),
    },
    ExpressionAttributeValues: {
      ...versions.values,
      ...parts.values,
      ':one': 1,
      ':seenRevision': position.revision,
      ':seenEpoch': position.epoch,
      ':seenState': position.state,
    },
  };
}

/** @returns the parts of an update: null removes an attribute, undefined leaves it as it is. */
export function toChangeParts(change: object, written: Item) {
  const changed = Object.entries(change).filter(([, value]) => value !== undefined);
  const removed = changed.filter(([, value]) => value === null).map(([name]) => name);
  const set = changed.filter(([, value]) => value !== null).map(([name]) => name);
  return {
    sets: set.map((name) => `#${name} = :${name}`),
    removes: removed.length === 0 ? '' : ` REMOVE ${removed.map((name) => `#${name}`).join(', ')}`,
    names: toNames(...set, ...removed),
    values: Object.fromEntries(set.map((name) => [`:${name}`, written[name]])),
  };
}

export function toNames(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`#${name}`, name]));
}
