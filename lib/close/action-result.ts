import type { Fault } from '../fault.ts';
import type { RequestNote } from '../link/hit.ts';
import type { Failure, Outcome, Position } from '../position/position.ts';

/** What an owner of a claim has come to. Only the first three end the claim. */
export type ActionResult =
  /** The exchange has told the outcome. `reopens`: a part was closed, and the position goes on with the rest. */
  | { kind: 'settled'; outcome: Outcome; reopens?: boolean }
  /** The exchange refused for good; nothing was executed. */
  | { kind: 'failed'; failure: Failure }
  /** A person has to look. */
  | { kind: 'attention'; reason: string }
  /** Nothing at all was sent: the position is as it was before. */
  | { kind: 'released'; fault: Fault }
  /** Cancels went out, no close order did: recovery goes on at once. */
  | { kind: 'retry'; reason: string }
  /** A close order may be under way: recovery asks for it before anything else. */
  | { kind: 'pending'; reason: string; words?: string };

/** An ending, with what was learned of the orders on the way. */
export interface ActionRun {
  ending: ActionResult;
  position: Position;
  requests: RequestNote[];
}
