import type { Amount } from '../amount.ts';
import type { Position } from './position.ts';

type LastSync = NonNullable<Position['lastSync']>;

/** What a read of a perpetual's exchange position showed. */
export interface HoldingLook {
  /** Since when the account has held none of it. */
  flatSince: number | undefined;
  /** The exchange position, if it is still this one. */
  held: LastSync['held'];
  margin: LastSync['margin'];
}

/** A price that this read did not report stays as it was. */
export function toLastSync(
  { lastSync }: Position,
  now: number,
  price: Amount | undefined,
  { flatSince, held, margin }: HoldingLook,
): Position['lastSync'] {
  const isEmpty = price === undefined && flatSince === undefined && held === undefined;
  if (lastSync === undefined && isEmpty) return undefined;
  const known =
    price === undefined ? { at: lastSync?.at ?? now, price: lastSync?.price } : { at: now, price };
  return {
    at: known.at,
    ...(known.price === undefined ? {} : { price: known.price }),
    ...(flatSince === undefined ? {} : { flatSince }),
    ...(held === undefined ? {} : { held }),
    ...(margin === undefined ? {} : { margin }),
  };
}
