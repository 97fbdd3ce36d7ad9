import type { ExchangeId } from '../../account/account.ts';
import { binance } from './binance.ts';
import { binanceusdm } from './binanceusdm.ts';
import { bybit } from './bybit.ts';
import { myokx } from './myokx.ts';
import { okx } from './okx.ts';
import { okxus } from './okxus.ts';
import type { Venue } from './venue.ts';

/** Code that functions run loads one of them, with `loadVenue` of `ccxt-loader.ts`. */
export const venues: Record<ExchangeId, Venue> = { binance, binanceusdm, bybit, okx, myokx, okxus };
