import type { ExchangeOrder } from '../exchange/exchange.ts';
import { Fault, toFault } from '../fault.ts';
import type { RequestNote } from '../link/hit.ts';
import { appendFailureNotice, appendNotice } from '../notify/notice-text.ts';
import {
  type Action,
  type Claim,
  formatClientOrderId,
  type Position,
  type State,
} from '../position/position.ts';
import {
  clockMarginMs,
  leaseMs,
  maxCloseAttempts,
  orderLostAfterMs,
  requiredNotFoundCount,
  senderTimeoutMs,
  sendWindowMs,
} from '../position/timing.ts';
import type { Services } from '../services.ts';
import type { PositionChange } from '../store/store.ts';
import type { ActionResult, ActionRun } from './action-result.ts';
import { CancelUnconfirmed } from './cancel.ts';
import { finishFound } from './close-order.ts';
import { execute } from './execute.ts';
import type { ExecutionDependencies } from './execution.ts';
import { recordedExchange } from './recorded-exchange.ts';

/** Where a position stands after a run: what is durable, and what the run came to. */
export interface ExecutionResult {
  position: Position;
  /** Undefined where somebody else took over or finished it meanwhile. */
  ending: ActionResult | undefined;
  /** What the run has asked the exchange. */
  requests: RequestNote[];
}

/** The `linkId` of what the owner does without a link. */
export const byHand = 'admin';

/** What a claim is for. `linkId` is `byHand` where the owner acts without a link. */
export interface Intent {
  linkId: string;
  action: Action;
  percent?: number | undefined;
}

/** Legal prior states of a fresh claim. A kept position can be closed; keeping it again changes nothing. */
export const claimableFrom: Record<Action, State[]> = {
  close: ['open', 'kept', 'failed'],
  keep: ['open', 'failed'],
};

export function newClaim(services: Services, { linkId, action, percent }: Intent): Claim {
  const claimedAt = services.now();
  return {
    linkId,
    action,
    percent,
    leaseToken: services.randomId(),
    claimedAt,
    leaseExpiresAt: claimedAt + leaseMs,
    sendDeadline: claimedAt + sendWindowMs,
  };
}

/** Runs a fresh claim's action and writes down what came of it. */
export async function runClaim(
  services: Services,
  claimed: Position,
  claim: Claim,
): Promise<ExecutionResult> {
  const connected = await connect(services, claimed);
  const acted: ActionRun =
    'fault' in connected
      ? { ending: { kind: 'released', fault: connected.fault }, position: claimed, requests: [] }
      : await execute(connected, claimed, claim);
  return saveResult(services, claimed, claim, {
    ...acted,
    ending: keepIfSenderGone(services, claim, acted.ending),
  });
}

/**
 * A refusal in time goes back to the sender, who can try again. TradingView hangs up after 3 s and would never
 * hear it: then Ripcord goes on by itself, as it tells whoever still listens.
 */
function keepIfSenderGone(services: Services, claim: Claim, ending: ActionResult): ActionResult {
  return ending.kind === 'released' && services.now() - claim.claimedAt > senderTimeoutMs
    ? { kind: 'retry', reason: ending.fault.message }
    : ending;
}

/**
 * Takes over a claim whose lease is over and brings it to an end. The close order is looked for by the client
 * order id that its owner would have used before anything else is done; only when it provably was never taken
 * is there a new attempt, with a new id.
 */
export async function recover(services: Services, stale: Position): Promise<ExecutionResult> {
  const before = stale.claim;
  if (stale.state !== 'claimed' || before === undefined || services.now() <= before.leaseExpiresAt)
    return { position: stale, ending: undefined, requests: [] };
  const connected = await connect(services, stale);
  if ('fault' in connected) {
    const { fault } = connected;
    if (isHopeless(services, before, fault))
      return saveResult(services, stale, before, {
        // A link's holder reads it, too: no name of the owner's.
        ending: {
          kind: 'attention',
          reason: 'Its account is gone or changed, so what became of it can not be asked',
        },
        position: stale,
        requests: [],
      });
    return { position: stale, ending: { kind: 'pending', reason: fault.message }, requests: [] };
  }

  // `sendBefore` stays the dead owner's until a new attempt begins: its fence is what has to run out.
  const fresh = newClaim(services, before);
  const claim: Claim = {
    ...before,
    leaseToken: fresh.leaseToken,
    leaseExpiresAt: fresh.leaseExpiresAt,
    takenOver: true,
  };
  const taken = await services.store.savePosition(stale, { epoch: stale.epoch + 1, claim });
  if (taken === undefined) return { position: stale, ending: undefined, requests: [] };

  if (claim.action === 'close' && !claim.unsent) {
    const found = await findClose(connected, taken, claim);
    if (found.kind === 'ended') return saveResult(services, taken, found.claim, found.acted);
    // One that was sent and provably never taken is not sent for ever: the exchange has its reasons.
    const neverTaken = (found.claim.lostAttempts ?? 0) + 1;
    if (neverTaken >= maxCloseAttempts)
      return saveResult(services, taken, found.claim, attemptsLostFailure(connected, taken, found.claim));
    return startAttempt(services, connected, taken, {
      ...found.claim,
      lostAttempts: neverTaken,
      sendDeadline: fresh.sendDeadline,
    });
  }
  return startAttempt(services, connected, taken, { ...claim, sendDeadline: fresh.sendDeadline });
}

