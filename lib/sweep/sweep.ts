import { isPositive } from '../amount.ts';
import type { ExecutionResult } from '../close/save-result.ts';
import { needsProtection, protect } from '../exits/protect.ts';
import { toErrorCode } from '../log.ts';
import { type DeliveryRun, startDelivery } from '../notify/deliver.ts';
import { type Notifiers, noNotifiers } from '../notify/notifier.ts';
import { inParallel } from '../parallel.ts';
import { nextLookAt } from '../position/absence.ts';
import { lacksFigures } from '../position/figures.ts';
import { type Claim, type ClaimedPosition, isFinal, type Position } from '../position/position.ts';
import { pollWindowMs, sendWindowMs } from '../position/timing.ts';
import { computeTotals } from '../position/totals.ts';
import type { Services } from '../services.ts';
import { writeHit } from '../trigger/record-hit.ts';
import { toResponse } from '../trigger/response.ts';
import { reduceExits } from './reduce-exits.ts';
import { planRun, type RunTime } from './run-time.ts';
import { lingerOnClaim, type Tried, tryClaim } from './settle-claim.ts';
import { newReport, type Recovery, type SweepReport } from './sweep-report.ts';
import { syncFigures, syncPosition } from './sync-position.ts';

/** How many positions of one account are processed at a time: few enough for the exchanges' rate limits. */
const parallelPerAccount = 5;

/** One request and its answer. */
const answerMs = 2_000;

/** While a run waits, it looks for new claims this often: a listing reads every open position. */
const listAgainMs = 5_000;

/** While a run waits, it checks this often whether the function has to end. */
const checkMs = 1_000;

/**
 * Processes every open position: completes claims whose lease has expired, syncs orders so that a trigger seldom has
 * to ask the exchange, delivers notices, and archives final positions. Accounts and channels do not wait for one
 * another. If closes are pending, the run stays until it has to end, and looks for each of them when that can prove
 * more, also those that appear meanwhile. Runs may overlap: every change is a conditional write.
 * @param remainingMs how long the function may still run, in milliseconds.
 */
export async function sweep(
  services: Services,
  channels: Notifiers = noNotifiers,
  remainingMs?: () => number,
): Promise<SweepReport> {
  const time = planRun(services.now(), remainingMs?.() ?? Number.POSITIVE_INFINITY);
  const delivery = startDelivery(services, channels, time.startUntil);
  const unreadable: string[] = [];
  const positions = await services.store.listPositions('open', (positionId) => unreadable.push(positionId));
  const report = newReport(positions, unreadable);
  const run: SweepRun = {
    services,
    delivery,
    time,
    remainingMs,
    report,
    deliveries: [],
    listAt: services.now() + listAgainMs,
    claims: new Set(positions.filter(isClaimed).map(toClaimKey)),
    followed: [],
  };
  await Promise.all([
    sweepAccounts(run, positions),
    deliverEach(
      run,
      positions.filter((position) => !isClaimed(position)),
    ),
  ]);
  while (run.followed.length > 0) await Promise.all(run.followed.splice(0));
  // For the console's warning about a late sweep. What this run did doesn't depend on it.
  await services.store.recordSweep(new Date(services.now()).toISOString()).catch(() => undefined);
  await Promise.all(run.deliveries);
  const { sent, problems } = (await delivery).report();
  return { ...report, notified: sent, problems };
}

interface SweepRun {
  services: Services;
  delivery: Promise<DeliveryRun>;
  time: RunTime;
  remainingMs: (() => number) | undefined;
  report: SweepReport;
  /** Notices of positions whose claim this run completed, or that is overdue. */
  deliveries: Promise<void>[];
  /** When a run that waits lists the positions again, epoch milliseconds. */
  listAt: number;
  /** The claims that this run has seen. */
  claims: Set<string>;
  /** Work on claims that appeared while this run waited. */
  followed: Promise<void>[];
}

function isClaimed(position: Position): position is ClaimedPosition {
  return position.state === 'claimed';
}

async function sweepAccounts(run: SweepRun, positions: Position[]): Promise<void> {
  const accounts = Map.groupBy(positions, ({ account }) => account);
  await Promise.all([...accounts.values()].map((ofAccount) => sweepAccount(run, ofAccount)));
}

/** A position without its exits waits for no claim. Of the others, claims come first, and what is left of them last. */
async function sweepAccount(run: SweepRun, positions: Position[]): Promise<void> {
  const claimed = positions.filter(isClaimed).sort((a, b) => a.claim.leaseExpiresAt - b.claim.leaseExpiresAt);
  const unclaimed = positions.filter((position) => !isClaimed(position)).sort(byUrgency);
  const urgent = unclaimed.filter((position) => toRank(position) === 0);
  const others = unclaimed.slice(urgent.length);
  const process = (some: Position[]) =>
    inParallel(some, parallelPerAccount, (position) => processPosition(run, position));
  const protecting = process(urgent);
  const tried = await inParallel(claimed, parallelPerAccount, (position) =>
    settle(run, position, () => tryClaim(inTime(run), position)),
  );
  const pending = tried.filter((position) => position !== undefined);
  await Promise.all([protecting, process(others), ...pending.map((position) => linger(run, position))]);
}

/** Positions that lack exits first, then the longest without a sync. */
function byUrgency(a: Position, b: Position): number {
  return toRank(a) - toRank(b) || (a.lastSync?.at ?? 0) - (b.lastSync?.at ?? 0);
}

function toRank(position: Position): number {
  const lostExits = position.state === 'failed' && position.failure.canceledExitOrderIds.length > 0;
  return lostExits || needsProtection(position) ? 0 : 1;
}

