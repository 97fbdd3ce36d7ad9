import { Fault, toFault } from '../fault.ts';
import { isPaused } from '../link/pause.ts';
import { toCloseId } from '../position/client-order-id.ts';
import type { Claim, ClaimedPosition, Position } from '../position/position.ts';
import { leaseMs, lookUpIntervalMs, maxCloseAttempts, sendWindowMs } from '../position/timing.ts';
import type { Services } from '../services.ts';
import type { ActionResult, ActionRun } from './action-result.ts';
import { isAbandoned, toSendDeadline } from './claim.ts';
import { execute, executeAgain, executeFound, readOrders } from './execute.ts';
import type { ExecutionDependencies } from './execution.ts';
import { readHoldingToClose } from './external-close.ts';
import { canceledIds, createFailure, type FailureFacts } from './outcomes.ts';
import { readCloseOrder } from './read-close-order.ts';
import { recoverUnproven } from './recover-unproven.ts';
import { type Observation, type RecoveryStep, recoveryStep } from './recovery-step.ts';
import { connect, keepIfSenderGone } from './run-claim.ts';
import { type ExecutionResult, saveResult } from './save-result.ts';

/**
 * Takes over a claim whose lease is over and brings it to an end. The close order is looked up by the client order id
 * that its holder would have used before anything else is done; `recoveryStep` decides what that proves.
 */
export async function recover(services: Services, position: Position): Promise<ExecutionResult> {
  if (position.state !== 'claimed' || !isAbandoned(position, services.now()))
    return { position, result: undefined, requests: [] };
  const connected = await connect(services, position);
  if ('fault' in connected) return afterNoConnection(services, position, connected.fault);
  const takenAt = services.now();
  // The send deadline stays the dead holder's until a new attempt starts: its receive window has to run out.
  const claim: Claim = {
    ...position.claim,
    leaseToken: services.randomId(),
    leaseExpiresAt: takenAt + leaseMs,
    lookAgainAt: takenAt + lookUpIntervalMs,
    takenOver: true,
  };
  const taken = await services.store.savePosition(position, { epoch: position.epoch + 1, claim });
  if (taken === undefined) return { position, result: undefined, requests: [] };
  return recoverTaken(services, connected, taken, { claim, takenAt });
}

/** A claim that this process took over, and when: its send deadline counts from then, as its lease does. */
interface Takeover {
  claim: Claim;
  takenAt: number;
}

async function afterNoConnection(
  services: Services,
  position: ClaimedPosition,
  fault: Fault,
): Promise<ExecutionResult> {
  const step = recoveryStep(position.claim, { kind: 'no-answer', fault }, services.now());
  if (step.kind !== 'needs-attention')
    return { position, result: { kind: 'pending', reason: fault.message }, requests: [] };
  const reason = `${fault.publicMessage} The result of the close can't be read.`;
  const result: ActionResult = { kind: 'attention', reason };
  return saveResult(services, position, position.claim, { result, position, requests: [] });
}

async function recoverTaken(
  services: Services,
  deps: ExecutionDependencies,
  taken: Position,
  { claim, takenAt }: Takeover,
): Promise<ExecutionResult> {
  let observation: Observation = { kind: 'nothing-read' };
  let step = recoveryStep(claim, observation, services.now());
  if (step.kind === 'read-close-order' && deps.exchange.unproven !== undefined)
    return endUnproven(services, deps, taken, { claim, takenAt });
  if (step.kind === 'read-close-order') {
    observation = await readCloseOrder(deps, taken, claim);
    step = await decide(services, deps, taken, { claim, observation });
  }
  if (step.kind === 'resend') return resend(services, deps, taken, { claim, takenAt }, step);
  if (step.kind === 'start-attempt') {
    const next = { ...claim, lostAttempts: step.lostAttempts || undefined };
    return startAttempt(services, deps, taken, { claim: next, takenAt });
  }
  const run = await endRecovery(deps, taken, claim, observation, step);
  return saveResult(services, taken, step.kind === 'wait' ? { ...claim, ...step.looked } : claim, run);
}

