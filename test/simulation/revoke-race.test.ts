import { expect, it } from 'vitest';
import { makeRevokeRace } from './revoke-race.ts';
import { runPlan } from './run-plan.ts';

/** RACES=10000 takes a minute or more. */
const races = Number(process.env.RACES ?? 500);

it(`lets either a hit or its revocation win, never both, in ${races} races`, {
  timeout: 240_000,
}, async () => {
  const won = { hit: 0, revocation: 0 };
  const broken: string[] = [];
  for (let seed = 1; seed <= races; seed += 1) {
    const plan = makeRevokeRace(seed);
    const { violations, transitions, hits } = await runPlan(plan);
    const claimed = transitions.has('open → claimed');
    if (violations.length > 0) broken.push(`seed ${seed}: ${violations.join('; ')}`);
    // Where faults are planned, a hit or a revocation may never have got as far as the table.
    if (plan.faults.length > 0) continue;
    if (claimed) won.hit += 1;
    else {
      won.revocation += 1;
      const others = hits.filter(({ answer }) => answer?.httpStatus !== 410);
      if (others.length > 0) broken.push(`seed ${seed}: the revocation won, but a hit was told otherwise`);
    }
  }
  console.info(`${won.hit} races were won by the hit, ${won.revocation} by the revocation`);
  expect(broken).toEqual([]);
  expect(won.hit).toBeGreaterThan(races / 10);
  expect(won.revocation).toBeGreaterThan(races / 10);
});
