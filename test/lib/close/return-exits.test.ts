import { describe, expect, it } from 'vitest';
import { resolvePosition } from '../../../lib/admin/positions/resolve.ts';
import { executeAction } from '../../../lib/close/execute-action.ts';
import { recover } from '../../../lib/close/recover.ts';
import type { CreateResult, ExitOrder } from '../../../lib/exchange/exchange.ts';
import { protect } from '../../../lib/exits/protect.ts';
import { isFinal, type OrderRecord } from '../../../lib/position/position.ts';
import { hitActMs } from '../../../lib/position/timing.ts';
import { toOrderRecord } from '../../../lib/position/totals.ts';
import { syncPosition } from '../../../lib/sync/sync-position.ts';
import { type Stage, setStage } from '../../simulation/harness.ts';
import { examplePlan } from '../exits/example-exits.ts';

const linkId = 'lnk_0123456789abcdef';
const hit = { actor: 'link', linkId, action: 'close' } as const;
const operator = { actor: 'operator', action: 'close' } as const;
const rejected = (reason: 'refused-for-now' | 'no-connection'): CreateResult => ({
  kind: 'rejected',
  reason,
  code: reason,
  message: reason,
});
const exitPlan = examplePlan({
  targets: [
    { price: '110', percent: '50' },
    { price: '120', percent: '50' },
  ],
  stop: '90',
});

type Kind = 'exits of a plan' | 'adopted exits';

/** A long perpetual of 0.1 BTC whose exits rest, and when each exit was sent after that. */
async function begin(kind: Kind, tells: boolean, liquidity?: number) {
  const isPlanned = kind === 'exits of a plan';
  const stage = await setStage(
    { market: 'perpetual', exitsOnlyReduce: true, tells, liquidity },
    (position) => (isPlanned ? { ...position, exitPlan } : position),
  );
  const { services, table, now, during, book, exchange, environment } = stage;
  await during(async () => {
    if (isPlanned) return protect(services, await syncPosition(services, await now()));
    return table.savePosition(await now(), { exitOrders: await placeByHand(stage) });
  });
  services.store.readLinkAndPause = async () => ({ link: undefined, paused: false });
  const sentAt: number[] = [];
  const { createExitOrder } = exchange;
  exchange.createExitOrder = (market, order) => {
    sentAt.push(environment.time);
    return createExitOrder(market, order);
  };
  const endedAt: number[] = [];
  const { savePosition } = table;
  table.savePosition = async (position, change) => {
    const saved = await savePosition(position, change);
    if (saved !== undefined && position.state === 'claimed' && saved.state !== 'claimed')
      endedAt.push(environment.time);
    return saved;
  };
  return {
    ...stage,
    fire: (intent: typeof hit | typeof operator | (typeof hit & { percent: number }) = hit) =>
      during(() => executeAction(services, stage.position.positionId, intent)),
    async recoverUntilEnded() {
      for (let count = 0; count < 40 && (await now()).state === 'claimed'; count += 1) {
        environment.time += 15_000;
        await during(async () => recover(services, await now()));
      }
    },
    resting: () =>
      book
        .of('exit')
        .filter(({ live }) => live)
        .map(({ exit, amount, filled }) => `${exit?.kind} of ${amount - filled}`)
        .sort(),
    firstRequestMs: () => Math.min(...sentAt) - Math.max(...endedAt),
  };
}

/** The trader's own exits, as they are adopted. */
async function placeByHand({ exchange, position: { market }, environment }: Stage): Promise<OrderRecord[]> {
  const order = {
    side: 'sell',
    positionSide: 'long',
    hedged: false,
    sendDeadline: environment.time + 5_000,
  } as const;
  const exits: ExitOrder[] = [
    { ...order, kind: 'stop-loss', triggerPrice: '90', amount: '0.1', clientOrderId: 'own-1' },
    { ...order, kind: 'take-profit', price: '110', amount: '0.05', clientOrderId: 'own-2' },
    { ...order, kind: 'take-profit', price: '120', amount: '0.05', clientOrderId: 'own-3' },
  ];
  const records: OrderRecord[] = [];
  for (const exit of exits) {
    const { clientOrderId } = exit;
    await exchange.createExitOrder(market, exit);
    const view = await exchange.fetchOrder(market, { clientOrderId });
    if (view !== undefined) records.push({ ...toOrderRecord(view), reduceOnly: true });
  }
  return records;
}

