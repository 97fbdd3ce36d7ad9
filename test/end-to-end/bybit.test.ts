import { beforeEach, describe, expect, it } from 'vitest';
import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import type { MarketKind, Order, OrderType, PositionSide, Side } from '../../infra/simulator/core/model.ts';
import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { decimal } from '../../lib/amount.ts';
import { formatClientOrderId } from '../../lib/position/client-order-id.ts';
import { type ExchangeAccount, fire, ledgerSince, markOf, startEnvironment } from './environment.ts';

/** Bybit acknowledges first; by so many milliseconds the engine's first look comes too early, and its second doesn't. */
const effectDelayMs = 100;

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;

beforeEach(() => core.setEffectDelay({ ms: effectDelayMs }));

interface Kind {
  name: string;
  market: MarketKind;
  side: 'long' | 'short';
  hedged: boolean;
}

const kinds: Kind[] = [
  { name: 'a spot long', market: 'spot', side: 'long', hedged: false },
  { name: 'a spot short', market: 'spot', side: 'short', hedged: false },
  { name: 'a long perpetual', market: 'usdm', side: 'long', hedged: false },
  { name: 'a short perpetual', market: 'usdm', side: 'short', hedged: false },
  { name: 'the long of a hedge', market: 'usdm', side: 'long', hedged: true },
  { name: 'the short of a hedge', market: 'usdm', side: 'short', hedged: true },
];
const perpetuals = kinds.filter(({ market }) => market === 'usdm');

function symbolOf({ market }: Kind) {
  return market === 'spot' ? 'ETH/USDT' : 'ETH/USDT:USDT';
}
function entrySideOf({ side }: Kind): Side {
  return side === 'long' ? 'buy' : 'sell';
}
function exitSideOf({ side }: Kind): Side {
  return side === 'long' ? 'sell' : 'buy';
}
function positionSideOf({ side, hedged }: Kind): PositionSide {
  return hedged ? (side === 'long' ? 'LONG' : 'SHORT') : 'BOTH';
}
/** Of what a spot long has bought, the fee is gone. */
function ownOf(kind: Kind, filled: string): string {
  return kind.market === 'spot' && kind.side === 'long' ? decimal(filled).times('0.999').toFixed() : filled;
}

function newTrader(kind: Kind): Promise<ExchangeAccount> {
  return environment.newAccount({
    exchange: 'bybit',
    hedged: kind.hedged,
    balances: { spot: { USDT: '100000', ETH: '5' }, usdm: { USDT: '100000' } },
  });
}

/** A resting entry of 1 ETH, a little away from the price of 3000, and what of it has filled. */
function placeEntry(trader: ExchangeAccount, kind: Kind, filled: string): Order {
  const order = core.placeOrder({
    apiKey: trader.apiKey,
    market: kind.market,
    symbol: 'ETHUSDT',
    side: entrySideOf(kind),
    positionSide: positionSideOf(kind),
    type: 'limit',
    amount: '1',
    price: kind.side === 'long' ? '2900' : '3100',
  }) as Order;
  if (filled !== '0') core.fill({ orderId: order.id, amount: filled });
  return order;
}

/** A conditional order in the same book as all others, already in effect. */
function placeExit(
  trader: ExchangeAccount,
  kind: Kind,
  type: OrderType,
  triggerPrice: string,
  amount: string,
): Order {
  core.setEffectDelay({ ms: 0 });
  const order = core.acknowledgeOrder({
    account: core.accountOf(trader.apiKey),
    market: kind.market,
    symbol: 'ETHUSDT',
    side: exitSideOf(kind),
    positionSide: positionSideOf(kind),
    reduceOnly: kind.market === 'usdm',
    type,
    triggerPrice,
    amount,
  });
  core.setEffectDelay({ ms: effectDelayMs });
  return order;
}

async function adopt(
  trader: ExchangeAccount,
  kind: Kind,
  entry: Order,
  exitOrders: Order[] = [],
): Promise<PositionView> {
  const { position } = await environment.admin('positions.adopt', {
    account: trader.account,
    symbol: symbolOf(kind),
    side: kind.side,
    entryOrderIds: [toOrderId(entry)],
    ...(exitOrders.length === 0 ? {} : { exitOrderIds: exitOrders.map(toOrderId) }),
  });
  return position;
}

