import type { Intent } from '../close/claim.ts';
import { type ExecuteResult, executeAction, isUnsettled } from '../close/execute-action.ts';
import { type Fault, isLasting, toFault } from '../fault.ts';
import { isExpired, type Link, type StopTarget, type Watch } from '../link/link.ts';
import { isPaused } from '../link/pause.ts';
import { isInScope } from '../link/scope.ts';
import type { Part } from '../position/part.ts';
import type { Action } from '../position/position.ts';
import type { Services } from '../services.ts';
import { moveStop } from '../sync/move-stop.ts';
import type { StopMove } from '../sync/stop-move.ts';

/** Why a link that was armed at the hit does not act on a position any more. */
export type Withheld =
  | 'revoked'
  | 'expired'
  | 'paused'
  | 'link-paused'
  | 'rehearsal'
  /** The position has another tag now. */
  | 'left-scope'
  /** The owner has changed or removed the watch. */
  | 'not-watched';

/** What a standing link did to one position. */
export type Acted =
  | { kind: 'executed'; result: ExecuteResult }
  | { kind: 'moved'; move: StopMove }
  /** Nothing was sent. */
  | { kind: 'withheld'; why: Withheld }
  /** `begun`: something may have been written or sent before it. */
  | { kind: 'thrown'; fault: Fault; begun: boolean };

/** `going`: the sweep brings it to an end. `retrying`: provably nothing was sent, and another try may succeed. */
export type Progress = 'done' | 'going' | 'retrying' | 'refused';

/** Who acts: a hit of the link, or its watch. */
export type ActingFor = 'link' | 'watch';

/**
 * Does what a standing link wants to one position. The link and the kill switch are read right before it, because a
 * revocation stops a hit at positions of which neither knew.
 */
export async function act(
  services: Services,
  linkId: string,
  positionId: string,
  by: ActingFor = 'link',
): Promise<Acted> {
  let begun = false;
  try {
    const [{ link, why }, position] = await Promise.all([
      readArmed(services, linkId),
      // The list by which it was chosen may lag behind its owner's edit.
      services.store.readPosition(positionId),
    ]);
    if (why !== undefined || link === undefined) return { kind: 'withheld', why: why ?? 'revoked' };
    if (position !== undefined && !isInScope(link, position)) return { kind: 'withheld', why: 'left-scope' };
    const wish = toWish(link, by);
    if (wish === undefined) return { kind: 'withheld', why: 'not-watched' };
    begun = true;
    if ('stop' in wish) {
      const mayStill = async () => (await readArmed(services, linkId)).why === undefined;
      return { kind: 'moved', move: await moveStop(services, positionId, wish.stop, mayStill) };
    }
    const { maxUses, ...planned } = wish;
    const intent: Intent = { actor: by, linkId, ...planned };
    return { kind: 'executed', result: await executeAction(services, positionId, intent, maxUses) };
  } catch (thrown) {
    return { kind: 'thrown', fault: toFault(thrown), begun };
  }
}

/** @returns the link, and why it does not act, if it does not. */
export async function readArmed({ store, now }: Services, linkId: string) {
  const { link, ...pause } = await store.readLinkAndPause(linkId);
  return { link, why: findReason(link, isPaused(pause, now()), now()) };
}

function findReason(link: Link | undefined, paused: boolean, now: number): Withheld | undefined {
  if (link === undefined || link.revokedAt !== undefined) return 'revoked';
  if (isExpired(link, now)) return 'expired';
  if (paused) return 'paused';
  if (link.rehearsal === true) return 'rehearsal';
  return link.pausedReason === undefined ? undefined : 'link-paused';
}

type Wish = { stop: StopTarget } | (Part & { action: Action; maxUses?: number });

/** A part of what is left would be closed again by every repeat, so it counts once per position and link. */
function toWish(link: Link, by: ActingFor): Wish | undefined {
  const { action, byPercent, toPercent, stop, watch } = link;
  if (by === 'watch') return watch === undefined ? undefined : watchWishes[watch.then];
  if (action === 'stop' && stop !== undefined) return { stop };
  if (action === 'close' || action === 'keep') return { action };
  if (action === 'reduce' && byPercent !== undefined)
    return { action: 'close', percent: Number(byPercent), maxUses: 1 };
  if (action === 'reduce' && toPercent !== undefined) return { action: 'close', toPercent };
  throw new Error(`a ${action} link has no target`);
}

