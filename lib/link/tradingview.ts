/** Whether TradingView can reach a link at all: it opens ports 80 and 443 of public addresses only. */
export function isReachableByTradingView(url: string): boolean {
  return !/^https?:\/\/(127\.|localhost|\[::1\])/.test(url);
}

export const onlyHere =
  "This link is on this machine, which TradingView can't reach. Open it in a browser to try it; links of a deployed Ripcord work in alerts.";

export const paidPlan = 'Webhooks need a paid TradingView plan.';
/** The exchanges by the name that TradingView gives them. */
const exchangeNames: Record<string, string> = { binance: 'Binance', binanceusdm: 'Binance', bybit: 'Bybit' };

/**
 * What to search for in TradingView to find a market, and on which exchange: `BTCUSDT`, or `BTCUSDT.P` for a
 * perpetual.
 */
export function toTradingViewSymbol(market: { symbol: string; exchange: string }) {
  const [base, quote, settle] = market.symbol.split(/[/:]/);
  return {
    symbol: `${base}${quote}${settle === undefined ? '' : '.P'}`,
    exchange: exchangeNames[market.exchange] ?? market.exchange,
  };
}
