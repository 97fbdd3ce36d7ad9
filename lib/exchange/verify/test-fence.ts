import { describe } from './test-reuse.ts';
import type { Created, TestFence } from './test-venue.ts';
import { isFlat, type Trial } from './trial.ts';
import { doesNotHold, holds, isUnknown, type Verdict } from './verdict.ts';

/** An admin function can't wait for longer windows. */
const longestWaitMs = 5_000;
/** Past its deadline by so much, an order is late by every clock that differs as little as is allowed here. */
const overdueMs = 3_000;
const longOverdueMs = 10_000;
/** The header with the exchange's time has whole seconds. */
const [minOffsetMs, maxOffsetMs] = [-1_000, 2_000];
/** Until an order that was executed late is listed. */
const settleMs = 2_000;

interface Late {
  clientOrderId: string;
  created: Created;
}

/**
 * Sends orders in time and too late. Those in time are as old as a late one, and their window is longer: they show that a
 * refusal is because of the deadline, and not because of the age.
 */
export async function testFence(trial: Trial, fence: TestFence): Promise<Verdict> {
  const offsets = Object.values(trial.session.clockOffsetsMs);
  if (offsets.length === 0) return isUnknown('No response has a time, so no clock could be compared.');
  const wrong = offsets.find((offset) => offset < minOffsetMs || offset > maxOffsetMs);
  if (wrong !== undefined)
    return isUnknown(
      `This machine's clock differs from the exchange's by about ${Math.round(wrong / 1_000)} s.`,
    );
  const before = await sendInTime(trial, fence);
  if (before.kind !== 'accepted') return isUnknown(`An order in time was not accepted: ${describe(before)}.`);
  const late = [await sendLate(trial, fence, 'stated')];
  // For the exchange, both are the same.
  if (fence.windowMs <= longestWaitMs) late.push(await sendLate(trial, fence, 'held'));
  const verdict = await judge(trial, late);
  if (verdict.answer !== 'holds') return verdict;
  const after = await sendInTime(trial, fence);
  return after.kind === 'accepted'
    ? verdict
    : isUnknown(`An order in time was not accepted after the late ones: ${describe(after)}.`);
}

async function sendInTime(trial: Trial, fence: TestFence): Promise<Created> {
  const clientOrderId = trial.newId();
  const sendAt = trial.session.now();
  const { windowMs, ampleMs } = fence;
  const at = windowMs < ampleMs ? sendAt - windowMs - overdueMs : sendAt;
  const created = await trial.create(
    { clientOrderId, type: 'limit' },
    { fence, windowMs: ampleMs, at, sendAt },
  );
  if (created.kind !== 'accepted') return created;
  await trial.waitUntil(({ openOrders }) => openOrders > 0);
  await trial.cancel(clientOrderId);
  return (await trial.waitUntil(isFlat)) === undefined ? { kind: 'unknown' } : created;
}

/** @param how the time that the order states is past, or is the present one while the order is held back here. */
async function sendLate(trial: Trial, fence: TestFence, how: 'stated' | 'held'): Promise<Late> {
  const clientOrderId = trial.newId();
  const now = trial.session.now();
  const at = how === 'stated' ? now - fence.windowMs - longOverdueMs : now;
  const sendAt = how === 'stated' ? now : now + fence.windowMs + overdueMs;
  const { windowMs } = fence;
  const created = await trial.create({ clientOrderId, type: 'limit' }, { fence, windowMs, at, sendAt });
  return { clientOrderId, created };
}

async function judge(trial: Trial, late: Late[]): Promise<Verdict> {
  await trial.session.sleep(settleMs);
  const held = await trial.held();
  const looks: ('found' | 'absent' | undefined)[] = [];
  for (const { clientOrderId } of late) looks.push(await trial.look(clientOrderId));
  if (late.some(({ created }) => created.kind === 'accepted') || !isFlat(held))
    return doesNotHold('An order that came after its deadline was accepted.');
  // Look-ups may list refused orders: `REJECTED` is a status of Kraken's.
  const listed = late.find((_, index) => looks[index] === 'found');
  if (listed !== undefined)
    return isUnknown(
      listed.created.kind === 'refused'
        ? `The look-up finds a late order that was refused with ${listed.created.code}, and nothing of it rests.`
        : 'The look-up finds a late order without a clear response, and nothing of it rests.',
    );
  const { codes } = trial.venue;
  const isBecauseOfTime = ({ created }: Late) =>
    created.kind === 'refused' &&
    !codes.unrelated.has(created.code) &&
    codes.late?.has(created.code) !== false;
  const other = late.find((each) => !isBecauseOfTime(each));
  if (other !== undefined)
    return isUnknown(
      `A late order is not listed, and the response does not show why: ${describe(other.created)}.`,
    );
  if (looks.includes(undefined))
    return isUnknown('There was no clear response to the look-up of a late order.');
  const answers = late.map(({ created }) => describe(created)).join(', and ');
  return holds(`Orders in time were accepted. Of the late ones, ${answers}; none is listed 2 s later.`);
}
