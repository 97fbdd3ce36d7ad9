import { describe, expect, it } from 'vitest';
import type {
  Exchange,
  ExchangeOrder,
  ExchangePosition,
  OpenOrder,
  Trade,
} from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import type { Services } from '../../../lib/services.ts';
import {
  type Adoption,
  type AdoptOptions,
  adoptExcess,
  previewExcess,
} from '../../../lib/strategy/adopt-excess.ts';
import { listOpen } from '../../../lib/strategy/list-in-scope.ts';
import { markPosition } from '../../../lib/strategy/markers.ts';
import { newAdmin } from '../admin/new-admin.ts';
import {
  exampleOrder,
  exampleOutcome,
  examplePerpetual,
  positionIdAt,
} from '../position/example-position.ts';

const { symbol } = examplePerpetual;
const place = { account: 'main', exchange: 'binanceusdm', symbol, side: 'long' } as const;
const long = { side: 'long', averagePrice: '60000', hedged: false } as const;
const perpetual: Partial<Position> = {
  exchange: 'binanceusdm',
  market: examplePerpetual,
  symbol,
  entryOrders: [{ ...exampleOrder, filled: '1', amount: '1' }],
};

/** An exchange that holds a perpetual position, and a table. */
function stage(held: Partial<ExchangePosition>, over: Partial<Exchange> = {}) {
  const exchangePosition = {
    side: 'long',
    averagePrice: '60000',
    hedged: false,
    amount: '0',
    ...held,
  } as const;
  const exchange: Partial<Exchange> = {
    loadMarket: async () => examplePerpetual,
    fetchPosition: async () => exchangePosition,
    fetchOpenOrders: async () => [],
    fetchTrades: async () => [],
    ...over,
  };
  let ids = 0;
  const admin = newAdmin({ exchange });
  const services = {
    ...admin.services,
    sleep: () => new Promise<void>(() => undefined),
    randomId() {
      ids += 1;
      return `random${ids}`.padEnd(16, '0');
    },
  };
  return { ...admin, services, adopt: (options?: AdoptOptions) => adoptAt(services, options) };
}

/** As a hit does: what the link is for is listed first. */
async function adoptAt(services: Services, options?: AdoptOptions): Promise<Adoption> {
  return adoptExcess(services, place, await listOpen(services.store), options);
}

/** The lists lack these positions, as the index may for a while after they were created. */
function hide(services: Services, ...hidden: string[]): void {
  const { store } = services;
  services.store = {
    ...store,
    listPositions: async (list, onUnreadable) =>
      (await store.listPositions(list, onUnreadable)).filter(
        ({ positionId }) => !hidden.includes(positionId),
      ),
  };
}

