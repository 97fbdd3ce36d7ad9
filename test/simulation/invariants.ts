import { decimal } from '../../lib/amount.ts';
import type { Outcome, Position } from '../../lib/position/position.ts';
import { lateReadMs } from '../../lib/position/timing.ts';
import { type HitResponse, responseForFault } from '../../lib/trigger/response.ts';
import type { Actor } from './actor.ts';
import {
  exitsRest,
  exitsTakeNoMore,
  largerExitsAreNamed,
  profitIsTrue,
  stopsFit,
  targetsFillOnce,
} from './exit-invariants.ts';
import { type ModelBook, toText } from './model-exchange.ts';
import type { Plan, PlannedEvent, PlannedFault } from './plan.ts';
import { findsOutInTime } from './watch.ts';

/** One hit, and what was true when it was answered. */
export interface Hit {
  /** Which link of the plan. */
  link: number;
  linkId: string;
  startedAt: number;
  answeredAt?: number;
  actor: Actor;
  answer: HitResponse | undefined;
  thrown?: unknown;
  /** The position as the table had it at the moment of the answer. */
  durable?: Position | undefined;
  /** Close orders that had executed by then. */
  executed?: string[];
  /** Live exits that could take more than what remained then. */
  largerExits?: string[];
}

export interface Evidence {
  plan: Plan;
  book: ModelBook;
  position: Position | undefined;
  hits: Hit[];
  /** Revocations that were answered as done. */
  revocations: { linkId: string; at: number }[];
  processes: Actor[];
  /** Every change of the position's state. */
  transitions: Set<string>;
  /** Every claim that the table granted, when it did. */
  claims: { linkId: string; at: number }[];
  /** How often an older version wrote what a newer one had written. */
  downgrades: number;
  /** The faults that have happened, and when. */
  faults: (PlannedFault & { at: number })[];
  /** True time at which the position was first stored as closed or canceled. */
  endedAt: number | undefined;
  /** When the sweeps of the schedule began. */
  sweeps: number[];
  /** By the client order id of a close order: the target of the claim that sent it. */
  targets: Map<string, string>;
  /** Acts that settled, and what was the position's own then. */
  acts: { toPercent: string | undefined; outcome: Outcome; left: number; net: number }[];
}

function same(a: string | undefined, b: string): boolean {
  return decimal(a ?? '-1').eq(decimal(b));
}

/** @returns every way in which a run broke the promise; none is what is hoped for. */
export function judge(evidence: Evidence): string[] {
  return [
    ...nothingTooMuch(evidence),
    ...alwaysAnOutcome(evidence),
    ...outcomeIsTrue(evidence),
    ...revokedDoesNothing(evidence),
    ...answersAreDurable(evidence),
    ...takenUpIsDone(evidence),
    ...sellsWhatIsFree(evidence),
    ...newerIsRefused(evidence),
    ...answeredInTime(evidence),
    ...neverUnexpected(evidence),
    ...presentIsTrue(evidence),
    ...sendsUnderItsClaim(evidence),
    ...leavesNoExit(evidence),
    ...sparesTheNextPosition(evidence),
    ...exitsTakeNoMore(evidence),
    ...largerExitsAreNamed(evidence),
    ...exitsRest(evidence),
    ...targetsFillOnce(evidence),
    ...stopsFit(evidence),
    ...profitIsTrue(evidence),
    ...findsOutInTime(evidence),
    ...leavesTheTarget(evidence),
    ...reachesTheTarget(evidence),
  ];
}

/** 1. Closes never execute more than the position's own, and at most one close order executes. */
function nothingTooMuch({ book, plan, claims }: Evidence): string[] {
  const executed = book.of('close').filter((order) => order.filled > 0);
  const outside = plan.events.some((event) => event.kind === 'flip' || event.kind === 'close-outside');
  // What other orders hold is left for the next hit.
  const most = isSoldOutside(plan) ? claims.length : 1 + partsOf(plan);
  return [
    ...(executed.length > most ? [`1: ${executed.length} close orders executed`] : []),
    ...(book.positionLeft() < 0 && !outside
      ? [`1: closed ${toText(-book.positionLeft())} more than the position's own`]
      : []),
    ...(book.of('close').some((order) => order.side !== (plan.side === 'long' ? 'sell' : 'buy'))
      ? ['1: a close on the wrong side']
      : []),
  ];
}

