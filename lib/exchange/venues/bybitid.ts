import { bybit } from './bybit.ts';
import type { Venue } from './venue.ts';

/** Bybit in Indonesia: its rules, at a host of its own. */
export const bybitid: Venue = { ...bybit, id: 'bybitid' };
