import { isPositive } from '../amount.ts';
import { hasExitWork, needsProtection, protect } from '../exits/protect.ts';
import { toErrorCode } from '../log.ts';
import { inLane } from '../parallel.ts';
import { nextLookAt } from '../position/absence.ts';
import { lacksFigures } from '../position/figures.ts';
import { planReductions } from '../position/larger-exits.ts';
import { isFinal, type Position } from '../position/position.ts';
import { type Snapshot, takeSnapshot } from '../position/snapshot.ts';
import { computeTotals } from '../position/totals.ts';
import { createPacer, type Pacer } from './pacer.ts';
import { reduceExits } from './reduce-exits.ts';
import { inTime, type SweepRun } from './sweep-run.ts';
import { findUnchanged, syncFigures, syncPosition } from './sync-position.ts';

/** How many positions of one account are processed at a time: few enough for the exchanges' rate limits. */
const parallelPerAccount = 5;
/** And of those that lack exits while claims are tried: a claim's requests come first. */
const parallelBesideClaims = 2;
/** Positions that lack exits, however many, leave the others this part of an account's looks. */
const othersPart = 1 / 4;

/** What one run does to one account. */
interface AccountRun {
  run: SweepRun;
  /** Whether the account has too many positions to read each of them. */
  isLarge: boolean;
  snapshot?: Snapshot | undefined;
  pacer: Pacer;
  /** For how many more positions the run may wait. */
  awaited: number;
}

/**
 * Processes the positions of one account that no claim holds: those that lack exits beside its claims, the others after
 * them. Of each, the longest without a sync come first. What exceeds the looks is left to the next run.
 * @param looks how many positions may be read by themselves.
 * @param claimsTried settles once each claim of the account was tried.
 */
export async function sweepUnclaimed(
  run: SweepRun,
  positions: Position[],
  looks: number,
  claimsTried: Promise<unknown>,
): Promise<void> {
  const { services, limits } = run;
  const isLarge = positions.length >= limits.snapshotFrom;
  const pacer = createPacer(services, isLarge ? limits.lookIntervalMs : 0);
  const account: AccountRun = { run, isLarge, pacer, awaited: limits.awaitedExits };
  const oldestFirst = positions.toSorted((a, b) => (a.lastSync?.at ?? 0) - (b.lastSync?.at ?? 0));
  const urgent = oldestFirst.filter(isUrgent);
  const rest = oldestFirst.filter((position) => !isUrgent(position));
  const chosen = urgent.slice(0, Math.ceil(looks * (1 - othersPart)));
  const lane = urgentLane(account, chosen, claimsTried);
  await claimsTried;
  if (isLarge) account.snapshot = await readSnapshot(run, rest);
  const [quiet, changed] = partition(rest, (position) => isQuiet(account, position));
  const others = changed.slice(0, looks - chosen.length);
  run.report.deferred += urgent.length - chosen.length + changed.length - others.length;
  const process = (position: Position) => processPosition(account, position);
  await inLane(quiet.values(), parallelPerAccount, process);
  await lane;
  await inLane(others.values(), parallelPerAccount, process);
}

/** Two at a time, and five once the claims were tried. */
async function urgentLane(
  account: AccountRun,
  urgent: Position[],
  claimsTried: Promise<unknown>,
): Promise<void> {
  const waiting = urgent.values();
  const process = (position: Position) => processPosition(account, position);
  await Promise.all([
    inLane(waiting, parallelBesideClaims, process),
    claimsTried.then(() => inLane(waiting, parallelPerAccount - parallelBesideClaims, process)),
  ]);
}

function partition<Item>(items: Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** Whether a position lacks exits. */
function isUrgent(position: Position): boolean {
  const lostExits = position.state === 'failed' && position.failure.canceledExitOrderIds.length > 0;
  return lostExits || needsProtection(position);
}

/** @returns undefined if the account can't be read so: then each position is read by itself, as far as the looks reach. */
async function readSnapshot(
  { services, time }: SweepRun,
  positions: Position[],
): Promise<Snapshot | undefined> {
  const [first] = positions;
  if (first === undefined || services.now() > time.startUntil) return undefined;
  try {
    return await takeSnapshot(
      await services.exchanges.of(first.account, first.exchange),
      positions,
      services.now,
    );
  } catch {
    return undefined;
  }
}

/** Whether this position costs no request: nothing about it changed, and nothing is to be done. */
function isQuiet({ run, snapshot }: AccountRun, position: Position): boolean {
  if (isFinal(position.state)) return !lacksFigures(position, run.services.now(), 'due');
  if (isIdle(position)) return true;
  const shown = snapshot && findUnchanged(position, snapshot);
  return shown !== undefined && !hasExitWork(shown) && planReductions(shown).length === 0;
}

/** Ripcord does nothing to a position that waits for its owner and has no plan. */
function isIdle({ state, exitPlan }: Position): boolean {
  return state === 'needs-attention' && exitPlan === undefined;
}

/** The failure of one position must not stop the others. */
async function processPosition(account: AccountRun, position: Position): Promise<void> {
  const { run, pacer } = account;
  const { services, time, report } = run;
  try {
    const costsRequests = !isQuiet(account, position);
    if (costsRequests) await pacer();
    if (services.now() > time.startUntil) return;
    if (isFinal(position.state)) await archive(run, position);
    else if (!isIdle(position)) {
      if (costsRequests) await refresh(account, position);
      else await syncPosition(services, position, { snapshot: account.snapshot });
      report.refreshed += 1;
    }
  } catch (thrown) {
    report.failures.push({ positionId: position.positionId, code: toErrorCode(thrown) });
  }
}

/** Of a large account, each read is saved, so that the next run knows whose turn it is. */
async function refresh(account: AccountRun, position: Position): Promise<void> {
  const { run, isLarge } = account;
  const { services } = run;
  const synced = await syncPosition(services, position, isLarge ? { priceAgeMs: 0 } : {});
  const reduced = await reduceExits(inTime(run), synced);
  const after = await protect(inTime(run), { ...reduced, lastSync: synced.lastSync });
  // The exits that were left have ended, so that the position can.
  if (after.revision !== reduced.revision && !isPositive(computeTotals(after).remaining))
    await syncPosition(services, after);
  if (after.exitOrders.some(({ status }) => status === 'unconfirmed') && account.awaited > 0) {
    account.awaited -= 1;
    run.followed.push(lookForExits(account, after));
  }
}

/** An exit whose answer was lost is missing until it is found or proven absent: not only at the next full minute. */
async function lookForExits(
  account: AccountRun,
  { positionId, account: name, exchange, exitOrders }: Position,
): Promise<void> {
  const { services, time, report, waitUntil } = account.run;
  try {
    const venue = await services.exchanges.of(name, exchange);
    const at = nextLookAt(exitOrders, venue, services.now());
    const waits = at !== undefined && at <= time.lookUntil && (await waitUntil(at));
    // The place is free again for this position's next look, or for another.
    account.awaited += 1;
    if (!waits) return;
    const stored = await services.store.readPosition(positionId);
    if (stored !== undefined && stored.state !== 'claimed' && !isFinal(stored.state))
      await refresh(account, stored);
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
