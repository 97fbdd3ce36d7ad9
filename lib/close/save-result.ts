import { isGeneric } from '../account/account.ts';
import { protect } from '../exits/protect.ts';
import { canceledExits, describeMerged, planReturn, type ReturningExits } from '../exits/restore-exits.ts';
import { Fault, toFault } from '../fault.ts';
import type { RequestNote } from '../link/hit.ts';
import { appendFailureNotice, appendNotice, withoutObsolete } from '../notify/notice-text.ts';
import { toCloseId } from '../position/client-order-id.ts';
import type { Claim, Outcome, Position, State } from '../position/position.ts';
import { toSentence } from '../position/wording.ts';
import type { Services } from '../services.ts';
import type { PositionChange } from '../store/store.ts';
import { withAcknowledgedClose } from './acknowledged-close.ts';
import type { ActionResult, ActionRun } from './action-result.ts';
import { nextState, settleTransition, type Transition } from './transitions.ts';

/** What is durable after a run, and what the run came to. */
export interface ExecutionResult {
  position: Position;
  /** Undefined when another process took the claim over or ended it meanwhile. */
  result: ActionResult | undefined;
  /** What the run asked the exchange. */
  requests: RequestNote[];
}

/** Saves a result. What could not be saved is not claimed to have happened: it stays `pending`. */
export async function saveResult(
  services: Services,
  claimed: Position,
  claim: Claim,
  action: ActionRun,
): Promise<ExecutionResult> {
  const run = await withReturn(services, claim, action);
  const { result, requests } = run;
  // The run may have started another attempt, which is durable.
  const { attempt, revision } = run.position;
  const held: Position = { ...claimed, attempt, revision };
  try {
    const saved = await services.store.savePosition(held, toPositionChange(services, held, claim, run));
    if (saved !== undefined) return { position: await returnExits(services, saved), result, requests };
    const position = await services.store.readPosition(held.positionId);
    return { position: position ?? held, result: undefined, requests };
  } catch (thrown) {
    const { code } = toFault(thrown);
    // A newer Ripcord has taken the claim over meanwhile: what it records counts, and it may be an executed close.
    if (code === 'newer-version') return { position: held, result: undefined, requests };
    if (code !== 'table-unreachable') throw thrown;
    return { position: held, result: toUnsaved(result), requests };
  }
}

/**
 * What remains is protected again, also if nothing was closed. The result is saved, so nothing is thrown: what can't be
 * placed now is for the sweep.
 */
export async function returnExits(services: Services, saved: Position): Promise<Position> {
  const { lastSync } = saved;
  // The stored price may be old: the exchange decides whether a stop would trigger at once.
  const position = await protect(services, { ...saved, lastSync: undefined }).catch(() => saved);
  return { ...position, lastSync };
}

function toUnsaved(result: ActionResult): ActionResult {
  const pending = { kind: 'pending', reason: 'The outcome could not be saved yet' } as const;
  return result.kind === 'pending' ? { ...result, ...pending } : pending;
}

function toPositionChange(
  services: Services,
  held: Position,
  claim: Claim,
  { result, position, sentOrder = claim.sentOrder }: ActionRun,
): PositionChange {
  const { entryOrders, exitOrders, exitPlan, goneAmount } = position;
  const learned: PositionChange = {
    entryOrders,
    exitOrders,
    exitPlan,
    goneAmount,
    ...(position.market === held.market ? {} : { market: position.market }),
  };
  return {
    ...learned,
    ...toStateChange({ ...held, exitPlan, exitOrders }, { ...claim, sentOrder }, result, {
      now: services.now(),
      isNews: goneAmount !== held.goneAmount,
    }),
  };
}

/** Exits that the claim canceled return, if it ends and leaves something for them. What does not return is named. */
async function withReturn(services: Services, claim: Claim, run: ActionRun): Promise<ActionRun> {
  const { result, position } = run;
  const ends = result.kind !== 'retry' && result.kind !== 'pending';
  if (!ends || (result.kind === 'settled' && !result.reopens)) return run;
  const { exitPlan, sentences } = await readReturn(services, position, claim.claimedAt);
  const returned = { ...position, exitPlan };
  const merged = result.kind === 'settled' ? describeMerged(returned) : [];
  return { ...run, position: returned, result: withSentences(result, [...sentences, ...merged]) };
}

/** @returns what becomes of the exits that a claim canceled. It never throws. */
export async function readReturn(
  services: Services,
  position: Position,
  claimedAt: number,
): Promise<ReturningExits> {
  const { account, exchange } = position;
  const isAsked = canceledExits(position, claimedAt).length > 0;
  const opened = isAsked ? await services.exchanges.of(account, exchange).catch(() => undefined) : undefined;
  return planReturn(position, claimedAt, opened?.exits);
}