/** A position of a new trader, and a link to it. */
async function stage(kind: Kind, filled: string, action: 'close' | 'keep') {
  const trader = await newTrader(kind);
  const entry = placeEntry(trader, kind, filled);
  const { positionId } = await adopt(trader, kind, entry);
  const link = await environment.newLink(positionId, action);
  return { trader, entry, positionId, link, mark: markOf(core) };
}

describe.each(kinds)('at Bybit, with $name', (kind) => {
  const fills = [
    { fillStatus: 'an entry without any fill', filled: '0' },
    { fillStatus: 'a partly filled entry', filled: '0.4' },
    { fillStatus: 'a filled entry', filled: '1' },
  ];

  it.each(fills)('close, given $fill, cancels what is open and sells what is there', async ({ filled }) => {
    const { entry, positionId, link, mark } = await stage(kind, filled, 'close');
    const answer = await fire(link);
    const { orders, canceled } = ledgerSince(core, mark);
    expect(answer).toMatchObject({
      status: 200,
      json: {
        outcome: filled === '0' ? 'canceled' : 'closed',
        closedBy: 'ripcord',
        entryFilled: filled,
        closedAmount: filled === '0' ? '0' : ownOf(kind, filled),
        canceledEntryOrderIds: filled === '1' ? [] : [toOrderId(entry)],
      },
    });
    expect(canceled).toEqual(filled === '1' ? [] : [String(entry.id)]);
    expect(orders).toEqual(
      filled === '0'
        ? []
        : [
            expect.objectContaining({
              side: exitSideOf(kind),
              type: 'market',
              amount: ownOf(kind, filled),
              reduceOnly: kind.market === 'usdm',
              positionSide: positionSideOf(kind),
            }),
          ],
    );
    expect((await environment.positionNow(positionId)).status).toBe(filled === '0' ? 'canceled' : 'closed');
    // Whoever fires again hears the same, and nothing more is sent.
    expect(await fire(link)).toMatchObject({ status: 200, json: { repeated: true } });
    expect(ledgerSince(core, mark).orders).toHaveLength(orders.length);
  });

  it.each(fills)('keep, given $fill, cancels the rest of the entry at most', async ({ filled }) => {
    const { entry, positionId, link, mark } = await stage(kind, filled, 'keep');
    const answer = await fire(link);
    const { orders, canceled } = ledgerSince(core, mark);
    expect(answer).toMatchObject({
      status: 200,
      json: { outcome: filled === '0' ? 'canceled' : 'kept', closedBy: 'ripcord', entryFilled: filled },
    });
    expect(orders).toEqual([]);
    expect(canceled).toEqual(filled === '1' ? [] : [String(entry.id)]);
    expect((await environment.positionNow(positionId)).status).toBe(filled === '0' ? 'canceled' : 'open');
  });
});

const samples = kinds.filter(
  ({ side, market, hedged }) => side === (hedged ? 'short' : 'long') || market === 'spot',
);

