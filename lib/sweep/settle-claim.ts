import { dueAt, isAbandoned } from '../close/claim.ts';
import { recover } from '../close/recover.ts';
import type { ExecutionResult } from '../close/save-result.ts';
import { toFault } from '../fault.ts';
import type { Claim, ClaimedPosition, Position } from '../position/position.ts';
import { lookUpIntervalMs } from '../position/timing.ts';
import type { Services } from '../services.ts';

/** No run waits on an older claim, because what blocks it has lasted for minutes. Each scheduled run tries it once. */
const lingerMs = 5 * 60_000;

/** A claim that a run tried to complete. */
export type Tried =
  /** This run recorded the result. */
  | { kind: 'ended'; before: Claim; execution: ExecutionResult }
  /** Its result is not known yet. */
  | { kind: 'pending'; position: ClaimedPosition }
  /** Another process has recorded the result. */
  | { kind: 'gone' };

/** Tries once to complete a claim. A claim that is not due yet is left as it is. */
export async function tryClaim(services: Services, position: Position): Promise<Tried> {
  if (position.state !== 'claimed') return { kind: 'gone' };
  if (!isAbandoned(position, services.now())) return { kind: 'pending', position };
  const execution = await recover(services, position);
  if (execution.position.state === 'claimed') return { kind: 'pending', position: execution.position };
  return execution.result === undefined
    ? { kind: 'gone' }
    : { kind: 'ended', before: position.claim, execution };
}

export interface Lingering {
  /** No try is started after this time, epoch milliseconds. */
  until: number;
  /** Waits until then. @returns false if the run has to end before. */
  waitUntil(at: number): Promise<boolean>;
}

/**
 * Tries again at each moment at which a look-up can find or prove more: when the lease ends, when the order can no
 * longer arrive, and when its absence is proven. Several runs may linger on one claim: each try is a takeover, which
 * one of them wins.
 */
export async function lingerOnClaim(
  services: Services,
  listed: ClaimedPosition,
  { until, waitUntil }: Lingering,
): Promise<Tried> {
  let position = listed;
  for (;;) {
    const now = services.now();
    const at = nextTryAt(position.claim, now);
    const waits = at <= until && now - position.claim.claimedAt <= lingerMs && (await waitUntil(at));
    if (!waits) return { kind: 'pending', position };
    const tried = await tryAgain(services, position);
    if (tried.kind !== 'pending') return tried;
    position = tried.position;
  }
}

/** Tries what is stored by now. The run keeps waiting if the table does not respond for a moment. */
async function tryAgain(services: Services, position: ClaimedPosition): Promise<Tried> {
  try {
    const stored = await services.store.readPosition(position.positionId);
    return stored === undefined ? { kind: 'gone' } : await tryClaim(services, stored);
  } catch (thrown) {
    if (toFault(thrown).code !== 'table-unreachable') throw thrown;
    return { kind: 'pending', position };
  }
}

/** A claim that is due although it was just tried could not be written, so the table or the account is out of reach. */
function nextTryAt(claim: Claim, now: number): number {
  const at = dueAt(claim);
  return at > now ? at : now + lookUpIntervalMs;
}
