import { z } from 'zod';
import { linkIdSchema } from './link.ts';

/** What an alert's message says of the strategy's position. */
export const marketPositionSchema = z.enum(['long', 'short', 'flat']);
export type MarketPosition = z.infer<typeof marketPositionSchema>;

/** A longer message is no state: a part of one could read as a state. */
export const maxMessageLength = 200;

const idsSchema = z.array(z.string());

/** What became of a link's watch. `ms`: for how long no alert had arrived. */
const watchNewsSchema = z.object({
  event: z.enum(['no-beat', 'late', 'back', 'held', 'tripped']),
  at: z.number(),
  ms: z.number().optional(),
  /** Who is likely to blame. */
  culprit: z.enum(['tradingview', 'alert', 'unknown']).optional(),
  /** How many positions it acts on. */
  positions: z.number().optional(),
});
export type WatchNews = z.infer<typeof watchNewsSchema>;

/**
 * What a standing link remembers between hits: one item, which every write replaces at the next revision. All times are
 * epoch milliseconds.
 */
export const linkStateSchema = z.object({
  linkId: linkIdSchema,
  revision: z.number(),
  /** The positions that the last alert was for. A hit that may be a resend of it acts on no others. */
  episode: z.object({ positionIds: idsSchema, at: z.number() }).optional(),
  /** By hit: until when TradingView may still send it again. docs/decisions explains the rule. */
  unsure: z.record(z.string(), z.number()).default({}),
  /** What the sweep has to finish, or to give up. */
  unfinished: z
    .object({
      positionIds: idsSchema,
      notBefore: z.number(),
      /** When it is given up, 5 minutes after the latest hit. */
      giveUpAt: z.number(),
      /** By position: when the owner is notified, 5 minutes after the oldest hit that is not reported. Absent: at the end. */
      overdueAt: z.record(z.string(), z.number()).optional(),
      by: z.enum(['link', 'watch']),
    })
    .optional(),
  /** What the exchange held beyond Ripcord's positions at an alert was not known. A resend or the sweep still adopts it. */
  adoption: z
    .object({
      /** Nothing that was opened after it is adopted. */
      alertAt: z.number(),
      /** Until then, TradingView may send the alert again. */
      notBefore: z.number(),
      giveUpAt: z.number(),
      /** When a notice reports it if alerts still arrive. */
      overdueAt: z.number().optional(),
      /** Why it was not known at the last try, for the owner. */
      why: z.string(),
    })
    .optional(),
  /** The newest message of the strategy, and the newest time of one, ISO 8601; absent if none had a time. */
  heard: z.object({ position: marketPositionSchema, time: z.string().optional(), at: z.number() }).optional(),
  /** When a position's own side was last heard. */
  ownSideAt: z.number().optional(),
  /** The positions that were open when their own side was heard: only these are closed. */
  followed: idsSchema.default([]),
  /** The positions of which a notice reported that they are not followed. */
  unfollowedReported: idsSchema.default([]),
  beats: z
    .object({
      firstAt: z.number(),
      lastAt: z.number(),
      count: z.number(),
      /** The longest pause between two beats of the last 30 days, and when it ended. */
      longestGap: z.object({ ms: z.number(), endedAt: z.number() }).optional(),
    })
    .optional(),
  watch: z
    .object({
      state: z.enum(['waiting', 'alive', 'late', 'silent', 'tripped']),
      since: z.number(),
      /** No earlier silence counts: since then a position has been open, links work and sweeps run. */
      awakeSince: z.number().optional(),
      /** A notice reported that no beat has arrived yet. */
      waitingReported: z.literal(true).optional(),
      /** Why silence does not count at present: Ripcord's own address is dead, or an exchange does not respond. */
      held: z.enum(['address', 'exchange']).optional(),
      /** What a sweep has to notify the owner of. */
      untold: z.array(watchNewsSchema).optional(),
    })
    .optional(),
  /** The link is revoked, so nothing is left to do: it is on no list. An expired link may be extended. */
  ended: z.literal(true).optional(),
});
export type LinkState = z.infer<typeof linkStateSchema>;

export function unknownLinkState(linkId: string): LinkState {
  return { linkId, revision: 0, unsure: {}, followed: [], unfollowedReported: [] };
}
