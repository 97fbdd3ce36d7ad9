import { hasExitWork, needsProtection } from '../exits/protect.ts';
import { inLane, inParallel } from '../parallel.ts';
import { lacksFigures } from '../position/figures.ts';
import { planReductions } from '../position/larger-exits.ts';
import { noteNaked } from '../position/naked.ts';
import { isFinal, type Position } from '../position/position.ts';
import { type Snapshot, takeSnapshot } from '../position/snapshot.ts';
import { areOrdersUnchanged, showFlat } from '../position/unchanged.ts';
import { findUnchanged, saveUnchanged, syncFigures } from '../sync/sync-position.ts';
import {
  type AccountRun,
  begin,
  beginOrDefer,
  defer,
  look,
  newAccountRun,
  safely,
  type Work,
} from './account-run.ts';
import type { SweepRun } from './sweep-run.ts';
import { orderByRank, rankChanged, ranks } from './turns.ts';

/** How many positions of one account are processed at a time: few enough for the exchanges' rate limits. */
const parallelPerAccount = 5;
/** The same for positions that lack exits while claims are tried: a claim's requests come first. */
const parallelBesideClaims = 2;
/** Positions that lack exits leave a part of the weight until the snapshot is read. */
const urgentPart = 3 / 4;
/** Snapshots leave a part of the weight to what they show as changed. */
const snapshotPart = 2 / 3;

/**
 * Processes the positions of one account that no claim holds: those that lack exits beside its claims, then what changed,
 * then figures. What exceeds the exchange's limits is left to the next run. A run that a hit started leaves all but the
 * first to the scheduled one.
 * @param claimsTried settles once each claim of the account was tried.
 */
export async function sweepUnclaimed(
  run: SweepRun,
  positions: Position[],
  claimsTried: Promise<unknown>,
): Promise<void> {
  const account = newAccountRun(run, positions);
  if (account === undefined) return;
  const order = (works: Work[]) => orderByRank(works, run.services.now());
  const [urgent, rest] = partition(positions, isUrgent);
  const waiting = order(urgent.map((position) => toLook(account, position, ranks.urgent))).values();
  const refused: Work[] = [];
  const protecting = inLane(waiting, parallelBesideClaims, async (work) => {
    if (!(await begin(account, work, { part: urgentPart }))) refused.push(work);
  });
  await claimsTried;
  const [last, changed] = partition(await findChanged(account, rest), ({ rank }) => rank > ranks.figures);
  await processAll(account, order([...refused.splice(0), ...waiting, ...changed]), protecting);
  await processAll(account, [...refused, ...takeFigures(account)]);
  await processAll(account, last);
  await processAll(account, takeFigures(account));
}

/** @param before takes two of the account's places until it settles. */
async function processAll(account: AccountRun, works: Work[], before?: Promise<void>): Promise<void> {
  const waiting = works.values();
  const process = (work: Work) => beginOrDefer(account, work);
  await Promise.all([
    inLane(waiting, parallelPerAccount - parallelBesideClaims, process),
    Promise.resolve(before).then(() => inLane(waiting, parallelBesideClaims, process)),
  ]);
}

