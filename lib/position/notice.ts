import { z } from 'zod';

/**
 * Where a notice stands with one channel. `trying` is written before anything is sent, so that nobody sends the
 * same again; `unsure` is the end of a try whose answer never came: it counts as sent.
 *
 *     (absent) → trying → sent | unsure | failed;  failed → trying
 */
export const deliverySchema = z.object({
  state: z.enum(['trying', 'sent', 'unsure', 'failed']),
  /** Epoch milliseconds of the last change. */
  at: z.number(),
  tries: z.number(),
  /** Why it failed or is unsure, without anything secret. */
  why: z.string().optional(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** What a person is to be told. It becomes durable by the very write that makes it true. */
export const noticeSchema = z.object({
  /** `ntc_`, the position's own 12 characters, and the revision that made it. */
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
  ]),
  /** One line for a person. */
  text: z.string(),
  /** Of a link that came to nothing: which one. A settled claim makes that old news. */
  linkId: z.string().optional(),
  /** By the channel's name; absent: not tried yet. */
  delivered: z.record(z.string(), deliverySchema),
});
export type Notice = z.infer<typeof noticeSchema>;

/** Where a notice stands with a channel. Every object has a `constructor`, and a channel may be called so. */
export function deliveryTo(channel: string, { delivered }: Notice): Delivery | undefined {
  return Object.hasOwn(delivered, channel) ? delivered[channel] : undefined;
}

/** After so long a notice is old news: what could not be delivered by then is given up. */
export const noticeLifeMs = 24 * 3_600_000;

/** As many as a position keeps. Reaching it takes as many endings of one position within the life of a notice. */
const kept = 20;

/** @returns the notices with one more. What has come to its end makes room first. */
export function addNotice(notices: Notice[] = [], notice: Notice): Notice[] {
  const isOver = ({ at, delivered }: Notice): boolean =>
    at + noticeLifeMs <= notice.at ||
    (Object.keys(delivered).length > 0 && Object.values(delivered).every(isFinished));
  const spare = notices.length + 1 - kept;
  const over = new Set(notices.filter(isOver).slice(0, Math.max(0, spare)));
  return [...notices.filter((known) => !over.has(known)), notice].slice(-kept);
}

/** A try this old has died: a sweep lives less than a minute. */
const tryDiesMs = 2 * 60_000;

/** Minutes until the next try: 1, 2, 4 … 32, then every hour. */
function pauseAfter(tries: number): number {
  return Math.min(2 ** Math.max(0, tries - 1), 60) * 60_000;
}

function isFinished({ state }: Delivery): boolean {
  return state === 'sent' || state === 'unsure';
}

export function isDead({ state, at }: Delivery, now: number): boolean {
  return state === 'trying' && now - at >= tryDiesMs;
}

function isOld({ at }: Notice, now: number): boolean {
  return now - at >= noticeLifeMs;
}

/** @returns whether the notice is to be sent to a channel now. */
export function isDue(notice: Notice, channel: string, now: number): boolean {
  const delivery = deliveryTo(channel, notice);
  if (isOld(notice, now)) return false;
  if (delivery === undefined) return true;
  return delivery.state === 'failed' && now - delivery.at >= pauseAfter(delivery.tries);
}

/** @returns whether something is still to be done about it: while so, its position is not put away. */
export function isUndelivered(notice: Notice, channels: string[], now: number): boolean {
  return (
    !isOld(notice, now) &&
    channels.some((channel) => {
      const delivery = deliveryTo(channel, notice);
      return delivery === undefined || !isFinished(delivery);
    })
  );
}
