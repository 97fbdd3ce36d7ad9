import type { Fault } from '../fault.ts';
import { notPlacedForMs, orderLostAfterMs } from '../position/timing.ts';
import type { ActionResult } from './action-result.ts';
import { type CancelProblem, type Execution, withClose } from './execution.ts';
import { refused } from './outcomes.ts';

/** What went wrong and what may have been sent by then decide whether the position is simply given back. */
export function resultOfProblem(run: Execution, problem: CancelProblem): ActionResult {
  const reason = problem.kind === 'fault' ? problem.fault.message : problem.message;
  if (run.closeSent) return afterCloseSent(run, problem, reason);
  if (problem.kind === 'denied') return refused(run, problem);
  if (problem.kind === 'fault' && isRefusal(problem.fault))
    return refused(run, { code: problem.fault.code, message: problem.fault.detail });
  if (problem.kind === 'fill-unknown') return { kind: 'attention', reason: `${problem.message}.` };
  if (isLostForGood(run, problem))
    return {
      kind: 'attention',
      reason: `The exchange no longer knows an order of this position. ${reason}.`,
    };
  if (isRefusedForLong(run, problem)) return refused(run, { code: 'not-canceled', message: `${reason}.` });
  if (problem.kind === 'fault' && !run.known.cancelsSent) return { kind: 'released', fault: problem.fault };
  const words = problem.kind === 'unconfirmed' ? problem.exchangeMessage : undefined;
  return { kind: 'retry', reason, ...(words === undefined ? {} : { exchangeMessage: words }) };
}

/** A market that is not open for trading may open at any time. A MARKET close then needs a new hit. */
function isRefusal({ code }: Fault): boolean {
  return code === 'exchange-refused' || code === 'market-not-found';
}

/** Recovery looks the close order up, unless it is done and an exit can never be canceled by Ripcord. */
function afterCloseSent(run: Execution, problem: CancelProblem, reason: string): ActionResult {
  const { closeOrder, known } = run;
  const isFinal = problem.kind === 'denied' || problem.kind === 'fill-unknown' || isLostForGood(run, problem);
  if (closeOrder === undefined || !isFinal) return { kind: 'pending', reason };
  // The claim ends here, so recovery will not add the close order: what remains is counted with it.
  run.known = { ...known, position: withClose(known.position, closeOrder, run.claim) };
  const executed = `Close order ${closeOrder.orderId} executed ${closeOrder.filled} ${known.position.market.base}`;
  return { kind: 'attention', reason: `${executed}, but an exit order could not be canceled: ${reason}.` };
}

/** A halted market rejects cancels too. When it opens again, a MARKET close needs a new hit. */
function isRefusedForLong({ deps, claim }: Execution, problem: CancelProblem): boolean {
  const isRefused = problem.kind === 'unconfirmed' && problem.refused === true;
  return isRefused && deps.now() - claim.claimedAt > notPlacedForMs;
}

/** Look-ups lag. Only after this long is "no such order" a matter for the owner. */
function isLostForGood({ deps, claim }: Execution, problem: CancelProblem): boolean {
  return problem.kind === 'unconfirmed' && problem.lost && deps.now() - claim.claimedAt > orderLostAfterMs;
}