/** 2. Every claim ends in a recorded outcome. */
function alwaysAnOutcome({ position }: Evidence): string[] {
  return position === undefined || position.state === 'claimed'
    ? [`2: the position is ${position?.state ?? 'gone'} at the end`]
    : [];
}

/** 3. A recorded outcome is what the exchange's ledger says. */
function outcomeIsTrue({ book, plan, position }: Evidence): string[] {
  if (position === undefined) return [];
  const executed = book.of('close').filter((order) => order.filled > 0);
  const entered = book.of('entry').reduce((total, order) => total + order.filled, 0);
  const exited = book.of('exit').reduce((total, order) => total + order.filled, 0);
  const { state, outcome } = position;
  const parts = partsOf(plan);
  const wrong: string[] = [];
  const expect = (holds: boolean, words: string) => {
    if (!holds)
      wrong.push(
        `3: ${state}${outcome === undefined ? '' : ` (${outcome.outcome} by ${outcome.closedBy})`}, but ${words}`,
      );
  };
  if (state === 'closed' && outcome?.closedBy === 'ripcord' && outcome.outcome === 'closed') {
    const named = executed.find((order) => order.orderId === outcome.closeOrderId);
    expect(named !== undefined, 'the order that it names did not execute');
    expect(same(outcome.closedAmount, toText(named?.filled ?? 0)), 'another amount was executed');
    const meddled = plan.events.some((event) => isOutside(event) || event.kind === 'reduce-outside');
    expect(meddled || book.positionLeft() < 2, `${toText(book.positionLeft())} is left that could be closed`);
    expect(same(outcome.remaining, toText(book.positionLeft())) || meddled, 'another rest was named');
  } else if (state !== 'needs-attention' && !isSoldOutside(plan))
    expect(executed.length <= parts, `the ledger has ${executed.length} executed close orders`);
  if (state === 'closed' || state === 'canceled')
    expect(!book.of('entry').some((order) => order.live), 'an entry order is still live');
  if ((state === 'closed' || state === 'canceled') && outcome !== undefined)
    expect(same(outcome.entryFilled, toText(entered)), `the entry filled ${toText(entered)}`);
  if (state === 'canceled') expect(entered === 0, 'the entry filled');
  if (state === 'canceled')
    expect(!book.of('exit').some((order) => order.live), 'an exit order is still live');
  if (state === 'closed' && outcome?.closedBy === 'exit-order') expect(exited > 0, 'no exit order filled');
  if (state === 'closed' && outcome?.closedBy === 'external')
    expect(plan.events.some(isOutside), 'nobody closed it outside');
  if (state === 'closed' && outcome?.outcome === 'dust')
    expect(book.positionLeft() < 2, 'what is left could be closed');
  if (state === 'kept') expect(entered > 0, 'nothing filled that could be kept');
  return wrong;
}

export function isOutside({ kind }: PlannedEvent): boolean {
  return kind === 'close-outside' || kind === 'flip' || kind === 'sell-outside';
}

function isSoldOutside(plan: Plan): boolean {
  return plan.side === 'long' && plan.events.some(({ kind }) => kind === 'sell-outside');
}

function sumSoldOutside({ events }: Plan): number {
  return events.reduce((total, event) => total + (event.kind === 'sell-outside' ? event.sold : 0), 0);
}

/** 11. A spot close that was refused for want of coins leaves none that it could have sold. */
function sellsWhatIsFree({ plan, book, position }: Evidence): string[] {
  // A balance that could not be read leaves the refusal.
  if (position?.failure?.code !== 'insufficient' || plan.market !== 'spot' || plan.faults.length > 0)
    return [];
  const free = Math.min(book.holding - book.locked(), book.positionLeft());
  return free < 2 ? [] : [`11: refused, but ${toText(free)} is free`];
}

function isReduction(event: PlannedEvent): boolean {
  return event.kind === 'act' && event.toPercent !== undefined;
}

function isReducing({ events }: Plan): boolean {
  return events.some(isReduction);
}

/** How many partial closes a plan has. */
function partsOf({ links, events }: Plan): number {
  const reductions = events.filter(isReduction);
  return links.filter((link) => link === 'half').length + reductions.length;
}

