import { describe, expect, it } from 'vitest';
import { executeAction } from '../../../lib/close/execute-action.ts';
import type { Exchange } from '../../../lib/exchange/exchange.ts';
import { protect } from '../../../lib/exits/protect.ts';
import type { ExitPlan } from '../../../lib/position/exit-plan.ts';
import { computeProtection } from '../../../lib/position/protection.ts';
import type { Services } from '../../../lib/services.ts';
import { syncPosition } from '../../../lib/sync/sync-position.ts';
import { setStage } from '../../simulation/harness.ts';
import { examplePlan } from './example-exits.ts';

const never = () => new Promise<never>(() => undefined);
const plan = examplePlan({
  targets: [
    { price: '110', percent: '50' },
    { price: '120', percent: '50' },
  ],
  stop: '90',
});
const half = { actor: 'operator', action: 'close', percent: 50 } as const;
const all = { actor: 'operator', action: 'close' } as const;

/** A filled long perpetual of 0.1 BTC at a price of 100, with a plan and no exits yet. */
async function begin({ tells = true, exitPlan = plan }: { tells?: boolean; exitPlan?: ExitPlan } = {}) {
  const stage = await setStage({ market: 'perpetual', exitsOnlyReduce: true, tells }, (position) => ({
    ...position,
    exitPlan,
  }));
  const { services, book, exchange, environment, during, now, table } = stage;
  const requests: string[] = [];
  const { createExitOrder, cancelOrder } = exchange;
  exchange.createExitOrder = (market, order) => {
    requests.push(`${order.kind} of ${order.amount}`);
    return createExitOrder(market, order);
  };
  exchange.cancelOrder = (market, ref, deadline) => {
    requests.push(`cancel ${ref.orderId}`);
    return cancelOrder(market, ref, deadline);
  };
  const sync = async () => syncPosition(services, await now());
  return {
    ...stage,
    requests,
    /** Syncs and protects, as a sweep does. */
    protect: () => during(async () => protect(services, await sync())),
    /** Another process acts when Ripcord writes for the n-th time. */
    atSave(count: number, act: () => Promise<unknown>) {
      const { savePosition } = table;
      let saves = 0;
      services.store = {
        ...table,
        savePosition: async (position, change) => {
          saves += 1;
          if (saves === count) await act();
          return savePosition(position, change);
        },
      };
    },
    wait: async (ms: number) => {
      environment.schedule(ms, () => undefined);
      await environment.run(ms);
    },
    resting: () =>
      book
        .of('exit')
        .filter(({ live }) => live)
        .map(({ exit, amount, filled }) => `${exit?.kind} of ${amount - filled}`),
    cancelAt: (index: number) => {
      const order = book.of('exit')[index];
      if (order !== undefined) book.end(order);
    },
  };
}

const wholePlan = ['stop-loss of 100', 'take-profit of 50', 'take-profit of 50'];

