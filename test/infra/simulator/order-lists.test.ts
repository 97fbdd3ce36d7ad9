import type { Exchange } from 'ccxt';
import { describe, expect, it } from 'vitest';
import { btc, connect, key, refusal, start } from './connect.ts';

const spot = { market: 'spot', symbol: 'BTCUSDT' } as const;
const working = {
  symbol: 'BTCUSDT',
  workingType: 'LIMIT',
  workingSide: 'BUY',
  workingPrice: '50000',
  workingQuantity: '0.1',
  workingTimeInForce: 'GTC',
};
const stop = { pendingType: 'STOP_LOSS', pendingSide: 'SELL', pendingStopPrice: '45000' };
const pair = {
  pendingSide: 'SELL',
  pendingAboveType: 'LIMIT_MAKER',
  pendingAbovePrice: '65000',
  pendingBelowType: 'STOP_LOSS_LIMIT',
  pendingBelowStopPrice: '45000',
  pendingBelowPrice: '44000',
  pendingBelowTimeInForce: 'GTC',
};

interface Report {
  orderId: string;
  status: string;
  origQty?: string;
  workingTime: number;
}

/** An account with the given coins and enough of the quote asset. */
async function open(balances: Record<string, string> = { USDT: '100000' }) {
  const exchange = await start({ funded: false });
  exchange.core.addAccount({ ...key, balances: { spot: balances } });
  const client = await connect('spot', exchange);
  const setPrice = (price: string) => exchange.core.setPrice({ ...spot, price });
  return { exchange, client, setPrice };
}

function statuses({ orderReports }: { orderReports: Report[] }): string[] {
  return orderReports.map(({ status }) => status);
}

function idsOf({ orderReports }: { orderReports: Report[] }): string[] {
  return orderReports.map(({ orderId }) => String(orderId));
}

async function statusesOf(client: Exchange, ids: string[]): Promise<string[]> {
  const orders = await Promise.all(
    ids.map((orderId) => client.privateGetOrder({ symbol: 'BTCUSDT', orderId })),
  );
  return orders.map(({ status }) => status);
}

describe('an OTO list', () => {
  it('keeps its pending order out of the book until its working order has filled completely', async () => {
    const { exchange, client, setPrice } = await open({ USDT: '100000', BTC: '1' });
    const list = await client.privatePostOrderListOto({ ...working, ...stop, pendingQuantity: '0.1' });
    expect(list).toMatchObject({ contingencyType: 'OTO', listOrderStatus: 'EXECUTING' });
    expect(statuses(list)).toEqual(['NEW', 'PENDING_NEW']);
    expect(list.orderReports[1].workingTime).toBe(-1);
    const [workingId, pendingId] = idsOf(list) as [string, string];
    // The pending order locks nothing, is listed as open, and neither triggers nor fills.
    expect((await client.fetchBalance()).BTC).toEqual({ free: 1, used: 0, total: 1 });
    expect((await client.fetchOpenOrders(btc)).map(({ info }) => info.status).sort()).toEqual([
      'NEW',
      'PENDING_NEW',
    ]);
    exchange.core.fill({ orderId: Number(workingId), amount: '0.04' });
    expect(await statusesOf(client, [workingId, pendingId])).toEqual(['PARTIALLY_FILLED', 'PENDING_NEW']);
    setPrice('50000');
    expect(await statusesOf(client, [workingId, pendingId])).toEqual(['FILLED', 'NEW']);
    expect((await client.fetchBalance()).BTC?.used).toBe(0.1);
    setPrice('45000');
    expect(await statusesOf(client, [pendingId])).toEqual(['FILLED']);
    const all = await client.privateGetOrderList({ orderListId: list.orderListId });
    expect(all.listOrderStatus).toBe('ALL_DONE');
  });

  it('ends its pending order without a stop if the fee of the entry left too little', async () => {
    const { client, setPrice } = await open();
    const list = await client.privatePostOrderListOto({ ...working, ...stop, pendingQuantity: '0.1' });
    setPrice('50000');
    expect(await statusesOf(client, idsOf(list))).toEqual(['FILLED', 'EXPIRED']);
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0.0999, used: 0, total: 0.0999 });
  });

  it('answers with a pending order that waits, although the working order filled at once', async () => {
    const { client } = await open({ USDT: '100000', BTC: '1' });
    const now = { ...working, workingPrice: '60000', pendingQuantity: '0.1' };
    const list = await client.privatePostOrderListOto({ ...now, ...stop });
    expect(statuses(list)).toEqual(['FILLED', 'PENDING_NEW']);
    expect(await statusesOf(client, idsOf(list))).toEqual(['FILLED', 'NEW']);
  });

  it('ends with either of its orders, and unlocks everything', async () => {
    const { exchange, client } = await open({ USDT: '100000', BTC: '1' });
    for (const nth of [0, 1]) {
      const list = await client.privatePostOrderListOto({ ...working, ...stop, pendingQuantity: '0.1' });
      await client.cancelOrder(String(idsOf(list)[nth]), btc);
      expect(await statusesOf(client, idsOf(list))).toEqual(['CANCELED', 'CANCELED']);
    }
    const expired = await client.privatePostOrderListOto({
      ...working,
      ...stop,
      workingTimeInForce: 'IOC',
      pendingQuantity: '0.1',
    });
    expect(await statusesOf(client, idsOf(expired))).toEqual(['EXPIRED', 'EXPIRED']);
    expect((await client.fetchBalance()).USDT).toEqual({ free: 100000, used: 0, total: 100000 });
    expect(exchange.core.state.locks.size).toBe(0);
  });
});

