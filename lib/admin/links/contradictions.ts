import { decimal } from '../../amount.ts';
import { isExpired, type Link } from '../../link/link.ts';

/** @returns those of the links that the new one contradicts: they have its scope, and end the same positions elsewhere. */
export function findContradictions(link: Link, others: readonly Link[], now: number): Link[] {
  return others.filter(
    (other) =>
      other.linkId !== link.linkId &&
      other.revokedAt === undefined &&
      !isExpired(other, now) &&
      isSameScope(link, other) &&
      contradicts(link, other),
  );
}

/** A scope has few fields, all of them text. */
function isSameScope({ scope: a }: Link, { scope: b }: Link): boolean {
  if (a === undefined || b === undefined) return false;
  const [first, second] = [a, b].map((scope) => JSON.stringify(Object.entries(scope).sort()));
  return first === second;
}

/**
 * Two alerts may close and keep, as the owner wants. But one message reaches every link that follows the strategy, and of two
 * fixed targets one is never reached.
 */
function contradicts(a: Link, b: Link): boolean {
  if (a.follows !== undefined && b.follows !== undefined)
    return a.action !== b.action || differ(a.toPercent, b.toPercent);
  if (a.follows !== b.follows || a.action !== b.action) return false;
  return differ(a.toPercent, b.toPercent) || differ(priceOf(a), priceOf(b));
}

function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && !decimal(a).eq(b);
}

function priceOf({ stop }: Link): string | undefined {
  return stop !== undefined && 'price' in stop ? stop.price : undefined;
}
