import type { Exchange } from 'ccxt';
import { describe, expect, it } from 'vitest';
import { btcPerp, idOf, key, refusal, start } from './connect.ts';
import { acknowledged, connectBybit } from './connect-bybit.ts';

const linear = { market: 'usdm', symbol: 'BTCUSDT' } as const;

async function holding(amount: string) {
  const exchange = await start();
  exchange.core.setPosition({ apiKey: key.apiKey, symbol: 'BTCUSDT', amount });
  const client = await connectBybit(exchange);
  const setPrice = (price: string) => exchange.core.setPrice({ ...linear, price });
  return { exchange, client, setPrice };
}

function setTradingStop(client: Exchange, params: object) {
  return client.privatePostV5PositionTradingStop({
    category: 'linear',
    symbol: 'BTCUSDT',
    tpslMode: 'Partial',
    positionIdx: 0,
    ...params,
  });
}

const pair = { takeProfit: '65000', stopLoss: '55000', tpSize: '0.4', slSize: '0.4' };

async function exitsOf(client: Exchange) {
  const orders = await client.fetchOpenOrders(btcPerp, undefined, undefined, { orderFilter: 'StopOrder' });
  // Exits of one moment have no order among them.
  return orders
    .map(({ info }) => ({ kind: info.stopOrderType, qty: info.qty, price: info.triggerPrice }))
    .sort((a, b) => a.price.localeCompare(b.price));
}

async function statusOf(client: Exchange, id: string) {
  const { info } = await client.fetchOrder(id, btcPerp, acknowledged);
  return { status: info.orderStatus, cancelType: info.cancelType, filled: info.cumExecQty };
}

async function idsByKind(client: Exchange): Promise<Record<string, string>> {
  const orders = await client.fetchOpenOrders(btcPerp);
  return Object.fromEntries(orders.map((order) => [order.info.stopOrderType, idOf(order)]));
}

describe('exits attached to an order of a Bybit perpetual', () => {
  async function enter(client: Exchange, params: object = {}) {
    return client.createOrder(btcPerp, 'limit', 'buy', 1, 50000, {
      takeProfit: { triggerPrice: 65000 },
      stopLoss: { triggerPrice: 45000 },
      tpslMode: 'Partial',
      ...params,
    });
  }

  it('rest for what is filled, and grow with the next fill', async () => {
    const { exchange, client } = await holding('0');
    const order = await enter(client, { orderLinkId: 'entry-1' });
    const { info } = await client.fetchOrder(idOf(order), btcPerp, acknowledged);
    expect(info).toMatchObject({ takeProfit: '65000', stopLoss: '45000', tpslMode: 'Partial' });
    expect(await exitsOf(client)).toEqual([]);
    const entryId = exchange.core.orders().orders[0]?.id ?? 0;
    exchange.core.fill({ orderId: entryId, amount: '0.3' });
    const first = [
      { kind: 'PartialStopLoss', qty: '0.3', price: '45000' },
      { kind: 'PartialTakeProfit', qty: '0.3', price: '65000' },
    ];
    expect(await exitsOf(client)).toEqual(first);
    exchange.core.fill({ orderId: entryId, amount: '0.5' });
    expect((await exitsOf(client)).map(({ qty }) => qty)).toEqual(['0.8', '0.8']);
    // The cancel of the entry's remainder leaves the exits.
    await client.cancelOrder(idOf(order), btcPerp);
    const exits = await client.fetchOpenOrders(btcPerp);
    const details = { parentOrderLinkId: 'entry-1', reduceOnly: true, closeOnTrigger: true };
    expect(exits.map(({ info: exit }) => exit)).toMatchObject([details, details]);
    expect(exits.map(({ info: exit }) => exit.createType).sort()).toEqual([
      'CreateByPartialStopLoss',
      'CreateByPartialTakeProfit',
    ]);
  });

  it('are for the whole position if no mode is sent', async () => {
    const { exchange, client, setPrice } = await holding('0.5');
    await enter(client, { tpslMode: undefined });
    setPrice('50000');
    expect(await exitsOf(client)).toEqual([
      { kind: 'StopLoss', qty: '1.5', price: '45000' },
      { kind: 'TakeProfit', qty: '1.5', price: '65000' },
    ]);
    const [position] = await client.fetchPositions([btcPerp]);
    expect(position?.info).toMatchObject({ takeProfit: '65000', stopLoss: '45000' });
    setPrice('45000');
    expect(exchange.core.accountOf(key.apiKey).positions['BTCUSDT:BOTH']?.amount).toBe('0');
    expect(await exitsOf(client)).toEqual([]);
  });

  it('trigger at once if the price of the fill is already beyond them', async () => {
    const { client, setPrice } = await holding('0');
    await enter(client);
    setPrice('44000');
    expect(await client.fetchPositions([btcPerp])).toMatchObject([{ contracts: 0 }]);
    expect(await exitsOf(client)).toEqual([]);
  });

  it.each([
    { what: 'a stop above the price', params: { stopLoss: { triggerPrice: 51000 } }, code: '10001' },
    { what: 'a target below the price', params: { takeProfit: { triggerPrice: 49000 } }, code: '10001' },
    { what: 'exits of a reduce-only order', params: { reduceOnly: true }, code: '10001' },
    {
      what: 'a limit stop for the whole position',
      params: { tpslMode: 'Full', slOrderType: 'Limit', slLimitPrice: '44000' },
      code: '10001',
    },
  ])('are refused: $what', async ({ params, code }) => {
    const { exchange, client } = await holding('0');
    expect((await refusal(enter(client, params))).message).toContain(code);
    expect(exchange.core.orders().orders).toEqual([]);
  });
});