describe('an OTOCO list', () => {
  it('places a target and a stop with one lock, of which one ends the other', async () => {
    const { client, setPrice } = await open();
    const list = await client.privatePostOrderListOtoco({ ...working, ...pair, pendingQuantity: '0.0999' });
    expect(statuses(list)).toEqual(['NEW', 'PENDING_NEW', 'PENDING_NEW']);
    const [, target, below] = idsOf(list) as [string, string, string];
    setPrice('50000');
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0, used: 0.0999, total: 0.0999 });
    setPrice('65000');
    expect(await statusesOf(client, [target, below])).toEqual(['FILLED', 'EXPIRED']);
    expect((await client.fetchBalance()).BTC?.total).toBe(0);
  });

  it('is canceled as a list by its own id, and its response names what was open', async () => {
    const { client, setPrice } = await open();
    const ids = { listClientOrderId: 'list-1', pendingAboveClientOrderId: 'target-1' };
    await client.privatePostOrderListOtoco({ ...working, ...pair, ...ids, pendingQuantity: '0.0999' });
    setPrice('50000');
    expect(await client.privateGetOpenOrderList()).toMatchObject([{ listClientOrderId: 'list-1' }]);
    const answer = await client.privateDeleteOrderList({ symbol: 'BTCUSDT', listClientOrderId: 'list-1' });
    expect(answer).toMatchObject({ contingencyType: 'OTO', listOrderStatus: 'ALL_DONE' });
    expect(statuses(answer)).toEqual(['CANCELED', 'CANCELED']);
    expect(answer.orderReports[0].origClientOrderId).toBe('target-1');
    expect(await client.privateGetOpenOrderList()).toEqual([]);
  });

  it('places nothing if the price has passed its stop when the entry fills', async () => {
    const { client, setPrice } = await open();
    const list = await client.privatePostOrderListOtoco({ ...working, ...pair, pendingQuantity: '0.0999' });
    setPrice('44000');
    expect(await statusesOf(client, idsOf(list))).toEqual(['FILLED', 'EXPIRED', 'EXPIRED']);
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0.0999, used: 0, total: 0.0999 });
  });
});

