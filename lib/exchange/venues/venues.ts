import type { ExchangeId } from '../../account/account.ts';
import { binance } from './binance.ts';
import { binanceusdm } from './binanceusdm.ts';
import { bybit } from './bybit.ts';
import { myokx, okx, okxus } from './okx.ts';
import type { Venue } from './venue.ts';

export const venues: Record<ExchangeId, Venue> = { binance, binanceusdm, bybit, okx, myokx, okxus };
