import { describe, expect, it } from 'vitest';
import type { Exchange, ExchangeOrder } from '../../../lib/exchange/exchange.ts';
import { addAttachedExits, awaitsAttached } from '../../../lib/position/attached-exits.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { examplePlan, exampleWith } from '../exits/example-exits.ts';
import { exampleOrder } from './example-position.ts';

const plan = examplePlan({ targets: [{ price: '65000', percent: '100' }], stop: '58000' });
const filledAt = 1_760_000_000_000;
const entry: OrderRecord = {
  ...exampleOrder,
  clientOrderId: 'entry-1',
  amount: '1',
  filled: '1',
  average: '60000',
  baseFee: undefined,
  updatedAt: filledAt,
  attached: { stopLoss: { triggerPrice: '58000' }, takeProfit: { price: '65000' } },
};
const position = exampleWith(plan, { entryOrders: [entry], exitOrders: [] });

type Found = { order: ExchangeOrder; isStop: boolean }[];

function toExit(orderId: string, isStop: boolean, differing: Partial<ExchangeOrder> = {}): Found[number] {
  const order: ExchangeOrder = {
    orderId,
    symbol: 'BTC/USDT:USDT',
    side: 'sell',
    type: isStop ? 'partialstoploss' : 'partialtakeprofit',
    status: 'live',
    amount: '1',
    filled: '0',
    triggerPrice: isStop ? '58000' : '65000',
    conditional: false,
    ...differing,
  };
  return { order, isStop };
}

async function add(found: Found | Error, { at = filledAt + 1_000, of = position } = {}): Promise<Position> {
  const exchange = {
    fetchAttachedExits: async () => {
      if (found instanceof Error) throw found;
      return found;
    },
  } as unknown as Exchange;
  return { ...of, ...(await addAttachedExits(exchange, of, at)) };
}

describe('exits that came with an entry', () => {
  it('are recorded as the stop and the target of the plan', async () => {
    const added = await add([toExit('1', true), toExit('2', false)]);
    expect(added.exitOrders).toMatchObject([
      { orderId: '1', isStop: true, pair: 'entry-1' },
      { orderId: '2', rung: 1, pair: 'entry-1' },
    ]);
    expect(awaitsAttached(added)).toBe(false);
  });

  it('are recorded once, and with what they are for by now', async () => {
    const half = { ...position, entryOrders: [{ ...entry, filled: '0.5' }] };
    const first = await add([toExit('1', true, { amount: '0.5' })], { of: half });
    expect(awaitsAttached(first)).toBe(false);
    const [seen = entry] = first.entryOrders;
    const more = { ...first, entryOrders: [{ ...seen, filled: '1' }] };
    expect(awaitsAttached(more)).toBe(true);
    const both = await add([toExit('1', true, { amount: '0.5' }), toExit('3', true, { amount: '0.5' })], {
      of: more,
    });
    expect(both.exitOrders).toHaveLength(2);
    expect(awaitsAttached(both)).toBe(false);
  });

  it('that have ended count, so that what they closed is known', async () => {
    const added = await add([toExit('1', true, { status: 'done', filled: '1' })]);
    expect(added.exitOrders).toMatchObject([{ status: 'done', filled: '1', isStop: true }]);
    expect(awaitsAttached(added)).toBe(false);
  });

  it('are waited for while the exchange can lag, and looked for on and on', async () => {
    const early = await add([]);
    expect(awaitsAttached(early)).toBe(true);
    const late = await add([], { at: filledAt + 10_000 });
    expect(awaitsAttached(late)).toBe(false);
    const found = await add([toExit('1', true)], { of: late });
    expect(found.exitOrders).toHaveLength(1);
  });

  it('are waited for if the exchange can not be read, however late', async () => {
    expect(awaitsAttached(await add(new Error('no answer'), { at: filledAt + 600_000 }))).toBe(true);
  });

  it('are replaced if the plan has changed since the entry was sent', async () => {
    const changed = examplePlan({ targets: [{ price: '66000', percent: '100' }], stop: '57000' });
    const added = await add([toExit('1', true), toExit('2', false)], {
      of: { ...position, exitPlan: changed },
    });
    expect(added.exitOrders).toMatchObject([{ isStop: true, endsFor: 'replaced' }, { rung: 0 }]);
  });

  it('are complete if they cover what remains, although the exchange has fitted them to it', async () => {
    const partly = { ...entry, filled: '1' };
    const sold = { orderId: '9', type: 'limit', status: 'done', amount: '0.6', filled: '0.6' } as const;
    const of = { ...position, entryOrders: [partly], exitOrders: [sold] };
    expect(awaitsAttached(await add([toExit('1', true, { amount: '0.4' })], { of }))).toBe(false);
  });
});
