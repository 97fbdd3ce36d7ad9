import { describe, expect, it } from 'vitest';
import type { RejectReason } from '../../../lib/exchange/exchange.ts';
import { attachExits } from '../../../lib/exits/attach-exits.ts';
import { protect } from '../../../lib/exits/protect.ts';
import { awaitsAttached } from '../../../lib/position/attached-exits.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { computeProtection } from '../../../lib/position/protection.ts';
import { toOrderRecord } from '../../../lib/position/totals.ts';
import type { Services } from '../../../lib/services.ts';
import { syncPosition } from '../../../lib/sync/sync-position.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { accepted, binanceSpot, startTrader } from '../exchange/test-markets.ts';
import { examplePosition } from '../position/example-position.ts';
import { examplePlan } from './example-exits.ts';

const plan = examplePlan({
  targets: [
    { price: '65000', percent: '50' },
    { price: '70000', percent: '50' },
  ],
  stop: '55000',
});
const ladder = ['limit_maker 0.04995', 'limit_maker 0.04995', 'stop_market 0.04995', 'stop_market 0.04995'];
const refusing = (reason: RejectReason) => async () =>
  ({ kind: 'rejected', reason, code: '-1', message: 'No' }) as const;
const never = () => new Promise<never>(() => undefined);

/** A spot position of 0.1 BTC that has bought at 60000, or that waits to buy at 59000. */
async function begin({ limit = false } = {}) {
  let aheadMs = 0;
  const trader = await startTrader(binanceSpot, { now: () => Date.now() + aheadMs });
  const { sim, exchange, market } = trader;
  const type = limit ? ('limit' as const) : ('market' as const);
  const price = limit ? '59000' : undefined;
  const attached = limit ? attachExits(plan, exchange.exits.spot, market) : undefined;
  const entry: OrderRecord = {
    clientOrderId: 'rc0123456789abe1',
    type,
    status: 'unconfirmed',
    amount: '0.1',
    filled: '0',
    attached,
  };
  const sent = accepted(await trader.buy({ clientOrderId: 'rc0123456789abe1', type, price, attached }));
  const store = createMemoryStore();
  const position: Position = {
    ...examplePosition,
    market,
    entryOrders: [toOrderRecord(sent, entry)],
    exitPlan: plan,
    lastSync: undefined,
  };
  await store.createPosition(position);
  const services: Services = {
    store,
    exchanges: { of: async () => exchange },
    now: () => Date.now() + aheadMs,
    sleep: async () => undefined,
    randomId: () => 'mark12345678',
  };
  const now = async () => (await store.readPosition(position.positionId)) as Position;
  const isOpen = ({ status }: { status: string }) => status === 'new' || status === 'partially_filled';
  const orders = () => sim.core.orders().orders.filter(isOpen);
  const sweep = async (with_: Services = services) => protect(with_, await syncPosition(with_, await now()));
  return {
    sim,
    exchange,
    services,
    now,
    sweep,
    resting: () =>
      orders()
        .map(({ type: kind, amount }) => `${kind} ${amount}`)
        .sort(),
    find: (kind: string, amount: string) =>
      orders().find((order) => order.type === kind && order.amount === amount)?.id ?? 0,
    /** What minutes of sweeps make of it. */
    async settle() {
      for (let minute = 0; minute < 5; minute += 1) {
        aheadMs += 60_000;
        trader.clock.ahead = aheadMs;
        await sweep();
      }
    },
  };
}

/** What a process sees that dies once its n-th request to the exchange or the table has had its effect. */
function dyingAfter(count: number, services: Services, exchange: object): Services {
  let requests = 0;
  const wrap = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(_, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...input: unknown[]) => {
          requests += 1;
          if (requests > count) return never();
          const answer: unknown = await Reflect.apply(member, target, input);
          return requests >= count ? never() : answer;
        };
      },
    });
  const dying = wrap(exchange) as Awaited<ReturnType<Services['exchanges']['of']>>;
  return { ...services, store: wrap(services.store), exchanges: { of: async () => dying } };
}

