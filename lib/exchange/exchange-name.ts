import type { VenueId } from '../account/account.ts';
import { atMostOnce, isGeneric } from '../account/generic-id.ts';
import type { TestOnlyId } from '../account/test-only.ts';

const names: Record<VenueId | TestOnlyId, string> = {
  binance: 'Binance',
  // Binance writes USDⓈ-M, but many typefaces lack the circled letter.
  binanceusdm: 'Binance USD-M',
  binanceus: 'Binance US',
  bybit: 'Bybit',
  bybiteu: 'Bybit EU',
  bybitid: 'Bybit Indonesia',
  okx: 'OKX',
  myokx: 'OKX EEA',
  okxus: 'OKX US',
  kucoin: 'KuCoin',
  bitget: 'Bitget',
  gate: 'Gate',
  gateeu: 'Gate EU',
  kraken: 'Kraken',
  coinbase: 'Coinbase',
  krakenfutures: 'Kraken Futures',
  // Of the generic mode, as ccxt has them.
  alpaca: 'Alpaca',
  bigone: 'BigONE',
  bingx: 'BingX',
  bit2c: 'Bit2C',
  bitbank: 'bitbank',
  bitopro: 'BitoPro',
  bitrue: 'Bitrue',
  bitso: 'Bitso',
  bitstamp: 'Bitstamp',
  bitteam: 'BIT.TEAM',
  btcmarkets: 'BTC Markets',
  coinbaseexchange: 'Coinbase Exchange',
  coinex: 'CoinEx',
  coinmate: 'CoinMate',
  coinsph: 'Coins.ph',
  delta: 'Delta Exchange',
  deribit: 'Deribit',
  digifinex: 'DigiFinex',
  foxbit: 'Foxbit',
  hashkey: 'HashKey Global',
  hollaex: 'HollaEx',
  latoken: 'Latoken',
  lbank: 'LBank',
  luno: 'Luno',
  mexc: 'MEXC Global',
  poloniex: 'Poloniex',
  tokocrypto: 'Tokocrypto',
  toobit: 'Toobit',
  weex: 'Weex',
  whitebit: 'WhiteBIT',
  xt: 'XT',
};

/** @returns the exchange's name for texts; the id itself if Ripcord does not support that exchange. */
export function exchangeName(id: string): string {
  return id in names ? names[id as VenueId | TestOnlyId] : id;
}

/** @returns the name, and that the exchange is not proven, for lists and headings. */
export function exchangeLabel(id: string): string {
  return isGeneric(id) ? `${exchangeName(id)} (${atMostOnce})` : exchangeName(id);
}
