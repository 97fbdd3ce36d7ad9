import type { ExchangeId } from '../account/account.ts';

/** @returns whether TradingView can reach a link: it only opens ports 80 and 443 of public addresses. */
export function isReachableByTradingView(url: string): boolean {
  return !/^https?:\/\/(127\.|localhost|\[::1\])/.test(url);
}

export const onlyHere =
  "TradingView can't reach this link: it is on your machine. Deploy Ripcord to use links in alerts.";

export const paidPlan = 'A paid TradingView plan, such as Premium, is required to create webhook alerts.';

export const otherMarket =
  "Alerts created on a different market will still work, but may not align with this market's chart data.";

/** Exchanges by the name that TradingView gives them. */
const exchangeNames: Record<ExchangeId, string> = {
  binance: 'Binance',
  binanceusdm: 'Binance',
  binanceus: 'Binance.US',
  bybit: 'Bybit',
  bybiteu: 'Bybit',
  bybitid: 'Bybit',
  okx: 'OKX',
  myokx: 'OKX',
  okxus: 'OKX',
  kucoin: 'KuCoin',
  bitget: 'Bitget',
  gate: 'Gate',
  gateeu: 'Gate',
  kraken: 'Kraken',
  coinbase: 'Coinbase',
};

/**
 * @returns what to search for in TradingView to find a market, and on which exchange: `BTCUSDT`, or `BTCUSDT.P` for a
 * perpetual.
 */
export function toTradingViewSymbol(market: { symbol: string; exchange: string }): {
  symbol: string;
  exchange: string;
} {
  const [base, quote, settle] = market.symbol.split(/[/:]/);
  return {
    symbol: `${base}${quote}${settle === undefined ? '' : '.P'}`,
    exchange: exchangeNames[market.exchange as ExchangeId] ?? market.exchange,
  };
}
