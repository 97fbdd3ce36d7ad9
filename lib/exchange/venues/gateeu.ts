import { gateSpot } from './gate-spot.ts';
import type { Venue } from './venue.ts';

const { useSandbox: _, ...rules } = gateSpot;

/**
 * Gate in the EU: the rules of its spot markets, at a host of its own, without a test network and without perpetuals.
 * https://github.com/ccxt/ccxt/blob/v4.5.84/ts/src/gateeu.ts
 */
export const gateeu: Venue = { ...rules, id: 'gateeu' };
