import type { ExchangeId } from '../account/account.ts';

const names: Record<ExchangeId, string> = {
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
};

/** @returns the exchange's name for texts; the id itself if Ripcord does not support that exchange. */
export function exchangeName(id: string): string {
  return id in names ? names[id as ExchangeId] : id;
}
