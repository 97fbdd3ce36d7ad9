import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { makePlan } from './plan.ts';
import { runPlan } from './run-plan.ts';

/** Transitions that only a person makes are drawn with this word, and tested with `resolve` itself. */
const byPerson = 'resolve';

const drawn = async (): Promise<{ engine: Set<string>; person: Set<string> }> => {
  const text = await readFile(new URL('../../docs/exactly-once.md', import.meta.url), 'utf8');
  const engine = new Set<string>();
  const person = new Set<string>();
  for (const [, from, to, label] of text.matchAll(/^ {4}([a-z-]+) --> ([a-z-]+): (.+)$/gm))
    (label === byPerson ? person : engine).add(`${from} → ${to}`);
  return { engine, person };
};

it('draws exactly the changes of state that the engine makes', { timeout: 60_000 }, async () => {
  const { engine } = await drawn();
  const seen = new Set<string>();
  for (let seed = 1; seed <= 6_000; seed += 1)
    for (const transition of (await runPlan(makePlan(seed))).transitions) seen.add(transition);
  expect([...seen].sort()).toEqual([...engine].sort());
});