describe('Adopting at a hit', () => {
  it('adopts what the exchange holds beyond open positions, and nothing at the next hit', async () => {
    const admin = stage({ amount: '1.5' });
    await admin.create(1, 1, perpetual);
    const adopted = await admin.adopt();
    expect(adopted).toMatchObject({
      kind: 'adopted',
      position: {
        ...{ account: 'main', symbol, side: 'long', state: 'open', entryOrders: [] },
        declaredSize: { amount: '0.5', averagePrice: '60000' },
      },
    });
    expect(await admin.adopt()).toEqual({ kind: 'nothing' });
    expect(await admin.table.listPositions('open')).toHaveLength(2);
  });

  it.each([
    ['nothing more', { amount: '1' }],
    ['less', { amount: '0.4' }],
    ['the other side', { amount: '5', side: 'short' }],
    ['less than an order needs', { amount: '1.000001' }],
  ] as const)('adopts nothing if the exchange holds %s', async (_name, held) => {
    const admin = stage(held);
    await admin.create(1, 1, perpetual);
    expect(await admin.adopt()).toEqual({ kind: 'nothing' });
    expect(await admin.table.listPositions('open')).toHaveLength(1);
  });

  it('does not take the fill of an entry that Ripcord has not read yet', async () => {
    const entry: OrderRecord = { ...exampleOrder, status: 'live', filled: '0', amount: '1' };
    const admin = stage({ amount: '1' });
    await admin.create(1, 1, { ...perpetual, entryOrders: [entry] });
    expect(await admin.adopt()).toEqual({ kind: 'nothing' });
  });

  it('does not take a position that is closed while the exchange is read', async () => {
    const admin = stage(
      {},
      {
        async fetchPosition() {
          const [open] = await admin.table.listPositions('open');
          await admin.table.savePosition(open as Position, { state: 'closed', outcome: exampleOutcome });
          return { side: 'long', amount: '1', hedged: false };
        },
      },
    );
    await admin.create(1, 1, perpetual);
    expect(await admin.adopt()).toEqual({ kind: 'nothing' });
  });

  it('counts only positions of the same account, market and side', async () => {
    const admin = stage({ amount: '1' });
    await admin.create(1, 1, { ...perpetual, account: 'other' });
    await admin.create(2, 2, { ...perpetual, side: 'short' });
    await admin.create(4, 4, { ...perpetual, state: 'closed', outcome: exampleOutcome });
    expect(await admin.adopt()).toMatchObject({ position: { declaredSize: { amount: '1' } } });
  });

  it('two hits at once adopt one position, and both get it', async () => {
    const admin = stage({ amount: '1' });
    const both = await Promise.all([admin.adopt(), admin.adopt(), admin.adopt()]);
    const open = await admin.table.listPositions('open');
    expect(open).toHaveLength(1);
    const [position] = open;
    expect(both).toMatchObject(both.map(() => ({ position: { positionId: position?.positionId } })));
  });

  it('a later position of the market is adopted under another id, also after the first was forgotten', async () => {
    const admin = stage({ amount: '1' });
    const ids = new Set<string>();
    for (let count = 0; count < 4; count += 1) {
      const adopted = await admin.adopt();
      const { positionId } = (adopted as { position: Position }).position;
      ids.add(positionId);
      await admin.run('positions.forget', { positionId });
    }
    expect(ids.size).toBe(4);
  });

  it('a hit that died before it noted its position does not cause a second one', async () => {
    const admin = stage({ amount: '1' });
    const { reserve } = admin.table;
    let isDead = true;
    admin.services.store.reserve = async (key, positionId, options) => {
      if (options?.replacing !== undefined && isDead) throw new Fault('table-unreachable', 'No answer.');
      return reserve(key, positionId, options);
    };
    expect(await admin.adopt()).toMatchObject({ kind: 'unknown' });
    isDead = false;
    expect(await admin.adopt()).toEqual({ kind: 'nothing' });
    const [dead] = await admin.table.listPositions('open');
    await admin.run('positions.forget', { positionId: dead?.positionId ?? '' });
    const later = (await admin.adopt()) as { position: Position };
    expect(later.position.positionId).not.toBe(dead?.positionId);
  });

  it('reports why it is not known, and adopts nothing, if the exchange does not answer', async () => {
    const admin = stage(
      {},
      {
        async fetchPosition() {
          throw new Fault('exchange-unreachable', 'The exchange did not respond.');
        },
      },
    );
    expect(await admin.adopt()).toEqual({ kind: 'unknown', why: 'The exchange did not respond.' });
    expect(await admin.table.listPositions('open')).toEqual([]);
  });

  it('an answer that comes too late adopts nothing', async () => {
    const admin = stage(
      {},
      {
        async fetchPosition() {
          admin.pass(1_500);
          return { side: 'long', amount: '1', hedged: false };
        },
      },
    );
    expect(await admin.adopt()).toMatchObject({ kind: 'unknown' });
    expect(await admin.table.listPositions('open')).toEqual([]);
    expect(await admin.table.readPosition(positionIdAt(1))).toBeUndefined();
  });
});