function partition<Item>(items: Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

function toLook(account: AccountRun, position: Position, rank: number): Work {
  return { position, rank, process: () => look(account, position) };
}

/** Whether a position lacks exits. */
function isUrgent(position: Position): boolean {
  const lostExits = position.state === 'failed' && position.failure.canceledExitOrderIds.length > 0;
  return lostExits || needsProtection(position);
}

/** Ripcord does nothing to a position that waits for its owner and has no plan. */
function isIdle({ state, exitPlan }: Position): boolean {
  return state === 'needs-attention' && exitPlan === undefined;
}

/** Saves what a snapshot proves, and archives. @returns the positions that have to be read by themselves. */
async function findChanged(account: AccountRun, positions: Position[]): Promise<Work[]> {
  const { run } = account;
  if (run.isWoken) return [];
  const [final, active] = partition(
    positions.filter((position) => !isIdle(position)),
    ({ state }) => isFinal(state),
  );
  await inLane(final.values(), parallelPerAccount, (each) => safely(run, each, () => finish(account, each)));
  const unsure = active.filter(({ lastSync }) => lastSync?.flatSince === undefined);
  const snapshot = unsure.length >= run.limits.snapshotFrom ? await readSnapshot(account, active) : undefined;
  const works = await inParallel(active, parallelPerAccount, async (position) => {
    let changed: Work | undefined;
    if (snapshot === 'refused' || run.services.now() > run.time.startUntil) defer(run, ranks.order);
    else
      await safely(run, position, async () => {
        changed = snapshot
          ? await compare(account, position, snapshot)
          : toLook(account, position, rankChanged(position));
      });
    return changed;
  });
  return works.filter((work) => work !== undefined);
}

/**
 * @returns `refused` if the run has no weight left for it. Undefined if the snapshot fails: then each position is read
 * by itself, within the limits.
 */
async function readSnapshot(
  account: AccountRun,
  positions: Position[],
): Promise<Snapshot | 'refused' | undefined> {
  const [position] = positions;
  if (position === undefined) return undefined;
  const { exchanges, now } = account.run.services;
  let snapshot: Snapshot | undefined;
  const process = async () => {
    const exchange = await exchanges.of(position.account, position.exchange);
    snapshot = await takeSnapshot(exchange, positions, now).catch(() => undefined);
  };
  const work = { position, rank: ranks.snapshot, process };
  return (await begin(account, work, { part: snapshotPart })) ? snapshot : 'refused';
}

/** @returns undefined if the run needs no further read of the position. */
async function compare(
  account: AccountRun,
  position: Position,
  snapshot: Snapshot,
): Promise<Work | undefined> {
  const { services, report } = account.run;
  const shown = findUnchanged(position, snapshot);
  if (shown !== undefined && !hasWork(shown, services.now())) {
    const after = await saveUnchanged(services, position, shown, 'none');
    report.refreshed += 1;
    if (lacksFigures(after, services.now(), 'due')) account.lackFigures.push(after);
    return undefined;
  }
  const rank = rankChanged(position, snapshot);
  const lastSync = showFlat(position, snapshot);
  if (lastSync === undefined) return toLook(account, position, rank);
  const noted = await services.store.savePosition(position, { lastSync });
  if (noted !== undefined && !areOrdersUnchanged(noted, snapshot)) return toLook(account, noted, rank);
  report.refreshed += 1;
  return undefined;
}

function hasWork(position: Position, now: number): boolean {
  return (
    hasExitWork(position) || planReductions(position).length > 0 || noteNaked(position, now) !== undefined
  );
}

/** Funding of all positions is due at the same time: those come first that were read longest ago. */
function takeFigures(account: AccountRun): Work[] {
  const { run, lackFigures } = account;
  const byAge = lackFigures.splice(0).map((position) => ({ position, rank: position.funding?.at ?? 0 }));
  return orderByRank(byAge, run.services.now()).map(({ position }) => ({
    position,
    rank: ranks.figures,
    async process() {
      const after = await syncFigures(run.services, position, isFinal(position.state) ? 'late' : 'due');
      if (isFinal(after.state)) await archive(run, after);
    },
  }));
}

/** No ended position is archived before its figures were read, or could not be read, for the last time. */
async function finish({ run, lackFigures }: AccountRun, position: Position): Promise<void> {
  const isUndelivered = (await run.delivery).isUndelivered(position);
  if (lacksFigures(position, run.services.now(), isUndelivered ? 'due' : 'late')) lackFigures.push(position);
  else await archive(run, position);
}

/** A position with an undelivered notice or an unknown fee stays on the list for now: only listed ones are processed. */
async function archive({ services, delivery, report }: SweepRun, position: Position): Promise<void> {
  if ((await delivery).isUndelivered(position) || lacksFigures(position, services.now(), 'due')) return;
  await services.store.archivePosition(position.positionId);
  report.archived += 1;
}
