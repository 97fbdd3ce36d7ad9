import { Fault } from '../fault.ts';

/**
 * The version of every item that this Ripcord writes: position, link, hit, reservation, marker, kill switch and health. An item without
 * one is of version 1. docs/operations/upgrade.md has the rules of when to raise it.
 */
export const itemVersion = 3;

/** What is stored. */
export type ItemNoun =
  | 'position'
  | 'link'
  | 'record'
  | 'reservation'
  | 'marker'
  | 'kill switch'
  | 'health'
  | 'link state';

/** @param stored the item's version, or undefined. Throws `newer-version`. */
export function checkItemVersion(noun: ItemNoun, stored: unknown, readable: number): void {
  if (stored === undefined || (typeof stored === 'number' && stored <= readable)) return;
  throw new Fault(
    'newer-version',
    `This ${noun} was written by a newer Ripcord (version ${stored}; this one reads version ${readable}). Nothing was done.`,
    { hint: { text: 'Deploy the newer Ripcord again.' } },
  );
}
