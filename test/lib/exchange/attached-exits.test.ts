import { expect, test } from 'vitest';
import type { EntryOrder } from '../../../lib/exchange/exchange.ts';
import { accepted, bybitLinear, startTrader } from './test-markets.ts';

const stopLoss = { triggerPrice: '55000' };
const takeProfit = { price: '70000' };

/** A LIMIT buy of 0.1 at 59000 with exits. */
async function startEntry(given: Partial<EntryOrder> = {}, options = {}) {
  const trader = await startTrader(bybitLinear, options);
  const attached = { stopLoss, takeProfit };
  trader.requests();
  const entry = accepted(
    await trader.buy({ clientOrderId: 'entry1', type: 'limit', price: '59000', attached, ...given }),
  );
  const { sim, exchange, market, order } = trader;
  const body = sim.core.ledger().findLast((each) => each.type === 'request');
  return {
    ...trader,
    entry,
    sent: body?.type === 'request' ? JSON.parse(body.query) : {},
    fill: (amount?: string) => sim.core.fill({ orderId: order('entry1').id, amount }),
    attached: (filled = '0.1') => exchange.fetchAttachedExits?.(market, 'entry1', { filled }),
  };
}

// https://bybit-exchange.github.io/docs/v5/order/create-order
test('exits at Bybit go with a LIMIT entry in one request, for what it fills', async () => {
  const { sent, requests } = await startEntry();
  expect(requests()).toEqual(['POST /v5/order/create']);
  expect(sent).toMatchObject({
    category: 'linear',
    orderType: 'Limit',
    qty: '0.1',
    tpslMode: 'Partial',
    stopLoss: '55000',
    slOrderType: 'Market',
    takeProfit: '70000',
    tpOrderType: 'Limit',
    tpLimitPrice: '70000',
  });
  expect(sent).not.toHaveProperty('slLimitPrice');
  // Without them, the last price triggers both.
  expect(sent).not.toHaveProperty('slTriggerBy');
  expect(sent).not.toHaveProperty('tpTriggerBy');
});

test('a stop at Bybit goes alone, and can become a LIMIT order', async () => {
  const { sent } = await startEntry({ attached: { stopLoss: { ...stopLoss, price: '54900' } } });
  expect(sent).toMatchObject({ stopLoss: '55000', slOrderType: 'Limit', slLimitPrice: '54900' });
  expect(sent).not.toHaveProperty('takeProfit');
});

test('exits that came with an entry are found by it, live and ended', async () => {
  const { fill, attached, sim } = await startEntry({}, { hedged: true });
  expect(await attached()).toEqual([]);
  fill('0.04');
  const live = { status: 'live', amount: '0.04', filled: '0', side: 'sell', positionSide: 'long' };
  expect(await attached('0.04')).toMatchObject([
    { isStop: true, order: { ...live, triggerPrice: '55000', reduceOnly: true } },
    { isStop: false, order: { ...live, price: '70000', triggerPrice: '70000', reduceOnly: true } },
  ]);
  fill();
  sim.core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price: '54000' });
  const ended = await attached();
  expect(ended?.filter(({ isStop }) => isStop)).toMatchObject([
    { order: { status: 'done', amount: '0.1', filled: '0.1', average: '54000' } },
  ]);
  expect(ended?.filter(({ isStop }) => !isStop)).toMatchObject([{ order: { status: 'done', filled: '0' } }]);
});

test('an entry that ends unfilled has no exits', async () => {
  const { attached, exchange, market, entry } = await startEntry();
  await exchange.cancelOrder(market, { orderId: entry.orderId }, Date.now() + 5_000);
  expect(await attached()).toEqual([]);
});

test('exits of a Bybit account are those of one entry only', async () => {
  const { attached, fill, buy, order, sim } = await startEntry();
  await buy({ clientOrderId: 'entry2', type: 'limit', price: '59000', attached: { stopLoss } });
  fill();
  sim.core.fill({ orderId: order('entry2').id });
  expect(await attached()).toHaveLength(2);
});

test('a failed listing is not an empty one', async () => {
  const { attached, fill, sim } = await startEntry();
  fill();
  sim.core.addFault({ kind: 'drop-before', match: { path: '/v5/order/realtime' }, times: 9 });
  await expect(attached()).rejects.toMatchObject({ code: 'exchange-unreachable' });
});
