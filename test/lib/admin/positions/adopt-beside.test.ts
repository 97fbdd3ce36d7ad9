import { describe, expect, it } from 'vitest';
import type { Exchange, ExchangePosition } from '../../../../lib/exchange/exchange.ts';
import type { Position } from '../../../../lib/position/position.ts';
import { type Adoption, adoptExcess } from '../../../../lib/strategy/adopt-excess.ts';
import {
  exampleOrder,
  exampleOutcome,
  examplePerpetual,
  positionIdAt,
} from '../../position/example-position.ts';
import { newAdmin } from '../new-admin.ts';

const { symbol } = examplePerpetual;
const input = { account: 'main', symbol, side: 'long' } as const;
const place = { ...input, exchange: 'binanceusdm' } as const;
const perpetual: Partial<Position> = { exchange: 'binanceusdm', market: examplePerpetual, symbol };

/** An exchange that holds one long. `during` runs in the moment between its answer and its arrival. */
function stage(amount: string, over: Partial<Exchange> = {}) {
  const held: ExchangePosition = { side: 'long', averagePrice: '60000', hedged: false, amount };
  let during: () => Promise<unknown> = async () => undefined;
  const exchange: Partial<Exchange> = {
    exits: {} as Exchange['exits'],
    loadMarket: async () => examplePerpetual,
    fetchPrice: async () => '60000',
    fetchOpenOrders: async () => [],
    fetchTrades: async () => [],
    async fetchPosition() {
      const once = during;
      during = async () => undefined;
      await once();
      return held;
    },
    ...over,
  };
  const accounts = { main: { exchange: 'binanceusdm', apiKey: 'k', secret: 's' } as never };
  const admin = newAdmin({ exchange, accounts });
  admin.services.sleep = () => new Promise<void>(() => undefined);
  return {
    ...admin,
    /** A hit whose lists lack every position. */
    hit: (): Promise<Adoption> => adoptExcess(admin.services, place, { positions: [], unreadable: [] }),
    duringRead(work: () => Promise<unknown>) {
      during = work;
    },
  };
}

describe('Adopting what a hit may adopt at the same time', () => {
  it('positions.adopt is refused if a hit adopts while it reads the exchange', async () => {
    const admin = stage('1');
    let hit: Adoption | undefined;
    admin.duringRead(async () => {
      hit = await admin.hit();
    });
    expect(await admin.refusal({ command: 'positions.adopt', ...input })).toMatchObject({ code: 'conflict' });
    expect(hit).toMatchObject({ kind: 'adopted' });
    expect(await admin.table.listPositions('open')).toHaveLength(1);
  });

  it('a hit closes what positions.adopt adopted while it read the exchange, and adopts nothing itself', async () => {
    const admin = stage('1');
    admin.duringRead(() => admin.run('positions.adopt', input));
    const hit = await admin.hit();
    const open = await admin.table.listPositions('open');
    expect(open).toHaveLength(1);
    expect(hit).toMatchObject({ kind: 'adopted', position: { positionId: open[0]?.positionId } });
  });

  it('a hit leaves alone what positions.adopt adopted only in part while it read the exchange', async () => {
    const admin = stage('1');
    admin.duringRead(() => admin.run('positions.adopt', { ...input, amount: '0.4' }));
    expect(await admin.hit()).toEqual({
      kind: 'unknown',
      why: 'Another request adopted a part of it at the same time.',
    });
    expect(await admin.table.listPositions('open')).toHaveLength(1);
  });

  it('a hit leaves alone what positions.adopt adopted in the larger part', async () => {
    const admin = stage('1');
    admin.duringRead(() => admin.run('positions.adopt', { ...input, amount: '0.6' }));
    expect(await admin.hit()).toMatchObject({ kind: 'unknown' });
    expect(await admin.table.listPositions('open')).toHaveLength(1);
  });

  it('a hit during which another one adopts gets the same position', async () => {
    const admin = stage('1');
    let other: Adoption | undefined;
    admin.duringRead(async () => {
      other = await admin.hit();
    });
    expect(await admin.hit()).toMatchObject({ kind: 'adopted' });
    expect(other).toMatchObject({ kind: 'adopted' });
    expect(await admin.table.listPositions('open')).toHaveLength(1);
  });

  it('a hit whose lists lag does not adopt what positions.adopt adopted', async () => {
    const admin = stage('1');
    await admin.run('positions.adopt', { ...input, amount: '0.4' });
    await admin.run('positions.adopt', { ...input, amount: '0.6' });
    expect(await admin.hit()).toEqual({ kind: 'nothing' });
  });

  it('positions.adopt whose lists lag does not adopt what a hit adopted', async () => {
    const admin = stage('1');
    await admin.hit();
    admin.table.listPositions = async () => [];
    admin.services.store.listPositions = async () => [];
    expect(await admin.refusal({ command: 'positions.adopt', ...input })).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Other positions already own all'),
    });
  });

  it('positions.adopt does not take what an entry may have filled since it was read', async () => {
    const admin = stage('1');
    await admin.create(1, 1, {
      ...perpetual,
      entryOrders: [{ ...exampleOrder, status: 'live', filled: '0', amount: '1' }],
    });
    expect(await admin.refusal({ command: 'positions.adopt', ...input })).toMatchObject({
      code: 'conflict',
      message:
        "The account's BTC/USDT:USDT position is 1 BTC. Entry orders of other positions can fill 1 BTC of it, and may have done so already. Nothing was adopted. Adopt again when those entry orders have filled or are canceled.",
    });
  });

  it('positions.adopt does not take what a position held that was closed while it read the exchange', async () => {
    const admin = stage('1');
    await admin.create(1, 1, {
      ...perpetual,
      entryOrders: [{ ...exampleOrder, filled: '1', amount: '1' }],
    });
    admin.duringRead(async () => {
      const open = (await admin.table.readPosition(positionIdAt(1))) as Position;
      await admin.table.savePosition(open, { state: 'closed', outcome: exampleOutcome });
    });
    expect(await admin.refusal({ command: 'positions.adopt', ...input })).toMatchObject({ code: 'conflict' });
  });
});

describe('Opening a perpetual', () => {
  it('its position is found by a hit whose lists lag, from the moment at which its entry can fill', async () => {
    const hits: Adoption[] = [];
    const admin = stage('0.001', {
      async createEntryOrder(_market, { clientOrderId }) {
        hits.push(await admin.hit());
        return {
          kind: 'accepted',
          order: { ...exampleOrder, clientOrderId, symbol, side: 'buy', amount: '0.001', filled: '0.001' },
        } as never;
      },
    });
    await admin.ask({
      command: 'positions.open',
      ...input,
      requestId: 'r1',
      type: 'market',
      amount: '0.001',
    });
    expect(hits).toEqual([{ kind: 'nothing' }]);
    expect(await admin.hit()).toEqual({ kind: 'nothing' });
  });
});
