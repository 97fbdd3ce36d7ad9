import { describe, expect, test } from 'vitest';
import type { EntryOrder } from '../../../lib/exchange/exchange.ts';
import { startLong } from './long-with-exits.ts';
import { binanceSpot, inFiveSeconds } from './test-markets.ts';

/** A LIMIT purchase of 0.1 at 59000 with a target at 70000 and a stop at 55000. */
async function startEntry(given: Partial<EntryOrder> = {}) {
  const trader = await startLong(binanceSpot);
  const { sim, exchange, market, order } = trader;
  trader.requests();
  const send = () =>
    exchange.createEntryOrder(market, {
      clientOrderId: 'entry1',
      type: 'limit',
      side: 'buy',
      positionSide: 'long',
      hedged: false,
      price: '59000',
      amount: '0.1',
      sendDeadline: inFiveSeconds(),
      attached: { stopLoss: { triggerPrice: '55000' }, takeProfit: { price: '70000' } },
      ...given,
    });
  return {
    ...trader,
    send,
    result: await send(),
    fill: (amount?: string) => sim.core.fill({ orderId: order('entry1').id, amount }),
    read: (clientOrderId: string) => exchange.fetchOrder(market, { clientOrderId }),
    attached: () => exchange.fetchAttachedExits?.(market, 'entry1', { filled: '0.1' }),
  };
}

const working = {
  symbol: 'BTCUSDT',
  listClientOrderId: 'entry1-l',
  workingType: 'LIMIT',
  workingSide: 'BUY',
  workingClientOrderId: 'entry1',
  workingPrice: '59000',
  workingQuantity: '0.1',
  workingTimeInForce: 'GTC',
  pendingSide: 'SELL',
  newOrderRespType: 'RESULT',
};
const only = { attached: { stopLoss: { triggerPrice: '55000', price: '54900' } } };

describe('an entry with exits at Binance spot', () => {
  // https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#new-order-list---opoco-trade
  test('is one OPOCO with the parameters that Binance documents', async () => {
    const { result, sent, requests } = await startEntry();
    expect(result).toMatchObject({
      kind: 'accepted',
      order: {
        clientOrderId: 'entry1',
        type: 'limit',
        side: 'buy',
        status: 'live',
        amount: '0.1',
        filled: '0',
      },
    });
    expect(sent()).toEqual({
      path: 'POST /api/v3/orderList/opoco',
      ...working,
      pendingAboveType: 'LIMIT_MAKER',
      pendingAboveClientOrderId: 'entry1-t',
      pendingAbovePrice: '70000',
      pendingBelowType: 'STOP_LOSS',
      pendingBelowClientOrderId: 'entry1-s',
      pendingBelowStopPrice: '55000',
    });
    expect(requests()).toHaveLength(1);
  });

  // https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#new-order-list---opo-trade
  test('is an OPO if it has a stop alone, which can become a LIMIT order', async () => {
    const { sent } = await startEntry(only);
    expect(sent()).toEqual({
      path: 'POST /api/v3/orderList/opo',
      ...working,
      pendingType: 'STOP_LOSS_LIMIT',
      pendingClientOrderId: 'entry1-s',
      pendingStopPrice: '55000',
      pendingPrice: '54900',
      pendingTimeInForce: 'GTC',
    });
  });

  test('has no exits before it has filled wholly, and then those of what it received', async () => {
    const { fill, attached } = await startEntry();
    expect(await attached()).toEqual([]);
    fill('0.04');
    expect(await attached()).toEqual([]);
    fill();
    const live = { status: 'live', side: 'sell', filled: '0', amount: '0.1' };
    expect(await attached()).toMatchObject([
      { isStop: false, order: { ...live, clientOrderId: 'entry1-t', price: '70000' } },
      { isStop: true, order: { ...live, clientOrderId: 'entry1-s', triggerPrice: '55000' } },
    ]);
  });

  test('reports what its exits filled', async () => {
    const { fill, attached, setPrice } = await startEntry(only);
    fill();
    setPrice('54950');
    expect(await attached()).toMatchObject([{ isStop: true, order: { status: 'done', filled: '0.1' } }]);
  });

  test('has none if the price had passed its stop when it filled', async () => {
    const { read, attached, setPrice } = await startEntry();
    setPrice('54000');
    expect(await read('entry1')).toMatchObject({ status: 'done', filled: '0.1' });
    expect(await attached()).toEqual([]);
  });

  test('ends with its exits, and reports what it had filled', async () => {
    const { exchange, market, fill, read } = await startEntry();
    fill('0.04');
    await exchange.cancelOrder(market, { clientOrderId: 'entry1' }, inFiveSeconds());
    expect(await read('entry1')).toMatchObject({ status: 'done', filled: '0.04' });
    expect(await read('entry1-s')).toMatchObject({ status: 'done', filled: '0' });
  });

  test('has an unknown outcome if the answer is lost, and is found', async () => {
    const { sim, exchange, market, send, read } = await startEntry();
    await exchange.cancelOrder(market, { clientOrderId: 'entry1' }, inFiveSeconds());
    sim.core.addFault({ kind: 'drop-after', match: { method: 'POST' } });
    expect(await send()).toEqual({ kind: 'unknown', message: 'no readable response' });
    expect(await read('entry1')).toMatchObject({ status: 'live', amount: '0.1' });
    expect(await send()).toMatchObject({ kind: 'rejected', reason: 'duplicate-id' });
  });

  test('is refused by a market that does not allow such lists, which its rules show', async () => {
    const { sim, exchange, market, send } = await startEntry();
    expect(market.opoAllowed).toBe(true);
    sim.core.changeMarket({ market: 'spot', symbol: 'BTCUSDT', opoAllowed: false });
    expect(await send()).toMatchObject({ kind: 'rejected' });
    expect((await exchange.loadMarket('BTC/USDT')).opoAllowed).toBe(false);
  });

  test('is not sent after the send deadline', async () => {
    const { result } = await startEntry({ sendDeadline: Date.now() - 1 });
    expect(result).toMatchObject({ kind: 'rejected', reason: 'too-late' });
  });
});
