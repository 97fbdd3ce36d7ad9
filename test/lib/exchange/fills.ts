import { sum } from '../../../lib/amount.ts';
import type { Exchange, MarketRules, OrderFills } from '../../../lib/exchange/exchange.ts';

/** What fakes answer: fills whose only fee was taken in base. */
export function feeInBase(amount: string, currency = 'BTC'): () => Promise<OrderFills> {
  return async () => ({ fees: [{ currency, amount }] });
}

/** @returns what the fills of an order of this hour paid in base. */
export async function fetchBaseFee(
  exchange: Exchange,
  market: MarketRules,
  orderId: string,
  filled: string,
): Promise<string> {
  const now = Date.now();
  const { fees } = await exchange.fetchFills(market, { orderId, createdAt: now, updatedAt: now }, filled);
  return sum(fees.filter(({ currency }) => currency === market.base).map(({ amount }) => amount));
}
