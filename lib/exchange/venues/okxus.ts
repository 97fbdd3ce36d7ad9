import { okx } from './okx.ts';
import type { Venue } from './venue.ts';

/** OKX in the US and Australia: its rules, at a host of its own. */
export const okxus: Venue = { ...okx, id: 'okxus' };
