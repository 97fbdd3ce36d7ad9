import type { AccountHealth } from '../health/account-health.ts';
import { isHaltNoticeDue, noteHalt } from '../health/halt.ts';
import { addNotice } from '../position/notice.ts';
import { formatMinute } from './notice-text.ts';

/** @returns the health of a sweep that finds links halted, with a notice if one is due; undefined if nothing changes. */
export function appendHalt(health: AccountHealth, now: number): AccountHealth | undefined {
  const halt = noteHalt(health.halt, now);
  if (halt === undefined || !isHaltNoticeDue(halt, now)) return halt && { ...health, halt };
  const since = formatMinute(new Date(halt.since).toISOString());
  const text = `Links have been halted since ${since} or earlier. A restore has not finished, so every link answers 503 and no sweep acts on a position. To finish it, run: ripcord restore. To see its state, run: ripcord doctor.`;
  return { ...withNotice(health, text, now), halt: { ...halt, notifiedAt: now } };
}

/** @returns the health of a sweep that does not find links halted, with a notice if the owner was notified of a halt. */
export function endHalt({ halt, ...health }: AccountHealth, now: number): AccountHealth {
  return halt?.notifiedAt === undefined ? health : withNotice(health, 'Links are no longer halted.', now);
}

function withNotice(health: AccountHealth, text: string, at: number): AccountHealth {
  const noticeId = `ntc_halt_${health.revision + 1}`;
  const notices = addNotice(health.notices, { noticeId, at, event: 'halted', text, delivered: {} });
  return { ...health, notices };
}
