/**
 * The exchanges of the generic mode, by ccxt's name: nothing is proven about them, so a close is sent at most once.
 * lib/exchange/refused-exchanges.ts has those that ccxt knows and Ripcord refuses. No schema: bundles of exchanges load this.
 */
export const genericIds = [
  'alpaca',
  'bigone',
  'bingx',
  'bit2c',
  'bitbank',
  'bitopro',
  'bitrue',
  'bitso',
  'bitstamp',
  'bitteam',
  'btcmarkets',
  'coinbaseexchange',
  'coinex',
  'coinmate',
  'coinsph',
  'delta',
  'deribit',
  'digifinex',
  'foxbit',
  'hashkey',
  'hollaex',
  'latoken',
  'lbank',
  'luno',
  'mexc',
  'poloniex',
  'tokocrypto',
  'toobit',
  'weex',
  'whitebit',
  'xt',
] as const;
export type GenericId = (typeof genericIds)[number];

const known: ReadonlySet<string> = new Set(genericIds);

/** Whether an account or a position of this exchange is "at most once, not proven". */
export function isGeneric(exchange: string): exchange is GenericId {
  return known.has(exchange);
}

/** What is said of each of them wherever an account or a position is shown. */
export const atMostOnce = 'at most once, not proven';