describe.each([
  { venue: 'an exchange that responds with the order', tells: true },
  { venue: 'an exchange that only acknowledges', tells: false },
])('exits at $venue', ({ tells }) => {
  it('rest after one run, and the next run sends nothing', async () => {
    const { protect: run, resting, requests, now } = await begin({ tells });
    expect(computeProtection(await run())).toBe('full');
    expect(resting()).toEqual(wholePlan);
    expect((await now()).exitOrders.map(({ clientOrderId }) => clientOrderId?.slice(-2))).toEqual([
      'p1',
      'p2',
      'p3',
    ]);
    await run();
    expect(requests).toHaveLength(3);
  });

  it('shrink with what remains after a target has filled', async () => {
    const { protect: run, resting, book, requests } = await begin({ tells });
    await run();
    book.fill('exitOrders', 1, 50);
    await run();
    expect(resting()).toEqual(['take-profit of 50', 'stop-loss of 50']);
    // The account holds exactly what remains, so that the new stop comes first.
    expect(requests.slice(3)).toEqual(['stop-loss of 0.05', 'cancel 1001']);
  });

  it.each([
    ['tightened', '95', '95'],
    ['loosened', '85', '90'],
  ])('that shrink keep the better price of a stop that its owner has %s', async (_, moved, kept) => {
    const { protect: run, book } = await begin({ tells });
    await run();
    const [stop] = book.of('exit');
    Object.assign(stop?.exit ?? {}, { triggerPrice: moved });
    book.fill('exitOrders', 1, 50);
    await run();
    const live = book.of('exit').filter(({ live: isLive, exit }) => isLive && exit?.kind === 'stop-loss');
    expect(live).toMatchObject([{ amount: 50, exit: { triggerPrice: kept } }]);
  });

  it.each([1, 2])(
    'that shrink keep a tightened stop if the exchange refuses it for a moment, %i times',
    async (times) => {
      const { protect: run, book, exchange } = await begin({ tells });
      await run();
      const [stop] = book.of('exit');
      Object.assign(stop?.exit ?? {}, { triggerPrice: '95' });
      book.fill('exitOrders', 1, 50);
      const { fetchPosition, createExitOrder } = exchange;
      // Another position of the market, so that the old stop ends first.
      exchange.fetchPosition = async (...given) => ({ ...(await fetchPosition(...given)), amount: '1' });
      let refusals = 0;
      exchange.createExitOrder = async (market, order) => {
        refusals += order.kind === 'stop-loss' ? 1 : 0;
        return order.kind === 'stop-loss' && refusals <= times
          ? { kind: 'rejected', reason: 'rate-limit', code: '429', message: 'Too many requests.' }
          : createExitOrder(market, order);
      };
      await run();
      if (times > 1) await run();
      const live = book.of('exit').filter(({ live: isLive, exit }) => isLive && exit?.kind === 'stop-loss');
      expect(live).toMatchObject([{ amount: 50, exit: { triggerPrice: '95' } }]);
    },
  );

  it('are replaced after a part close, and scaled', async () => {
    const { protect: run, resting, services, position, during } = await begin({ tells });
    await run();
    await during(() => executeAction(services, position.positionId, half));
    await run();
    expect(resting().sort()).toEqual(['stop-loss of 50', 'take-profit of 25', 'take-profit of 25']);
  });

  it('are on record when a stop has filled while the position needs attention', async () => {
    const {
      protect: run,
      services,
      position,
      book,
      during,
      exchange,
      now,
    } = await begin({ tells, exitPlan: examplePlan({ stop: '90' }) });
    await run();
    const { createMarketOrder } = exchange;
    // A thin order book.
    exchange.createMarketOrder = (market, order) => createMarketOrder(market, { ...order, amount: '0.04' });
    await during(() => executeAction(services, position.positionId, all));
    await run();
    expect((await now()).state).toBe('needs-attention');
    book.fill(
      'exitOrders',
      book.of('exit').findIndex(({ live, exit }) => live && exit?.kind === 'stop-loss'),
      100,
    );
    await run();
    const stored = await now();
    expect(stored.exitOrders.find(({ isStop, filled }) => isStop && filled === '0.06')?.status).toBe('done');
  });

  it('return after a claim that canceled them and failed', async () => {
    const {
      protect: run,
      resting,
      services,
      position,
      during,
      exchange,
      now,
      requests,
    } = await begin({ tells });
    await run();
    const { createMarketOrder } = exchange;
    exchange.createMarketOrder = async () => ({
      kind: 'rejected',
      reason: 'refused-for-now',
      code: '-2023',
      message: 'halted',
    });
    await during(() => executeAction(services, position.positionId, all));
    exchange.createMarketOrder = createMarketOrder;
    expect(await now()).toMatchObject({
      state: 'failed',
      failure: { canceledExitOrderIds: ['1001', '1002', '1003'] },
    });
    expect(resting()).toEqual(wholePlan);
    expect(requests.slice(-3)).toEqual(['stop-loss of 0.1', 'take-profit of 0.05', 'take-profit of 0.05']);
    await run();
    expect(requests).toHaveLength(9);
  });

  it('are left alone once the account holds nothing: the exchange ended them with the position', async () => {
    const { protect: run, requests, cancelAt, now, services, during } = await begin({ tells });
    await run();
    cancelAt(0);
    await during(async () => {
      const synced = await syncPosition(services, await now());
      const at = services.now();
      return protect(services, { ...synced, lastSync: { at, price: '100', flatSince: at } });
    });
    expect(requests).toHaveLength(3);
    expect((await now()).notices).toBeUndefined();
  });

  it('are not placed again after their owner canceled one, who is notified once', async () => {
    const { protect: run, resting, cancelAt, now } = await begin({ tells });
    await run();
    cancelAt(0);
    await run();
    await run();
    expect(resting()).toEqual(['take-profit of 50', 'take-profit of 50']);
    const position = await now();
    expect(computeProtection(position)).toBe('none');
    expect(position.exitPlan?.stopLoss?.removed).toBe(true);
    expect(position.notices).toMatchObject([
      {
        event: 'exits',
        text: expect.stringContaining('The stop at 90 (order 1001) was canceled or expired at the exchange.'),
      },
    ]);
  });

  it('are placed once if the answer to one is lost', async () => {
    const { protect: run, resting, exchange, now, wait } = await begin({ tells });
    const { createExitOrder, fetchOrder } = exchange;
    exchange.createExitOrder = async (market, order) => {
      await createExitOrder(market, order);
      return { kind: 'unknown', message: 'no answer' };
    };
    exchange.fetchOrder = async () => undefined;
    expect(computeProtection(await run())).toBe('unknown');
    Object.assign(exchange, { createExitOrder, fetchOrder });
    await wait(60_000);
    expect(computeProtection(await run())).toBe('full');
    expect(resting()).toEqual(wholePlan);
    expect((await now()).exitOrders).toHaveLength(3);
  });

  it('that never arrived are placed again once that is proven, under new ids', async () => {
    const { protect: run, resting, exchange, wait, now } = await begin({ tells });
    const { createExitOrder } = exchange;
    exchange.createExitOrder = async () => ({ kind: 'unknown', message: 'no answer' });
    await run();
    exchange.createExitOrder = createExitOrder;
    for (let minute = 1; minute <= 5; minute += 1) {
      await wait(60_000);
      await run();
      if (minute <= 2) expect(resting()).toEqual([]);
    }
    expect(resting()).toEqual(wholePlan);
    expect((await now()).exitOrders.map(({ clientOrderId }) => clientOrderId?.slice(-2))).toEqual([
      'p4',
      'p5',
      'p6',
    ]);
  });

  it('of a process that died after it wrote them ahead are not sent twice', async () => {
    const { protect: run, resting, exchange, services, now, wait } = await begin({ tells });
    const dying = { ...exchange, createExitOrder: never };
    void protect({ ...services, exchanges: { of: async () => dying } }, await now());
    await wait(20_000);
    expect((await now()).exitOrders.map(({ status }) => status)).toEqual(Array(3).fill('unconfirmed'));
    for (let minute = 0; minute < 6; minute += 1) {
      await run();
      await wait(60_000);
    }
    expect(resting()).toEqual(wholePlan);
  });

  it('are recorded although a sync wrote the position while they were sent', async () => {
    const stage = await begin({ tells });
    stage.atSave(2, async () => {
      const known = await stage.now();
      await stage.table.savePosition(known, { label: 'renamed' });
    });
    expect(computeProtection(await stage.protect())).toBe('full');
    expect(await stage.now()).toMatchObject({
      label: 'renamed',
      exitOrders: Array(3).fill({ status: 'live' }),
    });
  });
});