describe('an OPO list', () => {
  it('sells what its entry received less the fee, in multiples of the step', async () => {
    const { exchange, client, setPrice } = await open();
    const list = await client.privatePostOrderListOpoco({ ...working, ...pair, workingQuantity: '0.12345' });
    expect(list.orderReports[1].origQty).toBeUndefined();
    const [workingId, target, below] = idsOf(list) as [string, string, string];
    exchange.core.fill({ orderId: Number(workingId), amount: '0.1' });
    // What the entry has received so far is locked for its exits.
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0, used: 0.0999, total: 0.0999 });
    setPrice('50000');
    // 0.12345 less 0.1 % is 0.12332655.
    expect(await client.fetchOrder(target, btc)).toMatchObject({ amount: 0.12332, status: 'open' });
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0.00000655, used: 0.12332, total: 0.12332655 });
    setPrice('44500');
    expect(await statusesOf(client, [target, below])).toEqual(['EXPIRED', 'FILLED']);
  });

  it('sells all that its entry received if free coins pay the fee', async () => {
    const { client, setPrice } = await open({ USDT: '100000', BTC: '0.5' });
    const list = await client.privatePostOrderListOpo({ ...working, ...stop });
    setPrice('50000');
    expect(await client.fetchOrder(String(idsOf(list)[1]), btc)).toMatchObject({ amount: 0.1 });
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0.4999, used: 0.1, total: 0.5999 });
  });

  it('unlocks what its entry received if it is canceled before', async () => {
    const { exchange, client } = await open();
    const list = await client.privatePostOrderListOpo({ ...working, ...stop });
    exchange.core.fill({ orderId: Number(idsOf(list)[0]), amount: '0.04' });
    await client.cancelOrder(String(idsOf(list)[0]), btc);
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0.03996, used: 0, total: 0.03996 });
    expect(await statusesOf(client, idsOf(list))).toEqual(['CANCELED', 'CANCELED']);
  });

  it('expires its exits if what was received is below their minimum', async () => {
    const { client, setPrice } = await open();
    const entry = { ...working, workingQuantity: '0.00011', workingPrice: '50000' };
    const list = await client.privatePostOrderListOpo({ ...entry, ...stop });
    setPrice('50000');
    // 0.0001 coins at 45,000 are less than 5.
    expect(await statusesOf(client, idsOf(list))).toEqual(['FILLED', 'EXPIRED']);
  });

  it('is refused if the market does not allow it', async () => {
    const { exchange, client } = await open();
    exchange.core.changeMarket({ ...spot, opoAllowed: false });
    const [info] = (await client.publicGetExchangeInfo({ symbol: 'BTCUSDT' })).symbols;
    expect(info).toMatchObject({ opoAllowed: false, otoAllowed: true });
    const refused = await refusal(client.privatePostOrderListOpo({ ...working, ...stop }));
    expect(refused.message).toContain('OPO orders are not supported for this symbol.');
  });
});

