import type { ExecutionResult } from '../close/save-result.ts';
import { toErrorCode } from '../log.ts';
import { startDelivery } from '../notify/deliver.ts';
import { type Notifiers, noNotifiers } from '../notify/notifier.ts';
import { inParallel } from '../parallel.ts';
import type { Claim, ClaimedPosition, Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import { writeHit } from '../trigger/record-hit.ts';
import { toResponse } from '../trigger/response.ts';
import { listAccountsInUse } from './accounts-in-use.ts';
import { type SweepLimits, sweepLimits } from './limits.ts';
import { planRun } from './run-time.ts';
import { lingerOnClaim, type Tried, tryClaim } from './settle-claim.ts';
import { newReport, type Recovery, type SweepReport } from './sweep-report.ts';
import { inTime, type SweepRun } from './sweep-run.ts';
import { sweepUnclaimed } from './sweep-unclaimed.ts';

/** How many claims of one account are tried at a time. */
const claimsPerAccount = 5;

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
  limits: SweepLimits = sweepLimits,
): Promise<SweepReport> {
  const time = planRun(services.now(), remainingMs?.() ?? Number.POSITIVE_INFINITY);
  const delivery = startDelivery(services, channels, time.startUntil);
  const unreadable: string[] = [];
  const positions = await services.store.listPositions('open', (positionId) => unreadable.push(positionId));
  const report = newReport(positions, unreadable);
  const run: SweepRun = {
    services,
    limits,
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
    deliverEach(
      run,
      positions.filter((position) => !isClaimed(position)),
    ),
  ]);
  while (run.followed.length > 0) await Promise.all(run.followed.splice(0));
  // For the console's warning about a late sweep, and for the warm-up. What this run did doesn't depend on it.
  const sweptAt = new Date(services.now()).toISOString();
  await services.store.recordSweep(sweptAt, listAccountsInUse(positions)).catch(() => undefined);
  await Promise.all(run.deliveries);
  const { sent, problems } = (await delivery).report();
  return { ...report, notified: sent, problems };
}

function isClaimed(position: Position): position is ClaimedPosition {
  return position.state === 'claimed';
}

async function sweepAccounts(run: SweepRun, positions: Position[]): Promise<void> {
  const accounts = [...Map.groupBy(positions, ({ account, exchange }) => `${account} ${exchange}`).values()];
  const alike = Map.groupBy(accounts, ([first]) => first?.exchange);
  await Promise.all(
    accounts.map((ofAccount) => sweepAccount(run, ofAccount, alike.get(ofAccount[0]?.exchange)?.length ?? 1)),
  );
}

/**
 * Claims come first, and what is left of them last. Positions that lack exits share the account's rate with them.
 * @param accounts how many accounts of the exchange share what one address may send.
 */
async function sweepAccount(run: SweepRun, positions: Position[], accounts: number): Promise<void> {
  const claimed = positions.filter(isClaimed).sort((a, b) => a.claim.leaseExpiresAt - b.claim.leaseExpiresAt);
  const unclaimed = positions.filter((position) => !isClaimed(position));
  const trying = inParallel(claimed, claimsPerAccount, (position) =>
    settle(run, position, () => tryClaim(inTime(run), position)),
  );
  const processing = sweepUnclaimed(run, unclaimed, accounts, trying);
  const pending = (await trying).filter((position) => position !== undefined);
  await Promise.all([processing, ...pending.map((position) => linger(run, position))]);
}

async function linger(run: SweepRun, position: ClaimedPosition): Promise<void> {
  const { time, deliveries, delivery } = run;
  const until = { until: time.lingerUntil, waitUntil: run.waitUntil };
  const left = await settle(run, position, () => lingerOnClaim(inTime(run), position, until));
  if (left !== undefined) deliveries.push(delivery.then((notices) => notices.remind(left)));
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
