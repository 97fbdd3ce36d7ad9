import { describe, endOne } from './test-reuse.ts';
import type { Trial } from './trial.ts';
import { doesNotHold, followSeconds, holds, isUnknown, type Verdict } from './verdict.ts';

const everyMs = 250;
const foundWithinMs = 5_000;
/** Look-ups after the first that found the order. */
const laterLooks = 4;

/** Looks a new order up until it is found, and then a few times more. */
export async function testNew(trial: Trial): Promise<Verdict> {
  const clientOrderId = trial.newId();
  const created = await trial.create({ clientOrderId, type: 'limit' });
  if (created.kind !== 'accepted') return isUnknown(`The order was not accepted: ${describe(created)}.`);
  const { now } = trial.session;
  const startedAt = now();
  let found = await trial.look(clientOrderId);
  for (; found !== 'found' && now() - startedAt < foundWithinMs; found = await trial.look(clientOrderId))
    await trial.session.sleep(everyMs);
  const ms = now() - startedAt;
  if (found === 'absent') return doesNotHold(`The order was accepted, and not found ${ms} ms after that.`);
  if (found === undefined) return isUnknown('No clear answer came to the look-ups.');
  for (let looks = 0; looks < laterLooks; looks += 1) {
    await trial.session.sleep(everyMs);
    const again = await trial.look(clientOrderId);
    if (again === 'absent') return doesNotHold(`The order was found after ${ms} ms, and then not found.`);
    if (again === undefined) return isUnknown('No clear answer came to a later look-up.');
  }
  return holds(
    `The order was found ${ms} ms after its acceptance, and by ${laterLooks} look-ups after that.`,
  );
}

/** Looks up a filled and a canceled order after their ends. */
export async function testEnded(trial: Trial): Promise<Verdict> {
  // The canceled one first: what was bought would count as its fill.
  const canceled = trial.newId();
  const filled = trial.newId();
  for (const order of [
    { clientOrderId: canceled, type: 'limit' },
    { clientOrderId: filled, type: 'market' },
  ] as const) {
    const ended = await endOne(trial, order);
    if ('answer' in ended) return ended;
  }
  const { now } = trial.session;
  const endedAt = now();
  const seen = { filled: [] as string[], canceled: [] as string[] };
  for (const seconds of [0, 2, 4, 6, 8, followSeconds]) {
    await trial.session.sleep(Math.max(0, endedAt + seconds * 1_000 - now()));
    seen.filled.push(`${(await trial.look(filled)) ?? 'no clear answer'} after ${seconds} s`);
    seen.canceled.push(`${(await trial.look(canceled)) ?? 'no clear answer'} after ${seconds} s`);
  }
  const why = `The filled order: ${seen.filled.join(', ')}. The canceled one: ${seen.canceled.join(', ')}.`;
  const all = [...seen.filled, ...seen.canceled].join();
  if (all.includes('absent')) return doesNotHold(why);
  return all.includes('no clear') ? isUnknown(why) : holds(why);
}
