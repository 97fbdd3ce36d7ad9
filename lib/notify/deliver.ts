import { toFault } from '../fault.ts';
import { type Delivery, deliveryTo, isDead, isDue, isUndelivered, type Notice } from '../position/notice.ts';
import type { Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import { appendNotice } from './notice-text.ts';
import { type Notifier, type Notifiers, type Sent, toMessage } from './notifier.ts';

/** One sweep's round with the mail. */
export interface DeliveryRun {
  /** Whether something is still to be delivered of it, so that it must not be put away yet. */
  isUndelivered(position: Position): boolean;
  /** Sends what is due of one position, each notice at most once to each channel. Never throws. */
  deliver(position: Position): Promise<void>;
  /** The same for a claim that finds no end, and tells of it once it is overdue. Waits for the lease's end. */
  remind(position: Position): Promise<void>;
  /** What was delivered, and what went wrong by channel. */
  report(): { sent: number; problems: Problem[] };
}

/** What went wrong, in words of which only the channel's name is ours. */
export interface Problem {
  channel?: string;
  why: string;
}

/** One notice on its way to one channel, with the mark that says so in the table. */
interface Attempt {
  notifier: Notifier;
  notice: Notice;
  before: Delivery | undefined;
  mark: Delivery;
}

/** Undefined: it was not sent after all, and is put back. */
type Result = { try: Attempt; sent: Sent | undefined };

/** What a result that can't be written, because somebody acts on the position, waits between two looks. */
const lookPauseMs = 1_000;
/** So much longer than the last sending a result may wait to be written; the sweep has 15 s after its window. */
const graceMs = 8_000;
/** Recovery takes about two minutes where an exchange answers at all. */
const overdueMs = 5 * 60_000;
/** A hit or a refresh may write in between, hardly ever more than once. */
const markTries = 3;

/**
 * @param until engine time after which nothing is begun.
 *
 * A channel that fails is left alone for the rest of the round, so that it delays nobody else.
 */
export async function startDelivery(
  services: Services,
  channels: Notifiers,
  until: number,
): Promise<DeliveryRun> {
  const { notifiers, problem } = await channels.all().catch((thrown: unknown) => ({
    notifiers: [],
    problem: toFault(thrown).message,
  }));
  const down = new Map<string, string>();
  let sent = 0;
  const names = notifiers.map(({ channel }) => channel);
  // Channels that can't be read now may want it later.
  const expected = problem === undefined ? names : [...names, 'unread'];

  /** Nobody who acts on a position may lose their write to a notice's. */
  const isBusy = ({ state, claim }: Position): boolean =>
    state === 'claimed' && services.now() <= (claim?.leaseExpiresAt ?? 0);

  const dueOf = (position: Position): Attempt[] => {
    const now = services.now();
    return (position.notices ?? []).flatMap((notice) =>
      notifiers
        .filter(({ channel }) => !down.has(channel) && isDue(notice, channel, now))
        .map((notifier) => {
          const before = deliveryTo(notifier.channel, notice);
          const mark: Delivery = { state: 'trying', at: now, tries: (before?.tries ?? 0) + 1 };
          return { notifier, notice, before, mark };
        }),
    );
  };

  /** Writes down what is about to be sent. @returns undefined where there is nothing, or somebody else is at it. */
  const mark = async (given: Position): Promise<{ position: Position; tries: Attempt[] } | undefined> => {
    let position: Position | undefined = given;
    for (let attempt = 0; attempt < markTries && position !== undefined; attempt += 1) {
      if (isBusy(position)) return undefined;
      const tries = dueOf(position);
      const dead = closeDead(position.notices ?? [], services.now());
      if (tries.length === 0 && dead === undefined) return undefined;
      const notices = (dead ?? position.notices ?? []).map((notice) =>
        tries.reduce(
          (next, { notice: { noticeId }, notifier, mark }) =>
            noticeId === next.noticeId ? withDelivery(next, notifier.channel, mark) : next,
          notice,
        ),
      );
      const saved = await services.store.savePosition(position, { notices });
      if (saved !== undefined) return { position: saved, tries };
      position = await services.store.readPosition(given.positionId);
    }
    return undefined;
  };

  const send = async (tries: Attempt[]): Promise<Result[]> => {
    const results = await Promise.all(
      notifiers.map(async ({ channel }) => {
        const done: Result[] = [];
        for (const each of tries.filter(({ notifier }) => notifier.channel === channel)) {
          const skipped = down.has(channel) || services.now() > until;
          const told = skipped ? undefined : await each.notifier.send(toMessage(each.notice));
          if (told?.kind === 'unknown' || (told?.kind === 'refused' && told.down))
            down.set(channel, told.why);
          if (told?.kind === 'sent') sent += 1;
          done.push({ try: each, sent: told });
        }
        return done;
      }),
    );
    return results.flat();
  };

  /** Writes down what came of it. What can't be written stays `trying`, which is never sent again. */
  const settle = async (marked: Position, results: Result[]): Promise<void> => {
    let position: Position | undefined = marked;
    while (position !== undefined) {
      if (!isBusy(position)) {
        const notices = applyResults(position.notices ?? [], results, services.now());
        if ((await services.store.savePosition(position, { notices })) !== undefined) return;
      } else await services.sleep(lookPauseMs);
      if (services.now() > until + graceMs) return;
      position = await services.store.readPosition(marked.positionId);
    }
  };

  const problems = new Map<string, Problem>();
  const attempt = async (position: Position, task: () => Promise<void>): Promise<void> => {
    if (services.now() > until) return;
    try {
      await task();
    } catch (thrown) {
      problems.set(position.positionId, { why: `${position.positionId}: ${toFault(thrown).message}` });
    }
  };

  const sendDue = async (position: Position): Promise<void> => {
    const marked = await mark(position);
    if (marked === undefined) return;
    const results = await send(marked.tries);
    for (const { try: each, sent: told } of results)
      if (told !== undefined && told.kind !== 'sent')
        problems.set(each.notifier.channel, { channel: each.notifier.channel, why: told.why });
    if (results.length > 0) await settle(marked.position, results);
  };

  return {
    isUndelivered: ({ notices = [] }) =>
      notices.some((notice) => isUndelivered(notice, expected, services.now())),
    deliver: (position) => attempt(position, () => sendDue(position)),
    remind: (position) =>
      attempt(position, async () => {
        const { claim, notices = [] } = position;
        const forMs = services.now() - (claim?.claimedAt ?? services.now());
        if (claim === undefined || notifiers.length === 0 || forMs < overdueMs) return;
        const isTold = notices.some(({ event, at }) => event === 'overdue' && at >= claim.claimedAt);
        if (isTold && dueOf(position).length === 0) return;
        const waitMs = claim.leaseExpiresAt + 1 - services.now();
        if (services.now() + waitMs > until) return;
        if (waitMs > 0) await services.sleep(waitMs);
        if (isTold) return sendDue(position);
        const news = appendNotice(position, { kind: 'overdue', forMs }, services.now());
        const told = await services.store.savePosition(position, { notices: news });
        if (told !== undefined) await sendDue(told);
      }),
    report: () => ({
      sent,
      problems: [...(problem === undefined ? [] : [{ why: problem }]), ...problems.values()],
    }),
  };
}

function withDelivery(notice: Notice, channel: string, delivery: Delivery | undefined): Notice {
  const { [channel]: _, ...others } = notice.delivered;
  return { ...notice, delivered: delivery === undefined ? others : { ...others, [channel]: delivery } };
}

/** A sweep that died with its mark set may have sent it: it is not sent again. */
function closeDead(notices: Notice[], now: number): Notice[] | undefined {
  const isAnyDead = notices.some(({ delivered }) =>
    Object.values(delivered).some((each) => isDead(each, now)),
  );
  if (!isAnyDead) return undefined;
  const why = 'the sweep that was sending it died; it may not have arrived';
  return notices.map((notice) => ({
    ...notice,
    delivered: Object.fromEntries(
      Object.entries(notice.delivered).map(([channel, each]) => [
        channel,
        isDead(each, now) ? { ...each, state: 'unsure' as const, at: now, why } : each,
      ]),
    ),
  }));
}

/** Only where the mark is still the try's own. */
function applyResults(notices: Notice[], results: Result[], now: number): Notice[] {
  return notices.map((notice) =>
    results.reduce((next, { try: { notice: tried, notifier, before, mark }, sent }) => {
      const current = deliveryTo(notifier.channel, next);
      const isOurs = current?.state === 'trying' && current.at === mark.at && current.tries === mark.tries;
      if (tried.noticeId !== next.noticeId || !isOurs) return next;
      return withDelivery(next, notifier.channel, deliveryOf(sent, before, mark, now));
    }, notice),
  );
}

function deliveryOf(
  sent: Sent | undefined,
  before: Delivery | undefined,
  { tries }: Delivery,
  now: number,
): Delivery | undefined {
  switch (sent?.kind) {
    case 'sent':
      return { state: 'sent', at: now, tries };
    case 'unknown':
      return { state: 'unsure', at: now, tries, why: `${sent.why}; it counts as sent` };
    case 'refused':
      return { state: 'failed', at: now, tries, why: sent.why };
    case undefined:
      return before;
  }
}