async function endUnproven(
  services: Services,
  deps: ExecutionDependencies,
  taken: Position,
  { claim, takenAt }: Takeover,
): Promise<ExecutionResult> {
  const step = await recoverUnproven(services, deps, taken, claim);
  if (step.kind === 'not-sent') return startAttempt(services, deps, taken, { claim, takenAt });
  if (step.kind === 'settle')
    return saveResult(services, taken, claim, await executeFound(deps, taken, claim, step.order));
  const { reason } = step;
  const end = (result: ActionResult): ActionRun => ({ result, position: taken, requests: deps.requests });
  return step.kind === 'wait'
    ? saveResult(services, taken, { ...claim, ...step.quiet }, end({ kind: 'pending', reason }))
    : saveResult(services, taken, claim, end({ kind: 'attention', reason }));
}

/**
 * A pause, a revocation and the position's end outside Ripcord stop a resend, and do not release a claim whose order may
 * exist: its absence is proven first, as on a venue without resends.
 */
async function decide(
  services: Services,
  deps: ExecutionDependencies,
  position: Position,
  { claim, observation }: { claim: Claim; observation: Observation },
): Promise<RecoveryStep> {
  const step = recoveryStep(claim, observation, services.now());
  if (step.kind !== 'resend' || observation.kind !== 'not-found') return step;
  try {
    const stops = (await withdrawnReason(services, claim)) !== undefined || (await hasEnded(deps, position));
    return stops ? recoveryStep(claim, { ...observation, replayWindowMs: 0 }, services.now()) : step;
  } catch (thrown) {
    return recoveryStep(claim, { kind: 'no-answer', fault: toFault(thrown) }, services.now());
  }
}

/** What a perpetual's account holds may be the trader's next position. Throws if that decides and can't be read. */
async function hasEnded(deps: ExecutionDependencies, position: Position): Promise<boolean> {
  if (position.market.kind !== 'perpetual') return false;
  return typeof (await readHoldingToClose(deps, position)) === 'object';
}

/** Every recovery step that ends this takeover without a new attempt. */
async function endRecovery(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  observation: Observation,
  step: Exclude<RecoveryStep, { kind: 'start-attempt' | 'resend' }>,
): Promise<ActionRun> {
  const end = (result: ActionResult): ActionRun => ({ result, position, requests: deps.requests });
  switch (step.kind) {
    case 'settle':
      return executeFound(
        deps,
        position,
        { ...claim, sendDeadline: Math.min(deps.now() + sendWindowMs, deps.until) },
        step.order,
      );
    case 'wait':
      return end({ kind: 'pending', reason: step.reason });
    case 'give-up':
      return endUnexecuted(deps, position, claim, (known) =>
        failedResult(deps, known, claim, notAccepted(claim)),
      );
    case 'needs-attention': {
      const words = observation.kind === 'no-answer' ? `: ${observation.fault.message}` : '.';
      return end({
        kind: 'attention',
        reason: `The exchange does not report the close order ${toCloseId(position)}${words}`,
      });
    }
    case 'read-close-order':
      return end({ kind: 'pending', reason: 'The close order was not read' });
  }
}

function notAccepted({ lastExchangeMessage }: Claim): FailureFacts {
  const words = lastExchangeMessage === undefined ? '' : ` Last exchange error: ${lastExchangeMessage}.`;
  return {
    source: 'ripcord',
    code: 'not-accepted',
    message: `${maxCloseAttempts} close orders were not accepted.${words}`,
  };
}

function failedResult(
  { now }: ExecutionDependencies,
  position: Position,
  claim: Claim,
  facts: FailureFacts,
): ActionResult {
  return { kind: 'failed', failure: createFailure(position, claim, facts, now()) };
}

/**
 * Sends the same order again. Its absence counts from this send, so that is durable before anything leaves. If this send
 * provably can't execute any more, absence counts as before it.
 */