describe('an order list is refused', () => {
  const oco = { symbol: 'BTCUSDT', side: 'SELL', quantity: '0.1' };
  const above = { aboveType: 'LIMIT_MAKER', abovePrice: '65000' };
  const below = { belowType: 'STOP_LOSS', belowStopPrice: '55000' };
  const cases: { what: string; path: 'Oco' | 'Oto' | 'Opo' | 'Otoco'; params: object; code: string }[] = [
    {
      what: 'a market leg of an OCO',
      path: 'Oco',
      params: { ...oco, aboveType: 'MARKET', ...below },
      code: '-1158',
    },
    {
      what: 'a stop above a sell',
      path: 'Oco',
      params: { ...oco, aboveType: 'STOP_LOSS', aboveStopPrice: '65000', ...below },
      code: '-1197',
    },
    {
      what: 'a target below a sell',
      path: 'Oco',
      params: { ...oco, ...above, belowType: 'TAKE_PROFIT', belowStopPrice: '55000' },
      code: '-1199',
    },
    {
      what: 'a stop limit without a time in force',
      path: 'Oco',
      params: {
        ...oco,
        ...above,
        belowType: 'STOP_LOSS_LIMIT',
        belowStopPrice: '55000',
        belowPrice: '54000',
      },
      code: '-1102',
    },
    {
      what: 'less than the minimum',
      path: 'Oco',
      params: { ...oco, quantity: '0.00008', ...above, ...below },
      code: '-1013',
    },
    {
      what: 'a market entry',
      path: 'Opo',
      params: { ...working, workingType: 'MARKET', ...stop },
      code: '-1116',
    },
    {
      what: 'an OPO that sells first',
      path: 'Opo',
      params: { ...working, workingSide: 'SELL', ...stop },
      code: '-1222',
    },
    {
      what: 'an OPO that buys then',
      path: 'Opo',
      params: { ...working, ...stop, pendingSide: 'BUY' },
      code: '-1223',
    },
    {
      what: 'an OPO with an amount',
      path: 'Opo',
      params: { ...working, ...stop, pendingQuantity: '0.1' },
      code: '-1225',
    },
    { what: 'an OTO without an amount', path: 'Oto', params: { ...working, ...stop }, code: '-1102' },
    {
      what: 'a target below its stop',
      path: 'Otoco',
      params: { ...working, ...pair, pendingAbovePrice: '44500', pendingQuantity: '0.1' },
      code: '-2010',
    },
  ];

  it.each(cases)('for $what with $code', async ({ path, params, code }) => {
    const { exchange, client } = await open({ USDT: '100000', BTC: '1' });
    const refused = await refusal(client[`privatePostOrderList${path}`](params));
    expect(refused.message).toContain(code);
    expect(exchange.core.orders().orders).toEqual([]);
    expect(exchange.core.state.locks.size).toBe(0);
  });

  it('beyond five conditional orders of the market, single ones and pending ones included', async () => {
    const { client } = await open({ USDT: '100000', BTC: '1' });
    const single = () => client.createOrder(btc, 'market', 'sell', 0.01, undefined, { stopLossPrice: 40000 });
    for (let nth = 0; nth < 3; nth += 1) await single();
    await client.privatePostOrderListOco({ ...oco, ...above, ...below });
    const waiting = await client.privatePostOrderListOtoco({ ...working, ...pair, pendingQuantity: '0.05' });
    const message = 'Filter failure: MAX_NUM_ALGO_ORDERS';
    expect((await refusal(single())).message).toContain(message);
    expect((await refusal(client.privatePostOrderListOco({ ...oco, ...above, ...below }))).message).toContain(
      message,
    );
    await client.privateDeleteOrderList({ symbol: 'BTCUSDT', orderListId: waiting.orderListId });
    expect((await single()).status).toBe('open');
  });

  it('beyond 20 lists of the market', async () => {
    const { client } = await open({ USDT: '100000', BTC: '1' });
    const limits = { ...working, pendingType: 'LIMIT', pendingSide: 'SELL', pendingTimeInForce: 'GTC' };
    const place = () =>
      client.privatePostOrderListOto({
        ...limits,
        workingQuantity: '0.01',
        pendingPrice: '65000',
        pendingQuantity: '0.01',
      });
    for (let nth = 0; nth < 20; nth += 1) await place();
    expect((await refusal(place())).message).toContain('Filter failure: MAX_NUM_ORDER_LISTS');
  });

  it('for an id of another open list or order, and accepted after its end', async () => {
    const { client } = await open({ USDT: '100000', BTC: '1' });
    const place = (ids: object) => client.privatePostOrderListOco({ ...oco, ...above, ...below, ...ids });
    const first = await place({ listClientOrderId: 'list-1', belowClientOrderId: 'stop-1' });
    for (const ids of [{ listClientOrderId: 'list-1' }, { aboveClientOrderId: 'stop-1' }])
      expect((await refusal(place(ids))).message).toContain('Duplicate order sent.');
    const same = { aboveClientOrderId: 'both', belowClientOrderId: 'both' };
    expect((await refusal(place(same))).message).toContain('Duplicate order sent.');
    await client.privateDeleteOrderList({ symbol: 'BTCUSDT', orderListId: first.orderListId });
    const second = await place({ listClientOrderId: 'list-1', belowClientOrderId: 'stop-1' });
    expect(second.orderListId).not.toBe(first.orderListId);
    const found = await client.privateGetOrderList({ origClientOrderId: 'list-1' });
    expect(found.orderListId).toBe(second.orderListId);
  });
});

describe('a stop order', () => {
  it('is refused with -2010 if it would trigger at once', async () => {
    const { client } = await open({ USDT: '100000', BTC: '1' });
    const late = client.createOrder(btc, 'market', 'sell', 0.1, undefined, { stopLossPrice: 60000 });
    expect(await refusal(late)).toMatchObject({
      name: 'OrderImmediatelyFillable',
      message: expect.stringContaining('Order would trigger immediately.'),
    });
  });
});