function withSentences(result: ActionResult, sentences: string[]): ActionResult {
  if (sentences.length === 0) return result;
  const add = (text: string) => [toSentence(text), ...sentences].join(' ');
  switch (result.kind) {
    case 'settled':
      return { ...result, outcome: { ...result.outcome, detail: add(result.outcome.detail) } };
    case 'failed':
      return { ...result, failure: { ...result.failure, message: add(result.failure.message) } };
    case 'attention':
      return { ...result, reason: add(result.reason) };
    case 'released': {
      const { code, detail, hint, publicMessage } = result.fault;
      const fault = new Fault(code, add(detail), { hint, publicMessage: add(publicMessage) });
      return { ...result, fault };
    }
    default:
      return result;
  }
}

/** @param isNews coins of the position are gone. */
function toStateChange(
  held: Position,
  claim: Claim,
  result: ActionResult,
  { now, isNews }: { now: number; isNews: boolean },
): PositionChange {
  const ended = { claim: null } as const;
  const continued = (exchangeMessage = claim.lastExchangeMessage): Claim => ({
    ...claim,
    leaseExpiresAt: now,
    lastExchangeMessage: exchangeMessage,
  });
  switch (result.kind) {
    case 'settled': {
      const { outcome, reopens } = result;
      const state = after(reopens ? 'reopen' : settleTransition[outcome.outcome]);
      const notices =
        isNews || hasEffect(outcome) ? appendNotice(held, result, now) : withoutObsolete(held.notices);
      return { ...ended, state, outcome, notices };
    }
    case 'failed': {
      const notices = appendNotice(held, result, now);
      return { ...ended, ...refundUse(held, claim), state: after('fail'), failure: result.failure, notices };
    }
    case 'attention':
      return { ...ended, ...toAttention(held, claim, result, now) };
    case 'released':
      return { ...ended, ...refundUse(held, claim), ...toReleased(held, claim, result.fault, now) };
    case 'retry':
      // Recovery has to wait for nothing: it is proven that no close order left.
      return { claim: { ...continued(result.exchangeMessage), phase: 'not-sent', sentOrder: undefined } };
    case 'pending':
      // This run sends nothing more, so recovery may look the close order up at once.
      return { claim: continued(result.exchangeMessage) };
  }
}

function toAttention(
  held: Position,
  claim: Claim,
  result: Extract<ActionResult, { kind: 'attention' }>,
  now: number,
): PositionChange {
  const unknownClose = toUnknownClose(held, claim);
  const notices = appendNotice(held, result, now);
  const exitOrders = withAcknowledgedClose(held, claim);
  return {
    state: after('need-attention'),
    attentionReason: result.reason,
    unknownClose,
    exitOrders,
    notices,
  };
}

/** On an exchange that is not proven, what only the owner can say the result of. */
function toUnknownClose(held: Position, { claimedAt, sentOrder }: Claim): Position['unknownClose'] {
  if (!isGeneric(held.exchange)) return undefined;
  const { sentAt = claimedAt, amount, balanceBefore, orderId } = sentOrder ?? {};
  const onRecord = held.exitOrders.find((order) => orderId !== undefined && order.orderId === orderId);
  return { clientOrderId: toCloseId(held), sentAt, amount, balanceBefore, counted: onRecord?.filled };
}

/** A repeat of a target that is reached would notify at every bar. */
function hasEffect({ outcome, toPercent, canceledEntryOrderIds, canceledExitOrderIds }: Outcome): boolean {
  const isKept = outcome === 'kept' && toPercent !== undefined;
  return !isKept || canceledEntryOrderIds.length > 0 || canceledExitOrderIds.length > 0;
}

/** The position is as it was before the claim. Its owner is notified of a link that had no effect. */
function toReleased(held: Position, { actor, linkId }: Claim, fault: Fault, now: number): PositionChange {
  const { outcome, toPercent } = held.outcome ?? {};
  // A target that was reached left the position open.
  const state = after(outcome === 'kept' && toPercent === undefined ? 'settle-kept' : 'reopen');
  const notices = linkId === undefined ? undefined : appendFailureNotice(held, { actor, linkId }, fault, now);
  return notices === undefined ? { state } : { state, notices };
}

/** A run's result always ends or continues a claim, so an illegal transition is a fault of the code. */
function after(transition: Transition): State {
  const state = nextState('claimed', transition);
  if (state === undefined) throw new Error(`illegal transition: claimed, ${transition}`);
  return state;
}

/** A claim that executed nothing does not count as a use of its link. The watch counts none. */
function refundUse({ uses }: Position, { actor, linkId }: Claim): PositionChange {
  const count = actor !== 'link' || linkId === undefined ? undefined : uses[linkId];
  if (linkId === undefined || count === undefined) return {};
  return { uses: { ...uses, [linkId]: Math.max(0, count - 1) } };
}