async function linger(run: SweepRun, position: ClaimedPosition): Promise<void> {
  const { time, deliveries, delivery } = run;
  const until = { until: time.lingerUntil, waitUntil: (at: number) => waitUntil(run, at) };
  const left = await settle(run, position, () => lingerOnClaim(inTime(run), position, until));
  if (left !== undefined) deliveries.push(delivery.then((notices) => notices.remind(left)));
}

/** No request to an exchange begins so late that its answer would come after the run's end. */
function inTime({ services, time }: SweepRun): Services {
  return {
    ...services,
    get until() {
      return Math.min(services.now() + sendWindowMs + pollWindowMs, time.endsAt - answerMs);
    },
  };
}

function toClaimKey({ positionId, claim }: ClaimedPosition): string {
  return `${positionId} ${claim.claimedAt}`;
}

/** Claims that appeared since the last list. The runs that hits started for them may have been throttled. */
async function followNewClaims(run: SweepRun): Promise<void> {
  const listed: Position[] = await run.services.store.listPositions('open', () => undefined).catch(() => []);
  const fresh = listed.filter(isClaimed).filter((position) => !run.claims.has(toClaimKey(position)));
  for (const position of fresh) run.claims.add(toClaimKey(position));
  await sweepAccounts(run, fresh);
}

/** In short sleeps, so that a function that is being stopped ends soon. */
async function waitUntil(run: SweepRun, at: number): Promise<boolean> {
  const { services, time, remainingMs } = run;
  for (let now = services.now(); now < at; now = services.now()) {
    if (remainingMs !== undefined && now + remainingMs() < time.endsAt) return false;
    if (now >= run.listAt) {
      run.listAt = now + listAgainMs;
      run.followed.push(followNewClaims(run));
    }
    await services.sleep(remainingMs === undefined ? at - now : Math.min(at - now, checkMs));
  }
  return true;
}

/** @returns the position if its claim is still pending. The failure of one claim must not stop the others. */
async function settle(
  run: SweepRun,
  position: ClaimedPosition,
  attempt: () => Promise<Tried>,
): Promise<ClaimedPosition | undefined> {
  const { services, time, report, deliveries, delivery } = run;
  if (services.now() > time.lookUntil) return position;
  try {
    const tried = await attempt();
    if (tried.kind === 'pending') return tried.position;
    if (tried.kind === 'gone') return undefined;
    report.recovered += 1;
    deliveries.push(delivery.then((notices) => notices.deliver(tried.execution.position)));
    report.recoveries.push(await recordRecovery(services, tried.before, tried.execution));
    return undefined;
  } catch (thrown) {
    report.failures.push({ positionId: position.positionId, code: toErrorCode(thrown) });
    return undefined;
  }
}

/** The failure of one position must not stop the others. */
async function processPosition(run: SweepRun, position: Position): Promise<void> {
  const { services, time, report } = run;
  if (services.now() > time.startUntil) return;
  try {
    if (isFinal(position.state)) await archive(run, position);
    else if (position.state !== 'needs-attention' || position.exitPlan !== undefined) {
      await refresh(run, position);
      report.refreshed += 1;
    }
  } catch (thrown) {
    report.failures.push({ positionId: position.positionId, code: toErrorCode(thrown) });
  }
}

async function refresh(run: SweepRun, position: Position): Promise<void> {
  const { services } = run;
  const synced = await syncPosition(services, position);
  const reduced = await reduceExits(inTime(run), synced);
  const after = await protect(inTime(run), { ...reduced, lastSync: synced.lastSync });
  // The exits that were left have ended, so that the position can.
  if (after.revision !== reduced.revision && !isPositive(computeTotals(after).remaining))
    await syncPosition(services, after);
  run.followed.push(lookForExits(run, after));
}

/** An exit whose answer was lost is missing until it is found or proven absent: not only at the next full minute. */
async function lookForExits(run: SweepRun, { positionId, account, exchange, exitOrders }: Position) {
  const { services, time, report } = run;
  try {
    const venue = await services.exchanges.of(account, exchange);
    const at = nextLookAt(exitOrders, venue, services.now());
    if (at === undefined || at > time.lookUntil || !(await waitUntil(run, at))) return;
    const stored = await services.store.readPosition(positionId);
    if (stored !== undefined && !isClaimed(stored) && !isFinal(stored.state)) await refresh(run, stored);
  } catch (thrown) {
    report.failures.push({ positionId, code: toErrorCode(thrown) });
  }
}

/** A position with an undelivered notice or an unknown fee stays on the list for now: only listed ones are processed. */
async function archive({ services, delivery, report }: SweepRun, closed: Position): Promise<void> {
  const position = await syncFigures(services, closed);
  if ((await delivery).isUndelivered(position) || lacksFigures(position, services.now(), 'due')) return;
  await services.store.archivePosition(position.positionId);
  report.archived += 1;
}

async function deliverEach({ delivery }: SweepRun, positions: Position[]): Promise<void> {
  const notices = await delivery;
  await Promise.all(positions.map((position) => notices.deliver(position)));
}

/** Records the result in the history: the hit that claimed the position has no result there. */
async function recordRecovery(
  services: Services,
  { action, linkId }: Claim,
  { position, requests }: ExecutionResult,
): Promise<Recovery> {
  const response = toResponse({ position, result: undefined });
  const recovery: Recovery = {
    positionId: position.positionId,
    linkId,
    status: response.httpStatus,
    outcome: response.outcome?.outcome,
  };
  await writeHit(services, {
    ...recovery,
    action,
    actor: 'sweep',
    decision: 'recovered',
    why: response.detail,
    requests,
  });
  return recovery;
}
