import type { Created, Held, TestOrder } from './test-venue.ts';
import type { Trial } from './trial.ts';
import { doesNotHold, followSeconds, holds, isUnknown, type Verdict } from './verdict.ts';

/** Until a second execution is listed. */
const listedMs = 1_000;

/**
 * Places an order and waits until it has ended.
 * @returns what the account has then, and the order's id; or why that is not known.
 */
export async function endOne(
  trial: Trial,
  order: TestOrder,
): Promise<{ held: Held; orderId: string | undefined } | Verdict> {
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
  return { held, orderId: first.orderId };
}

/** Sends an order again under the id of one that has ended. */
export async function testReuse(trial: Trial, type: TestOrder['type']): Promise<Verdict> {
  const order: TestOrder = { clientOrderId: trial.newId(), type };
  const first = await endOne(trial, order);
  if ('answer' in first) return first;
  for (const seconds of [0, followSeconds]) {
    await trial.session.sleep(seconds * 1_000);
    const again = await trial.create(order);
    await trial.session.sleep(listedMs);
    const held = await trial.held();
    const verdict = judge(trial, again, { ...first, after: held });
    const when = seconds === 0 ? 'at once' : `${seconds} s later`;
    if (verdict !== undefined) return { ...verdict, why: `${verdict.why} It was sent again ${when}.` };
  }
  return holds(
    `The id was refused at once and ${followSeconds} s later, and nothing executed a second time. Longer is not shown.`,
  );
}

interface Before {
  held: Held;
  after: Held;
  orderId: string | undefined;
}

/** @returns undefined if the second order was refused because of its id, or is the first one. */
function judge({ venue }: Trial, again: Created, { held, after, orderId }: Before): Verdict | undefined {
  if (after.amount !== held.amount || after.openOrders !== held.openOrders)
    return doesNotHold('The second order was accepted and executed, or rests.');
  if (again.kind === 'refused')
    return venue.codes.duplicate.has(again.code)
      ? undefined
      : isUnknown(`The second order was refused for another reason: ${again.code}.`);
  if (again.kind === 'unknown')
    return isUnknown('No clear answer came to the second order, and nothing of it is listed.');
  if (again.orderId === undefined)
    return isUnknown('The second order was accepted without an id, and nothing of it is listed.');
  return again.orderId === orderId
    ? undefined
    : doesNotHold(`The second order was accepted as another one, ${again.orderId}.`);
}

export function describe(created: Created): string {
  if (created.kind === 'refused') return `it was refused with ${created.code}`;
  return created.kind === 'accepted' ? 'it was accepted' : 'no clear answer came';
}
