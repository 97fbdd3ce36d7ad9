import type { Created, Held, TestOrder } from './test-venue.ts';
import type { Trial } from './trial.ts';
import { doesNotHold, followSeconds, holds, isUnknown, type Verdict } from './verdict.ts';

/** Until an execution is listed. */
const listedMs = 1_000;

interface Ended {
  orderId: string | undefined;
  endedAt: number;
}

/**
 * Places an order and waits until it has ended.
 * @returns its id, and when it was seen to have ended; or why that is not known.
 */
export async function endOne(trial: Trial, order: TestOrder): Promise<Ended | Verdict> {
  const first = await trial.create(order);
  if (first.kind !== 'accepted') return isUnknown(`The first order was not accepted: ${describe(first)}.`);
  if (order.type === 'limit') {
    if ((await trial.waitUntil(({ openOrders }) => openOrders > 0)) === undefined)
      return isUnknown('The first order was accepted, and is not among the open orders.');
    await trial.cancel(order.clientOrderId);
  }
  const hasEnded = ({ amount, openOrders }: Held) =>
    openOrders === 0 && (order.type === 'limit' || amount !== '0');
  const held = await trial.waitUntil(hasEnded);
  if (held === undefined) return isUnknown('The first order did not end in time.');
  return { orderId: first.orderId, endedAt: trial.session.now() };
}

/** Sends an order again under the id of one that has ended. */
export async function testReuse(trial: Trial, type: TestOrder['type']): Promise<Verdict> {
  const order: TestOrder = { clientOrderId: trial.newId(), type };
  const first = await endOne(trial, order);
  if ('answer' in first) return first;
  // More fills of the first order would look like those of the second.
  await trial.session.sleep(listedMs);
  const before = await trial.held();
  for (const seconds of [0, followSeconds]) {
    await trial.session.sleep(seconds * 1_000);
    const again = await trial.create(order);
    await trial.session.sleep(listedMs);
    const after = await trial.held();
    const verdict = judge(trial, again, { before, after, orderId: first.orderId });
    const when = seconds === 0 ? 'a second after the end' : `${seconds} s later`;
    if (verdict !== undefined) return { ...verdict, why: `${verdict.why} It was sent again ${when}.` };
  }
  return holds(
    `The id was refused a second after the end and ${followSeconds} s later, and nothing executed a second time. Longer is not shown.`,
  );
}

interface Seen {
  before: Held;
  after: Held;
  orderId: string | undefined;
}

/** @returns undefined if the second order was refused because of its id, or is the first one. */
function judge({ venue }: Trial, again: Created, { before, after, orderId }: Seen): Verdict | undefined {
  const isListed = after.amount !== before.amount || after.openOrders !== before.openOrders;
  if (isListed && again.kind === 'refused')
    return isUnknown(`The second order was refused with ${again.code}, and yet the account has more.`);
  if (isListed) return doesNotHold('The second order was executed, or rests.');
  if (again.kind === 'refused')
    return venue.codes.duplicate.has(again.code)
      ? undefined
      : isUnknown(`The second order was refused for another reason: ${again.code}.`);
  if (again.kind === 'unknown')
    return isUnknown('There was no clear response to the second order, and nothing of it is listed.');
  if (again.orderId === undefined)
    return isUnknown('The second order was accepted without an id, and nothing of it is listed.');
  return again.orderId === orderId
    ? undefined
    : doesNotHold(`The second order was accepted as another one, ${again.orderId}.`);
}

export function describe(created: Created): string {
  if (created.kind === 'refused') return `it was refused with ${created.code}`;
  return created.kind === 'accepted' ? 'it was accepted' : 'there was no clear response';
}
