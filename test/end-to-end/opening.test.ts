import { describe, expect, it } from 'vitest';
import type { CommandInput } from '../../lib/admin/contract/commands.ts';
import { fire, ledgerSince, markOf, startEnvironment } from './environment.ts';
import { kinds, newTrader, otherKinds, perpetualLong, perpetuals, spotLong, type Trader } from './trader.ts';

/** Positions that Ripcord opens: one order per request, even if answers are lost. */

const environment = await startEnvironment();
const { core } = environment;

type Opening = CommandInput<'positions.open'>;

/** A request for a MARKET entry order of 0.5 ETH, with `over` in place of its fields. */
function requestOf(trader: Trader, over: Partial<Opening> = {}): Opening {
  return {
    requestId: 'request-1',
    account: trader.account,
    symbol: trader.kind.symbolOf(trader.base),
    side: trader.kind.side,
    type: 'market',
    ...(over.cost === undefined ? { amount: '0.5' } : {}),
    ...over,
  };
}

async function open(trader: Trader, over: Partial<Opening> = {}) {
  return (await environment.admin('positions.open', requestOf(trader, over))).position;
}

function refusalOf(input: object) {
  return environment.refusal({ command: 'positions.open', ...input });
}

describe.each(kinds)('$name', (kind) => {
  const remaining = kind === spotLong ? '0.4995' : '0.5';

  it('a position is opened by amount with one MARKET order, and can be closed', async () => {
    const trader = await newTrader(environment, kind);
    const mark = markOf(core);
    const position = await open(trader, { label: 'first' });
    const { orders } = ledgerSince(core, mark);
    expect(orders).toMatchObject([
      { side: kind.entrySide, type: 'market', amount: '0.5', reduceOnly: false, positionSide: 'BOTH' },
    ]);
    expect(position).toMatchObject({
      status: 'open',
      fillStatus: 'filled',
      label: 'first',
      amount: '0.5',
      filled: '0.5',
      remaining,
      averageEntry: '3000',
      entryOrders: [{ orderId: orders[0]?.id, clientOrderId: expect.stringMatching(/^[0-9a-zA-Z]{1,18}$/) }],
    });
    const closed = await fire(await environment.newLink(position.positionId, 'close'));
    expect(closed).toMatchObject({ status: 200, json: { outcome: 'closed', closedAmount: remaining } });
  });

  it('a position is opened by cost', async () => {
    const trader = await newTrader(environment, kind);
    const mark = markOf(core);
    const position = await open(trader, { cost: '1000' });
    // 1000 / 3000, cut to the step.
    const amount = kind.market === 'spot' ? '0.3333' : '0.333';
    const { orders, requests } = ledgerSince(core, mark);
    expect(orders).toMatchObject([{ side: kind.entrySide, type: 'market', amount }]);
    if (kind.market === 'spot') expect(requests[0]?.parameters).toContain('quoteOrderQty=1000');
    expect(position).toMatchObject({ fillStatus: 'filled', filled: amount, amount });
  });

  it('a position is opened with a LIMIT order that rests, and canceled by a close link', async () => {
    const trader = await newTrader(environment, kind);
    const mark = markOf(core);
    const price = kind.side === 'long' ? '2900' : '3100';
    const position = await open(trader, { type: 'limit', price });
    const { orders } = ledgerSince(core, mark);
    expect(orders).toMatchObject([{ side: kind.entrySide, type: 'limit', amount: '0.5' }]);
    expect(position).toMatchObject({
      status: 'open',
      fillStatus: 'unfilled',
      entryOrders: [{ status: 'live', price }],
    });
    expect(await fire(await environment.newLink(position.positionId, 'close'))).toMatchObject({
      status: 200,
      json: { outcome: 'canceled', canceledEntryOrderIds: [orders[0]?.id] },
    });
    expect(core.state.openOrders()).toEqual([]);
  });

  it('a position is opened once for two requests with one id, or for ten at the same time', async () => {
    const trader = await newTrader(environment, kind);
    const mark = markOf(core);
    const answers = await Promise.all(Array.from({ length: 10 }, () => open(trader)));
    answers.push(await open(trader));
    expect(new Set(answers.map(({ positionId }) => positionId)).size).toBe(1);
    expect(answers.at(-1)).toMatchObject({ fillStatus: 'filled', filled: '0.5' });
    expect(ledgerSince(core, mark).requests).toHaveLength(1);
    await open(trader, { requestId: 'request-2' });
    expect(ledgerSince(core, mark).orders).toHaveLength(2);
  });

  it('a position is opened once if the answer is lost, and found by its client order id', async () => {
    const trader = await newTrader(environment, kind);
    const mark = markOf(core);
    core.addFault({ kind: 'drop-after', match: { method: 'POST' } });
    const first = await open(trader);
    expect(first).toMatchObject({ status: 'open', fillStatus: 'filled', filled: '0.5', remaining });
    expect(await open(trader)).toMatchObject({ positionId: first.positionId, filled: '0.5' });
    expect(ledgerSince(core, mark).orders).toHaveLength(1);
  });

  it('a position is opened once if the answer is lost and the order is not found at first', async () => {
    const trader = await newTrader(environment, kind);
    const mark = markOf(core);
    core.addFault({ kind: 'drop-after', match: { method: 'POST' } });
    core.addFault({ kind: 'not-found', times: 2, match: { method: 'GET', path: pathOf(trader) } });
    const first = await open(trader);
    expect(first).toMatchObject({
      status: 'open',
      fillStatus: 'unfilled',
      entryOrders: [{ status: 'unconfirmed' }],
    });
    expect(await open(trader)).toMatchObject({
      positionId: first.positionId,
      fillStatus: 'filled',
      remaining,
    });
    expect(ledgerSince(core, mark).orders).toHaveLength(1);
  });

  it('a position leaves nothing behind if the exchange refuses it, and can be requested again', async () => {
    const trader = await newTrader(environment, kind, 'ETH', { balances: { spot: {}, usdm: {} } });
    const refused = await refusalOf(requestOf(trader));
    expect(refused).toMatchObject({
      code: 'exchange-refused',
      message: expect.stringMatching(
        kind.market === 'spot'
          ? /insufficient balance for requested action\. \(-2010\).*Nothing was opened/
          : /Margin is insufficient\. \(-2019\).*Nothing was opened/,
      ),
    });
    expect(await environment.admin('positions.list', { account: trader.account })).toEqual({ positions: [] });
    const { apiKey } = trader;
    core.setBalance({ apiKey, market: kind.market, asset: 'USDT', amount: '10000' });
    if (kind.market === 'spot') core.setBalance({ apiKey, market: 'spot', asset: 'ETH', amount: '5' });
    expect(await open(trader)).toMatchObject({ fillStatus: 'filled' });
  });
});

