import type { Engine } from '../engine.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { asFault, type Fault } from '../fault.ts';
import { type Action, type Claim, clientOrderIdOf, type Position, type State } from '../position/position.ts';
import { absentLooksNeeded, clockMarginMs, leaseMs, sendWindowMs } from '../position/timing.ts';
import type { PositionChange } from '../table/table.ts';
import { act } from './act.ts';
import { finishFound } from './close-order.ts';
import type { Acted, Ending } from './ending.ts';
import type { ActDependencies } from './run.ts';

/** Where a position stands after a run: what is durable, and what the run came to. */
export interface Standing {
  position: Position;
  /** Undefined where somebody else took over or finished it meanwhile. */
  ending: Ending | undefined;
}

/** Legal prior states of a fresh claim. A kept position can be closed; keeping it again changes nothing. */
export const claimableFrom: Record<Action, State[]> = {
  close: ['open', 'kept', 'failed'],
  keep: ['open', 'failed'],
};

export const newClaim = (engine: Engine, linkId: string, action: Action): Claim => {
  const claimedAt = engine.now();
  return {
    linkId,
    action,
    owner: engine.newMark(),
    claimedAt,
    leaseUntil: claimedAt + leaseMs,
    sendBefore: claimedAt + sendWindowMs,
  };
};

/** Runs a fresh claim's action and writes down what came of it. */
export const pursue = async (engine: Engine, claimed: Position, claim: Claim): Promise<Standing> => {
  const exchange = await connect(engine, claimed);
  if ('fault' in exchange)
    return record(engine, claimed, claim, {
      ending: { kind: 'released', fault: exchange.fault },
      position: claimed,
    });
  return record(engine, claimed, claim, await act(dependencies(engine, exchange.exchange), claimed, claim));
};

/**
 * Takes over a claim whose lease is over and brings it to an end. The close order is looked for by the client
 * order id that its owner would have used before anything else is done; only when it provably was never taken
 * is there a new attempt, with a new id.
 */
export const recover = async (engine: Engine, stale: Position): Promise<Standing> => {
  const before = stale.claim;
  if (stale.state !== 'claimed' || before === undefined || engine.now() <= before.leaseUntil)
    return { position: stale, ending: undefined };
  const connected = await connect(engine, stale);
  if ('fault' in connected)
    return { position: stale, ending: { kind: 'pending', reason: connected.fault.message } };
  const { exchange } = connected;

  // `sendBefore` stays the dead owner's until a new attempt begins: its fence is what has to run out.
  const fresh = newClaim(engine, before.linkId, before.action);
  const claim: Claim = { ...before, owner: fresh.owner, leaseUntil: fresh.leaseUntil };
  const taken = await engine.table.savePosition(stale, { epoch: stale.epoch + 1, claim });
  if (taken === undefined) return { position: stale, ending: undefined };

  if (claim.action === 'close' && !claim.unsent) {
    const found = await findClose(engine, exchange, taken, claim);
    if (found.kind === 'ended') return record(engine, taken, found.claim, found.acted);
    return proceed(engine, exchange, taken, { ...found.claim, sendBefore: fresh.sendBefore });
  }
  return proceed(engine, exchange, taken, { ...claim, sendBefore: fresh.sendBefore });
};

type Found = { kind: 'absent'; claim: Claim } | { kind: 'ended'; acted: Acted; claim: Claim };

/** Asks for the close order of the present attempt, and keeps count of how often it was denied. */
const findClose = async (
  engine: Engine,
  exchange: Exchange,
  position: Position,
  claim: Claim,
): Promise<Found> => {
  const pending = (reason: string, next: Claim = claim): Found => ({
    kind: 'ended',
    acted: { ending: { kind: 'pending', reason }, position },
    claim: next,
  });
  const askedAt = engine.now();
  let order: Awaited<ReturnType<Exchange['fetchOrder']>>;
  try {
    order = await exchange.fetchOrder(position.market, { clientOrderId: closeIdOf(position) });
  } catch (thrown) {
    return pending(asFault(thrown).message);
  }
  if (order !== undefined) {
    if (order.status !== 'done') return pending('the close order is not done yet');
    try {
      const acted = await finishFound(dependencies(engine, exchange), position, claim, order);
      return { kind: 'ended', acted, claim };
    } catch (thrown) {
      return pending(asFault(thrown).message);
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

/** Starts a new attempt, under a new client order id that is durable before anything is sent. */
const proceed = async (
  engine: Engine,
  exchange: Exchange,
  position: Position,
  claim: Claim,
): Promise<Standing> => {
  const { absentLooks, unsent, ...next } = claim;
  const saved = await engine.table.savePosition(position, { attempt: position.attempt + 1, claim: next });
  if (saved === undefined) return { position, ending: undefined };
  return record(engine, saved, next, await act(dependencies(engine, exchange), saved, next));
};

/** Writes an ending down. What could not be written is not claimed to have happened: it stays `pending`. */
const record = async (engine: Engine, held: Position, claim: Claim, acted: Acted): Promise<Standing> => {
  try {
    const saved = await engine.table.savePosition(held, changeOf(engine, held, claim, acted));
    if (saved !== undefined) return { position: saved, ending: acted.ending };
    const position = await engine.table.readPosition(held.positionId);
    return { position: position ?? held, ending: undefined };
  } catch (thrown) {
    if (asFault(thrown).code !== 'table-unreachable') throw thrown;
    return {
      position: held,
      ending: { kind: 'pending', reason: 'the outcome could not be written down yet' },
    };
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
        state: stateOfOutcome[ending.outcome.outcome],
        outcome: ending.outcome,
        claim: null,
      };
    case 'failed':
      return { ...learned, state: 'failed', failure: ending.failure, claim: null };
    case 'attention':
      return { ...learned, state: 'needs-attention', attention: ending.reason, claim: null };
    case 'released':
      return { ...learned, state: held.outcome?.outcome === 'kept' ? 'kept' : 'open', claim: null };
    case 'retry':
      // Nobody has to wait for the lease: it is proved that no close order left.
      return { ...learned, claim: { ...claim, unsent: true, leaseUntil: engine.now() } };
    case 'pending':
      return { ...learned, claim };
  }
};

const stateOfOutcome = { closed: 'closed', canceled: 'canceled', kept: 'kept', dust: 'closed' } as const;

const closeIdOf = (position: Position): string =>
  clientOrderIdOf(position.positionId, 'close', position.attempt);

const dependencies = (engine: Engine, exchange: Exchange): ActDependencies => ({
  exchange,
  now: engine.now,
  pause: engine.pause,
});

const connect = async (
  engine: Engine,
  position: Position,
): Promise<{ exchange: Exchange } | { fault: Fault }> => {
  try {
    return { exchange: await engine.exchanges.of(position.account) };
  } catch (thrown) {
    return { fault: asFault(thrown) };
  }
};
