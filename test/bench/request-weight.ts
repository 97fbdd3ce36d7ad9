interface AskedRequest {
  method: string;
  path: string;
  query: string;
}

/**
 * Weights as Binance documents them, per IP address and minute: with a market, and for all markets.
 * https://developers.binance.com/docs/binance-spot-api-docs/rest-api
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 */
const weights: Record<string, [withSymbol: number, forAll?: number]> = {
  '/api/v3/order': [4],
  '/api/v3/openOrders': [6, 80],
  '/api/v3/orderList': [4],
  '/api/v3/myTrades': [20],
  '/api/v3/account': [20],
  '/api/v3/ticker/price': [2, 4],
  '/api/v3/klines': [2],
  '/api/v3/exchangeInfo': [20],
  '/fapi/v1/openOrders': [1, 40],
  '/fapi/v1/openAlgoOrders': [1, 40],
  '/fapi/v1/premiumIndex': [1, 10],
  '/fapi/v3/positionRisk': [5],
  '/fapi/v3/balance': [5],
  '/fapi/v1/positionSide/dual': [30],
  '/fapi/v1/userTrades': [5],
  '/fapi/v1/income': [30],
  '/fapi/v1/forceOrders': [20, 50],
};

/** @returns the weight of these requests; of those that are not listed, and of Bybit, which has no weights, one each. */
export function sumWeight(requests: AskedRequest[]): number {
  const weigh = ({ path, query }: AskedRequest): number => {
    const [withSymbol, forAll = withSymbol] = weights[path] ?? [1];
    // One fill of a known order is cheaper: https://developers.binance.com/docs/binance-spot-api-docs/rest-api
    if (path === '/api/v3/myTrades' && query.includes('orderId=')) return 5;
    return query.includes('symbol=') ? withSymbol : forAll;
  };
  return requests.reduce((sum, request) => sum + weigh(request), 0);
}