/** The path that single orders are read from. */
function pathOf({ kind }: Trader): string {
  return kind.market === 'spot' ? '/api/v3/order' : '/fapi/v1/order';
}

/** An order of Gate names no side. */
const atGate = otherKinds.filter(({ exchange, market }) => exchange === 'gate' && market === 'usdm');

it.each([...perpetuals, ...atGate])('$name is opened on its own side in hedge mode', async (kind) => {
  const trader = await newTrader(environment, kind, 'ETH', { hedged: true });
  const mark = markOf(core);
  const position = await open(trader);
  const positionSide = kind.side === 'long' ? 'LONG' : 'SHORT';
  expect(ledgerSince(core, mark).orders).toMatchObject([{ side: kind.entrySide, positionSide }]);
  const closing = markOf(core);
  await fire(await environment.newLink(position.positionId, 'close'));
  expect(ledgerSince(core, closing).orders).toMatchObject([{ side: kind.exitSide, positionSide }]);
});

it('the size of a LIMIT order by cost is computed from its price', async () => {
  const trader = await newTrader(environment, spotLong);
  expect(await open(trader, { type: 'limit', price: '2500', cost: '1000' })).toMatchObject({ amount: '0.4' });
});

it('an amount is truncated to the step of the market', async () => {
  const trader = await newTrader(environment, perpetualLong);
  expect(await open(trader, { amount: '0.12345' })).toMatchObject({ amount: '0.123', filled: '0.123' });
});

it('a request id that opened another position is refused', async () => {
  const trader = await newTrader(environment, spotLong);
  const { positionId } = await open(trader);
  for (const over of [{ symbol: 'BTC/USDT' }, { side: 'short' }, { type: 'limit', price: '2900' }])
    expect(await refusalOf({ ...requestOf(trader), ...over })).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`request-1 already opened ${positionId}`),
    });
});

describe('an opening', () => {
  const limit = { type: 'limit', price: '2900' } as const;
  const cases: { title: string; over: object; code?: string; message: RegExp }[] = [
    {
      title: 'of less than the minimum amount',
      over: { amount: '0.00001' },
      message: /below the market's minimum of 0\.0001/,
    },
    {
      title: 'of less than the minimum value',
      over: { amount: '0.0016' },
      message: /worth less than the market's minimum of 5 USDT/,
    },
    {
      title: 'by a cost of less than the minimum',
      over: { amount: undefined, cost: '4' },
      message: /worth less than the market's minimum of 5 USDT/,
    },
    {
      title: 'at a price off the tick',
      over: { type: 'limit', price: '2900.001' },
      message: /price 2900\.001 is not a multiple of the market's price step 0\.01/,
    },
    {
      title: 'by amount and by cost',
      over: { cost: '100' },
      message: /amount: expected either an amount .* or a cost/,
    },
    {
      title: 'by neither',
      over: { amount: undefined },
      message: /amount: expected either an amount .* or a cost/,
    },
    {
      title: 'of a MARKET order with a price',
      over: { price: '2900' },
      message: /price: expected no price, because this is a MARKET order/,
    },
    {
      title: 'of a LIMIT order without one',
      over: { type: 'limit' },
      message: /price: expected a price, because this is a LIMIT order/,
    },
    { title: 'of a STOP order', over: { type: 'stop' }, message: /type: .*"market"\|"limit"/ },
    { title: 'without a requestId', over: { ...limit, requestId: undefined }, message: /requestId: / },
    {
      title: 'with other characters in its requestId',
      over: { requestId: 'a b' },
      message: /requestId: expected 1 to 64 letters/,
    },
    {
      title: 'in an unknown market',
      over: { symbol: 'FOO/USDT' },
      code: 'market-not-found',
      message: /FOO\/USDT/,
    },
    {
      title: 'from an unknown account',
      over: { account: 'unknown' },
      code: 'account-not-found',
      message: /"unknown"/,
    },
  ];

  it.each(cases)(
    'an opening $title is refused, and no order is sent',
    async ({ over, code = 'invalid-input', message }) => {
      const trader = await newTrader(environment, spotLong);
      const mark = markOf(core);
      expect(await refusalOf({ ...requestOf(trader), ...over })).toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
      expect(ledgerSince(core, mark).requests).toEqual([]);
      expect(await environment.admin('positions.list', { account: trader.account })).toEqual({
        positions: [],
      });
    },
  );
});
