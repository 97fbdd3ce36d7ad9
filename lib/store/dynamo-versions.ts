import type { DynamoTable, Item } from './dynamo-client.ts';
import { checkItemVersion, type ItemNoun } from './item-version.ts';

/** How items carry their version. A write whose condition has no `isReadable` could change what it does not understand. */
export interface ItemVersions {
  /** Adds the version to an item. */
  stamp(item: Item): Item;
  /** Throws `newer-version`. @returns the item. */
  check<Given extends Item | undefined>(noun: ItemNoun, item: Given): Given;
  /**
   * Call it after the condition of a write failed: the reason may be a newer item. Throws `newer-version`.
   * @returns the item as it is stored.
   */
  checkStored(table: DynamoTable, noun: ItemNoun, key: Item): Promise<Item | undefined>;
  /** What a condition with `isReadable`, or an update with `setVersion`, names. */
  names: Record<string, string>;
  values: Item;
}

/** The part of a condition by which a write refuses an item that a newer Ripcord has written. */
export const isReadable = '(attribute_not_exists(#version) OR #version <= :version)';
/** The part of an update by which an older Ripcord refuses the item from then on. */
export const setVersion = '#version = :version';

export function createItemVersions(version: number): ItemVersions {
  const check: ItemVersions['check'] = (noun, item) => {
    if (item !== undefined) checkItemVersion(noun, item.version, version);
    return item;
  };
  return {
    stamp: (item) => ({ ...item, version }),
    check,
    checkStored: async (table, noun, key) => check(noun, await table.get(key)),
    names: { '#version': 'version' },
    values: { ':version': version },
  };
}