/** 4. A link that was revoked before a hit does nothing. */
function revokedDoesNothing({ hits, revocations, claims }: Evidence): string[] {
  const wrong: string[] = [];
  for (const { linkId, at } of revocations) {
    for (const claim of claims)
      if (claim.linkId === linkId && claim.at > at) wrong.push('4: a claim by a link that had been revoked');
    for (const hit of hits)
      if (
        hit.linkId === linkId &&
        hit.startedAt > at &&
        hit.answer !== undefined &&
        hit.answer.httpStatus !== 410
      )
        wrong.push(`4: a revoked link was answered ${hit.answer.httpStatus}`);
  }
  return wrong;
}

/** 5. An answer never says more than what is durable. */
function answersAreDurable({ hits, plan }: Evidence): string[] {
  const wrong: string[] = [];
  for (const { answer, durable, executed = [] } of hits) {
    if (answer === undefined) continue;
    const { outcome, httpStatus: status, publicMessage } = answer;
    // What a partial close has executed before is no contradiction to a later refusal.
    const sound = partsOf(plan) === 0 && !isSoldOutside(plan);
    if (status === 200 && outcome !== undefined) {
      const recorded = durable?.outcome;
      // A kept position may be closed by another hit before this answer is out; its keeping was recorded.
      const superseded =
        outcome.percent !== undefined ||
        isReducing(plan) ||
        (outcome.outcome === 'kept' && recorded !== undefined);
      if (!superseded && JSON.stringify(recorded?.outcome) !== JSON.stringify(outcome.outcome))
        wrong.push(`5: answered ${outcome.outcome}, recorded ${recorded?.outcome ?? 'nothing'}`);
      if (
        outcome.outcome === 'closed' &&
        outcome.closedBy === 'ripcord' &&
        !executed.includes(outcome.closeOrderId ?? '')
      )
        wrong.push('5: answered closed before the order executed');
    }
    if (sound && status === 422 && executed.length > 0 && durable?.state === 'failed')
      wrong.push('5: answered refused, but a close had executed');
    if (sound && status === 503 && /Nothing was sent/.test(publicMessage) && executed.length > 0)
      wrong.push('5: answered that nothing was sent, but a close had executed');
  }
  return wrong;
}

/** 6. A close of all that was taken up, by its answer, is not lost to a keep or a part-close beside it. */
function takenUpIsDone({ plan, hits, position, transitions }: Evidence): string[] {
  const over = ['closed', 'canceled', 'failed', 'needs-attention'];
  if (position === undefined || over.includes(position.state)) return [];
  // Who was told to come again, and did not, has given the close up for all that were waiting for it.
  if (hits.some(({ answer }) => (answer?.httpStatus ?? 0) >= 500)) return [];
  // A close that failed was reported as such, and another link may have kept the position since.
  if (transitions.has('claimed → failed')) return [];
  // What other orders hold of a spot long stays open.
  if (isSoldOutside(plan)) return [];
  // A revocation stops what has not been sent, and whoever waited for it.
  if (plan.events.some((event) => event.kind === 'revoke')) return [];
  return hits
    .filter((hit) => plan.links[hit.link] === 'close')
    .filter(({ answer }) => answer?.httpStatus === 200 || answer?.httpStatus === 202)
    .map(
      ({ answer }) => `6: a close was answered ${answer?.httpStatus}, and the position is ${position.state}`,
    );
}

/** 7. An older version never writes what a newer one has written: it could undo what it does not understand. */
function newerIsRefused({ downgrades }: Evidence): string[] {
  return downgrades > 0 ? ['7: an older version wrote a newer position'] : [];
}

/** A process that goes on after a freeze only has to read the record and answer. */
const afterThawMs = lateReadMs + 50;

/** 8. A hit asks the exchange for nothing later than 2.5 s after its arrival, and is answered within 3 s. */
function answeredInTime({ hits }: Evidence): string[] {
  const wrong: string[] = [];
  for (const { startedAt, answeredAt = startedAt, actor } of hits) {
    for (const { at, name } of actor.asked)
      if (at > startedAt + 2_500) wrong.push(`8: a ${name} began ${at - startedAt} ms after the hit`);
    if (answeredAt > Math.max(startedAt + 3_000, actor.resumedAt + afterThawMs))
      wrong.push(`8: a hit was answered after ${answeredAt - startedAt} ms`);
  }
  return wrong;
}

/** 9. A hit is never answered with an unexpected error. */
function neverUnexpected({ hits }: Evidence): string[] {
  return hits.flatMap(({ answer, thrown }) =>
    answer?.httpStatus === 500 || (thrown !== undefined && responseForFault(thrown).httpStatus === 500)
      ? [`9: answered with an unexpected error: ${answer?.detail ?? String(thrown)}`]
      : [],
  );
}

