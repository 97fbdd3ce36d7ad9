import { Fault } from '../fault.ts';
import { type Link, linkSchema } from '../link/link.ts';
import {
  type DynamoTable,
  type Item,
  itemDoesNotExist,
  itemExists,
  newestFirst,
  tryWrite,
} from './dynamo-client.ts';
import { toPositionKey } from './dynamo-positions.ts';
import type { LinkStore } from './store.ts';

/** The kill switch, which every hit reads together with its link. */
const killSwitchKey = { pk: 'switch', sk: 'switch' };

/** Links: `link#<linkId>`, on the list `link` by position and creation; and the kill switch. */
export function createDynamoLinks(table: DynamoTable): LinkStore {
  return {
    createLink: (link) => createLink(table, link),
    readLink: (linkId) => readLink(table, linkId),

    async readLinkAndPause(linkId) {
      const items = await table.getAll([toLinkKey(linkId), killSwitchKey]);
      return {
        link: parseLink(items.find(({ sk }) => sk === 'link')),
        paused: isOn(items.find(({ sk }) => sk === killSwitchKey.sk)),
      };
    },

    async listLinks(positionId) {
      const items = await table.list('link', positionId === undefined ? undefined : `${positionId}#`);
      return items.map((item) => linkSchema.parse(item)).sort(newestFirst((link) => link.linkId));
    },

    async revokeLink(link, revokedAt) {
      // At the position first: after this write no claim by the link can succeed.
      await tryWrite(() => addRevokedLink(table, link));
      await tryWrite(() => setRevokedAt(table, link, revokedAt));
    },

    isPaused: async () => isOn(await table.get(killSwitchKey)),

    setPaused: (paused) => table.put({ Item: { ...killSwitchKey, paused } }),
  };
}

async function createLink(table: DynamoTable, link: Link): Promise<void> {
  const created = await tryWrite(() =>
    // The condition refuses the same link too: a late copy of this request must not undo a revocation.
    table.put({ Item: toLinkItem(link), ConditionExpression: itemDoesNotExist }),
  );
  if (created) return;
  // A request that was sent again after a lost response finds its own link, which has the same hash.
  const known = await readLink(table, link.linkId);
  if (known?.tokenHash !== link.tokenHash)
    throw new Fault('conflict', 'A link with this id exists already. No link was created.', {
      hint: { text: 'Create the link again.' },
    });
}

async function readLink(table: DynamoTable, linkId: string): Promise<Link | undefined> {
  return parseLink(await table.get(toLinkKey(linkId)));
}

function addRevokedLink(table: DynamoTable, { positionId, linkId }: Link) {
  return table.update({
    Key: toPositionKey(positionId),
    UpdateExpression: 'ADD #revokedLinks :links',
    ConditionExpression: itemExists,
    ExpressionAttributeNames: { '#revokedLinks': 'revokedLinks' },
    ExpressionAttributeValues: { ':links': new Set([linkId]) },
  });
}

/** The time of the first revocation stays. */
function setRevokedAt(table: DynamoTable, { linkId }: Link, revokedAt: string) {
  return table.update({
    Key: toLinkKey(linkId),
    UpdateExpression: 'SET #revokedAt = if_not_exists(#revokedAt, :revokedAt)',
    ConditionExpression: itemExists,
    ExpressionAttributeNames: { '#revokedAt': 'revokedAt' },
    ExpressionAttributeValues: { ':revokedAt': revokedAt },
  });
}

function toLinkKey(linkId: string) {
  return { pk: `link#${linkId}`, sk: 'link' };
}

function toLinkItem(link: Link): Item {
  const { linkId, positionId, createdAt } = link;
  return { ...link, ...toLinkKey(linkId), listKey: 'link', listSort: `${positionId}#${createdAt}#${linkId}` };
}

function parseLink(item: Item | undefined): Link | undefined {
  return item === undefined ? undefined : linkSchema.parse(item);
}

function isOn(killSwitch: Item | undefined): boolean {
  return killSwitch?.paused === true;
}
