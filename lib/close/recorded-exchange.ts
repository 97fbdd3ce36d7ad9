import type { CancelResult, CreateResult, Exchange, ExchangeOrder } from '../exchange/exchange.ts';
import type { RequestNote } from '../link/hit.ts';

/** @returns the same exchange, which notes each request that can matter in a dispute, and its answer in short. */
export function recordedExchange(exchange: Exchange, now: () => number, notes: RequestNote[]): Exchange {
  const noted = async <Answer>(
    request: string,
    orderId: string | undefined,
    call: () => Promise<Answer>,
    describe: (answer: Answer) => { orderId?: string | undefined; answer: string },
  ): Promise<Answer> => {
    const startedAt = now();
    const note = (result: { orderId?: string | undefined; answer: string }) =>
      notes.push({
        at: new Date(startedAt).toISOString(),
        request,
        ms: now() - startedAt,
        orderId: result.orderId ?? orderId,
        answer: result.answer,
      });
    try {
      const answer = await call();
      note(describe(answer));
      return answer;
    } catch (thrown) {
      note({ answer: 'no answer' });
      throw thrown;
    }
  };
  const create = (result: CreateResult) =>
    result.kind === 'accepted'
      ? { orderId: result.order.orderId, answer: `accepted, ${inShort(result.order)}` }
      : { answer: `${result.kind}: ${result.message}` };
  return {
    recvWindowMs: exchange.recvWindowMs,
    lookupLagMs: exchange.lookupLagMs,
    loadMarket: (symbol) => exchange.loadMarket(symbol),
    createEntryOrder: (market, order) => exchange.createEntryOrder(market, order),
    fetchBaseFee: (market, orderId, filled) => exchange.fetchBaseFee(market, orderId, filled),
    fetchPosition: (market, side) => exchange.fetchPosition(market, side),
    fetchBalance: (currency) => exchange.fetchBalance(currency),
    fetchPrice: (market) => exchange.fetchPrice(market),
    fetchLastTrade: (market, side) => exchange.fetchLastTrade(market, side),
    fetchPermissions: () => exchange.fetchPermissions(),
    fetchOpenOrders: () => exchange.fetchOpenOrders(),
    fetchOpenPositions: () => exchange.fetchOpenPositions(),
    fetchCandles: (market, interval, limit) => exchange.fetchCandles(market, interval, limit),
    fetchOrder: (market, ref) =>
      noted(
        'look up',
        ref.orderId ?? ref.clientOrderId,
        () => exchange.fetchOrder(market, ref),
        (order) => (order === undefined ? { answer: 'not found' } : { answer: inShort(order) }),
      ),
    cancelOrder: (market, ref, sendDeadline) =>
      noted(
        'cancel',
        ref.orderId ?? ref.clientOrderId,
        () => exchange.cancelOrder(market, ref, sendDeadline),
        (result: CancelResult) => ({
          answer: result.kind === 'confirmed' ? inShort(result.order) : result.message,
        }),
      ),
    createMarketOrder: (market, order) =>
      noted(
        `${order.side} ${order.amount} at MARKET`,
        order.clientOrderId,
        () => exchange.createMarketOrder(market, order),
        create,
      ),
  };
}

function inShort(order: ExchangeOrder): string {
  return `${order.status}, filled ${order.filled} of ${order.amount}`;
}
