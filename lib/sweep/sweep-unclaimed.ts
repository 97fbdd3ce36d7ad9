import { isPositive } from '../amount.ts';
import type { Exchange } from '../exchange/exchange.ts';
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
/** Positions that lack exits, however many, leave the others a part of an account's looks. */
const urgentPart = 3 / 4;

/** What one run does to one account. */
interface AccountRun {
  run: SweepRun;
  /** Whether the account has too many positions to read each of them. */
  isLarge: boolean;
  snapshot?: Snapshot | undefined;
  /** For how many more positions fees and funding may be read. */
  figures: number;
  /** How many positions may be read by themselves. */
  looks: number;
  pacer: Pacer;
  /** For how many more positions the run may wait. */
  awaited: number;
}

/**
 * Processes the positions of one account that no claim holds: those that lack exits beside its claims, the others after
 * them. Of each, the longest without a sync come first. What exceeds the limits is left to the next run.
 * @param accounts how many accounts share the limits.
 * @param claimsTried settles once each claim of the account was tried.
 */
export async function sweepUnclaimed(
  run: SweepRun,
  positions: Position[],
  accounts: number,
  claimsTried: Promise<unknown>,
): Promise<void> {
  const account = newAccountRun(run, positions, accounts);
  const oldestFirst = positions.toSorted((a, b) => (a.lastSync?.at ?? 0) - (b.lastSync?.at ?? 0));
  const [urgent, rest] = partition(oldestFirst, isUrgent);
  const most = Math.max(Math.ceil(account.looks * urgentPart), account.looks - rest.length);
  const chosen = urgent.slice(0, most);
  const protecting = protectAll(account, chosen, claimsTried);
  await claimsTried;
  if (account.isLarge) account.snapshot = await readSnapshot(run, rest);
  const [quiet, changed] = partition(rest, (position) => isQuiet(account, position));
  const others = changed.slice(0, account.looks - chosen.length);
  run.report.deferred += urgent.length - chosen.length + changed.length - others.length;
  await Promise.all([
    protecting.then(() => inLane(others.values(), parallelPerAccount, (each) => look(account, each))),
    inLane(quiet.values(), parallelPerAccount, (each) => processQuiet(account, each)),
  ]);
}

/** A small account is read in any case. A large one gets its part of the looks, and no more than there is time for. */
function newAccountRun(run: SweepRun, positions: Position[], accounts: number): AccountRun {
  const { services, limits, time } = run;
  const isLarge = positions.length >= limits.snapshotFrom;
  const exchange = positions[0]?.exchange ?? 'binance';
  const { looks, figures, lookIntervalMs, awaitedExits } = limits;
  const inTimeFor = Math.max(0, Math.ceil((time.startUntil - services.now()) / lookIntervalMs));
  const part = (all: number) =>
    isLarge ? Math.max(1, Math.floor(all / accounts)) : Number.POSITIVE_INFINITY;
  return {
    run,
    isLarge,
    looks: isLarge ? Math.min(part(looks[exchange]), inTimeFor) : part(looks[exchange]),
    figures: part(figures[exchange]),
    pacer: createPacer(services, isLarge ? lookIntervalMs : 0),
    awaited: awaitedExits,
  };
}

