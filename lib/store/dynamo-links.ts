import { Fault } from '../fault.ts';
import { type Link, linkSchema } from '../link/link.ts';
import type { Pause } from '../link/pause.ts';
import { inParallel } from '../parallel.ts';
import {
  type DynamoTable,
  type Item,
  itemDoesNotExist,
  itemExists,
  type ListedKey,
  tryWrite,
} from './dynamo-client.ts';
import { toChangeParts, toPositionKey } from './dynamo-position-requests.ts';
import { type ItemVersions, isReadable, setVersion } from './dynamo-versions.ts';
import type { AccountInUse, LinkChange, LinkStore, Status } from './store.ts';

/** The kill switch, which every hit reads together with its link. */
const killSwitchKey = { pk: 'switch', sk: 'switch' };
/** What links with a scope have on the list in place of a position. */
const standing = 'standing';
const sweepKey = { pk: 'sweep', sk: 'sweep' };

/**
 * Links: `link#<linkId>`, on the list `link` by position and creation, standing links under `standing`; the kill switch, and
 * the last sweep.
 */
export function createDynamoLinks(table: DynamoTable, versions: ItemVersions): LinkStore {
  const context = { table, versions };
  return {
    createLink: (link) => createLink(context, link),
    readLink: (linkId) => readLink(context, linkId),

    async readLinkAndPause(linkId) {
      const items = await table.getAll([toLinkKey(linkId), killSwitchKey]);
      const link = items.find(({ sk }) => sk === 'link');
      const killSwitch = items.find(({ sk }) => sk === killSwitchKey.sk);
      return {
        link: parseLink(versions, link),
        ...toPause(versions.check('kill switch', killSwitch)),
      };
    },

    listLinks: (positionId) => listLinks(context, positionId),
    listStandingLinks: () => listLinks(context, standing),
    listLinksOf: (positionIds) => listLinksOf(context, positionIds),

    async revokeLink(link, revokedAt, inScope = []) {
      // At the position first: after this write no claim by the link can succeed.
      if (link.positionId !== undefined) await addRevokedLink(context, link.positionId, link.linkId);
      await setRevokedAt(context, link, revokedAt);
      await inParallel([...inScope], 10, (positionId) => addRevokedLink(context, positionId, link.linkId));
    },

    updateLink: (linkId, change) => updateLink(context, linkId, change),
    readStatus: () => readStatus(context),
    setPaused: (paused, until) => setPaused(context, paused, until),
    recordSweep: (sweptAt, accountsInUse = []) =>
      table.put({ Item: versions.stamp({ ...sweepKey, sweptAt, accountsInUse }) }),
  };
}

interface Context {
  table: DynamoTable;
  versions: ItemVersions;
}

async function listLinks({ table, versions }: Context, positionId?: string): Promise<Link[]> {
  const part = positionId === undefined ? undefined : { prefix: `${positionId}#` };
  return parseLinks(versions, await table.list('link', part));
}

/** The keys name the position, and 4 kB of them cost as little as one link. */
async function listLinksOf({ table, versions }: Context, positionIds: readonly string[]): Promise<Link[]> {
  const wanted = new Set(positionIds);
  if (wanted.size === 0) return [];
  const keys = await table.listKeys('link');
  const isWanted = ({ listSort }: ListedKey) => wanted.has(listSort.slice(0, listSort.indexOf('#')));
  return parseLinks(versions, await table.getAll(keys.filter(isWanted).map(({ pk, sk }) => ({ pk, sk }))));
}

function parseLinks(versions: ItemVersions, items: Item[]): Link[] {
  return items.flatMap((item) => parseLink(versions, item) ?? []).sort(newestFirst);
}

/** By creation, and by id within one millisecond: DynamoDB returns a batch in any order. */
function newestFirst(a: Link, b: Link): number {
  return b.createdAt.localeCompare(a.createdAt) || a.linkId.localeCompare(b.linkId);
}

async function readStatus({ table, versions }: Context): Promise<Status> {
  const items = await table.getAll([killSwitchKey, sweepKey]);
  const { sweptAt, accountsInUse } = items.find(({ sk }) => sk === sweepKey.sk) ?? {};
  const killSwitch = items.find(({ sk }) => sk === killSwitchKey.sk);
  return {
    ...toPause(versions.check('kill switch', killSwitch)),
    ...(typeof sweptAt === 'string' ? { sweptAt } : {}),
    ...(Array.isArray(accountsInUse) && accountsInUse.length > 0
      ? { accountsInUse: accountsInUse.filter(isAccountInUse) }
      : {}),
  };
}

