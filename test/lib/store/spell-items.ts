import { textOf } from '../../../lib/store/position-item.ts';

/** @returns items as text to search in, with what is deflated in them. */
export function spellItems(items: unknown): string {
  return JSON.stringify(items, (_, value: unknown) => (isBytes(value) ? textOf(value) : value));
}

/** A Buffer has become a list of numbers before a replacer sees it; the SDK's bytes are none. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}
