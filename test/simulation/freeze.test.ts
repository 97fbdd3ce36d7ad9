import { describe, expect, it } from 'vitest';
import { freezeTimesMs, makePlan, type Plan, type PlannedFault } from './plan.ts';
import { runPlan } from './run-plan.ts';

/** A process that stands still at any of its awaits, for as long as a machine can, and then goes on. */

const quiet: Plan = {
  ...makePlan(1),
  market: 'spot',
  side: 'long',
  tells: true,
  exchangeSkewMs: 0,
  feePerMille: 1,
  // A second close would find something to sell.
  foreign: 5_000,
  liquidity: undefined,
  lagsMs: [],
  entryOrders: [{ amount: 1_000, filled: 600 }],
  exitOrders: [{ amount: 600, filled: 0 }],
  links: ['close'],
  events: [{ at: 0, kind: 'hit', link: 0, skewMs: 0 }],
  faults: [],
};
const resends = [0, 5_000, 10_000, 15_000].map((at) => ({ at, kind: 'hit', link: 0, skewMs: 0 }) as const);
const sweeps = [13_000, 75_000, 140_000].map((at) => ({ at, kind: 'sweep', skewMs: 0 }) as const);

/** The request of the close order is lost: the step before it is where the plan says. */
function loseAt(step: number): PlannedFault {
  return { actor: 0, step, kind: 'lose', ms: 0 };
}

/** `frozen` is which process freezes, in the order in which they start. */
const scenarios: { title: string; frozen: number; plan: Partial<Plan> }[] = [
  { title: 'the only hit of a spot long', frozen: 0, plan: {} },
  {
    title: 'the only hit of a perpetual short at an exchange that only acknowledges',
    frozen: 0,
    plan: { market: 'perpetual', side: 'short', tells: false },
  },
  { title: 'a hit that is sent again', frozen: 0, plan: { events: resends } },
  { title: 'a hit beside sweeps', frozen: 0, plan: { events: [...resends.slice(0, 1), ...sweeps] } },
  { title: 'a keep', frozen: 0, plan: { links: ['keep'] } },
  { title: 'a close of a half', frozen: 0, plan: { links: ['half'], market: 'perpetual' } },
  {
    title: 'the resend that recovers a hit that died after its claim',
    frozen: 3,
    plan: { events: resends, faults: [{ actor: 0, step: 4, kind: 'crash', ms: 0 }] },
  },
  {
    title: 'the sweep that takes over a hit that died after its claim',
    frozen: 1,
    plan: { faults: [{ actor: 0, step: 4, kind: 'crash', ms: 0 }] },
  },
  {
    title: 'the sweep that closes again after a lost request',
    frozen: 1,
    plan: { exitOrders: [], entryOrders: [{ amount: 600, filled: 600 }], faults: [loseAt(5)] },
  },
  {
    title: 'one of two sweeps that overlap after a lost request',
    frozen: 1,
    plan: {
      exitOrders: [],
      entryOrders: [{ amount: 600, filled: 600 }],
      events: [
        ...resends.slice(0, 1),
        ...[70_000, 71_000].map((at) => ({ at, kind: 'sweep', skewMs: 0 }) as const),
      ],
      faults: [loseAt(5)],
    },
  },
];

/**
 * Every await is frozen for one of the times, each time at every third await of a scenario; FREEZES=all: at every await
 * for each of them. The times differ in which deadlines they pass, and neighboring awaits share most of those.
 */
function timesAt(step: number): readonly number[] {
  if (process.env.FREEZES === 'all') return freezeTimesMs;
  return freezeTimesMs.filter((_, index) => index === step % freezeTimesMs.length);
}

describe('A process that freezes keeps every promise', () => {
  it.each(scenarios)('when it is $title', { timeout: 120_000 }, async ({ frozen, plan }) => {
    const scenario = { ...quiet, ...plan };
    const { steps, violations } = await runPlan(scenario);
    expect(violations).toEqual([]);
    const awaits = steps[frozen] ?? 0;
    expect(awaits).toBeGreaterThan(5);
    const broken: string[] = [];
    for (let step = 0; step < awaits; step += 1)
      for (const ms of timesAt(step)) {
        const freeze: PlannedFault = { actor: frozen, step, kind: 'freeze', ms };
        const run = await runPlan({ ...scenario, faults: [...scenario.faults, freeze] });
        if (run.violations.length > 0) broken.push(`await ${step}, ${ms} ms: ${run.violations.join('; ')}`);
      }
    expect(broken).toEqual([]);
  });
});