function isAccountInUse(stored: Partial<AccountInUse>): stored is AccountInUse {
  return typeof stored.account === 'string' && typeof stored.exchange === 'string';
}

async function setPaused({ table, versions }: Context, paused: boolean, until?: string): Promise<void> {
  const written = await tryWrite(() =>
    table.put({
      Item: versions.stamp({ ...killSwitchKey, paused, until }),
      ConditionExpression: `${itemDoesNotExist} OR ${isReadable}`,
      ExpressionAttributeNames: versions.names,
      ExpressionAttributeValues: versions.values,
    }),
  );
  if (!written) await versions.checkStored(table, 'kill switch', killSwitchKey);
}

async function createLink(context: Context, link: Link): Promise<void> {
  const { table, versions } = context;
  const created = await tryWrite(() =>
    // The condition refuses the same link too: a late copy of this request must not undo a revocation.
    table.put({ Item: versions.stamp(toLinkItem(link)), ConditionExpression: itemDoesNotExist }),
  );
  if (created) return;
  // A request that was sent again after a lost response finds its own link, which has the same hash.
  const known = await readLink(context, link.linkId);
  if (known?.tokenHash !== link.tokenHash)
    throw new Fault('conflict', 'A link with this id exists already. No link was created.', {
      hint: { text: 'Create the link again.' },
    });
}

async function readLink({ table, versions }: Context, linkId: string): Promise<Link | undefined> {
  return parseLink(versions, await table.get(toLinkKey(linkId)));
}

/** A link without its position stays revocable. */
async function addRevokedLink(
  { table, versions }: Context,
  positionId: string,
  linkId: string,
): Promise<void> {
  const Key = toPositionKey(positionId);
  const added = await tryWrite(() =>
    table.update({
      Key,
      UpdateExpression: 'ADD #revokedLinks :links',
      ConditionExpression: [itemExists, isReadable].join(' AND '),
      ExpressionAttributeNames: { ...versions.names, '#revokedLinks': 'revokedLinks' },
      ExpressionAttributeValues: { ...versions.values, ':links': new Set([linkId]) },
    }),
  );
  if (!added) await versions.checkStored(table, 'position', Key);
}

/** The time of the first revocation stays. */
async function setRevokedAt(
  { table, versions }: Context,
  { linkId }: Link,
  revokedAt: string,
): Promise<void> {
  const Key = toLinkKey(linkId);
  const set = await tryWrite(() =>
    table.update({
      Key,
      UpdateExpression: `SET #revokedAt = if_not_exists(#revokedAt, :revokedAt), ${setVersion}`,
      ConditionExpression: [itemExists, isReadable].join(' AND '),
      ExpressionAttributeNames: { ...versions.names, '#revokedAt': 'revokedAt' },
      ExpressionAttributeValues: { ...versions.values, ':revokedAt': revokedAt },
    }),
  );
  if (!set) await versions.checkStored(table, 'link', Key);
}

async function updateLink({ table, versions }: Context, linkId: string, change: LinkChange): Promise<void> {
  const Key = toLinkKey(linkId);
  const parts = toChangeParts(change, { ...change });
  const updated = await tryWrite(() =>
    table.update({
      Key,
      UpdateExpression: `SET ${[...parts.sets, setVersion].join(', ')}${parts.removes}`,
      ConditionExpression: [itemExists, isReadable].join(' AND '),
      ExpressionAttributeNames: { ...versions.names, ...parts.names },
      ExpressionAttributeValues: { ...versions.values, ...parts.values },
    }),
  );
  if (!updated) await versions.checkStored(table, 'link', Key);
}

function toLinkKey(linkId: string) {
  return { pk: `link#${linkId}`, sk: 'link' };
}

function toLinkItem(link: Link): Item {
  const { linkId, positionId = standing, createdAt } = link;
  return { ...link, ...toLinkKey(linkId), listKey: 'link', listSort: `${positionId}#${createdAt}#${linkId}` };
}

function parseLink(versions: ItemVersions, item: Item | undefined): Link | undefined {
  return item === undefined ? undefined : linkSchema.parse(versions.check('link', item));
}

function toPause(killSwitch: Item | undefined): Pause {
  const until = killSwitch?.until;
  return {
    paused: killSwitch?.paused === true,
    ...(typeof until === 'string' ? { pausedUntil: until } : {}),
  };
}
