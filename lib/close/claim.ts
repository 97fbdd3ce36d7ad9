import type { OrderView } from '../exchange/exchange.ts';
import { asFault, Fault } from '../fault.ts';
import type { RequestNote } from '../link/hit.ts';
import { withFailure, withNews } from '../notify/notice-text.ts';
import { type Action, type Claim, clientOrderIdOf, type Position, type State } from '../position/position.ts';
import {
  absentLooksNeeded,
  clockMarginMs,
  closeTries,
  hearingMs,
  leaseMs,
  sendWindowMs,
  vanishedMs,
} from '../position/timing.ts';
import type { Engine } from '../services.ts';
import type { PositionChange } from '../store/store.ts';
import type { Acted, Ending } from './action-result.ts';
import { CancelUnsettled } from './cancel.ts';
import { finishFound } from './close-order.ts';
import { act } from './execute.ts';
import type { ActDependencies } from './execution.ts';
import { recordedExchange } from './recorded-exchange.ts';

/** Where a position stands after a run: what is durable, and what the run came to. */
export interface Standing {
  position: Position;
  /** Undefined where somebody else took over or finished it meanwhile. */
  ending: Ending | undefined;
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

export const newClaim = (engine: Engine, { linkId, action, percent }: Intent): Claim => {
  const claimedAt = engine.now();
  return {
    linkId,
    action,
    percent,
    owner: engine.newMark(),
    claimedAt,
    leaseUntil: claimedAt + leaseMs,
    sendBefore: claimedAt + sendWindowMs,
  };
};

/** Runs a fresh claim's action and writes down what came of it. */
export const pursue = async (engine: Engine, claimed: Position, claim: Claim): Promise<Standing> => {
  const connected = await connect(engine, claimed);
  const acted: Acted =
    'fault' in connected
      ? { ending: { kind: 'released', fault: connected.fault }, position: claimed, requests: [] }
      : await act(connected, claimed, claim);
  return record(engine, claimed, claim, { ...acted, ending: heard(engine, claim, acted.ending) });
};

/**
 * A refusal in time goes back to the sender, who can try again. TradingView hangs up after 3 s and would never
 * hear it: then Ripcord goes on by itself, as it tells whoever still listens.
 */
const heard = (engine: Engine, claim: Claim, ending: Ending): Ending =>
  ending.kind === 'released' && engine.now() - claim.claimedAt > hearingMs
    ? { kind: 'retry', reason: ending.fault.message }
    : ending;

/**
 * Takes over a claim whose lease is over and brings it to an end. The close order is looked for by the client
 * order id that its owner would have used before anything else is done; only when it provably was never taken
 * is there a new attempt, with a new id.
 */
export const recover = async (engine: Engine, stale: Position): Promise<Standing> => {
  const before = stale.claim;
  if (stale.state !== 'claimed' || before === undefined || engine.now() <= before.leaseUntil)
    return { position: stale, ending: undefined, requests: [] };
  const connected = await connect(engine, stale);
  if ('fault' in connected) {
    const { fault } = connected;
    if (isHopeless(engine, before, fault))
      return record(engine, stale, before, {
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
  const fresh = newClaim(engine, before);
  const claim: Claim = { ...before, owner: fresh.owner, leaseUntil: fresh.leaseUntil, retried: true };
  const taken = await engine.table.savePosition(stale, { epoch: stale.epoch + 1, claim });
  if (taken === undefined) return { position: stale, ending: undefined, requests: [] };

  if (claim.action === 'close' && !claim.unsent) {
    const found = await findClose(connected, taken, claim);
    if (found.kind === 'ended') return record(engine, taken, found.claim, found.acted);
    // One that was sent and provably never taken is not sent for ever: the exchange has its reasons.
    const neverTaken = (found.claim.neverTaken ?? 0) + 1;
    if (neverTaken >= closeTries)
      return record(engine, taken, found.claim, neverTakenFailure(connected, taken, found.claim));
    return proceed(engine, connected, taken, { ...found.claim, neverTaken, sendBefore: fresh.sendBefore });
  }
  return proceed(engine, connected, taken, { ...claim, sendBefore: fresh.sendBefore });
};

/**
 * What will not pass by itself: a key that is gone, a market that was closed. Counted from the last moment at which an
 * order may have left, so that a person is asked only when the exchange's word about it can be believed.
 */
const isHopeless = ({ now }: Pick<Engine, 'now'>, { sendBefore }: Claim, { code }: Fault): boolean =>
  (code === 'exchange-refused' || code === 'unknown-account') && now() - sendBefore > vanishedMs;

type Found = { kind: 'absent'; claim: Claim } | { kind: 'ended'; acted: Acted; claim: Claim };

/** Asks for the close order of the present attempt, and keeps count of how often it was denied. */
const findClose = async (deps: ActDependencies, position: Position, claim: Claim): Promise<Found> => {
  const pending = (reason: string, next: Claim = claim): Found => ({
    kind: 'ended',
    acted: { ending: { kind: 'pending', reason }, position, requests: deps.requests },
    claim: next,
  });
  const { exchange } = deps;
  const askedAt = deps.now();
  let order: OrderView | undefined;
  try {
    order = await exchange.fetchOrder(position.market, { clientOrderId: closeIdOf(position) });
  } catch (thrown) {
    const fault = asFault(thrown);
    if (!isHopeless(deps, claim, fault)) return pending(fault.message);
    const reason = `The exchange does not let Ripcord ask for the close order ${closeIdOf(position)}: ${fault.message}`;
    const ending: Ending = { kind: 'attention', reason };
    return { kind: 'ended', acted: { ending, position, requests: deps.requests }, claim };
  }
  if (order !== undefined) {
    if (order.status !== 'done') return pending('the close order is not done yet');
    try {
      const acted = await finishFound(
        deps,
        position,
        { ...claim, sendBefore: deps.now() + sendWindowMs },
        order,
      );
      return { kind: 'ended', acted, claim };
    } catch (thrown) {
      if (!(thrown instanceof CancelUnsettled)) return pending(asFault(thrown).message);
      const isForAPerson =
        thrown.refusal !== undefined || (thrown.vanished && deps.now() - claim.claimedAt > vanishedMs);
      if (!isForAPerson) return pending(thrown.message);
      const reason = `The close order ${order.orderId} executed ${order.filled} ${position.market.base}, but an exit could not be cancelled: ${thrown.message}.`;
      const ending: Ending = { kind: 'attention', reason };
      return { kind: 'ended', acted: { ending, position, requests: deps.requests }, claim };
    }
  }
  const fenceUntil = claim.sendBefore + exchange.fenceMs + clockMarginMs;
  if (askedAt <= fenceUntil) return pending('the close order may still arrive at the exchange');
  // Looks are a lease apart at least, since each one needs a takeover of its own.
  const absentLooks = (claim.absentLooks ?? 0) + 1;
  const counted = { ...claim, absentLooks };
  if (askedAt - fenceUntil < exchange.absenceMs || absentLooks < absentLooksNeeded)
    return pending('the exchange does not know the close order, which is not yet proof', counted);
  return { kind: 'absent', claim: counted };
};

/** The kill switch and a revocation stop what has not been sent yet. What an owner does by hand they do not. */
const whyWithdrawn = async (engine: Engine, { linkId }: Claim): Promise<string | undefined> => {
  if (linkId === byHand) return undefined;
  const { link, paused } = await engine.table.openLink(linkId);
  if (paused) return 'All links were paused before a close order was sent.';
  return link?.revokedAt === undefined ? undefined : 'The link was revoked before a close order was sent.';
};

/** Given back as it was; but if its exits are gone already, that has to be told. */
const withdrawnEnding = (deps: ActDependencies, position: Position, claim: Claim, why: string): Acted => {
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
};

const canceledExits = (position: Position, claim: Claim): string[] =>
  position.exits.flatMap((exit) =>
    exit.canceledBy === claim.claimedAt && exit.orderId !== undefined ? [exit.orderId] : [],
  );

const neverTakenFailure = (deps: ActDependencies, position: Position, claim: Claim): Acted => ({
  ending: {
    kind: 'failed',
    failure: {
      code: 'never-taken',
      message: `${closeTries} tries in a row came to no order at the exchange${claim.lastWords === undefined ? '' : `; its last words: ${claim.lastWords}`}.`,
      linkId: claim.linkId,
      at: new Date(deps.now()).toISOString(),
      canceledExitOrderIds: canceledExits(position, claim),
    },
  },
  position,
  requests: deps.requests,
});

/** Starts an attempt, under a client order id that was never sent and is durable before anything is. */
const proceed = async (
  engine: Engine,
  deps: ActDependencies,
  position: Position,
  claim: Claim,
): Promise<Standing> => {
  const withdrawn = await whyWithdrawn(engine, claim);
  if (withdrawn !== undefined) {
    const acted = withdrawnEnding(deps, position, claim, withdrawn);
    return record(engine, position, claim, acted);
  }
  const { absentLooks, unsent, ...next } = claim;
  // An attempt under which nothing left is tried again, so that an outage of days uses up no ids.
  const isUsed = claim.action === 'close' && unsent !== true;
  const attempt = position.attempt + (isUsed ? 1 : 0);
  const saved = await engine.table.savePosition(position, { attempt, claim: next });
  if (saved === undefined) return { position, ending: undefined, requests: deps.requests };
  const acted = await act(deps, saved, next);
  // Whoever fired it has been told that Ripcord goes on: it is not given back by a try that failed.
  return record(engine, saved, next, { ...acted, ending: heard(engine, next, acted.ending) });
};

/** Writes an ending down. What could not be written is not claimed to have happened: it stays `pending`. */
const record = async (engine: Engine, held: Position, claim: Claim, acted: Acted): Promise<Standing> => {
  const { ending, requests } = acted;
  try {
    const saved = await engine.table.savePosition(held, changeOf(engine, held, claim, acted));
    if (saved !== undefined) return { position: saved, ending, requests };
    const position = await engine.table.readPosition(held.positionId);
    return { position: position ?? held, ending: undefined, requests };
  } catch (thrown) {
    if (asFault(thrown).code !== 'table-unreachable') throw thrown;
    const pending: Ending = { kind: 'pending', reason: 'the outcome could not be written down yet' };
    return { position: held, ending: pending, requests };
  }
};

const changeOf = (
  engine: Engine,
  held: Position,
  claim: Claim,
  { ending, position }: Acted,
): PositionChange => {
  const learned: PositionChange = {
    entries: position.entries,
    exits: position.exits,
    ...(position.market === held.market ? {} : { market: position.market }),
  };
  switch (ending.kind) {
    case 'settled':
      return {
        ...learned,
        state: ending.reopens ? 'open' : stateOfOutcome[ending.outcome.outcome],
        outcome: ending.outcome,
        claim: null,
        notices: withNews(held, ending, engine.now()),
      };
    case 'failed':
      return {
        ...learned,
        state: 'failed',
        failure: ending.failure,
        claim: null,
        ...unused(held, claim),
        notices: withNews(held, { ...ending, action: claim.action }, engine.now()),
      };
    case 'attention':
      return {
        ...learned,
        state: 'needs-attention',
        attention: ending.reason,
        claim: null,
        notices: withNews(held, ending, engine.now()),
      };
    case 'released':
      return {
        ...learned,
        state: held.outcome?.outcome === 'kept' ? 'kept' : 'open',
        claim: null,
        ...unused(held, claim),
        ...(claim.linkId === byHand ? {} : { notices: withFailure(held, claim, ending.fault, engine.now()) }),
      };
    case 'retry':
      // Nobody has to wait for the lease: it is proved that no close order left.
      return { ...learned, claim: { ...claim, unsent: true, leaseUntil: engine.now() } };
    case 'pending':
      return { ...learned, claim: { ...claim, lastWords: ending.words ?? claim.lastWords } };
  }
};

const stateOfOutcome = { closed: 'closed', canceled: 'canceled', kept: 'kept', dust: 'closed' } as const;

const closeIdOf = (position: Position): string =>
  clientOrderIdOf(position.positionId, 'close', position.attempt);

/** What executed nothing does not count as a use of its link. */
const unused = ({ uses }: Position, { linkId }: Claim): PositionChange => {
  const count = uses[linkId];
  return count === undefined ? {} : { uses: { ...uses, [linkId]: Math.max(0, count - 1) } };
};

/** The position's exchange, with a note of what it is asked. */
const connect = async (engine: Engine, position: Position): Promise<ActDependencies | { fault: Fault }> => {
  try {
    const requests: RequestNote[] = [];
    const venue = await engine.exchanges.of(position.account, position.exchange);
    const exchange = recordedExchange(venue, engine.now, requests);
    return { exchange, requests, now: engine.now, pause: engine.pause };
  } catch (thrown) {
    return { fault: asFault(thrown) };
  }
};
