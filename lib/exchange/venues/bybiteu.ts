import { bybit } from './bybit.ts';
import type { Venue } from './venue.ts';

/** Bybit in the EEA: its rules, at a host of its own, without perpetuals. https://docs.ccxt.com/docs/comparisons/ccxt-vs-bybiteu-api */
export const bybiteu: Venue = { ...bybit, id: 'bybiteu', kinds: new Set(['spot']) };
