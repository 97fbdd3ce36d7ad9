import { expect, it } from 'vitest';
import { Deadline, deadlineSignal, inTime, runUntil, timeLeft } from '../../lib/deadline.ts';

const late = () => new Error('late');
const never = () => new Promise<never>(() => undefined);
const soon = () => new Deadline(Date.now() + 20, Date.now);

it('Work without a deadline has no end and no signal', async () => {
  expect(timeLeft()).toBe(Number.POSITIVE_INFINITY);
  expect(deadlineSignal()).toBeUndefined();
  expect(await inTime(async () => 'sent', late)).toBe('sent');
});

it('A request that is never answered is given up at the deadline, and its signal aborts', async () => {
  let signal: AbortSignal | undefined;
  const request = () => {
    signal = deadlineSignal();
    return never();
  };
  await expect(runUntil(soon(), () => inTime(request, late))).rejects.toThrow('late');
  expect(signal?.aborted).toBe(true);
});

it('No request begins after the deadline, also when no timer has run, as in a frozen process', async () => {
  let now = 1_000;
  let sent = 0;
  const send = async () => (sent += 1);
  const deadline = new Deadline(2_000, () => now);
  await runUntil(deadline, async () => {
    await inTime(send, late);
    now = 3_600_000;
    expect(timeLeft()).toBeLessThanOrEqual(0);
    await expect(inTime(send, late)).rejects.toThrow('late');
  });
  expect(sent).toBe(1);
});

it('The earlier of two deadlines counts, whichever is the outer one', () => {
  const [early, later] = [new Deadline(10, () => 0), new Deadline(20, () => 0)];
  expect(runUntil(early, () => runUntil(later, timeLeft))).toBe(10);
  expect(runUntil(later, () => runUntil(early, timeLeft))).toBe(10);
});

it('A deadline that is ended early aborts what is under way and lets nothing begin', async () => {
  const deadline = new Deadline(Date.now() + 60_000, Date.now);
  const underWay = runUntil(deadline, () => runUntil(soon(), () => inTime(never, late)));
  deadline.end();
  await expect(underWay).rejects.toThrow('late');
  expect(deadline.timeLeft()).toBe(0);
  await expect(runUntil(deadline, () => inTime(async () => 'sent', late))).rejects.toThrow('late');
});

it('A request that fails by itself fails as it did', async () => {
  const refused = async () => {
    throw new Error('refused');
  };
  await expect(runUntil(soon(), () => inTime(refused, late))).rejects.toThrow('refused');
});
