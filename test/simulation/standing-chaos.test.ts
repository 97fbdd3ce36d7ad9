import { describe, expect, it } from 'vitest';
import { makeChaos, runChaos } from './standing-chaos.ts';

/** CHAOS=2000 takes minutes. */
const runs = Number(process.env.CHAOS ?? 60);

describe('A hit of 20 positions under kills, lost answers, revocation and pause', () => {
  it(`closes each position once, and none after it was stopped, in ${runs} runs`, {
    timeout: 600_000,
  }, async () => {
    const broken: string[] = [];
    let partly = 0;
    for (let seed = 1; seed <= runs; seed += 1) {
      const { violations, closed } = await runChaos(makeChaos(seed));
      broken.push(...violations.map((violation) => `seed ${seed}: ${violation}`));
      partly += Number(closed > 0 && closed < 20);
    }
    console.info(`${runs} runs, of which ${partly} were stopped on the way`);
    expect(broken).toEqual([]);
    // Revocations and pauses do come between the claims of one hit.
    expect(partly).toBeGreaterThan(runs / 50);
  });
});
