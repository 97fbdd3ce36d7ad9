/** A number as typed: what the contract accepts, or what to do about it. */
export type TypedNumber = { value: string } | { problem: string };

const malformed = { problem: 'Enter digits with one decimal point, such as 0.5.' };
/** As the contract accepts it. */
const plain = /^\d{1,30}(\.\d{1,30})?$/;

/**
 * Reads a decimal with a point or a comma, also with thousands separators. A point alone is a decimal point. Refuses what
 * could mean two numbers, such as "1,234".
 */
export function parseDecimalText(text: string): TypedNumber {
  const typed = text.trim();
  const byPoint = readAs(typed, '.', ',');
  const byComma = readAs(typed, ',', '.');
  if (!typed.includes(',')) return toTyped(byPoint ?? byComma);
  if (byPoint === undefined || byComma === undefined) return toTyped(byPoint ?? byComma);
  return { problem: `${typed} could mean ${byPoint} or ${byComma}. Enter one of them.` };
}

function toTyped(value: string | undefined): TypedNumber {
  return value !== undefined && plain.test(value) ? { value } : malformed;
}

/** @returns the plain decimal; undefined if the text is none with these separators. */
function readAs(text: string, point: string, grouping: string): string | undefined {
  const [whole = '', fraction, ...more] = text.split(point);
  if (more.length > 0 || (fraction !== undefined && !/^\d+$/.test(fraction))) return undefined;
  const digits = readWhole(whole, grouping, fraction !== undefined);
  if (digits === undefined) return undefined;
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}

function readWhole(text: string, grouping: string, hasFraction: boolean): string | undefined {
  if (text === '') return hasFraction ? '0' : undefined;
  const [first = '', ...groups] = text.split(grouping);
  if (groups.length === 0) return /^\d+$/.test(first) ? first : undefined;
  const isGrouped = /^[1-9]\d{0,2}$/.test(first) && groups.every((group) => /^\d{3}$/.test(group));
  return isGrouped ? `${first}${groups.join('')}` : undefined;
}

/** Reads a whole number from `from` to `to`. */
export function parseWholeText(text: string, from: number, to: number): TypedNumber {
  const typed = text.trim();
  const isInRange = /^\d{1,9}$/.test(typed) && Number(typed) >= from && Number(typed) <= to;
  return isInRange ? { value: typed } : { problem: `Enter a whole number from ${from} to ${to}.` };
}
