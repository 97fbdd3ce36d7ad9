import { describe, expect, it } from 'vitest';
import { runRepeatsFrom } from './run-repeats.ts';

/** 2,000 seeds in all, in chunks so that progress shows. `npm run simulate -- --repeats` runs as many as you like. */
const chunk = 500;

describe('two alerts on one standing link, most of whose tries fail,', () => {
  it.each([1, 501, 1_001, 1_501])(
    'close no newer position and miss none, in the 500 seeds from %i',
    { timeout: 120_000 },
    async (from) => {
      const { violations, closedAfterDeath, leftAlone, summary } = await runRepeatsFrom(from, chunk);
      console.info(summary);
      expect(violations, 'replay with: npm run simulate -- --repeats --from SEED --seeds 1').toEqual([]);
      // The two cases that no rule without an id can avoid do occur.
      expect(closedAfterDeath).toBeGreaterThan(0);
      expect(leftAlone).toBeGreaterThan(0);
    },
  );
});
