import { expect, it, onTestFinished } from 'vitest';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { type Crowd, startCrowd } from './crowd.ts';

async function begin(count: number): Promise<Crowd> {
  const crowd = await startCrowd(count);
  onTestFinished(() => crowd.stop());
  return crowd;
}

it('Exchange requests of a sweep grow with the accounts and not with the positions', async () => {
  const counts: number[] = [];
  for (const positions of [100, 1_000]) {
    const crowd = await begin(positions);
    const report = await sweep(crowd.services);
    expect(report).toMatchObject({ positions, refreshed: positions, deferred: 0, failures: [] });
    counts.push(crowd.requests().length);
    // Nothing changed, and the stored prices are recent.
    expect(crowd.writes).toEqual([]);
  }
  const [few = 0, many = 0] = counts;
  // Of each account: open orders, conditional orders, positions, prices. Bybit lists by settle coin, and 50 orders a page.
  expect(few).toBeLessThanOrEqual(5 * 5);
  expect(many - few).toBeLessThanOrEqual(2 * 3);
}, 60_000);
