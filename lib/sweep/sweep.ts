import type { ExecutionResult } from '../close/save-result.ts';
import type { Look } from '../health/account-health.ts';
import { toErrorCode } from '../log.ts';
import { startDelivery } from '../notify/deliver.ts';
import { type Notifiers, noNotifiers } from '../notify/notifier.ts';
import { inParallel } from '../parallel.ts';
import { type Claim, type ClaimedPosition, type Position, toAccountKey } from '../position/position.ts';
import type { Services } from '../services.ts';
import { writeHit } from '../trigger/record-hit.ts';
import { toResponse } from '../trigger/response.ts';
import { listAccountsInUse } from './accounts-in-use.ts';
import { finishHits, readLinkStates } from './finish-hits.ts';
import { createGates, withGates } from './gates.ts';
import { type SweepLimits, sweepLimits } from './limits.ts';
import { planRun } from './run-time.ts';
import { lingerOnClaim, type Tried, tryClaim } from './settle-claim.ts';
import { newReport, type Recovery, type SweepReport } from './sweep-report.ts';
import { inTime, type SweepRun } from './sweep-run.ts';
import { sweepUnclaimed } from './sweep-unclaimed.ts';
import { type WatchOptions, watchLinks } from './watch-links.ts';

/** How many claims of one account are tried at a time. */
const claimsPerAccount = 5;

/** While a run waits, it looks for new claims this often: a listing reads every open position. */
const listAgainMs = 5_000;

/** A run that a hit started leaves the exchanges' limits to the scheduled one, except for this part. */
const wokenPart = 1 / 4;

/** While a run waits, it checks this often whether the function has to end. */
const checkMs = 1_000;

export interface SweepOptions {
  /** How long the function may still run, in milliseconds. */
  remainingMs?: (() => number) | undefined;
  limits?: SweepLimits;
  /** `hit`: it only completes claims and places missing exits. `schedule`, the default, does everything. */
  startedBy?: 'schedule' | 'hit';
  /** Opens a link that doesn't exist at Ripcord's own address. Absent if that address is not known. */
  probeAddress?: (() => Promise<Look['failure']>) | undefined;
}

/**
 * Processes every open position: completes claims whose lease has expired, syncs orders so that a trigger seldom has
 * to ask the exchange, delivers notices, and archives final positions. Accounts and channels do not wait for one
 * another. If closes are pending, the run stays until it has to end, and looks for each of them when that can prove
 * more, also those that appear meanwhile. Runs may overlap: every change is a conditional write.
 */
export async function sweep(
  services: Services,
  channels: Notifiers = noNotifiers,
  { remainingMs, limits = sweepLimits, startedBy = 'schedule', probeAddress }: SweepOptions = {},
): Promise<SweepReport> {
  const time = planRun(services.now(), remainingMs?.() ?? Number.POSITIVE_INFINITY);
  const delivery = startDelivery(services, channels, time.startUntil);
  const unreadable: string[] = [];
  const positions = await services.store.listPositions('open', (positionId) => unreadable.push(positionId));
  const report = newReport(positions, unreadable);
  const gates = createGates(services, limits, startedBy === 'hit' ? wokenPart : 1);
  const run: SweepRun = {
    services: withGates(services, gates, limits, 'positions'),
    claimServices: withGates(services, gates, limits, 'claims'),
    limits,
    gates,
    isWoken: startedBy === 'hit',
    delivery,
    time,
    remainingMs,
    report,
    deliveries: [],
    listAt: services.now() + listAgainMs,
    claims: new Set(positions.filter(isClaimed).map(toClaimKey)),
    followed: [],
    waitUntil: (at) => waitUntil(run, at),
  };
  await Promise.all([
    sweepAccounts(run, positions),
    deliverEach(run, positions),
    sweepLinks(run, positions, { channels, probeAddress }),
  ]);
  while (run.followed.length > 0) await Promise.all(run.followed.splice(0));
  if (!run.isWoken) await recordSweep(services, positions);
  await Promise.all(run.deliveries);
  const { sent, problems } = (await delivery).report();
  return { ...report, notified: sent, problems };
}

/** A claim that it makes is followed like those of hits. */
async function sweepLinks(run: SweepRun, positions: Position[], options: WatchOptions): Promise<void> {
  const stored = await readLinkStates(run);
  // A run that a hit started is none of the minutes that a watch counts.
  const states = run.isWoken ? stored : await watchLinks(run, stored, positions, options);
  if (await finishHits(run, states)) run.followed.push(followNewClaims(run));
}

function isClaimed(position: Position): position is ClaimedPosition {
  return position.state === 'claimed';
}

/** For the console's warning about a late sweep, and for the warm-up. What this run did doesn't depend on it. */
async function recordSweep({ store, now }: Services, positions: Position[]): Promise<void> {
  const sweptAt = new Date(now()).toISOString();
  await store.recordSweep(sweptAt, listAccountsInUse(positions)).catch(() => undefined);
}

async function sweepAccounts(run: SweepRun, positions: Position[]): Promise<void> {
  const accounts = Map.groupBy(positions, toAccountKey);
  await Promise.all([...accounts.values()].map((ofAccount) => sweepAccount(run, ofAccount)));
}

/** Claims come first, and what is left of them last. Positions that lack exits share the account's rate with them. */
async function sweepAccount(run: SweepRun, positions: Position[]): Promise<void> {
  const claimed = positions.filter(isClaimed).sort((a, b) => a.claim.leaseExpiresAt - b.claim.leaseExpiresAt);
  const unclaimed = positions.filter((position) => !isClaimed(position));
  const trying = inParallel(claimed, claimsPerAccount, (position) =>
    settle(run, position, () => tryClaim(inTimeForClaims(run), position)),
  );
  const processing = sweepUnclaimed(run, unclaimed, trying);
  const pending = (await trying).filter((position) => position !== undefined);
  await Promise.all([processing, ...pending.map((position) => linger(run, position))]);
}

async function linger(run: SweepRun, position: ClaimedPosition): Promise<void> {
  const { time, deliveries, delivery } = run;
  const until = { until: time.lingerUntil, waitUntil: run.waitUntil };
  const left = await settle(run, position, () => lingerOnClaim(inTimeForClaims(run), position, until));
  if (left !== undefined) deliveries.push(delivery.then((notices) => notices.remind(left)));
}

function inTimeForClaims({ claimServices: services, time }: SweepRun): Services {
  return inTime({ services, time });
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

/** Those of a claimed position wait for the end of its claim. */
async function deliverEach({ delivery }: SweepRun, positions: Position[]): Promise<void> {
  const notices = await delivery;
  const free = positions.filter((position) => !isClaimed(position));
  await Promise.all(free.map((position) => notices.deliver(position)));
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