it('does not adopt what a position may own that this version cannot read', async () => {
  const admin = stage({ amount: '1' });
  const adopted = await adoptExcess(admin.services, place, { positions: [], unreadable: ['pos_x'] });
  expect(adopted).toMatchObject({ kind: 'unknown' });
  expect(await admin.table.listPositions('open')).toEqual([]);
});

describe('Adopting beside a position that the lists lack', () => {
  const entryOrders: OrderRecord[] = [{ ...exampleOrder, filled: '1', amount: '1' }];
  const stored = (admin: ReturnType<typeof stage>, index: number) =>
    admin.table.readPosition(positionIdAt(index)) as Promise<Position>;

  it('does not adopt what a marked position owns', async () => {
    const admin = stage({ amount: '1' });
    await admin.create(1, 1, perpetual);
    await markPosition(admin.services, await stored(admin, 1));
    hide(admin.services, positionIdAt(1));
    expect(await admin.adopt()).toEqual({ kind: 'nothing' });
  });

  it('does not adopt the entry of a position that was opened after the list, and says that it is not known', async () => {
    const admin = stage(
      {},
      {
        async fetchPosition() {
          await admin.create(1, 1, perpetual);
          await markPosition(admin.services, await stored(admin, 1));
          return { ...long, amount: '1' };
        },
      },
    );
    expect(await admin.adopt()).toEqual({
      kind: 'unknown',
      why: 'Ripcord opened a position in this market at the same time. Nothing was adopted.',
    });
    expect(await admin.table.listPositions('open')).toHaveLength(1);
  });

  it('adopts what exceeds even such a position', async () => {
    const admin = stage(
      {},
      {
        async fetchPosition() {
          await admin.create(1, 1, perpetual);
          await markPosition(admin.services, await stored(admin, 1));
          return { ...long, amount: '1.5' };
        },
      },
    );
    expect(await admin.adopt()).toMatchObject({ position: { declaredSize: { amount: '0.5' } } });
  });

  it('does not adopt what such a position held until it was closed in the same moment', async () => {
    const admin = stage(
      {},
      {
        async fetchPosition() {
          await admin.create(1, 1, perpetual);
          const opened = await stored(admin, 1);
          await markPosition(admin.services, opened);
          await admin.table.savePosition(opened, { state: 'closed', outcome: exampleOutcome });
          return { ...long, amount: '1' };
        },
      },
    );
    expect(await admin.adopt()).toMatchObject({ kind: 'unknown' });
  });

  it('adopts what was opened elsewhere after a marked position had ended', async () => {
    const admin = stage({ amount: '1' });
    await admin.create(1, 1, { ...perpetual, state: 'closed', outcome: exampleOutcome });
    await markPosition(admin.services, await stored(admin, 1));
    hide(admin.services, positionIdAt(1));
    expect(await admin.adopt()).toMatchObject({ position: { declaredSize: { amount: '1' } } });
  });

  it('adopts what exceeds an entry that was refused, whose position is gone', async () => {
    const admin = stage({ amount: '1' });
    await admin.create(1, 1, perpetual);
    await markPosition(admin.services, await stored(admin, 1));
    await admin.table.deletePosition(positionIdAt(1));
    expect(await admin.adopt()).toMatchObject({ position: { declaredSize: { amount: '1' } } });
  });

  it('does not count a position twice that is both listed and marked', async () => {
    const admin = stage({ amount: '1.5' });
    await admin.create(1, 1, { ...perpetual, entryOrders });
    await markPosition(admin.services, await stored(admin, 1));
    expect(await admin.adopt()).toMatchObject({ position: { declaredSize: { amount: '0.5' } } });
  });

  it('does not adopt again what two earlier hits have adopted', async () => {
    let amount = '1';
    const admin = stage({}, { fetchPosition: async () => ({ ...long, amount }) });
    const first = (await admin.adopt()) as { position: Position };
    amount = '1.5';
    const second = (await admin.adopt()) as { position: Position };
    hide(admin.services, first.position.positionId, second.position.positionId);
    expect(await admin.adopt()).toEqual({ kind: 'nothing' });
  });

  it('does not adopt again what a process adopted that died right after it', async () => {
    const admin = stage({ amount: '1' });
    const { markPosition: mark } = admin.table;
    admin.services.store.markPosition = () => Promise.reject(new Fault('table-unreachable', 'No answer.'));
    expect(await admin.adopt()).toMatchObject({ kind: 'unknown' });
    admin.services.store.markPosition = mark;
    const [dead] = await admin.table.listPositions('open');
    hide(admin.services, dead?.positionId ?? '');
    expect(await admin.adopt()).toEqual({ kind: 'nothing' });
    expect(await admin.adopt()).toEqual({ kind: 'nothing' });
  });

  it('adopts nothing if the markers cannot be read', async () => {
    const admin = stage({ amount: '1' });
    admin.services.store.listMarked = () =>
      Promise.reject(new Fault('table-unreachable', 'The database did not respond.'));
    expect(await admin.adopt()).toEqual({ kind: 'unknown', why: 'The database did not respond.' });
    expect(await admin.table.listPositions('open')).toEqual([]);
  });

  it('lists positions once, as the hit has done', async () => {
    const admin = stage({ amount: '1' });
    let lists = 0;
    const { listPositions } = admin.table;
    admin.services.store.listPositions = (...given) => {
      lists += 1;
      return listPositions(...given);
    };
    await admin.adopt();
    expect(lists).toBe(1);
  });
});

