import { describe, expect, it } from 'vitest';
import { runPlan } from './run-plan.ts';
import { drawPlan, proofs, withProof } from './watch.ts';

/** 600 seeds in all, in chunks so that progress shows. `npm run simulate` runs 20,000, or as many as you like. */
const chunk = 200;
const chunks = Array.from({ length: 3 }, (_, index) => 1 + index * chunk);

describe('the services under faults', () => {
  it.each(chunks)('keeps every promise in the 200 seeds from %i', { timeout: 120_000 }, async (from) => {
    const broken: string[] = [];
    for (let seed = from; seed < from + chunk; seed += 1) {
      const { violations } = await runPlan(drawPlan(seed));
      if (violations.length > 0) broken.push(`seed ${seed}: ${violations.join('; ')}`);
    }
    expect(broken, 'replay with: npm run simulate -- --from SEED --seeds 1').toEqual([]);
  });

  it.each(proofs)(
    'keeps every promise in 100 seeds at an exchange with the proof %s',
    {
      timeout: 120_000,
    },
    async (proof) => {
      const broken: string[] = [];
      for (let seed = 1; seed <= 100; seed += 1) {
        const { violations } = await runPlan(withProof(drawPlan(seed), proof));
        if (violations.length > 0) broken.push(`seed ${seed}: ${violations.join('; ')}`);
      }
      expect(broken, `replay with: npm run simulate -- --from SEED --seeds 1 --proof ${proof}`).toEqual([]);
    },
  );

  it.each([
    [7_102, 'a clock of the exchange that is ahead hid the next position'],
    [8_484, 'a list of positions was older than the fill'],
    [3_456, 'exits that a dead process had canceled for a reduction did not return'],
    [677, 'an order that was sent again counted what the first one had closed as gone'],
  ])('keeps every promise in seed %i, which found a fault: %s', async (seed) => {
    expect((await runPlan(drawPlan(seed))).violations).toEqual([]);
  });

  it('replays a seed exactly', async () => {
    const [once, again] = [await runPlan(drawPlan(326), true), await runPlan(drawPlan(326), true)];
    expect(again.trace.filter((line) => !line.startsWith('end')).length).toBeGreaterThan(0);
    expect(again.trace).toEqual(once.trace);
  });
});