const watchWishes: Record<Watch['then'], Wish | undefined> = {
  close: { action: 'close' },
  'stop-break-even': { stop: { breakEven: true } },
  tell: undefined,
};

export function toProgress(acted: Acted): Progress {
  switch (acted.kind) {
    case 'withheld':
      return 'refused';
    case 'thrown':
      return acted.begun ? 'going' : 'retrying';
    case 'moved':
      return moves[acted.move.kind];
    case 'executed':
      return isGivenBack(acted) ? 'going' : toExecuted(acted.result);
  }
}

const moves: Record<StopMove['kind'], Progress> = {
  moved: 'done',
  pending: 'going',
  unchanged: 'done',
  unfilled: 'done',
  'would-trigger': 'refused',
  refused: 'refused',
  busy: 'retrying',
  unreachable: 'retrying',
  ended: 'done',
};

function toExecuted(result: ExecuteResult): Progress {
  switch (result.kind) {
    case 'busy':
    case 'out-of-time':
      return 'retrying';
    case 'unconfirmed-claim':
      return 'going';
    case 'refused':
      return result.revoked || result.position === undefined ? 'refused' : toPresent(result.position.state);
    case 'ran': {
      const { execution } = result;
      switch (execution.result?.kind) {
        case 'settled':
          return 'done';
        case 'failed':
        case 'attention':
          return 'refused';
        case 'released':
          return isLasting(execution.result.fault.code) ? 'refused' : 'retrying';
        case 'retry':
        case 'pending':
          return 'going';
        default:
          return toPresent(execution.position.state);
      }
    }
  }
}

/** What another process has made of the position counts. */
function toPresent(state: string): Progress {
  if (state === 'claimed') return 'going';
  return state === 'failed' || state === 'needs-attention' ? 'refused' : 'done';
}

/** Whether the sweep has to act on the position again, because another try may succeed. */
export function isLeft(acted: Acted): boolean {
  // Its sender got the answer that nothing was done. A pause that ends must not replay the hit.
  if (acted.kind === 'withheld') return false;
  const isUnconfirmed = acted.kind === 'executed' && acted.result.kind === 'unconfirmed-claim';
  return (
    isUnconfirmed ||
    isHeldByAnother(acted) ||
    isGivenBack(acted) ||
    acted.kind === 'thrown' ||
    toProgress(acted) === 'retrying'
  );
}

/**
 * Another process took the claim over and gave it back without a result. That leaves the position as it was before, open or
 * kept; another actor's claim may have failed since.
 */
function isGivenBack(acted: Acted): boolean {
  if (acted.kind !== 'executed' || acted.result.kind !== 'ran') return false;
  const { execution, claim } = acted.result;
  const { position, result } = execution;
  const { outcome } = position;
  const isOurs = outcome !== undefined && Date.parse(outcome.claimedAt) === claim.claimedAt;
  if (result !== undefined || isOurs) return false;
  if (position.state === 'failed')
    return position.failure.actor !== claim.actor || position.failure.linkId !== claim.linkId;
  return position.state === 'open' || (position.state === 'kept' && claim.action === 'close');
}

/** A claim that covers the action may be given back without an order, and its holder's sender may not send again. */
export function isHeldByAnother(acted: Acted): boolean {
  if (acted.kind !== 'executed') return false;
  const { result } = acted;
  if (result.kind === 'refused') return result.position?.state === 'claimed';
  return (
    result.kind === 'ran' &&
    result.execution.result === undefined &&
    result.execution.position.state === 'claimed'
  );
}

/** Whether a sweep that starts now brings the position to an end sooner. */
export function needsSweep(acted: Acted): boolean {
  if (isHeldByAnother(acted)) return false;
  if (isLeft(acted)) return true;
  if (acted.kind === 'executed') return isUnsettled(acted.result);
  return acted.kind === 'moved' && acted.move.kind === 'pending';
}