/** Two at a time, and five once the claims were tried. */
async function protectAll(
  account: AccountRun,
  urgent: Position[],
  claimsTried: Promise<unknown>,
): Promise<void> {
  const waiting = urgent.values();
  const process = (position: Position) => look(account, position);
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

/** Whether nothing about this position changed, and nothing is to be done but reading figures. */
function isQuiet({ snapshot }: AccountRun, position: Position): boolean {
  if (isFinal(position.state) || isIdle(position)) return true;
  const shown = snapshot && findUnchanged(position, snapshot);
  return shown !== undefined && !hasExitWork(shown) && planReductions(shown).length === 0;
}

/** Ripcord does nothing to a position that waits for its owner and has no plan. */
function isIdle({ state, exitPlan }: Position): boolean {
  return state === 'needs-attention' && exitPlan === undefined;
}

/** The failure of one position must not stop the others. */
async function processPosition(
  { run }: AccountRun,
  { positionId }: Position,
  process: () => Promise<void>,
): Promise<void> {
  const { services, time, report } = run;
  if (services.now() > time.startUntil) return;
  try {
    await process();
  } catch (thrown) {
    report.failures.push({ positionId, code: toErrorCode(thrown) });
  }
}

async function look(account: AccountRun, position: Position): Promise<void> {
  await account.pacer();
  await processPosition(account, position, async () => {
    const after = await refresh(account, position);
    account.run.report.refreshed += 1;
    if (after.exitOrders.some(({ status }) => status === 'unconfirmed'))
      account.run.followed.push(lookForExits(account, after));
  });
}

async function processQuiet(account: AccountRun, position: Position): Promise<void> {
  const { run, snapshot, pacer } = account;
  const figures = takeFigures(account, position);
  if (figures === 'due' && lacksFigures(position, run.services.now(), figures)) await pacer();
  await processPosition(account, position, async () => {
    if (isFinal(position.state)) return archive(run, position, figures);
    if (isIdle(position)) return;
    await syncPosition(run.services, position, { snapshot, figures });
    run.report.refreshed += 1;
  });
}

/** Funding of all positions is due at the same time, and a list of it costs Binance USDⓈ-M a weight of 30. */
function takeFigures(account: AccountRun, position: Position): 'due' | 'none' {
  if (!lacksFigures(position, account.run.services.now(), 'due')) return 'due';
  account.figures -= 1;
  return account.figures >= 0 ? 'due' : 'none';
}

/**
 * Reads a position, and places, reduces and cancels exits as due. Of a large account, each read is saved, so that the next
 * run knows whose turn it is.
 */
async function refresh(account: AccountRun, position: Position): Promise<Position> {
  const { run, isLarge } = account;
  const { services } = run;
  const figures = takeFigures(account, position);
  const synced = await syncPosition(services, position, { figures, ...(isLarge ? { priceAgeMs: 0 } : {}) });
  const reduced = await reduceExits(inTime(run), synced);
  const after = await protect(inTime(run), { ...reduced, lastSync: synced.lastSync });
  // The exits that were left have ended, so that the position can.
  if (after.revision !== reduced.revision && !isPositive(computeTotals(after).remaining))
    await syncPosition(services, after);
  return after;
}

/** An exit whose answer was lost is missing until it is found or proven absent: not only at the next full minute. */
async function lookForExits(account: AccountRun, looked: Position): Promise<void> {
  if (account.awaited <= 0) return;
  account.awaited -= 1;
  const { services, report } = account.run;
  const { positionId, account: name, exchange } = looked;
  try {
    const venue = await services.exchanges.of(name, exchange);
    let known: Position | undefined = looked;
    while (known !== undefined && (await waitForExits(account.run, known, venue))) {
      const stored = await services.store.readPosition(positionId);
      const isActive = stored !== undefined && stored.state !== 'claimed' && !isFinal(stored.state);
      known = isActive ? await refresh(account, stored) : undefined;
    }
  } catch (thrown) {
    report.failures.push({ positionId, code: toErrorCode(thrown) });
  } finally {
    account.awaited += 1;
  }
}

/** @returns whether another look-up can show more now. */
async function waitForExits(
  { services, time, waitUntil }: SweepRun,
  { exitOrders }: Position,
  venue: Exchange,
): Promise<boolean> {
  const at = nextLookAt(exitOrders, venue, services.now());
  return at !== undefined && at <= time.lookUntil && waitUntil(at);
}

/** A position with an undelivered notice or an unknown fee stays on the list for now: only listed ones are processed. */
async function archive(
  { services, delivery, report }: SweepRun,
  closed: Position,
  figures: 'due' | 'none',
): Promise<void> {
  const position = figures === 'none' ? closed : await syncFigures(services, closed, figures);
  if ((await delivery).isUndelivered(position) || lacksFigures(position, services.now(), 'due')) return;
  await services.store.archivePosition(position.positionId);
  report.archived += 1;
}