/** 10. What an answer says of the present is so at that moment. */
function presentIsTrue({ hits, plan }: Evidence): string[] {
  const isRevoked = plan.events.some(({ kind }) => kind === 'revoke');
  return hits.flatMap(({ answer, durable, executed = [] }) => {
    if (answer === undefined) return [];
    const { publicMessage } = answer;
    const wrong: string[] = [];
    if (/not sent yet/.test(publicMessage) && executed.length > 0 && partsOf(plan) === 0)
      wrong.push('10: answered that no close order was sent yet, but one had executed');
    if (
      /Ripcord continues automatically\. There/.test(publicMessage) &&
      durable?.state === 'open' &&
      !isRevoked
    )
      wrong.push(`10: answered that Ripcord continues, but the position is ${durable?.state}`);
    return wrong;
  });
}

/** 11. A process sends a close order only while it holds the claim, and before the deadline that is stored in it. */
function sendsUnderItsClaim({ processes }: Evidence): string[] {
  return processes.flatMap(({ trespasses }) => trespasses.map((how) => `11: a close order was sent ${how}`));
}

/** 12. A position that Ripcord closed leaves no exit that could act on the next one. */
function leavesNoExit({ book, position }: Evidence): string[] {
  const { state, outcome } = position ?? {};
  const isClosed = state === 'closed' && outcome?.closedBy === 'ripcord' && outcome.outcome === 'closed';
  return isClosed && book.of('exit').some((order) => order.live)
    ? ['12: Ripcord closed the position, and an exit order is still live']
    : [];
}

/** No claim that began before the next position can still send after this long. */
const claimEndsMs = 12_000;

/** 13. A late alert never closes the trader's next position. */
function sparesTheNextPosition({ book, plan }: Evidence): string[] {
  const { nextOpenedAt } = book;
  // A request without an answer shows nothing, and the close is worth more than the doubt.
  if (nextOpenedAt === undefined || plan.faults.length > 0) return [];
  // Exits and entries that are still open act on the next position without Ripcord.
  if (plan.entryOrders.some(({ amount, filled }) => filled < amount) || plan.exitOrders.length > 0) return [];
  return book
    .of('close')
    .filter((order) => order.filled > 0 && order.changedAt - plan.exchangeSkewMs > nextOpenedAt + claimEndsMs)
    .map(() => "13: a close order closed the trader's next position");
}

/** 23. A close order under a target leaves no less than it. */
function leavesTheTarget({ book, plan, targets }: Evidence): string[] {
  // What exits fill, and what the trader does, leaves less without Ripcord.
  if (book.of('exit').some(({ filled }) => filled > 0) || plan.events.some(isOutside)) return [];
  let left = book.net();
  return book.of('close').flatMap(({ filled, clientOrderId = '' }) => {
    left -= filled;
    const target = targets.get(clientOrderId);
    const least = (book.net() * Number(target ?? 0)) / 100;
    return filled === 0 || target === undefined || left >= least - tiny
      ? []
      : [`23: a close to ${target} % of ${toText(book.net())} left ${toText(left)}`];
  });
}

/** Of the model's own calculation, in units. */
const tiny = 1e-6;

/**
 * 24. After an outcome that names a target, no more is left than that, up to what is too small for an order. What the trader
 * sold outside is not left, whether or not the record knows it.
 */
function reachesTheTarget({ acts, plan, book }: Evidence): string[] {
  return acts.flatMap(({ toPercent, outcome, left, net }) => {
    if (toPercent === undefined) return [];
    const wrong: string[] = [];
    const most = (net * Number(outcome.toPercent ?? 100)) / 100;
    if (outcome.toPercent !== undefined && left - sumSoldOutside(plan) >= most + book.least)
      wrong.push(`24: reduced to ${toPercent} % of ${toText(net)}, but ${toText(left)} is left`);
    const isPartClose = outcome.outcome === 'closed' && outcome.closeOrderId !== undefined && left > 0;
    if (
      isPartClose &&
      outcome.toPercent === undefined &&
      plan.liquidity === undefined &&
      !isSoldOutside(plan)
    )
      wrong.push(`24: a close to ${toPercent} % settled without its target`);
    return wrong;
  });
}
