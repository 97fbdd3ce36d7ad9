import { describe, endOne } from './test-reuse.ts';
import type { Trial } from './trial.ts';
import { doesNotHold, followSeconds, holds, isUnknown, type Verdict } from './verdict.ts';

/** BingX allows two look-ups a second. */
const everyMs = 500;
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
  if (found === 'absent') return ifOpen(trial, `The order was accepted, and not found ${ms} ms after that.`);
  if (found === undefined) return isUnknown('There was no clear response to the look-ups.');
  for (let looks = 0; looks < laterLooks; looks += 1) {
    await trial.session.sleep(everyMs);
    const again = await trial.look(clientOrderId);
    if (again === 'absent') return ifOpen(trial, `The order was found after ${ms} ms, and then not found.`);
    if (again === undefined) return isUnknown('There was no clear response to a later look-up.');
  }
  return holds(
    `The order was found ${ms} ms after its acceptance, and by ${laterLooks} look-ups after that.`,
  );
}

/** @returns that it does not hold, for an order that is open. The exchange may have ended it, and list ended ones for a while. */
async function ifOpen(trial: Trial, why: string): Promise<Verdict> {
  const { openOrders } = await trial.held();
  return openOrders > 0
    ? doesNotHold(why)
    : isUnknown(`${why} It was not among the open orders then, so the exchange may have ended it.`);
}

/** Looks up a filled and a canceled order after their ends. */
export async function testEnded(trial: Trial): Promise<Verdict> {
  const { now, sleep } = trial.session;
  const orders: { clientOrderId: string; endedAt: number; seen: string[] }[] = [];
  const lookUp = async ({ clientOrderId, endedAt, seen }: (typeof orders)[number]) => {
    const found = (await trial.look(clientOrderId)) ?? 'no clear response';
    seen.push(`${found} after ${((now() - endedAt) / 1_000).toFixed(1)} s`);
  };
  for (const type of ['limit', 'market'] as const) {
    const clientOrderId = trial.newId();
    const ended = await endOne(trial, { clientOrderId, type });
    if ('answer' in ended) return ended;
    const order = { clientOrderId, endedAt: ended.endedAt, seen: [] };
    orders.push(order);
    await lookUp(order);
  }
  const startedAt = now();
  for (const seconds of [2, 4, followSeconds]) {
    await sleep(Math.max(0, startedAt + seconds * 1_000 - now()));
    for (const order of orders) await lookUp(order);
  }
  const [canceled = '', filled = ''] = orders.map(({ seen }) => seen.join(', '));
  const why = `The canceled order: ${canceled}. The filled one: ${filled}.`;
  if (why.includes('absent')) return doesNotHold(why);
  return why.includes('no clear') ? isUnknown(why) : holds(why);
}