describe('trading-stop', () => {
  it('adds exits of a part of the position, and answers without their ids', async () => {
    const { client } = await holding('1');
    const { result } = await setTradingStop(client, pair);
    expect(result).toEqual({});
    await setTradingStop(client, { stopLoss: '54000', slSize: '0.6' });
    expect(await exitsOf(client)).toEqual([
      { kind: 'PartialStopLoss', qty: '0.6', price: '54000' },
      { kind: 'PartialStopLoss', qty: '0.4', price: '55000' },
      { kind: 'PartialTakeProfit', qty: '0.4', price: '65000' },
    ]);
  });

  it('binds a pair: the cancel of one ends both', async () => {
    const { client } = await holding('1');
    await setTradingStop(client, pair);
    const ids = await idsByKind(client);
    await client.cancelOrder(String(ids.PartialStopLoss), btcPerp);
    expect(await exitsOf(client)).toEqual([]);
    expect(await statusOf(client, String(ids.PartialTakeProfit))).toMatchObject({ status: 'Deactivated' });
  });

  it('ends the other half of a pair at the trigger of the first, even if that rests', async () => {
    const { client, setPrice } = await holding('1');
    await setTradingStop(client, { ...pair, tpOrderType: 'Limit', tpLimitPrice: '65500' });
    const ids = await idsByKind(client);
    setPrice('65000');
    expect(await statusOf(client, String(ids.PartialStopLoss))).toMatchObject({
      status: 'Deactivated',
      cancelType: 'CancelByOCOSlCanceledByTpTriggered',
    });
    expect(await statusOf(client, String(ids.PartialTakeProfit))).toMatchObject({ status: 'New' });
    setPrice('65500');
    expect(await statusOf(client, String(ids.PartialTakeProfit))).toMatchObject({ filled: '0.4' });
    expect((await client.fetchPositions([btcPerp]))[0]).toMatchObject({ contracts: 0.6 });
  });

  it('has its exits canceled and fitted with the position', async () => {
    const { client } = await holding('1');
    await setTradingStop(client, { stopLoss: '55000', slSize: '0.7' });
    await setTradingStop(client, { tpslMode: 'Full', stopLoss: '50000' });
    const ids = await idsByKind(client);
    await client.createOrder(btcPerp, 'market', 'sell', 0.5, undefined, { reduceOnly: true });
    expect(await exitsOf(client)).toEqual([
      { kind: 'StopLoss', qty: '0.5', price: '50000' },
      { kind: 'PartialStopLoss', qty: '0.5', price: '55000' },
    ]);
    await client.createOrder(btcPerp, 'market', 'sell', 0.5, undefined, { reduceOnly: true });
    expect(await exitsOf(client)).toEqual([]);
    expect(await statusOf(client, String(ids.StopLoss))).toMatchObject({ cancelType: 'CancelByTpSlTsClear' });
  });

  it('changes and removes exits of the whole position, and refuses what changes nothing with 34040', async () => {
    const { client } = await holding('1');
    const full = (params: object) => setTradingStop(client, { tpslMode: 'Full', ...params });
    await full({ takeProfit: '65000', stopLoss: '55000' });
    expect((await refusal(full({ stopLoss: '55000' }))).message).toContain('34040');
    expect((await refusal(full({}))).message).toContain('34040');
    await full({ stopLoss: '56000' });
    expect(await exitsOf(client)).toMatchObject([
      { kind: 'StopLoss', price: '56000' },
      { kind: 'TakeProfit', price: '65000' },
    ]);
    // A change of one half ended the binding.
    const ids = await idsByKind(client);
    await client.cancelOrder(String(ids.StopLoss), btcPerp);
    expect(await exitsOf(client)).toMatchObject([{ kind: 'TakeProfit' }]);
    await full({ takeProfit: '0' });
    expect(await exitsOf(client)).toEqual([]);
  });

  it.each([
    { what: 'more than the position', params: { stopLoss: '55000', slSize: '1.1' }, code: '110058' },
    { what: 'sizes that differ', params: { ...pair, slSize: '0.5' }, code: '10001' },
    { what: 'a stop above the price', params: { stopLoss: '61000', slSize: '0.4' }, code: '10001' },
    { what: 'no price', params: {}, code: '34040' },
    { what: 'no mode', params: { ...pair, tpslMode: undefined }, code: '10001' },
  ])('refuses $what with $code', async ({ params, code }) => {
    const { client } = await holding('1');
    expect((await refusal(setTradingStop(client, params))).message).toContain(code);
    expect(await exitsOf(client)).toEqual([]);
  });

  it('refuses a position that is not there', async () => {
    const { client } = await holding('0');
    expect((await refusal(setTradingStop(client, pair))).message).toContain('10001');
  });

  it('holds at most 20 exits of parts, and covers the position once for each kind', async () => {
    const { client } = await holding('1');
    const stop = { stopLoss: '55000', slSize: '0.05' };
    for (let nth = 0; nth < 20; nth += 1) await setTradingStop(client, stop);
    expect((await refusal(setTradingStop(client, stop))).message).toContain('110058');
    const target = { takeProfit: '65000', tpSize: '0.05' };
    expect((await refusal(setTradingStop(client, target))).message).toContain('110061');
  });

  it('sets the exits of the side that positionIdx names', async () => {
    const { exchange, client } = await holding('0');
    exchange.core.setHedged({ apiKey: key.apiKey, hedged: true });
    await client.createOrder(btcPerp, 'market', 'sell', 1, undefined, { hedged: true });
    await setTradingStop(client, { stopLoss: '65000', slSize: '0.4', positionIdx: 2 });
    const [order] = await client.fetchOpenOrders(btcPerp);
    expect(order?.info).toMatchObject({ side: 'Buy', positionIdx: 2, triggerDirection: 1 });
    exchange.core.setPrice({ ...linear, price: '65000' });
    const sides = await client.fetchPositions([btcPerp]);
    expect(sides.find(({ info }) => info.positionIdx === 2)).toMatchObject({ contracts: 0.6 });
  });
});

