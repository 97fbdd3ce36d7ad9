import type { Amount } from '../amount.ts';
import type { Position } from '../position/position.ts';

/**
 * What a hit did to the stop of one position.
 *
 * - `moved`: the stop rests at `price`, or is planned there while the entry has not filled.
 * - `pending`: the plan has the stop at `price`, and the exchange has not confirmed it. The sweep places it.
 * - `unchanged`: the present stop, at `price`, is as good. Nothing was sent.
 * - `unfilled`: nothing has filled, so there is no break-even price. Nothing was sent. A later fill does not bring it back: an
 *   older alert would then move the stop of a newer fill.
 * - `would-trigger`: the price has passed the target. `detail` reports which stop the position has.
 * - `refused`: it can't move there. `detail` reports which stop the position has.
 * - `busy`: a close acts on the position, or other changes came first. Nothing was written or sent.
 * - `unreachable`: the exchange could not be read in time, or does not know the fees of the entry yet. Nothing was written
 *   or sent.
 * - `ended`: the position is over, or there is none.
 */
export interface StopMove {
  kind:
    | 'moved'
    | 'pending'
    | 'unchanged'
    | 'unfilled'
    | 'would-trigger'
    | 'refused'
    | 'busy'
    | 'unreachable'
    | 'ended';
  /** As stored or synced. Absent if there is none. */
  position?: Position | undefined;
  price?: Amount | undefined;
  /** One or more sentences for the owner. */
  detail: string;
}
