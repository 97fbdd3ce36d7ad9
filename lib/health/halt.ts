import { z } from 'zod';

/** What sweeps that found links halted know of the halt. */
export const haltSchema = z.object({
  /** When a sweep first found links halted, epoch milliseconds. A table that was restored meanwhile knows only of later sweeps. */
  since: z.number(),
  /** When one last did. */
  seenAt: z.number(),
  /** When its owner was last notified. */
  notifiedAt: z.number().optional(),
});
export type Halt = z.infer<typeof haltSchema>;

const minuteMs = 60_000;
/** A write costs more than a minute of accuracy is worth. */
const seenEveryMs = 5 * minuteMs;
/** A backup may still have the halt of an earlier restore. */
const sameMs = 10 * minuteMs;
/** A restore of a small table has finished by then. */
const toleratedMs = 60 * minuteMs;
const remindEveryMs = 24 * 60 * minuteMs;
/** Runs start a few milliseconds early or late. */
const earlyMs = 5_000;

/** @returns the halt as a sweep finds it now; undefined if nothing has to be stored. */
export function noteHalt(known: Halt | undefined, now: number): Halt | undefined {
  if (known === undefined || now - known.seenAt >= sameMs) return { since: now, seenAt: now };
  const isSeenDue = now - known.seenAt >= seenEveryMs - earlyMs;
  return isSeenDue || isHaltNoticeDue(known, now) ? { ...known, seenAt: now } : undefined;
}

/** @returns whether the owner is to be notified now. */
export function isHaltNoticeDue({ since, notifiedAt }: Halt, now: number): boolean {
  const dueAt = notifiedAt === undefined ? since + toleratedMs : notifiedAt + remindEveryMs;
  return now >= dueAt - earlyMs;
}
