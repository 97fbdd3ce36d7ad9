import { type Amount, isPositive } from '../amount.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { needsProtection, protect } from '../exits/protect.ts';
import { type ExitChange, replaceExits } from '../exits/replace-exits.ts';
import { Fault, type FaultCode } from '../fault.ts';
import type { StopTarget } from '../link/link.ts';
import type { StopLossPlan } from '../position/exit-plan.ts';
import { isFinal, type Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';
import type { Services } from '../services.ts';
import type { PositionChange } from '../store/store.ts';
import { checkChange, readBreakEven } from './change-exits.ts';
import { decideStop, type StopDecision, toTargetPrice } from './decide-stop.ts';
import { openStops } from './present-stop.ts';
import { restStop } from './rest-stop.ts';
import type { StopMove } from './stop-move.ts';
import { syncPosition } from './sync-position.ts';

const unchanged = 'The stop is unchanged.';
const notFilled = `Nothing has filled yet, so there is no entry price. ${unchanged}`;
/** The sweep and the console's polling write the position, too. */
const tries = 4;

/**
 * Moves the stop of a position to a target, if that is better than the present stop. Of two hits, the later one compares
 * with what the earlier one has written, so that no order of hits loosens it. Throws what the table throws.
 * @param mayStill asked right before the write: reading the exchange takes time, in which its link may be revoked.
 */
export async function moveStop(
  services: Services,
  positionId: string,
  target: StopTarget,
  mayStill: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<StopMove> {
  for (let count = 0; count < tries; count += 1) {
    const result = await tryMove(services, positionId, target, { isLast: count === tries - 1, mayStill });
    if (result !== 'conflict') return result;
  }
  return { kind: 'busy', detail: `The position changed at the same time. ${unchanged}` };
}

/** What a move would do now: the position as the exchange shows it and a decision, or why nothing would move. */
export type StopPreview = { synced: Position; decision: StopDecision } | StopMove;

/** Sends nothing that changes anything. Throws what the table throws. */
export async function previewStop(
  services: Services,
  stored: Position,
  target: StopTarget,
): Promise<StopPreview> {
  return findObstacle(stored) ?? orFailure(stored, () => readTarget(services, stored, target));
}

async function tryMove(
  services: Services,
  positionId: string,
  target: StopTarget,
  { isLast, mayStill }: { isLast: boolean; mayStill: () => Promise<boolean> },
): Promise<StopMove | 'conflict'> {
  const stored = await services.store.readPosition(positionId);
  if (stored === undefined) return { kind: 'ended', detail: `There is no position ${positionId}.` };
  const held = findObstacle(stored);
  if (held !== undefined) return held;
  const read = await orFailure(stored, () => readTarget(services, stored, target));
  if ('kind' in read) return read;
  const { synced, exchange, decision } = read;
  if (decision.kind === 'unchanged' && !isLast && isUnplaced(synced, decision)) {
    // The exchange may refuse it, and then the target would be the better one.
    await orFailure(synced, () => protect(services, synced));
    return 'conflict';
  }
  if (decision.kind === 'unchanged')
    return {
      kind: 'unchanged',
      position: synced,
      price: decision.present.price,
      detail: describeKept(decision),
    };
  if (decision.kind !== 'move')
    return { kind: decision.kind, position: synced, detail: `${decision.detail} ${unchanged}` };
  const { stop } = decision;
  const change = toChange(synced, stop);
  const refused = await orFailure(synced, () => checkChange(synced, change, exchange));
  if (refused !== undefined) return refused;
  if (!(await mayStill()))
    return { kind: 'refused', position: synced, detail: `The link may not move it any more. ${unchanged}` };
  if (!hasTime(services)) return outOfTime(synced);
  const written = replaceStop(synced, change, decision.previous, services.now());
  const saved = await services.store.savePosition(synced, written);
  return saved === undefined ? 'conflict' : restStop(services, saved, stop.price);
}

interface TargetRead {
  synced: Position;
  exchange: Exchange;
  decision: StopDecision;
}

/** Reads the position and where its stop is to go. Sends nothing that changes anything. */
async function readTarget(
  services: Services,
  stored: Position,
  target: StopTarget,
): Promise<TargetRead | StopMove> {
  if (!hasTime(services)) return outOfTime(stored);
  const startedAt = services.now();
  const figures = 'breakEven' in target ? 'all' : 'none';
  const synced = await syncPosition(services, stored, { figures });
  const held = findObstacle(synced);
  if (held !== undefined) return held;
  const isFilled = isPositive(computeTotals(synced).filled);
  if ('breakEven' in target && !isFilled) return { kind: 'unfilled', position: synced, detail: notFilled };
  if (!hasTime(services)) return outOfTime(synced);
  const exchange = await services.exchanges.of(synced.account, synced.exchange);
  const mark = readMark(synced, startedAt);
  const reference = isFilled ? mark : (synced.entryOrders[0]?.price ?? mark);
  if (reference === undefined || (mark === undefined && 'trailPercent' in target))
    return { kind: 'unreachable', position: synced, detail: `The price could not be read. ${unchanged}` };
  const price =
    'breakEven' in target
      ? await readBreakEven(synced, exchange)
      : toTargetPrice(synced, target, mark ?? reference);
  return { synced, exchange, decision: decideStop(synced, price, reference) };
}

/** A price that this sync did not read may be minutes old. */
function readMark({ lastSync }: Position, since: number): Amount | undefined {
  return lastSync !== undefined && lastSync.at >= since ? lastSync.price : undefined;
}

function findObstacle(position: Position): StopMove | undefined {
  const { state, lastSync } = position;
  const { filled, remaining } = computeTotals(position);
  if (state === 'claimed') return { kind: 'busy', position, detail: `The position is closing. ${unchanged}` };
  if (isFinal(state) || (isPositive(filled) && !isPositive(remaining)))
    return { kind: 'ended', position, detail: 'The position has ended.' };
  if (state === 'needs-attention')
    return { kind: 'refused', position, detail: `The position needs its owner's attention. ${unchanged}` };
  if (lastSync?.flatSince === undefined) return undefined;
  const detail = `The account does not show the position now. ${unchanged}`;
  return { kind: 'refused', position, detail };
}

/** Whether the plan has a better stop that is still to be placed. */
function isUnplaced(position: Position, { present }: Extract<StopDecision, { kind: 'unchanged' }>): boolean {
  return !present.rests && needsProtection(position);
}

/**
 * On spot, exits share their coins, so that a change names all adopted ones. If these are stops alone, the change of the stop
 * names them.
 */
function toChange(position: Position, stopLoss: NonNullable<ExitChange['stopLoss']>): ExitChange {
  const { market, exitPlan, exitOrders } = position;
  const stops = openStops(position);
  const onlyStops = exitOrders.every((order) => order.status === 'done' || stops.includes(order));
  const hasTargets = (exitPlan?.takeProfits.length ?? 0) > 0;
  return market.kind === 'spot' && onlyStops && !hasTargets ? { takeProfits: [], stopLoss } : { stopLoss };
}

/** The plan may have this price already, while its owner has moved the order elsewhere. */
function replaceStop(
  position: Position,
  change: ExitChange,
  previous: StopLossPlan['previous'],
  now: number,
): PositionChange {
  const { exitPlan: known } = position;
  const withoutStop = known && { ...known, stopLoss: undefined };
  const { exitPlan, exitOrders } = replaceExits({ ...position, exitPlan: withoutStop }, change, now);
  return {
    exitOrders,
    exitPlan: exitPlan && {
      ...exitPlan,
      stopLoss: exitPlan.stopLoss && { ...exitPlan.stopLoss, previous },
    },
  };
}

function describeKept({ present: { price, rests } }: Extract<StopDecision, { kind: 'unchanged' }>): string {
  return `The present stop at ${price} is as good as the new one, or better. ${rests ? 'It rests at the exchange.' : 'It is not confirmed at the exchange yet.'}`;
}

function hasTime({ now, until }: Services): boolean {
  return until === undefined || now() < until;
}

function outOfTime(position: Position): StopMove {
  return { kind: 'unreachable', position, detail: `There was no time left to move the stop. ${unchanged}` };
}

/** What stops a move before anything is written. Other faults are the table's, or unexpected. */
const failures: Partial<Record<FaultCode, 'unreachable' | 'refused' | 'would-trigger'>> = {
  'exchange-unreachable': 'unreachable',
  'accounts-unreadable': 'unreachable',
  'exchange-refused': 'refused',
  'key-refused': 'refused',
  'account-not-found': 'refused',
  'accounts-denied': 'refused',
  'account-invalid': 'refused',
  'invalid-input': 'refused',
  // The fees of a fill are known a moment after it, and then the move can be tried again.
  conflict: 'unreachable',
  'would-trigger': 'would-trigger',
};

async function orFailure<Result>(
  position: Position,
  read: () => Promise<Result>,
): Promise<Result | StopMove> {
  try {
    return await read();
  } catch (thrown) {
    const kind = thrown instanceof Fault ? failures[thrown.code] : undefined;
    if (kind === undefined || !(thrown instanceof Fault)) throw thrown;
    return { kind, position, detail: `${thrown.detail} ${unchanged}` };
  }
}
