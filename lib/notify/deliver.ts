import { toFault } from '../fault.ts';
import { isUndelivered } from '../position/notice.ts';
import type { Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import { type Attempt, type AttemptResult, applyResults, dueAttempts } from './attempt.ts';
import { appendNotice } from './notice-text.ts';
import { type Notifier, type Notifiers, toMessage } from './notifier.ts';

/** The deliveries of one sweep. */
export interface DeliveryRun {
  /** Whether a channel still has to receive a notice of the position. Such a position is not archived. */
  isUndelivered(position: Position): boolean;
  /**
   * Sends the position's due notices to every channel, and records each channel's results. Channels do not wait for one
   * another, and each sends one message at a time. Never throws. A notice arrives twice if the results could not be
   * recorded, if the channel's response was lost, or if two sweeps overlap.
   */
  deliver(position: Position): Promise<void>;
  /** The same for a claimed position, with a notice of its own once the claim is overdue. Waits for the lease's end. */
  remind(position: Position): Promise<void>;
  /** What was delivered, and what failed by channel. */
  report(): { sent: number; problems: Problem[] };
}

/** A failed delivery. `why` holds no secrets. */
export interface Problem {
  channel?: string;
  why: string;
}

/** How long to wait before a claimed position is read again. */
const claimPollMs = 1_000;
/** How long after the run's deadline a result may still be recorded; a sweep has 15 s after its window. */
const recordGraceMs = 8_000;
/** Recovery takes about two minutes if the exchange responds. */
const overdueMs = 5 * 60_000;

interface Run {
  services: Services;
  notifiers: Notifier[];
  /** No attempt starts after this time, epoch milliseconds. */
  until: number;
  /** Channels that failed in a way that the next attempt would meet too. They are skipped for the rest of the run. */
  down: Set<string>;
  /** By channel or position id; under '' the problem of the channel list. */
  problems: Map<string, Problem>;
  sent: number;
  /** By channel: ends when what the channel was given so far is sent and recorded. */
  lanes: Map<string, Promise<void>>;
}

/** @param until no attempt starts after this time, epoch milliseconds. */
export async function startDelivery(
  services: Services,
  channels: Notifiers,
  until: number,
): Promise<DeliveryRun> {
  const { notifiers, problem } = await readNotifiers(channels);
  const run: Run = {
    services,
    notifiers,
    until,
    down: new Set(),
    problems: new Map(),
    sent: 0,
    lanes: new Map(),
  };
  if (problem !== undefined) run.problems.set('', { why: problem });
  const names = notifiers.map(({ channel }) => channel);
  // Channels that cannot be read now may have to receive the notice later.
  const expected = problem === undefined ? names : [...names, 'unread'];
  return {
    isUndelivered: ({ notices = [] }) =>
      notices.some((notice) => isUndelivered(notice, expected, services.now())),
    deliver: (position) => runSafely(run, position, () => deliverDue(run, position)),
    remind: (position) => runSafely(run, position, () => remindOwner(run, position)),
    report: () => ({ sent: run.sent, problems: [...run.problems.values()] }),
  };
}

async function readNotifiers(channels: Notifiers): ReturnType<Notifiers['all']> {
  try {
    return await channels.all();
  } catch (thrown) {
    return { notifiers: [], problem: toFault(thrown).message };
  }
}

/** The failure of one position must not keep others from their notices. */
async function runSafely(run: Run, { positionId }: Position, deliver: () => Promise<void>): Promise<void> {
  if (run.services.now() > run.until) return;
  try {
    await deliver();
  } catch (thrown) {
    run.problems.set(positionId, { why: `${positionId}: ${toFault(thrown).message}` });
  }
}

async function deliverDue(run: Run, listed: Position): Promise<void> {
  const ended = run.notifiers.map((notifier) =>
    inLane(run, notifier, () => deliverTo(run, notifier, listed)),
  );
  await Promise.all(ended);
}

/** A channel serves one position after the other, so that one that does not respond costs one timeout. */
function inLane({ lanes }: Run, { channel }: Notifier, deliver: () => Promise<void>): Promise<void> {
  const delivered = (lanes.get(channel) ?? Promise.resolve()).then(deliver);
  lanes.set(
    channel,
    delivered.catch(() => undefined),
  );
  return delivered;
}

async function deliverTo(run: Run, notifier: Notifier, listed: Position): Promise<void> {
  if (run.services.now() > run.until || dueOf(run, notifier, listed).length === 0) return;
  // Read again: an overlapping sweep may have delivered meanwhile, or a hit may have claimed.
  const position = await run.services.store.readPosition(listed.positionId);
  if (position === undefined || isBusy(run, position)) return;
  const results = await sendToChannel(run, dueOf(run, notifier, position));
  if (results.length > 0) await record(run, position, results);
}

function dueOf({ services, down }: Run, notifier: Notifier, { notices = [] }: Position): Attempt[] {
  return down.has(notifier.channel) ? [] : dueAttempts(notices, [notifier], services.now());
}

async function sendToChannel(run: Run, attempts: Attempt[]): Promise<AttemptResult[]> {
  const results: AttemptResult[] = [];
  for (const attempt of attempts) {
    const { channel } = attempt.notifier;
    if (run.down.has(channel) || run.services.now() > run.until) break;
    const sent = await attempt.notifier.send(toMessage(attempt.notice));
    results.push({ attempt, sent });
    if (sent.kind === 'sent') run.sent += 1;
    else run.problems.set(channel, { channel, why: sent.why });
    if (sent.kind === 'unknown' || (sent.kind === 'refused' && sent.down)) run.down.add(channel);
  }
  return results;
}

/** Records the results while no claim is active. If time runs out, the next sweep sends the notices again. */
async function record(run: Run, read: Position, results: AttemptResult[]): Promise<void> {
  const { store, now, sleep } = run.services;
  let position: Position | undefined = read;
  while (position !== undefined) {
    if (isBusy(run, position)) await sleep(claimPollMs);
    else {
      const notices = applyResults(position.notices ?? [], results, now());
      if ((await store.savePosition(position, { notices })) !== undefined) return;
    }
    if (now() > run.until + recordGraceMs) return;
    position = await store.readPosition(read.positionId);
  }
}

/** A write to a position with an active claim would make the claim holder's own write fail. */
function isBusy({ services }: Run, position: Position): boolean {
  return position.state === 'claimed' && services.now() <= position.claim.leaseExpiresAt;
}

async function remindOwner(run: Run, position: Position): Promise<void> {
  const { services, notifiers, until } = run;
  if (position.state !== 'claimed' || notifiers.length === 0) return;
  const { claimedAt, leaseExpiresAt } = position.claim;
  const forMs = services.now() - claimedAt;
  if (forMs < overdueMs) return;
  const isReported = (position.notices ?? []).some(({ event, at }) => event === 'overdue' && at >= claimedAt);
  const isDue = notifiers.some((notifier) => dueOf(run, notifier, position).length > 0);
  if (isReported && !isDue) return;
  const waitMs = leaseExpiresAt + 1 - services.now();
  if (services.now() + waitMs > until) return;
  if (waitMs > 0) await services.sleep(waitMs);
  if (isReported) return deliverDue(run, position);
  const notices = appendNotice(position, { kind: 'overdue', forMs, claim: position.claim }, services.now());
  const saved = await services.store.savePosition(position, { notices });
  if (saved !== undefined) await deliverDue(run, saved);
}
