import { computeRetryPauseMs, type Delivery, deliveryTo, isDue, type Notice } from '../position/notice.ts';
import type { Notifier, Sent } from './notifier.ts';

/** One notice to be sent to one channel. */
export interface Attempt {
  notifier: Notifier;
  notice: Notice;
}

/** An attempt that was made, and how it ended. */
export interface AttemptResult {
  attempt: Attempt;
  sent: Sent;
}

/** @returns what has to be sent now. */
export function dueAttempts(notices: Notice[], notifiers: Notifier[], now: number): Attempt[] {
  return notices.flatMap((notice) =>
    notifiers.filter(({ channel }) => isDue(notice, channel, now)).map((notifier) => ({ notifier, notice })),
  );
}

/** @returns the notices with the results. A notice that another sweep has recorded as sent stays sent. */
export function applyResults(notices: Notice[], results: AttemptResult[], now: number): Notice[] {
  return notices.map((notice) =>
    results
      .filter(({ attempt }) => attempt.notice.noticeId === notice.noticeId)
      .reduce(
        (next, { attempt: { notifier }, sent }) => recordResult(next, notifier.channel, sent, now),
        notice,
      ),
  );
}

function recordResult(notice: Notice, channel: string, sent: Sent, now: number): Notice {
  const before = deliveryTo(channel, notice);
  if (before?.state === 'sent') return notice;
  const delivery = toDelivery(sent, (before?.tries ?? 0) + 1, now);
  return { ...notice, delivered: { ...notice.delivered, [channel]: delivery } };
}

/** A lost response counts as a failure: a notice that arrives twice is better than one that never arrives. */
export function toDelivery(sent: Sent, tries: number, now: number): Delivery {
  if (sent.kind === 'sent') return { state: 'sent', at: now, tries };
  return { state: 'failed', at: now, tries, nextTryAt: now + computeRetryPauseMs(tries), why: sent.why };
}