/** Lets a process run until it has died, or is done. */
async function runUntilDead(work: Promise<unknown>): Promise<void> {
  await Promise.race([work, new Promise((resolve) => setTimeout(resolve, 100))]);
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('exits on Binance spot', () => {
  it('rest after one run, and the next run sends nothing', async () => {
    const { sweep, resting, now } = await begin();
    expect(computeProtection(await sweep())).toBe('full');
    expect(resting()).toEqual(ladder);
    const { revision } = await now();
    await sweep();
    expect(resting()).toEqual(ladder);
    expect((await now()).exitAttempt).toBe(2);
    expect((await now()).revision).toBe(revision);
  });

  it('are placed once if the answer to a list is lost and look-ups lag', async () => {
    const { sweep, resting, exchange, settle } = await begin();
    const { createExitList, fetchOrder, fetchOpenOrders } = exchange;
    exchange.createExitList = async (market, list) => {
      await createExitList(market, list);
      return { kind: 'unknown', message: 'no answer' };
    };
    exchange.fetchOrder = async (market, ref) => (ref.orderId ? fetchOrder(market, ref) : undefined);
    exchange.fetchOpenOrders = async () => [];
    expect(computeProtection(await sweep())).toBe('unknown');
    Object.assign(exchange, { createExitList, fetchOrder, fetchOpenOrders });
    await settle();
    expect(resting()).toEqual(ladder);
  });

  it('that were refused are tried again by the next run, which reports both', async () => {
    const { sweep, resting, exchange } = await begin();
    const { createExitList } = exchange;
    exchange.createExitList = refusing('other');
    const refused = await sweep();
    expect(refused.exitPlan?.stopLoss?.refusal).toEqual({ reason: 'other', message: 'No' });
    expect(refused.exitOrders).toEqual([]);
    exchange.createExitList = createExitList;
    const { exitPlan, notices } = await sweep();
    expect(exitPlan?.stopLoss?.refusal).toBeUndefined();
    expect(notices).toHaveLength(2);
    expect(resting()).toEqual(ladder);
  });
});

describe('a process that dies', () => {
  it.each(upTo(14))(
    'after request %i, while it places lists, leaves exits that sweeps complete',
    async (count) => {
      const { sweep, resting, services, exchange, settle } = await begin();
      await runUntilDead(sweep(dyingAfter(count, services, exchange)));
      await settle();
      expect(resting()).toEqual(ladder);
    },
  );

  it.each(upTo(20))(
    'after request %i, while it lists the rest of a target again, leaves exits that sweeps complete',
    async (count) => {
      const { sweep, resting, services, exchange, settle, sim, find, now } = await begin();
      await sweep();
      sim.core.fill({ orderId: find('limit_maker', '0.04995'), amount: '0.02' });
      await runUntilDead(sweep(dyingAfter(count, services, exchange)));
      await settle();
      expect(resting()).toEqual([
        'limit_maker 0.02995',
        'limit_maker 0.04995',
        'stop_market 0.02995',
        'stop_market 0.04995',
      ]);
      expect((await now()).exitPlan?.takeProfits).not.toContainEqual(
        expect.objectContaining({ removed: true }),
      );
    },
  );

  it.each(upTo(30))(
    'after request %i, while it ends a partly filled entry, buys the rest once',
    async (count) => {
      const { sweep, resting, services, exchange, settle, sim, find, now } = await begin({ limit: true });
      sim.core.fill({ orderId: find('limit', '0.1'), amount: '0.04' });
      await runUntilDead(sweep(dyingAfter(count, services, exchange)));
      await settle();
      const rest = ['limit 0.06'];
      expect(resting()).toEqual([
        ...rest,
        'limit_maker 0.01998',
        'limit_maker 0.01998',
        'stop_market 0.01998',
        'stop_market 0.01998',
      ]);
      expect(computeProtection(await now())).toBe('full');
    },
  );
});

describe('the rest of a partly filled entry', () => {
  async function beginPart() {
    const trader = await begin({ limit: true });
    trader.sim.core.fill({ orderId: trader.find('limit', '0.1'), amount: '0.04' });
    return trader;
  }

  it('is not bought while the stop of what it filled is refused', async () => {
    const { sweep, resting, exchange, now } = await beginPart();
    const { createExitList } = exchange;
    exchange.createExitList = refusing('would-trigger');
    await sweep();
    expect(resting()).toEqual([]);
    exchange.createExitList = createExitList;
    await sweep();
    expect(computeProtection(await now())).toBe('full');
    expect(resting()).toContain('limit 0.06');
  });

  it('is not bought once the stop of what it filled has fired', async () => {
    const { sweep, sim, exchange } = await beginPart();
    const { createExitList } = exchange;
    exchange.createExitList = async (market, list) => {
      const result = await createExitList(market, list);
      sim.core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '54000' });
      return result;
    };
    await sweep();
    expect(sim.core.state.fills.filter(({ side }) => side === 'buy')).toMatchObject([{ amount: '0.04' }]);
  });

  it('leaves the stop of what filled before while it has filled too little for a stop itself', async () => {
    const { sweep, resting, sim, find } = await beginPart();
    await sweep();
    const before = resting();
    sim.core.fill({ orderId: find('limit', '0.06'), amount: '0.00005' });
    await sweep();
    expect(resting()).toEqual(before);
  });

  it('leaves nothing to look for with what has filled before', async () => {
    const { sweep, exchange, now } = await beginPart();
    await sweep();
    // The exits that waited for all of the entry ended with it.
    exchange.fetchAttachedExits = () => Promise.reject(new Error('no such list'));
    await sweep();
    expect(awaitsAttached(await now())).toBe(false);
  });

  it('carries no exit that the owner has removed', async () => {
    const { sweep, exchange, now, services } = await beginPart();
    const { createEntryOrder } = exchange;
    exchange.createEntryOrder = refusing('rate-limit');
    await sweep();
    const stored = await now();
    await services.store.savePosition(stored, {
      exitPlan: { ...plan, stopLoss: { price: '55000', removed: true } },
    });
    exchange.createEntryOrder = createEntryOrder;
    await sweep();
    expect((await now()).entryOrders.at(-1)).toMatchObject({ amount: '0.06', status: 'live' });
    expect((await now()).entryOrders.at(-1)?.attached).toBeUndefined();
  });
});

describe('a partly filled entry whose cancel is not confirmed', () => {
  async function beginUnconfirmed() {
    const trader = await begin({ limit: true });
    const { sweep, exchange, sim, find } = trader;
    sim.core.fill({ orderId: find('limit', '0.1'), amount: '0.04' });
    const { cancelOrder } = exchange;
    exchange.cancelOrder = async () => ({ kind: 'unconfirmed', reason: 'no-response', message: 'no answer' });
    await sweep();
    exchange.cancelOrder = cancelOrder;
    return trader;
  }

  it('gets no exits from other coins of the account, which its own would double', async () => {
    const { resting, sim, find } = await beginUnconfirmed();
    expect(resting()).toEqual(['limit 0.1']);
    sim.core.fill({ orderId: find('limit', '0.1') });
    expect(resting()).toEqual(['stop_market 0.1']);
  });

  it('is not bought again if its stop is removed, and then its owner cancels it', async () => {
    const { sweep, resting, sim, find, now, services } = await beginUnconfirmed();
    await services.store.savePosition(await now(), { exitPlan: examplePlan({}) });
    await sweep();
    sim.core.cancelOrder({ orderId: find('limit', '0.1') });
    await sweep();
    expect(resting()).toEqual([]);
  });
});