/** What the exchange reports of trades. */
function trade(over: Partial<Trade>): Trade {
  return { orderId: '9', side: 'buy', amount: '1', price: '60000', cause: 'trade', at: 0, ...over };
}

describe('Adopting after a close that the exchange may not show yet', () => {
  it.each([
    ['a part that a link closed', { state: 'open' }],
    ['a position that ended', { state: 'closed', outcome: exampleOutcome }],
  ] as const)(
    'takes nothing because of %s, and takes it when the exchange has had its time',
    async (_, over) => {
      const admin = stage({ amount: '1' });
      const updatedAt = admin.now() - 1_000;
      const close: OrderRecord = { ...exampleOrder, orderId: 'x', amount: '0.5', filled: '0.5', updatedAt };
      const outcome = { ...exampleOutcome, settledAt: new Date(updatedAt).toISOString() };
      await admin.create(1, 1, {
        ...{ ...perpetual, exitOrders: [close], ...over },
        ...('outcome' in over ? { outcome } : {}),
      });
      expect(await admin.adopt()).toMatchObject({
        kind: 'unknown',
        why: expect.stringContaining('closed within the last 30 s'),
      });
      expect(await admin.table.listPositions('open')).toHaveLength(1);
      admin.pass(30_000);
      expect(await admin.adopt()).toMatchObject({ kind: 'adopted' });
    },
  );

  it('takes nothing after a sale that is in no record, and takes it later', async () => {
    const admin = stage({ amount: '1' }, { fetchTrades: async () => [trade({ side: 'sell', at: soldAt })] });
    const soldAt = admin.now() - 2_000;
    expect(await admin.adopt()).toMatchObject({ kind: 'unknown' });
    admin.pass(30_000);
    expect(await admin.adopt()).toMatchObject({ kind: 'adopted' });
  });

  it("does not mind a trade of the hedge's other side", async () => {
    const other = () => trade({ side: 'sell', positionSide: 'short', at: admin.now() - 1_000 });
    const admin = stage({ amount: '1', hedged: true }, { fetchTrades: async () => [other()] });
    expect(await admin.adopt()).toMatchObject({ kind: 'adopted' });
  });
});

