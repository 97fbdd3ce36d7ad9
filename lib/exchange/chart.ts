/** The exchanges by the name that TradingView gives them. */
const exchangeNames: Record<string, string> = { binance: 'Binance', binanceusdm: 'Binance', bybit: 'Bybit' };

/**
 * What to search for in TradingView to find a market, and on which exchange: `BTCUSDT`, or `BTCUSDT.P` for a
 * perpetual.
 */
export const chartOf = (market: { symbol: string; exchange: string }) => {
  const [base, quote, settle] = market.symbol.split(/[/:]/);
  return {
    symbol: `${base}${quote}${settle === undefined ? '' : '.P'}`,
    exchange: exchangeNames[market.exchange] ?? market.exchange,
  };
};
