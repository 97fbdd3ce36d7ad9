import type { AccountHealth } from '../health/account-health.ts';
import { type Delivery, deliveryTo, type Notice } from '../position/notice.ts';
import type { HealthStore } from '../store/store.ts';
import { toDelivery } from './attempt.ts';
import type { Problem } from './deliver.ts';
import type { Notifier, Notifiers, Sent } from './notifier.ts';
import { isWaiting, type PlannedMessage, planMessages, toDigest } from './plan-messages.ts';

/** What the outbox needs of the services. */
export interface HealthOutbox {
  store: HealthStore;
  now(): number;
}

/** What was sent of the notices about accounts and alarms. */
export interface HealthDelivery {
  /** The channels that did not accept a message. */
  problems: Problem[];
  /** Whether a channel has yet to get something. */
  waiting: boolean;
}

/** How often a change is made again because another program changed the health meanwhile. */
const maxChanges = 5;

/** How long only the process that reserved a message sends it. It is longer than a message may take. */
const reservedMs = 60_000;

/**
 * Sends what is due of the notices about accounts and alarms. Sweeps and the alarm function share the stored health, so they
 * count a channel's messages together: each message is reserved by a write before it is sent. A notice arrives twice if
 * the result can't be recorded. Throws `table-unreachable` before anything is sent.
 */
export async function deliverHealth(
  { store, now }: HealthOutbox,
  notifiers: Notifier[],
): Promise<HealthDelivery> {
  let planned: PlannedMessage[] = [];
  const reserved = await changeHealth(store, (health) => {
    planned = planMessages(health.notices, notifiers, now());
    return planned.length === 0 ? undefined : { ...health, notices: reserve(health.notices, planned, now()) };
  });
  if (reserved === undefined) return { problems: [], waiting: true };
  if (planned.length === 0) return { problems: [], waiting: isWaiting(reserved.notices, notifiers, now()) };
  const sent = await Promise.all(
    planned.map(async (message) => ({
      ...message,
      sent: await message.notifier.send(toDigest(message.notices)),
    })),
  );
  const toRecorded = (notices: Notice[]) => record(notices, sent, now());
  // What can't be recorded is sent again, once the reservation has ended.
  const recorded = await changeHealth(store, (health) => ({
    ...health,
    notices: toRecorded(health.notices),
  })).catch(() => undefined);
  return {
    problems: sent.flatMap(({ notifier: { channel }, sent: { kind, ...rest } }) =>
      kind === 'sent' || !('why' in rest) ? [] : { channel, why: rest.why },
    ),
    waiting: isWaiting((recorded ?? reserved).notices, notifiers, now()),
  };
}

/** Sends what is due, if anything waits. The list of channels is read only then. @returns the channels that did not accept it. */
export async function deliverWaiting(
  outbox: HealthOutbox,
  channels: Notifiers,
  { notices }: AccountHealth,
): Promise<Problem[]> {
  if (notices.length === 0) return [];
  const { notifiers } = await channels.all();
  if (!isWaiting(notices, notifiers, outbox.now())) return [];
  return (await deliverHealth(outbox, notifiers)).problems;
}

/** @returns the health after the change, or as it is if there is nothing to change; undefined if others change it too. */
export async function changeHealth(
  store: HealthStore,
  change: (health: AccountHealth) => AccountHealth | undefined,
): Promise<AccountHealth | undefined> {
  for (let changes = 0; changes < maxChanges; changes += 1) {
    const health = await store.readAccountHealth();
    const next = change(health);
    const saved = next === undefined ? health : await store.saveAccountHealth(next);
    if (saved !== undefined) return saved;
  }
  return undefined;
}

function reserve(notices: Notice[], planned: PlannedMessage[], now: number): Notice[] {
  return setDeliveries(notices, planned, (_, before) => ({
    state: 'failed',
    at: now,
    tries: (before?.tries ?? 0) + 1,
    nextTryAt: now + reservedMs,
    why: 'no result yet',
  }));
}

function record(notices: Notice[], sent: (PlannedMessage & { sent: Sent })[], now: number): Notice[] {
  return setDeliveries(notices, sent, (message, before) =>
    before?.state === 'sent' ? before : toDelivery(message.sent, before?.tries ?? 1, now),
  );
}

function setDeliveries<Planned extends PlannedMessage>(
  notices: Notice[],
  messages: Planned[],
  toNext: (message: Planned, before: Delivery | undefined) => Delivery,
): Notice[] {
  return notices.map((notice) => {
    const delivered = { ...notice.delivered };
    for (const message of messages) {
      const { channel } = message.notifier;
      if (message.notices.some(({ noticeId }) => noticeId === notice.noticeId))
        delivered[channel] = toNext(message, deliveryTo(channel, notice));
    }
    return { ...notice, delivered };
  });
}
