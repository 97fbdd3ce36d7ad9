import type { Link } from '../../lib/link/link.ts';
import type { Position } from '../../lib/position/position.ts';
import type { WrittenRequest } from './in-memory-connection.ts';

export const dryTable = 'warm-up';

interface Stored {
  link: Link;
  position: Position;
}

/** @returns DynamoDB's response for a table that holds one link and its position, and forgets every write. */
export function respondAsTable({ link, position }: Stored, { headers, body }: WrittenRequest): unknown {
  if (/\.BatchGetItem\b/.test(headers)) {
    const item = { ...link, pk: `link#${link.linkId}`, sk: 'link' };
    return { Responses: { [dryTable]: [toItem(item)] }, UnprocessedKeys: {} };
  }
  const { ExpressionAttributeValues: values, ReturnValues: returns } = JSON.parse(body);
  if (returns === undefined) return {};
  const claimed = { ...position, state: 'claimed', epoch: 1, attempt: 1, revision: 1 };
  return { Attributes: { ...toItem(claimed), claim: values[':claim'] } };
}

function toItem(fields: object): Record<string, unknown> {
  const stored = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(stored.map(([name, value]) => [name, toAttribute(value)]));
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html */
function toAttribute(value: unknown): unknown {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  return { M: toItem(value as object) };
}