type Begun = Awaited<ReturnType<typeof begin>>;

const whole = ['stop-loss of 100', 'take-profit of 50', 'take-profit of 50'];
const part = ['stop-loss of 60', 'take-profit of 30', 'take-profit of 30'];

/** How a claim that canceled the exits comes to its end. */
const endings: [
  string,
  (stage: Begun) => Promise<unknown>,
  state: string,
  exits: string[],
  liquidity?: number,
][] = [
  [
    'the exchange refused the close',
    async ({ exchange, fire }) => {
      exchange.createMarketOrder = async () => rejected('refused-for-now');
      await fire();
    },
    'failed',
    whole,
  ],
  [
    'no close order was accepted',
    async ({ exchange, fire, recoverUntilEnded }) => {
      exchange.createMarketOrder = async () => ({ kind: 'unknown', message: 'no answer' });
      await fire();
      await recoverUntilEnded();
    },
    'failed',
    whole,
  ],
  [
    'the links were paused before a close order left',
    async ({ exchange, fire, services, recoverUntilEnded }) => {
      exchange.createMarketOrder = async () => rejected('no-connection');
      await fire();
      services.store.readLinkAndPause = async () => ({ link: undefined, paused: true });
      await recoverUntilEnded();
    },
    'failed',
    whole,
  ],
  [
    'a second hit took over and sent nothing either',
    async ({ exchange, fire }) => {
      exchange.createMarketOrder = async () => rejected('no-connection');
      await fire();
      await fire();
    },
    'open',
    whole,
  ],
  ['the close executed in part only', ({ fire }) => fire(), 'needs-attention', part, 40],
  [
    'an exit in the way of a part close was canceled',
    async ({ exchange, fire }) => {
      const { createMarketOrder } = exchange;
      exchange.createMarketOrder = async () => {
        exchange.createMarketOrder = createMarketOrder;
        return { ...rejected('refused-for-now'), reason: 'exit-in-the-way' } as CreateResult;
      };
      await fire({ ...hit, percent: 40 });
    },
    'open',
    part,
  ],
  [
    'the owner resolved it',
    async ({ exchange, fire, services, position, during }) => {
      exchange.createMarketOrder = async () => rejected('no-connection');
      await fire();
      await during(() => resolvePosition({ services }, { positionId: position.positionId, apply: true }));
    },
    'open',
    whole,
  ],
];

describe.each(['exits of a plan', 'adopted exits'] as const)('%s', (kind) => {
  describe.each([
    { venue: 'an exchange that responds with the order', tells: true },
    { venue: 'an exchange that only acknowledges', tells: false },
  ])('at $venue', ({ tells }) => {
    it.each(endings)('return within 3 s after %s', async (_, end, state, exits, liquidity) => {
      const stage = await begin(kind, tells, liquidity);
      await end(stage);
      expect((await stage.now()).state).toBe(state);
      expect(isFinal((await stage.now()).state)).toBe(false);
      expect(stage.resting()).toEqual(exits);
      expect(stage.firstRequestMs()).toBeGreaterThanOrEqual(0);
      expect(stage.firstRequestMs()).toBeLessThanOrEqual(3_000);
      const ids = (await stage.now()).exitOrders.map(({ clientOrderId }) => clientOrderId);
      expect(new Set(ids).size).toBe(ids.length);
    });
  });

  it('return by the sweep that a hit starts if the hit has no time left', async () => {
    const stage = await begin(kind, true);
    const { services, exchange, environment, position, during, now } = stage;
    exchange.createMarketOrder = async () => {
      await environment.sleep(hitActMs - 300);
      return rejected('refused-for-now');
    };
    const until = environment.time + hitActMs;
    await during(() => executeAction({ ...services, until }, position.positionId, hit));
    expect((await now()).state).toBe('failed');
    expect(stage.resting()).toEqual([]);
    await during(async () => protect(services, await syncPosition(services, await now())));
    expect(stage.resting()).toEqual(whole);
  });
});
