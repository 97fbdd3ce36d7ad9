import type { Fault } from '../fault.ts';
import type { RequestNote } from '../link/hit.ts';
import type { Claim, Failure, Outcome, Position } from '../position/position.ts';

/** What one run of a claim's action came to. The first four end the claim. */
export type ActionResult =
  /** The exchange reported the outcome. `reopens`: a part was closed and the position continues with the rest. */
  | { kind: 'settled'; outcome: Outcome; reopens: boolean }
  /** Nothing executed, and Ripcord does not retry by itself. */
  | { kind: 'failed'; failure: Failure }
  /** The owner has to decide. */
  | { kind: 'attention'; reason: string }
  /** Nothing executed, and no cancel was sent: the position is as it was. Only with `rejectedBy` was an order sent. */
  | { kind: 'released'; fault: Fault; rejectedBy?: 'exchange' }
  /** Cancels may have been sent, no close order was: recovery continues at once. */
  | { kind: 'retry'; reason: string; exchangeMessage?: string }
  /**
   * A close order may have been sent: recovery looks it up before anything else. `resend`: what was sent again provably
   * can't execute any more, which proves nothing about what was sent before.
   */
  | { kind: 'pending'; reason: string; exchangeMessage?: string; resend?: 'refused' | 'not-sent' };

/** A result, with what was learned of the orders on the way. */
export interface ActionRun {
  result: ActionResult;
  position: Position;
  requests: RequestNote[];
  /** The close order that was sent, if one was. */
  sentOrder?: Claim['sentOrder'];
}