/** The exchange and the table as a process sees them that dies at its n-th request, before or after its effect. */
function dyingAt(count: number, isAfter: boolean, services: Services, exchange: Exchange): Services {
  let requests = 0;
  const wrap = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(_, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...input: unknown[]) => {
          requests += 1;
          if (requests > count || (requests === count && !isAfter)) return never();
          const answer: unknown = await Reflect.apply(member, target, input);
          return requests === count ? never() : answer;
        };
      },
    });
  const dying = wrap(exchange);
  return { ...services, store: wrap(services.store), exchanges: { of: async () => dying } };
}

const requests = Array.from({ length: 14 }, (_, index) => index + 1);

describe.each(requests)('a process that dies at its request %i', (count) => {
  it.each([
    { when: 'before its effect', isAfter: false, foreign: 0 },
    { when: 'after its effect', isAfter: true, foreign: 0 },
    { when: 'before its effect, in an account that holds more', isAfter: false, foreign: 7 },
    { when: 'after its effect, in an account that holds more', isAfter: true, foreign: 7 },
  ])('$when leaves exits that sweeps complete', async ({ isAfter, foreign }) => {
    const { protect: run, resting, services, exchange, now, wait, book } = await begin();
    await run();
    book.fill('exitOrders', 1, 50);
    if (foreign > 0) book.trade('buy', foreign);
    const dying = dyingAt(count, isAfter, services, exchange);
    void syncPosition(dying, await now()).then((synced) => protect(dying, synced));
    await wait(20_000);
    for (let minute = 0; minute < 7; minute += 1) {
      await run();
      await wait(60_000);
    }
    expect(resting().sort()).toEqual(['stop-loss of 50', 'take-profit of 50']);
    expect(book.surplus).toEqual([]);
    expect((await now()).exitPlan).toMatchObject({ stopLoss: { price: '90' } });
    expect((await now()).exitPlan?.stopLoss?.removed).toBeUndefined();
  });
});

