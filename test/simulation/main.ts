import { parseArgs } from 'node:util';
import { runPlan } from './run-plan.ts';
import { runRepeatsFrom } from './run-repeats.ts';
import { shrink } from './shrink.ts';
import { drawPlan, proofs, withProof } from './watch.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20000' },
    from: { type: 'string', default: '1' },
    /** Stops at the first failure and prints nothing else: for the mutants. */
    quick: { type: 'boolean', default: false },
    /** Every plan at an exchange with this proof of a lost order: absence, replay or list. */
    proof: { type: 'string' },
    /** Runs two alerts on one standing link instead. */
    repeats: { type: 'boolean', default: false },
  },
});
const from = Number(values.from);
const proof = proofs.find((each) => each === values.proof);
if (values.proof !== undefined && proof === undefined)
  throw new Error(`--proof: one of ${proofs.join(', ')}`);
const planOf = (seed: number) => (proof === undefined ? drawPlan(seed) : withProof(drawPlan(seed), proof));
const count = Number(values.seeds);
if (values.repeats) {
  const { violations, summary } = await runRepeatsFrom(from, count);
  for (const violation of violations) console.log(violation);
  console.log(summary);
  process.exit(violations.length === 0 ? 0 : 1);
}
const started = Date.now();
const failing: { seed: number; violations: string[] }[] = [];
const everySeeds = 5_000;

for (let seed = from; seed < from + count; seed += 1) {
  const { violations } = await runPlan(planOf(seed));
  if (violations.length > 0) {
    failing.push({ seed, violations });
    if (values.quick) break;
    console.log(`seed ${seed}: ${violations.join('; ')}`);
  }
  const done = seed - from + 1;
  if (!values.quick && done % everySeeds === 0)
    console.log(
      `${done} of ${count} seeds, ${failing.length} failing, ${Math.round((Date.now() - started) / 1_000)} s`,
    );
}

const [first] = failing;
if (first === undefined) {
  console.log(`${count} seeds from ${from}, no violation, ${Math.round((Date.now() - started) / 1_000)} s`);
} else if (values.quick) {
  console.log(`seed ${first.seed}: ${first.violations.join('; ')}`);
  process.exitCode = 1;
} else {
  const least = await shrink(planOf(first.seed));
  const { trace, violations } = await runPlan(least, true);
  console.log(`\nThe least plan that still fails (seed ${first.seed}):\n${JSON.stringify(least, null, 1)}\n`);
  console.log(trace.join('\n'));
  console.log(`\n${failing.length} of ${count} seeds fail. First: ${first.seed}: ${violations.join('; ')}`);
  console.log(`Again: npm run simulate -- --from ${first.seed} --seeds 1`);
  process.exitCode = 1;
}