/**
 * What will not pass by itself: a key that is gone, a market that was closed. Counted from the last moment at which an
 * order may have left, so that a person is asked only when the exchange's word about it can be believed.
 */
function isHopeless({ now }: Pick<Services, 'now'>, { sendDeadline }: Claim, { code }: Fault): boolean {
  return (
    (code === 'exchange-refused' || code === 'account-not-found') && now() - sendDeadline > orderLostAfterMs
  );
}

type Found = { kind: 'absent'; claim: Claim } | { kind: 'ended'; acted: ActionRun; claim: Claim };

/** Asks for the close order of the present attempt, and keeps count of how often it was denied. */
async function findClose(deps: ExecutionDependencies, position: Position, claim: Claim): Promise<Found> {
  const pending = (reason: string, next: Claim = claim): Found => ({
    kind: 'ended',
    acted: { ending: { kind: 'pending', reason }, position, requests: deps.requests },
    claim: next,
  });
  const { exchange } = deps;
  const askedAt = deps.now();
  let order: ExchangeOrder | undefined;
  try {
    order = await exchange.fetchOrder(position.market, { clientOrderId: closeClientOrderId(position) });
  } catch (thrown) {
    const fault = toFault(thrown);
    if (!isHopeless(deps, claim, fault)) return pending(fault.message);
    const reason = `The exchange does not let Ripcord ask for the close order ${closeClientOrderId(position)}: ${fault.message}`;
    const ending: ActionResult = { kind: 'attention', reason };
    return { kind: 'ended', acted: { ending, position, requests: deps.requests }, claim };
  }
  if (order !== undefined) {
    if (order.status !== 'done') return pending('the close order is not done yet');
    try {
      const acted = await finishFound(
        deps,
        position,
        { ...claim, sendDeadline: deps.now() + sendWindowMs },
        order,
      );
      return { kind: 'ended', acted, claim };
    } catch (thrown) {
      if (!(thrown instanceof CancelUnconfirmed)) return pending(toFault(thrown).message);
      const isForAPerson =
        thrown.refusal !== undefined || (thrown.vanished && deps.now() - claim.claimedAt > orderLostAfterMs);
      if (!isForAPerson) return pending(thrown.message);
      const reason = `The close order ${order.orderId} executed ${order.filled} ${position.market.base}, but an exit could not be cancelled: ${thrown.message}.`;
      const ending: ActionResult = { kind: 'attention', reason };
      return { kind: 'ended', acted: { ending, position, requests: deps.requests }, claim };
    }
  }
  const fenceUntil = claim.sendDeadline + exchange.recvWindowMs + clockMarginMs;
  if (askedAt <= fenceUntil) return pending('the close order may still arrive at the exchange');
  // Looks are a lease apart at least, since each one needs a takeover of its own.
  const notFoundCount = (claim.notFoundCount ?? 0) + 1;
  const counted = { ...claim, notFoundCount };
  if (askedAt - fenceUntil < exchange.lookupLagMs || notFoundCount < requiredNotFoundCount)
    return pending('the exchange does not know the close order, which is not yet proof', counted);
  return { kind: 'absent', claim: counted };
}

/** The kill switch and a revocation stop what has not been sent yet. What an owner does by hand they do not. */
async function withdrawnReason(services: Services, { linkId }: Claim): Promise<string | undefined> {
  if (linkId === byHand) return undefined;
  const { link, paused } = await services.store.readLinkAndPause(linkId);
  if (paused) return 'All links were paused before a close order was sent.';
  return link?.revokedAt === undefined ? undefined : 'The link was revoked before a close order was sent.';
}

/** Given back as it was; but if its exits are gone already, that has to be told. */
function withdrawnResult(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  why: string,
): ActionRun {
  const { requests } = deps;
  const exits = canceledExits(position, claim);
  if (exits.length === 0)
    return { ending: { kind: 'released', fault: new Fault('conflict', why) }, position, requests };
  return {
    ending: {
      kind: 'failed',
      failure: {
        code: 'withdrawn',
        message: why,
        linkId: claim.linkId,
        at: new Date(deps.now()).toISOString(),
        canceledExitOrderIds: exits,
      },
    },
    position,
    requests,
  };
}

function canceledExits(position: Position, claim: Claim): string[] {
  return position.exitOrders.flatMap((exit) =>
    exit.canceledByClaimAt === claim.claimedAt && exit.orderId !== undefined ? [exit.orderId] : [],
  );
}

