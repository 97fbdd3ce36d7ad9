import { z } from 'zod';
import { actorSchema } from '../position/position.ts';
import { refusalCauses } from './refusal.ts';

/** One request to the exchange in short: enough to settle a dispute, and nothing secret. */
export const requestNoteSchema = z.object({
  at: z.string(),
  /** What was sent: `cancel`, `look up`, `sell 0.5 at MARKET` … */
  request: z.string(),
  /** Milliseconds until the answer. */
  ms: z.number(),
  orderId: z.string().optional(),
  /** The answer in a few words. */
  answer: z.string(),
});
export type RequestNote = z.infer<typeof requestNoteSchema>;

/**
 * One hit and its result. `decision` is what Ripcord decided, `why` the reason in words, `outcome` what was answered.
 * Kept 90 days.
 */
export const hitSchema = z.object({
  hitId: z.string(),
  /** ISO 8601, UTC. */
  at: z.string(),
  /** Absent in what concerns a standing link as a whole. */
  positionId: z.string().optional(),
  /** `link`: a request opened it. Otherwise there was no request, and no method. */
  actor: actorSchema,
  linkId: z.string().optional(),
  action: z.string(),
  /** GET or POST. */
  method: z.string().optional(),
  sourceIp: z.string().optional(),
  userAgent: z.string().optional(),
  decision: z.enum([
    'fired',
    'duplicate',
    'in-progress',
    'confirmation-required',
    'refused',
    'recovered',
    /** The link is in rehearsal, so nothing was done. */
    'rehearsed',
    /** The message of a strategy, or a heartbeat. Nothing had to be done. */
    'heard',
    /** There was nothing to do. */
    'nothing-open',
  ]),
  why: z.string(),
  /** Why the link refused a hit that would have acted otherwise: its owner gets a notice. */
  refusal: z.enum(refusalCauses).optional(),
  /** Further hits of the link with this result were not recorded for 10 minutes. */
  limitReached: z.literal(true).optional(),
  /** The HTTP status of the answer. */
  status: z.number(),
  outcome: z.string().optional(),
  /** A standing link's hit as a whole: what became of each position, which has a record of its own as well. */
  positions: z.array(z.object({ positionId: z.string(), outcome: z.string() })).optional(),
  requests: z.array(requestNoteSchema),
});
export type Hit = z.infer<typeof hitSchema>;

export const hitsKeptMs = 90 * 24 * 3_600_000;

/** Whether a list of all hits has it: it leaves out what the records of its positions state. These decisions have none. */
export function isListed({ positions = [], decision }: Hit): boolean {
  return positions.length === 0 || decision === 'rehearsed' || decision === 'heard';
}
