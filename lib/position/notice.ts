import { z } from 'zod';

/**
 * A notice's way to one channel, written after an attempt to send it:
 *
 *     (absent) → sent;  (absent) → failed → … → failed → sent
 *
 * A sweep that ends between sending and writing leaves no record, so the next sweep sends the notice again. Every
 * notice therefore arrives at least once on a working channel, and in rare cases twice.
 */
export const deliverySchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('sent'),
    /** When it was sent, epoch milliseconds. */
    at: z.number(),
    tries: z.number(),
  }),
  z.object({
    state: z.literal('failed'),
    /** When the last attempt failed, epoch milliseconds. */
    at: z.number(),
    tries: z.number(),
    /** The next attempt is not made before this time, epoch milliseconds. */
    nextTryAt: z.number(),
    /** Why the last attempt failed, without secrets. */
    why: z.string(),
  }),
]);
export type Delivery = z.infer<typeof deliverySchema>;

/** A message to the owner. The write that changes the position also stores the notice about that change. */
export const noticeSchema = z.object({
  /** `ntc_`, the position's own 12 characters, `health`, `halt` or `refused`, and the revision that added it; or `alarm` or `watch`, its name and time. */
  noticeId: z.string(),
  /** Epoch milliseconds. */
  at: z.number(),
  event: z.enum([
    'closed',
    'part-closed',
    'canceled',
    'kept',
    'dust',
    'failed',
    'needs-attention',
    'overdue',
    'exits',
    'accounts',
    'alarm',
    'halted',
    'refused',
    'watch',
  ]),
  /** One line of text. */
  text: z.string(),
  /** The link whose hit sent nothing. If the claim settles before the notice is sent, the notice is dropped. */
  linkId: z.string().optional(),
  /** By channel name. A channel without an entry has not been tried. */
  delivered: z.record(z.string(), deliverySchema),
});
export type Notice = z.infer<typeof noticeSchema>;

/** @returns the delivery to a channel. Every object inherits a `constructor`, and a channel may have that name. */
export function deliveryTo(channel: string, { delivered }: Notice): Delivery | undefined {
  return Object.hasOwn(delivered, channel) ? delivered[channel] : undefined;
}

/** A notice that could not be delivered within this time is given up. */
export const noticeLifeMs = 24 * 3_600_000;

/** A position keeps this many notices, so that its item stays small. */
const maxNotices = 20;

/** @returns the notices with one more. Delivered and expired notices make room first, then the oldest ones. */
export function addNotice(notices: Notice[] = [], notice: Notice): Notice[] {
  const isDone = ({ at, delivered }: Notice): boolean =>
    at + noticeLifeMs <= notice.at ||
    (Object.keys(delivered).length > 0 && Object.values(delivered).every(({ state }) => state === 'sent'));
  const surplus = notices.length + 1 - maxNotices;
  const removed = new Set(notices.filter(isDone).slice(0, Math.max(0, surplus)));
  return [...notices.filter((known) => !removed.has(known)), notice].slice(-maxNotices);
}

/** @returns the pause before the next attempt: 1, 2, 4 … 32 minutes, then an hour. */
export function computeRetryPauseMs(tries: number): number {
  return Math.min(2 ** Math.max(0, tries - 1), 60) * 60_000;
}

function isExpired({ at }: Notice, now: number): boolean {
  return now - at >= noticeLifeMs;
}

/** @returns whether the notice is to be sent to a channel now. */
export function isDue(notice: Notice, channel: string, now: number): boolean {
  if (isExpired(notice, now)) return false;
  const delivery = deliveryTo(channel, notice);
  return delivery === undefined || (delivery.state === 'failed' && now >= delivery.nextTryAt);
}

/** @returns whether a channel still has to receive the notice. Until then its position is not archived. */
export function isUndelivered(notice: Notice, channels: string[], now: number): boolean {
  return !isExpired(notice, now) && channels.some((channel) => deliveryTo(channel, notice)?.state !== 'sent');
}