describe('Adopting for an alert of a while ago', () => {
  it('leaves out what was opened after it', async () => {
    const admin = stage({ amount: '1.5' }, { fetchTrades: async () => [before, after] });
    const alertAt = admin.now() - 60_000;
    const before = trade({ amount: '1', at: alertAt - 5_000 });
    const after = trade({ amount: '0.5', at: alertAt + 1_000 });
    expect(await admin.adopt({ alertAt })).toMatchObject({ position: { declaredSize: { amount: '1' } } });
  });

  it("does not count the fill of a position's own entry as newer: its amount is not adopted anyway", async () => {
    const admin = stage({ amount: '2' }, { fetchTrades: async () => [entry] });
    const alertAt = admin.now() - 60_000;
    const entry = trade({ orderId: exampleOrder.orderId, amount: '1', at: alertAt + 5_000 });
    await admin.create(1, 1, perpetual);
    expect(await admin.adopt({ alertAt })).toMatchObject({ position: { declaredSize: { amount: '1' } } });
  });

  it('takes nothing if all of it was', async () => {
    const admin = stage({ amount: '1' }, { fetchTrades: async () => [trade({ at: alertAt + 1_000 })] });
    const alertAt = admin.now() - 60_000;
    expect(await admin.adopt({ alertAt })).toMatchObject({
      kind: 'unknown',
      why: 'All that the exchange holds there may have been opened after the alert. Nothing was adopted.',
    });
    expect(await admin.table.listPositions('open')).toEqual([]);
  });
});

describe("The owner's exits of what is adopted", () => {
  const exit = { symbol, side: 'sell', type: 'limit', status: 'live', conditional: false } as const;
  const order = (orderId: string, over: Partial<ExchangeOrder> = {}): OpenOrder => ({
    market: examplePerpetual,
    order: { ...exit, orderId, amount: '1', filled: '0.2', reduceOnly: true, ...over },
  });

  it('end with it if it is all that the exchange holds', async () => {
    const open = [
      order('target', { price: '70000' }),
      order('stop', { type: 'stop_market', triggerPrice: '50000', conditional: true }),
      order('opens-short', { reduceOnly: false }),
      order('entry', { side: 'buy', reduceOnly: false }),
      order('ripcord', { clientOrderId: 'rc000000000001p1' }),
    ];
    const admin = stage({ amount: '1' }, { fetchOpenOrders: async () => open });
    expect(await admin.adopt()).toMatchObject({
      position: {
        exitOrders: [
          { orderId: 'target', filledBefore: '0.2', reduceOnly: true },
          { orderId: 'stop', triggerPrice: '50000', conditional: true },
        ],
        notices: [{ text: expect.stringContaining('belong to no position: opens-short.') }],
      },
      unadoptedOrders: ['opens-short'],
    });
  });

  it('are in the preview, which states what a close cancels', async () => {
    const admin = stage({ amount: '1' }, { fetchOpenOrders: async () => [order('target')] });
    const listed = await listOpen(admin.services.store);
    expect(await previewExcess(admin.services, place, listed)).toMatchObject({
      exitOrders: [{ orderId: 'target' }],
    });
  });

  it('are named if it is a part', async () => {
    const open = [order('target'), order('known')];
    const admin = stage({ amount: '1.5' }, { fetchOpenOrders: async () => open });
    await admin.create(1, 1, {
      ...perpetual,
      exitOrders: [{ ...exampleOrder, filled: '0', orderId: 'known' }],
    });
    expect(await admin.adopt()).toMatchObject({
      position: { exitOrders: [] },
      unadoptedOrders: ['target'],
    });
  });

  it('of one side of a hedge end with it', async () => {
    const open = [
      order('mine', { reduceOnly: false, positionSide: 'long' }),
      order('other', { reduceOnly: false, positionSide: 'short' }),
    ];
    const admin = stage({ amount: '1', hedged: true }, { fetchOpenOrders: async () => open });
    expect(await admin.adopt()).toMatchObject({
      position: { exitOrders: [{ orderId: 'mine' }] },
      unadoptedOrders: [],
    });
  });
});
