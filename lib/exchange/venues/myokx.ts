import { okx } from './okx.ts';
import type { Venue } from './venue.ts';

/** OKX in the EEA: its rules, at a host of its own. */
export const myokx: Venue = { ...okx, id: 'myokx' };
