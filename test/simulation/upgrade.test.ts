import { describe, expect, it } from 'vitest';
import { itemVersion } from '../../lib/store/item-version.ts';
import { makePlan, type Plan, type PlannedFault, upgradedVersion } from './plan.ts';
import { type RunResult, runPlan } from './run-plan.ts';

/** A deployment, or a downgrade, at each moment of a hit: the process that began it stops there, another one goes on. */

/** More than a hit has: a step is the moment before or after a request. */
const steps = Array.from({ length: 26 }, (_, step) => step);
/** A process that is killed, and one that is frozen for longer than a lease and thawed. */
const stops: Omit<PlannedFault, 'step'>[] = [
  { actor: 0, kind: 'crash', ms: 0 },
  { actor: 0, kind: 'pause', ms: 15_000 },
  { actor: 0, kind: 'pause', ms: 200_000 },
];
const markets = ['spot', 'perpetual'] as const;
const links = ['close', 'keep', 'half'] as const;
const cases = markets.flatMap((market) => links.map((link) => ({ market, link })));

const plain: Plan = {
  ...makePlan(1),
  side: 'long',
  tells: true,
  exchangeSkewMs: 0,
  feePerMille: 1,
  foreign: 0,
  liquidity: undefined,
  lagsMs: [],
  entryOrders: [{ amount: 100, filled: 60 }],
  exitOrders: [{ amount: 60, filled: 0 }],
};

interface Stopped {
  first: number;
  second: number;
}

/** Runs a hit that stops at every step in every way, and later a hit and a sweep of another version. */
async function runEach(
  plan: Partial<Plan>,
  { first, second }: Stopped,
): Promise<(RunResult & { step: number })[]> {
  const results: (RunResult & { step: number })[] = [];
  const events: Plan['events'] = [
    { at: 0, kind: 'hit', link: 0, skewMs: 0, version: first },
    { at: 14_000, kind: 'hit', link: 0, skewMs: 0, version: second },
    { at: 16_000, kind: 'sweep', skewMs: 0, version: second },
  ];
  for (const step of steps)
    for (const stop of stops) {
      const result = await runPlan({ ...plain, ...plan, events, faults: [{ ...stop, step }] }, true);
      results.push({ ...result, step });
    }
  return results;
}

function askedExchange({ trace }: RunResult, actor: number): boolean {
  return trace.some((line) => line.includes(`actor ${actor} exchange`));
}

function codeOf(thrown: unknown): unknown {
  return (thrown as { code?: unknown } | undefined)?.code;
}

describe.each(cases)('$link on $market, stopped at each step', ({ market, link }) => {
  it('is completed by a newer version, once, and every answer is true', async () => {
    const results = await runEach({ market, links: [link] }, { first: 1, second: upgradedVersion });
    expect(results.flatMap(({ violations }) => violations)).toEqual([]);
    // The newer one had something to do in some of them.
    expect(results.some((result) => askedExchange(result, 1) || askedExchange(result, 2))).toBe(true);
    // A thawed holder whose claim was taken over does not answer that nothing was done: it may have sent its order.
    const sent = results.filter((result) => askedExchange(result, 0));
    for (const { hits } of sent) expect(codeOf(hits[0]?.thrown)).not.toBe('newer-version');
  });

  it('of a newer version is left alone by an older one, which reports why', async () => {
    const results = await runEach({ market, links: [link] }, { first: upgradedVersion, second: 1 });
    expect(results.flatMap(({ violations }) => violations)).toEqual([]);
    const refused = results.filter(({ hits }) => codeOf(hits[1]?.thrown) === 'newer-version');
    // Only before the newer one has claimed is the position still the older one's to close.
    expect(results.filter(({ step }) => step >= 4).every((result) => refused.includes(result))).toBe(true);
    for (const result of refused) {
      expect(askedExchange(result, 1)).toBe(false);
      expect(askedExchange(result, 2)).toBe(false);
      expect(String(result.hits[1]?.thrown)).toContain(
        `was written by a newer Ripcord (version ${itemVersion}; this one`,
      );
    }
  });
});