async function resend(
  services: Services,
  deps: ExecutionDependencies,
  position: Position,
  { claim, takenAt }: Takeover,
  { firstSentAt, until, missed }: Extract<RecoveryStep, { kind: 'resend' }>,
): Promise<ExecutionResult> {
  const next: Claim = {
    ...claim,
    sendDeadline: Math.min(toSendDeadline(services, takenAt), until),
    sentOrder: { ...claim.sentOrder, sentAt: firstSentAt },
    notFoundCount: undefined,
    lastMissAt: undefined,
    lookAgainAt: undefined,
  };
  const saved = await services.store.savePosition(position, { claim: next });
  if (saved === undefined) return { position, result: undefined, requests: deps.requests };
  const run = await executeAgain(deps, saved, next);
  const end = run.result.kind === 'pending' ? run.result.resend : undefined;
  if (end === undefined) return saveResult(services, saved, next, run);
  // What did not leave waits as long as a look-up does: the exchange may have asked for a pause.
  const learned = end === 'refused' ? missed : { lookAgainAt: claim.lookAgainAt };
  const counted = { ...next, sendDeadline: claim.sendDeadline, ...learned };
  return saveResult(services, saved, counted, run);
}

/** Starts an attempt under a client order id that was never sent and is durable before anything is. */
async function startAttempt(
  services: Services,
  deps: ExecutionDependencies,
  position: Position,
  { claim, takenAt }: Takeover,
): Promise<ExecutionResult> {
  const withdrawn = await withdrawnReason(services, claim);
  if (withdrawn !== undefined)
    return saveResult(services, position, claim, await withdraw(deps, position, claim, withdrawn));
  // An attempt under which nothing left is repeated, so that an outage of days uses up no ids.
  const isUsed = claim.action === 'close' && claim.phase === 'may-have-sent';
  const attempt = position.attempt + (isUsed ? 1 : 0);
  const sendDeadline = toSendDeadline(services, takenAt);
  const next: Claim = {
    ...claim,
    phase: 'may-have-sent',
    sendDeadline,
    sentOrder: undefined,
    notFoundCount: undefined,
    lastMissAt: undefined,
  };
  const saved = await services.store.savePosition(position, { attempt, claim: next });
  if (saved === undefined) return { position, result: undefined, requests: deps.requests };
  const run = await execute(deps, saved, next);
  // The sender was answered that Ripcord continues, so a failed try does not give the claim back.
  return saveResult(services, saved, next, { ...run, result: keepIfSenderGone(services, next, run.result) });
}

/** The kill switch and a revocation stop what has not been sent yet. They do not stop the operator. */
async function withdrawnReason(services: Services, { linkId }: Claim): Promise<string | undefined> {
  if (linkId === undefined) return undefined;
  const { link, ...pause } = await services.store.readLinkAndPause(linkId);
  if (isPaused(pause, services.now())) return 'All links were paused before a close order was sent.';
  return link?.revokedAt === undefined ? undefined : 'The link was revoked before a close order was sent.';
}

/** Given back as it was. If its exits are canceled already, that is a failure to report. */
function withdraw(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  reason: string,
): Promise<ActionRun> {
  const facts: FailureFacts = { source: 'ripcord', code: 'withdrawn', message: reason };
  return endUnexecuted(deps, position, claim, (known) =>
    canceledIds(known, claim, 'exitOrders').length === 0
      ? { kind: 'released', fault: new Fault('conflict', reason, { publicMessage: reason }) }
      : failedResult(deps, known, claim, facts),
  );
}

/**
 * Ends a claim that executed nothing. Exits that a holder canceled return, and a holder that died may have recorded none
 * of its cancels. So the orders are read first, unless the exchange refuses that for good.
 */
async function endUnexecuted(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  toResult: (known: Position) => ActionResult,
): Promise<ActionRun> {
  const { requests, now } = deps;
  const read = await readOrders(deps, position, claim).catch(toFault);
  if (!(read instanceof Fault)) return { result: toResult(read), position: read, requests };
  const { kind } = recoveryStep(claim, { kind: 'no-answer', fault: read }, now());
  const result: ActionResult =
    kind === 'wait' ? { kind: 'pending', reason: read.message } : toResult(position);
  return { result, position, requests };
}
