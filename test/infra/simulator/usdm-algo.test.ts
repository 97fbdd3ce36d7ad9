import type { Exchange } from 'ccxt';
import { describe, expect, it } from 'vitest';
import { btcPerp, connect, idOf, key, refusal, start } from './connect.ts';

const btcUsdm = { market: 'usdm', symbol: 'BTCUSDT' } as const;
const trigger = { trigger: true };

function placeStop(client: Exchange, amount: number, over: object = {}) {
  return client.createOrder(btcPerp, 'market', 'sell', amount, undefined, {
    stopLossPrice: 55000,
    reduceOnly: true,
    ...over,
  });
}

async function holding(amount: string, options: Parameters<typeof start>[0] = {}) {
  const exchange = await start(options);
  exchange.core.setPosition({ apiKey: key.apiKey, symbol: 'BTCUSDT', amount });
  return { exchange, client: await connect('usdm', exchange) };
}

describe('a conditional order of Binance USDⓈ-M', () => {
  it('is accepted up to 200 of them across all symbols, which no filter states', async () => {
    const { exchange, client } = await holding('1');
    const filters: { filterType: string }[] = client.market(btcPerp).info.filters;
    expect(filters.map(({ filterType }) => filterType)).not.toContain('MAX_NUM_ALGO_ORDERS');
    for (let nth = 0; nth < 199; nth += 1)
      exchange.core.placeOrder({
        apiKey: key.apiKey,
        market: 'usdm',
        symbol: 'ETHUSDT',
        side: 'sell',
        type: 'stop_market',
        amount: '0.1',
        stopPrice: '2000',
      });
    await placeStop(client, 1);
    const refused = await refusal(placeStop(client, 1));
    expect(refused.message).toContain('"code":-4045');
    await client.cancelAllOrders(btcPerp, trigger);
    expect(await placeStop(client, 1)).toMatchObject({ status: 'open' });
  });

  it('closes the position once for each side and kind', async () => {
    const { client } = await holding('1');
    const close = { closePosition: true };
    const place = (params: object) =>
      client.createOrder(btcPerp, 'market', 'sell', 0, undefined, { ...close, ...params });
    const stop = await place({ stopLossPrice: 55000 });
    await place({ takeProfitPrice: 65000 });
    expect((await refusal(place({ stopLossPrice: 54000 }))).message).toContain('"code":-4130');
    await client.cancelOrder(idOf(stop), btcPerp, trigger);
    expect(await place({ stopLossPrice: 54000 })).toMatchObject({ status: 'open' });
  });

  it('can close the position only at market', async () => {
    const { client } = await holding('1');
    const refused = refusal(
      client.fapiPrivatePostAlgoOrder({
        algoType: 'CONDITIONAL',
        symbol: 'BTCUSDT',
        side: 'SELL',
        type: 'STOP',
        price: '54900',
        triggerPrice: '55000',
        closePosition: 'true',
      }),
    );
    expect((await refused).message).toContain('-4136');
  });

  it('is triggering until its order is in the book, and then neither listed as open nor canceled', async () => {
    const clock = { now: 1_700_000_000_000 };
    const { exchange, client } = await holding('1', { clock: () => clock.now });
    exchange.core.setTriggerDelay({ ms: 5_000 });
    const stop = await placeStop(client, 1);
    exchange.core.setPrice({ ...btcUsdm, price: '54000' });
    const triggering = await client.fetchOrder(idOf(stop), btcPerp, trigger);
    expect(triggering.info).toMatchObject({ algoStatus: 'TRIGGERING', actualOrderId: '' });
    expect(await client.fetchOpenOrders(btcPerp, undefined, undefined, trigger)).toEqual([]);
    expect((await refusal(client.cancelOrder(idOf(stop), btcPerp, trigger))).message).toContain('-2011');
    expect(exchange.core.orders().fills).toEqual([]);
    clock.now += 5_000;
    exchange.core.runDue();
    const finished = await client.fetchOrder(idOf(stop), btcPerp, trigger);
    expect(finished.info.algoStatus).toBe('FINISHED');
    expect(await client.fetchOrder(finished.info.actualOrderId, btcPerp)).toMatchObject({ filled: 1 });
  });

  it('is FINISHED also if the order that it placed was canceled without a fill', async () => {
    const { exchange, client } = await holding('1');
    const target = await client.createOrder(btcPerp, 'limit', 'sell', 1, 66000, {
      takeProfitPrice: 65000,
      reduceOnly: true,
    });
    exchange.core.setPrice({ ...btcUsdm, price: '65000' });
    const { info } = await client.fetchOrder(idOf(target), btcPerp, trigger);
    await client.cancelOrder(info.actualOrderId, btcPerp);
    const finished = await client.fetchOrder(idOf(target), btcPerp, trigger);
    expect(finished.info.algoStatus).toBe('FINISHED');
    expect(await client.fetchOrder(info.actualOrderId, btcPerp)).toMatchObject({
      status: 'canceled',
      filled: 0,
    });
  });

  it('is EXPIRED if the exchange ends it', async () => {
    const { exchange, client } = await holding('1');
    const stop = await placeStop(client, 1);
    exchange.core.expireOrder({ orderId: Number(stop.id) });
    expect((await client.fetchOrder(idOf(stop), btcPerp, trigger)).info.algoStatus).toBe('EXPIRED');
    expect(await client.fetchOpenOrders(btcPerp, undefined, undefined, trigger)).toEqual([]);
  });

  it('closes at most the position that is left, and what does not fill of it expires', async () => {
    const { exchange, client } = await holding('1');
    const stop = await placeStop(client, 1);
    exchange.core.setPosition({ apiKey: key.apiKey, symbol: 'BTCUSDT', amount: '0.6' });
    exchange.core.setLiquidity({ ...btcUsdm, amount: '0.2' });
    exchange.core.setPrice({ ...btcUsdm, price: '54000' });
    const { info } = await client.fetchOrder(idOf(stop), btcPerp, trigger);
    expect(await client.fetchOrder(info.actualOrderId, btcPerp)).toMatchObject({
      status: 'expired',
      filled: 0.2,
      amount: 1,
    });
    expect((await client.fetchPositions([btcPerp]))[0]).toMatchObject({ side: 'long', contracts: 0.4 });
  });

  it('returns what set its trigger price, and accepts only documented kinds', async () => {
    const { client } = await holding('1');
    const stop = await placeStop(client, 1, { workingType: 'MARK_PRICE' });
    expect((await client.fetchOrder(idOf(stop), btcPerp, trigger)).info.workingType).toBe('MARK_PRICE');
    expect((await refusal(placeStop(client, 1, { workingType: 'INDEX' }))).message).toContain('-1100');
  });

  it('is listed for at most seven days a request, the latest ones by default', async () => {
    const clock = { now: 1_700_000_000_000 };
    const { exchange, client } = await holding('1', { clock: () => clock.now });
    const first = await placeStop(client, 1);
    clock.now += 8 * 86_400_000;
    const second = await placeStop(client, 1);
    const list = (params: object) => client.fapiPrivateGetAllAlgoOrders({ symbol: 'BTCUSDT', ...params });
    const ids = async (params: object) =>
      (await list(params)).map(({ algoId }: { algoId: string }) => String(algoId));
    expect(await ids({})).toEqual([second.id]);
    expect(await ids({ startTime: 1_700_000_000_000 })).toEqual([first.id]);
    const tooLong = refusal(list({ startTime: 1_700_000_000_000, endTime: exchange.core.now() }));
    expect((await tooLong).message).toContain('-4084');
  });

  it('is not placed by words of /fapi/v1/order that no page lists', async () => {
    const { exchange, client } = await holding('0');
    // ccxt sends an attached stop as unknown parameters. Binance's page of the endpoint does not list them.
    await client.createOrder(btcPerp, 'limit', 'buy', 0.1, 50000, { stopLoss: { triggerPrice: 49000 } });
    expect(exchange.core.orders()).toMatchObject({ orders: [{ type: 'limit' }], algoOrders: [] });
  });
});
