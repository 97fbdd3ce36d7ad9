import type { ExchangeId } from '../../account/account.ts';
import { binance } from './binance.ts';
import { binanceus } from './binanceus.ts';
import { binanceusdm } from './binanceusdm.ts';
import { bitget } from './bitget.ts';
import { bybit } from './bybit.ts';
import { bybiteu } from './bybiteu.ts';
import { bybitid } from './bybitid.ts';
import { coinbase } from './coinbase.ts';
import { gate } from './gate.ts';
import { gateeu } from './gateeu.ts';
import { kraken } from './kraken.ts';
import { kucoin } from './kucoin.ts';
import { myokx } from './myokx.ts';
import { okx } from './okx.ts';
import { okxus } from './okxus.ts';
import type { Venue } from './venue.ts';

/** Code that functions run loads one of them, with `loadVenue` of `ccxt-loader.ts`. */
export const venues: Record<ExchangeId, Venue> = {
  ...{ binance, binanceusdm, binanceus },
  ...{ bybit, bybiteu, bybitid },
  ...{ okx, myokx, okxus },
  kucoin,
  bitget,
  ...{ gate, gateeu },
  kraken,
  coinbase,
};
