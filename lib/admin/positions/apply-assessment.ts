import { isPositive, sum } from '../../amount.ts';
import { createOutcome } from '../../close/outcomes.ts';
import { readReturn, returnExits } from '../../close/save-result.ts';
import { nextState } from '../../close/transitions.ts';
import { Fault } from '../../fault.ts';
import { appendNotice } from '../../notify/notice-text.ts';
import type { Outcome, Position, State } from '../../position/position.ts';
import { computeAveragePrice, computeTotals } from '../../position/totals.ts';
import type { Services } from '../../services.ts';
import { type Assessment, listCloseOrders } from './assess.ts';

type Result = Exclude<Assessment['verdict'], 'unknown'>;

/**
 * Writes a result. Throws `conflict` if it is not certain, or if the position changed meanwhile.
 * @param position with its orders as the exchange reported them for this assessment.
 */
export async function applyAssessment(
  services: Services,
  position: Position,
  assessment: Assessment,
): Promise<Position> {
  const { verdict, reason } = assessment;
  if (verdict === 'unknown') throw new Fault('conflict', reason);
  const state = decideState(position, verdict);
  if (state === undefined) return position;
  const now = services.now();
  const saved = await services.store.savePosition(position, {
    state,
    entryOrders: position.entryOrders,
    exitOrders: position.exitOrders,
    exitPlan: await toExitPlan(services, position),
    claim: null,
    attentionReason: null,
    ...(verdict === 'open' ? {} : toEnd(position, { verdict, reason }, now)),
  });
  if (saved === undefined)
    throw new Fault('conflict', 'The position changed meanwhile. Nothing was written.', {
      hint: { text: 'Resolve it again.' },
    });
  return verdict === 'open' ? returnExits(services, saved) : saved;
}

/** Exits that the claim canceled return. */
async function toExitPlan(services: Services, position: Position): Promise<Position['exitPlan']> {
  const { claim, exitPlan } = position;
  return claim === undefined ? exitPlan : (await readReturn(services, position, claim.claimedAt)).exitPlan;
}

/** Pure. @returns the state to write; undefined when nothing has to change. Throws `conflict`. */
function decideState(position: Position, verdict: Result): State | undefined {
  // An order that was not found may still arrive, so its absence alone never ends a claim.
  if (position.state === 'claimed' && verdict === 'open' && position.claim.phase !== 'not-sent')
    throw new Fault(
      'conflict',
      `A close order for ${position.positionId} may still be under way. Nothing was changed.`,
      { hint: { text: 'The sweep looks for it first. Try again in two minutes.' } },
    );
  // The links of a position in another state work already.
  const isBlocked = position.state === 'needs-attention' || position.state === 'claimed';
  if (verdict === 'open' && !isBlocked) return undefined;
  const state = nextState(position.state, `resolve-${verdict}`);
  if (state !== undefined) return state;
  const detail = `A position that is ${position.state} can't become ${verdict}. Nothing was changed.`;
  throw new Fault('conflict', detail);
}

function toEnd(
  position: Position,
  { verdict, reason }: { verdict: Exclude<Result, 'open'>; reason: string },
  now: number,
): Pick<Position, 'outcome' | 'notices'> {
  const closes = listCloseOrders(position).filter((order) => isPositive(order.filled));
  const last = closes.at(-1);
  const source = { actor: 'operator', action: 'close', claimedAt: now } as const;
  const facts = {
    outcome: verdict,
    // What remains on record and is not at the exchange was closed outside Ripcord.
    closedBy: last === undefined || isPositive(computeTotals(position).remaining) ? 'external' : 'ripcord',
    detail: `Resolved by the owner from the exchange's record. ${reason}`,
    closedAmount: sum(closes.map((order) => order.filled)),
    averagePrice: computeAveragePrice(closes),
    closeOrderId: last?.orderId,
    closeClientOrderId: last?.clientOrderId,
    remaining: '0',
  } as const;
  const outcome: Outcome = createOutcome(position, source, facts, now);
  return { outcome, notices: appendNotice(position, { kind: 'settled', outcome, reopens: false }, now) };
}