describe('a position that its owner closed at the exchange', () => {
  it('leaves no exit that would act on what the owner opens next', async () => {
    const { protect: run, resting, book, now, wait } = await begin();
    await run();
    book.trade('sell', 100);
    for (let minute = 0; minute < 3; minute += 1) {
      await wait(60_000);
      if ((await now()).state === 'open') await run();
    }
    expect((await now()).state).toBe('closed');
    expect(resting()).toEqual([]);
    expect((await now()).outcome?.detail).not.toMatch(/still live/);
  });
});

describe('a plan', () => {
  it('sends nothing if a hit claims the position first', async () => {
    const stage = await begin();
    const { services, position, requests, resting, table } = stage;
    const closing = { ...services };
    stage.atSave(1, () => executeAction({ ...closing, store: table }, position.positionId, all));
    await stage.protect();
    expect(requests).toEqual([]);
    expect(resting()).toEqual([]);
    expect((await stage.now()).state).toBe('closed');
  });

  it('leaves nothing behind if a hit claims the position after the exits were written ahead', async () => {
    const stage = await begin();
    const { services, position, resting, table, exchange, book } = stage;
    const closing = { ...services, store: table };
    const { createExitOrder } = exchange;
    let isFirst = true;
    exchange.createExitOrder = async (market, order) => {
      const answer = await createExitOrder(market, order);
      if (isFirst) {
        isFirst = false;
        await executeAction(closing, position.positionId, all);
      }
      return answer;
    };
    await stage.protect();
    expect((await stage.now()).state).toBe('closed');
    expect(resting()).toEqual([]);
    expect(book.positionLeft()).toBe(0);
  });

  it('keeps the old stop if the new one would trigger at once', async () => {
    const stage = await begin({ exitPlan: examplePlan({ stop: '90' }) });
    const { protect: run, now, table, resting, exchange } = stage;
    await run();
    const known = await now();
    await table.savePosition(known, {
      exitPlan: examplePlan({ stop: '99' }),
      exitOrders: known.exitOrders.map((order) => ({ ...order, endsFor: 'replaced' as const })),
    });
    exchange.createExitOrder = async () => ({
      kind: 'rejected',
      reason: 'would-trigger',
      code: '-2021',
      message: 'Order would immediately trigger',
    });
    const position = await run();
    expect(resting()).toEqual(['stop-loss of 100']);
    expect(computeProtection(position)).toBe('full');
    expect(position.exitPlan?.stopLoss?.refusal).toMatchObject({ reason: 'would-trigger' });
    expect(position.notices).toHaveLength(1);
    expect((await run()).notices).toHaveLength(1);
  });

  it('whose exit was refused is tried again by the next run, which clears the refusal', async () => {
    const {
      protect: run,
      exchange,
      resting,
      requests,
    } = await begin({ exitPlan: examplePlan({ stop: '90' }) });
    const { createExitOrder } = exchange;
    exchange.createExitOrder = async () => ({ kind: 'rejected', reason: 'other', code: '-1', message: 'no' });
    const refused = await run();
    expect(refused.exitPlan?.stopLoss?.refusal).toEqual({ reason: 'other', message: 'no' });
    expect(refused.exitOrders).toEqual([]);
    exchange.createExitOrder = createExitOrder;
    expect((await run()).exitPlan?.stopLoss?.refusal).toBeUndefined();
    expect(resting()).toEqual(['stop-loss of 100']);
    expect(requests).toHaveLength(1);
  });

  it('ends the exits that are left once the stop has closed the position', async () => {
    const { protect: run, resting, book } = await begin();
    await run();
    book.fill('exitOrders', 0, 100);
    await run();
    expect(resting()).toEqual([]);
  });

  it('replaces a stop that is too large by canceling first if the account holds more', async () => {
    const { protect: run, resting, book, requests } = await begin();
    await run();
    book.fill('exitOrders', 1, 50);
    book.trade('buy', 7);
    await run();
    expect(resting()).toEqual(['take-profit of 50', 'stop-loss of 50']);
    expect(requests.slice(3)).toEqual(['cancel 1001', 'stop-loss of 0.05']);
  });
});