describe('a conditional order of a Bybit perpetual', () => {
  function placeStop(client: Exchange, params: object = {}) {
    return client.createOrder(btcPerp, 'market', 'sell', 0.1, undefined, { stopLossPrice: 55000, ...params });
  }

  it('is accepted ten times for a symbol, exits of the position aside', async () => {
    const { client } = await holding('1');
    await setTradingStop(client, pair);
    for (let nth = 0; nth < 10; nth += 1) await placeStop(client);
    expect((await refusal(placeStop(client))).message).toContain('110009');
    const canceled = await client.cancelAllOrders(btcPerp, {
      orderFilter: 'StopOrder',
      stopOrderType: 'Stop',
    });
    expect(canceled).toHaveLength(10);
    expect(await exitsOf(client)).toHaveLength(2);
    await client.cancelAllOrders(btcPerp);
    expect(await exitsOf(client)).toEqual([]);
  });

  it('never reverses a position, and reserves its margin only at the trigger', async () => {
    const { exchange, client, setPrice } = await holding('1');
    const stop = await client.createOrder(btcPerp, 'market', 'sell', 3, undefined, {
      stopLossPrice: 55000,
      closeOnTrigger: true,
    });
    const entry = await client.createOrder(btcPerp, 'market', 'sell', 100, undefined, {
      triggerPrice: 54000,
      triggerDirection: 'descending',
    });
    setPrice('54000');
    expect(await statusOf(client, idOf(stop))).toMatchObject({ status: 'Cancelled', filled: '1' });
    expect(await statusOf(client, idOf(entry))).toMatchObject({ status: 'Cancelled', filled: '0' });
    expect(exchange.core.accountOf(key.apiKey).positions['BTCUSDT:BOTH']?.amount).toBe('0');
  });

  it('is listed among ended orders only if openOnly is 1', async () => {
    const { client } = await holding('1');
    const stop = await placeStop(client);
    await client.cancelOrder(idOf(stop), btcPerp);
    const list = async (openOnly: number) => {
      const query = { category: 'linear', symbol: 'BTCUSDT', openOnly };
      return (await client.privateGetV5OrderRealtime(query)).result.list.length;
    };
    expect([await list(0), await list(1)]).toEqual([0, 1]);
  });
});
