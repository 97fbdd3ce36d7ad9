import { gate } from './gate.ts';
import type { Venue } from './venue.ts';

const { useSandbox: _, ...rules } = gate;

/** Gate in the EU: its rules, at a host of its own, without a test network. https://github.com/ccxt/ccxt/blob/v4.5.84/ts/src/gateeu.ts */
export const gateeu: Venue = { ...rules, id: 'gateeu' };