function attemptsLostFailure(deps: ExecutionDependencies, position: Position, claim: Claim): ActionRun {
  return {
    ending: {
      kind: 'failed',
      failure: {
        code: 'not-accepted',
        message: `${maxCloseAttempts} tries in a row came to no order at the exchange${claim.lastExchangeMessage === undefined ? '' : `; its last words: ${claim.lastExchangeMessage}`}.`,
        linkId: claim.linkId,
        at: new Date(deps.now()).toISOString(),
        canceledExitOrderIds: canceledExits(position, claim),
      },
    },
    position,
    requests: deps.requests,
  };
}

/** Starts an attempt, under a client order id that was never sent and is durable before anything is. */
async function startAttempt(
  services: Services,
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
): Promise<ExecutionResult> {
  const withdrawn = await withdrawnReason(services, claim);
  if (withdrawn !== undefined) {
    const acted = withdrawnResult(deps, position, claim, withdrawn);
    return saveResult(services, position, claim, acted);
  }
  const { notFoundCount, unsent, ...next } = claim;
  // An attempt under which nothing left is tried again, so that an outage of days uses up no ids.
  const isUsed = claim.action === 'close' && unsent !== true;
  const attempt = position.attempt + (isUsed ? 1 : 0);
  const saved = await services.store.savePosition(position, { attempt, claim: next });
  if (saved === undefined) return { position, ending: undefined, requests: deps.requests };
  const acted = await execute(deps, saved, next);
  // Whoever fired it has been told that Ripcord goes on: it is not given back by a try that failed.
  return saveResult(services, saved, next, {
    ...acted,
    ending: keepIfSenderGone(services, next, acted.ending),
  });
}

/** Writes an ending down. What could not be written is not claimed to have happened: it stays `pending`. */
async function saveResult(
  services: Services,
  held: Position,
  claim: Claim,
  acted: ActionRun,
): Promise<ExecutionResult> {
  const { ending, requests } = acted;
  try {
    const saved = await services.store.savePosition(held, toPositionChange(services, held, claim, acted));
    if (saved !== undefined) return { position: saved, ending, requests };
    const position = await services.store.readPosition(held.positionId);
    return { position: position ?? held, ending: undefined, requests };
  } catch (thrown) {
    if (toFault(thrown).code !== 'table-unreachable') throw thrown;
    const pending: ActionResult = { kind: 'pending', reason: 'the outcome could not be written down yet' };
    return { position: held, ending: pending, requests };
  }
}

function toPositionChange(
  services: Services,
  held: Position,
  claim: Claim,
  { ending, position }: ActionRun,
): PositionChange {
  const learned: PositionChange = {
    entryOrders: position.entryOrders,
    exitOrders: position.exitOrders,
    ...(position.market === held.market ? {} : { market: position.market }),
  };
  switch (ending.kind) {
    case 'settled':
      return {
        ...learned,
        state: ending.reopens ? 'open' : stateByOutcome[ending.outcome.outcome],
        outcome: ending.outcome,
        claim: null,
        notices: appendNotice(held, ending, services.now()),
      };
    case 'failed':
      return {
        ...learned,
        state: 'failed',
        failure: ending.failure,
        claim: null,
        ...refundUse(held, claim),
        notices: appendNotice(held, { ...ending, action: claim.action }, services.now()),
      };
    case 'attention':
      return {
        ...learned,
        state: 'needs-attention',
        attentionReason: ending.reason,
        claim: null,
        notices: appendNotice(held, ending, services.now()),
      };
    case 'released':
      return {
        ...learned,
        state: held.outcome?.outcome === 'kept' ? 'kept' : 'open',
        claim: null,
        ...refundUse(held, claim),
        ...(claim.linkId === byHand
          ? {}
          : { notices: appendFailureNotice(held, claim, ending.fault, services.now()) }),
      };
    case 'retry':
      // Nobody has to wait for the lease: it is proved that no close order left.
      return { ...learned, claim: { ...claim, unsent: true, leaseExpiresAt: services.now() } };
    case 'pending':
      return {
        ...learned,
        claim: { ...claim, lastExchangeMessage: ending.words ?? claim.lastExchangeMessage },
      };
  }
}

const stateByOutcome = { closed: 'closed', canceled: 'canceled', kept: 'kept', dust: 'closed' } as const;

function closeClientOrderId(position: Position): string {
  return formatClientOrderId(position.positionId, 'close', position.attempt);
}

/** What executed nothing does not count as a use of its link. */
function refundUse({ uses }: Position, { linkId }: Claim): PositionChange {
  const count = uses[linkId];
  return count === undefined ? {} : { uses: { ...uses, [linkId]: Math.max(0, count - 1) } };
}

/** The position's exchange, with a note of what it is asked. */
async function connect(
  services: Services,
  position: Position,
): Promise<ExecutionDependencies | { fault: Fault }> {
  try {
    const requests: RequestNote[] = [];
    const venue = await services.exchanges.of(position.account, position.exchange);
    const exchange = recordedExchange(venue, services.now, requests);
    return { exchange, requests, now: services.now, pause: services.sleep };
  } catch (thrown) {
    return { fault: toFault(thrown) };
  }
}
