import { type LinkState, linkStateSchema, unknownLinkState } from '../link/link-state.ts';
import { type DynamoTable, type Item, itemDoesNotExist, tryWrite } from './dynamo-client.ts';
import { type ItemVersions, isReadable } from './dynamo-versions.ts';
import type { LinkStateStore } from './store.ts';

/**
 * States of standing links: `link-state#<linkId>`, on the list `link-state` until they have ended. Not in the link's partition:
 * functions that write states must not be able to create links, and AWS limits writes by partition.
 */
export function createDynamoLinkStates(table: DynamoTable, versions: ItemVersions): LinkStateStore {
  const parse = (item: Item): LinkState => linkStateSchema.parse(versions.check('link state', item));
  return {
    async readLinkState(linkId) {
      const item = await table.get(toStateKey(linkId));
      return item === undefined ? unknownLinkState(linkId) : parse(item);
    },

    async saveLinkState(state) {
      // Parsed before it is written, so that nothing unreadable becomes durable.
      const next = linkStateSchema.parse({ ...state, revision: state.revision + 1 });
      const Key = toStateKey(state.linkId);
      const listed = next.ended === true ? {} : { listKey: 'link-state', listSort: next.linkId };
      const isSame = state.revision === 0 ? itemDoesNotExist : `${isReadable} AND #revision = :revision`;
      const written = await tryWrite(() =>
        table.put({
          Item: versions.stamp({ ...Key, ...listed, ...next }),
          ConditionExpression: isSame,
          ...(state.revision === 0
            ? {}
            : {
                ExpressionAttributeNames: { ...versions.names, '#revision': 'revision' },
                ExpressionAttributeValues: { ...versions.values, ':revision': state.revision },
              }),
        }),
      );
      if (written) return next;
      await versions.checkStored(table, 'link state', Key);
      return undefined;
    },

    async listLinkStates(onUnreadable) {
      const items = await table.list('link-state');
      return items.flatMap((item) => parseReadable(parse, item, onUnreadable));
    },
  };
}

function toStateKey(linkId: string) {
  return { pk: `link-state#${linkId}`, sk: 'state' };
}

/** The state of one link that this version can't read must not stop the sweep of the others. */
function parseReadable(
  parse: (item: Item) => LinkState,
  item: Item,
  onUnreadable: ((linkId: string) => void) | undefined,
): LinkState[] {
  try {
    return [parse(item)];
  } catch {
    onUnreadable?.(String(item.linkId));
    return [];
  }
}
