import { needsProtection } from '../exits/protect.ts';
import { toFault } from '../fault.ts';
import { isPart } from '../position/part.ts';
import type { Claim, Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import type { ClaimRequest, ClaimResult, Store } from '../store/store.ts';
import { type Intent, isAbandoned, newClaim } from './claim.ts';
import { recover } from './recover.ts';
import { runClaim } from './run-claim.ts';
import type { ExecutionResult } from './save-result.ts';
import { claimableStates } from './transitions.ts';

export type ExecuteResult =
  /** `claim`: the one that was made or continued for this action. */
  | { kind: 'ran'; execution: ExecutionResult; claim: Claim }
  /** A partial close or a keep is in progress and covers less than this action. Nothing was done for this one. */
  | { kind: 'busy'; position: Position }
  /** No time was left to act before a claim. Nothing was done for this action. */
  | { kind: 'out-of-time' }
  /** The table did not confirm the claim. If it was written, recovery continues it. */
  | { kind: 'unconfirmed-claim' }
  /** `recovered`: another link's claim, which this hit completed. */
  | {
      kind: 'refused';
      position: Position | undefined;
      revoked: boolean;
      recovered?: ExecutionResult | undefined;
    };

/** Whether recovery has to continue the claim, or the sweep to place the position's exits. It can start at once. */
export function isUnsettled(result: ExecuteResult): boolean {
  if (result.kind !== 'ran') return result.kind === 'unconfirmed-claim';
  if (needsProtection(result.execution.position)) return true;
  const kind = result.execution.result?.kind;
  return kind === 'pending' || kind === 'retry';
}

/** How often and how far apart a claim is tried while a partial close or a keep runs: within 3 s in all. */
const claimTries = 8;
const claimIntervalMs = 250;

/**
 * Claims a position for an intent and runs it; an abandoned claim is recovered first.
 * @param maxUses how often the link may act; absent: no limit.
 */
export async function executeAction(
  services: Services,
  positionId: string,
  intent: Intent,
  maxUses?: number,
): Promise<ExecuteResult> {
  if (isOver(services)) return { kind: 'out-of-time' };
  let recovered: ExecutionResult | undefined;
  for (let attempt = 0; attempt < claimTries; attempt += 1) {
    const tried = await tryClaim(services, positionId, intent, maxUses);
    if (tried.kind === 'unconfirmed-claim') return tried;
    if (tried.kind === 'claimed')
      return {
        kind: 'ran',
        execution: await runClaim(services, tried.position, tried.claim),
        claim: tried.claim,
      };
    if (tried.kind === 'refused') return { ...tried, recovered };
    const { position } = tried;
    if (position.state === 'claimed') {
      if (isAbandoned(position, services.now())) {
        const recovery = await recover(services, position);
        const answered = afterRecovery(position.claim, recovery, position, intent);
        if (answered !== undefined) return answered;
        recovered = recovery;
        if (isOver(services)) break;
        continue;
      }
      if (covers(position.claim, intent)) return { kind: 'refused', position, revoked: false };
      if (attempt === claimTries - 1) return { kind: 'busy', position };
    }
    if (isOver(services, claimIntervalMs)) break;
    await services.sleep(claimIntervalMs);
  }
  const position = await services.store.readPosition(positionId);
  if (position?.state === 'claimed') return { kind: 'busy', position };
  const isFree = position !== undefined && claimableStates(intent.action).includes(position.state);
  return isFree ? { kind: 'out-of-time' } : { kind: 'refused', position, revoked: false, recovered };
}

/** Whether the time to act is over, now or in so many milliseconds. */
function isOver({ now, until }: Services, inMs = 0): boolean {
  return until !== undefined && now() + inMs > until;
}

type Tried =
  | { kind: 'claimed'; position: Position; claim: Claim }
  | { kind: 'refused'; position: Position | undefined; revoked: boolean }
  | { kind: 'unconfirmed-claim' }
  /** It is claimed, or was given back between the claim and the read: worth another try. */
  | { kind: 'occupied'; position: Position };

async function tryClaim(
  services: Services,
  positionId: string,
  intent: Intent,
  maxUses: number | undefined,
): Promise<Tried> {
  const from = claimableStates(intent.action);
  const claim = newClaim(services, intent);
  const result = await claimPosition(services.store, { positionId, claim, from, maxUses });
  if (result.kind === 'unconfirmed-claim') return result;
  if (result.kind === 'claimed') return { ...result, claim };
  const { position, revoked } = result;
  if (position === undefined || revoked) return result;
  const usesExhausted =
    maxUses !== undefined && intent.linkId !== undefined && (position.uses[intent.linkId] ?? 0) >= maxUses;
  const isFree = !usesExhausted && from.includes(position.state);
  return position.state === 'claimed' || isFree ? { kind: 'occupied', position } : result;
}

async function claimPosition(
  store: Store,
  request: ClaimRequest,
): Promise<ClaimResult | { kind: 'unconfirmed-claim' }> {
  try {
    return await store.claimPosition(request);
  } catch (thrown) {
    if (toFault(thrown).code === 'table-unreachable') return { kind: 'unconfirmed-claim' };
    throw thrown;
  }
}

/** @returns what to answer after an abandoned claim was recovered; undefined: try to claim again. */
function afterRecovery(
  before: Claim,
  recovery: ExecutionResult,
  position: Position,
  intent: Intent,
): ExecuteResult | undefined {
  if (recovery.position.state === 'claimed')
    return covers(before, intent)
      ? { kind: 'ran', execution: recovery, claim: before }
      : { kind: 'busy', position };
  // The same link or operator started the abandoned claim, so its result is the answer.
  return isSameActor(before, intent) && recovery.result !== undefined
    ? { kind: 'ran', execution: recovery, claim: before }
    : undefined;
}

/** Whether the claim does all that is wanted: to close all is more than to keep or to close a part. */
function covers(held: Claim, intent: Intent): boolean {
  return (
    isSameActor(held, intent) ||
    (held.action === 'close' && !isPart(held)) ||
    (intent.action === 'keep' && held.action === 'keep')
  );
}

function isSameActor(held: Claim, intent: Intent): boolean {
  return held.actor === intent.actor && held.linkId === intent.linkId;
}