describe.each(samples)('at Bybit, with $name', (kind) => {
  it('cancels a stop before it closes', async () => {
    const trader = await newTrader(kind);
    const entry = placeEntry(trader, kind, '1');
    const amount = ownOf(kind, '1');
    const stop = placeExit(trader, kind, 'stop_market', kind.side === 'long' ? '2700' : '3300', amount);
    const { positionId } = await adopt(trader, kind, entry, [stop]);
    const link = await environment.newLink(positionId, 'close');
    const mark = markOf(core);
    expect(await fire(link)).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: amount, canceledExitOrderIds: [toOrderId(stop)] },
    });
    expect(ledgerSince(core, mark)).toMatchObject({ canceled: [String(stop.id)], orders: [{ amount }] });
  });

  it('sends nothing where a stop has closed it', async () => {
    const trader = await newTrader(kind);
    const entry = placeEntry(trader, kind, '1');
    const isLong = kind.side === 'long';
    const stop = placeExit(trader, kind, 'stop_market', isLong ? '2700' : '3300', ownOf(kind, '1'));
    const { positionId } = await adopt(trader, kind, entry, [stop]);
    const link = await environment.newLink(positionId, 'close');
    core.setPrice({ market: kind.market, symbol: 'ETHUSDT', price: isLong ? '2600' : '3400' });
    const mark = markOf(core);
    expect(await fire(link)).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedBy: 'exit-order' },
    });
    const { orders, requests } = ledgerSince(core, mark);
    expect(orders).toEqual([]);
    expect(requests).toEqual([expect.objectContaining({ path: '/v5/order/cancel' })]);
  });

  it('counts what fills while the cancel is on its way', async () => {
    const { entry, link, mark } = await stage(kind, '0.4', 'close');
    core.setEffectDelay({ ms: 700 });
    const firing = fire(link);
    await expect.poll(() => core.state.order(entry.id).cancelsAt).toBeDefined();
    core.fill({ orderId: entry.id, amount: '0.2' });
    const amount = ownOf(kind, '0.6');
    expect(await firing).toMatchObject({ status: 200, json: { outcome: 'closed', closedAmount: amount } });
    expect(ledgerSince(core, mark).orders).toEqual([expect.objectContaining({ amount })]);
  });

  it('finds the order whose answer was lost', async () => {
    const { link, mark } = await stage(kind, '1', 'close');
    core.addFault({ kind: 'drop-after', match: { path: '/v5/order/create' } });
    expect(await fire(link)).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: ownOf(kind, '1') },
    });
    expect(ledgerSince(core, mark).orders).toHaveLength(1);
  });

  it('takes over the order that an earlier owner has sent under the same id', async () => {
    const { trader, positionId, link, mark } = await stage(kind, '1', 'close');
    core.setEffectDelay({ ms: 0 });
    core.acknowledgeOrder({
      account: core.accountOf(trader.apiKey),
      market: kind.market,
      symbol: 'ETHUSDT',
      side: exitSideOf(kind),
      positionSide: positionSideOf(kind),
      type: 'market',
      amount: ownOf(kind, '1'),
      clientOrderId: formatClientOrderId(positionId, 'close', 1),
    });
    expect(await fire(link)).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedBy: 'ripcord', closedAmount: ownOf(kind, '1') },
    });
    const { orders, requests } = ledgerSince(core, mark);
    expect(orders).toHaveLength(1);
    expect(requests).toEqual([
      expect.objectContaining({ path: '/v5/order/create', code: kind.market === 'spot' ? 170141 : 110072 }),
    ]);
  });
});

describe.each(perpetuals)('at Bybit, with $name', (kind) => {
  it('says that it was closed by hand', async () => {
    const { trader, link, mark } = await stage(kind, '1', 'close');
    core.placeOrder({
      apiKey: trader.apiKey,
      market: 'usdm',
      symbol: 'ETHUSDT',
      side: exitSideOf(kind),
      positionSide: positionSideOf(kind),
      type: 'market',
      amount: '1',
    });
    expect(await fire(link)).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedBy: 'external' },
    });
    const { requests } = ledgerSince(core, mark);
    expect(requests).toEqual([]);
  });
});

it('opens a position at Bybit by what it may cost', async () => {
  const [kind] = kinds;
  if (kind === undefined) throw new Error('no kind');
  const trader = await newTrader(kind);
  const input = {
    account: trader.account,
    symbol: 'ETH/USDT',
    side: 'long',
    type: 'market',
    cost: '3000',
    requestId: 'request-of-the-test-1',
  } as const;
  const { position } = await environment.admin('positions.open', input);
  await expect.poll(() => core.orders({ apiKey: trader.apiKey }).fills).toHaveLength(1);
  expect(await environment.positionNow(position.positionId)).toMatchObject({ fillStatus: 'filled' });
  const link = await environment.newLink(position.positionId, 'close');
  expect(await fire(link)).toMatchObject({ json: { outcome: 'closed', closedAmount: '0.999' } });
});

it('does not answer before Bybit knows the end, nor sends a second order meanwhile', async () => {
  const [kind] = perpetuals;
  if (kind === undefined) throw new Error('no kind');
  const { link, mark } = await stage(kind, '1', 'close');
  core.setEffectDelay({ ms: 60_000 });
  expect(await fire(link)).toMatchObject({ status: 202, json: { status: 'in-progress' } });
  expect(await fire(link)).toMatchObject({ status: 202 });
  expect(ledgerSince(core, mark).orders).toHaveLength(1);
});
