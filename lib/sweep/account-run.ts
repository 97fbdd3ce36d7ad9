import { toVenueKey } from '../account/account.ts';
import { isPositive } from '../amount.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { protect } from '../exits/protect.ts';
import { toErrorCode } from '../log.ts';
import { nextLookAt } from '../position/absence.ts';
import { lacksFigures } from '../position/figures.ts';
import { isFinal, type Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';
import { syncPosition } from '../sync/sync-position.ts';
import type { Gate } from './gate.ts';
import { reduceExits } from './reduce-exits.ts';
import { inTime, type SweepRun } from './sweep-run.ts';
import { ranks } from './turns.ts';
import { watchNaked } from './watch-naked.ts';

/** What one run does to one account. */
export interface AccountRun {
  run: SweepRun;
  account: string;
  gate: Gate;
  /** Whether the account has too many positions to read each of them. */
  isLarge: boolean;
  /** Positions whose fees and funding are due. */
  lackFigures: Position[];
  /** For how many more positions the run may wait. */
  awaited: number;
}

/** Work on one position at its exchange. */
export interface Work {
  position: Position;
  rank: number;
  process(): Promise<void>;
}

export function newAccountRun(run: SweepRun, positions: readonly Position[]): AccountRun | undefined {
  const [first] = positions;
  const { limits } = run;
  return (
    first && {
      run,
      account: first.account,
      gate: run.gates[toVenueKey(first.exchange)],
      isLarge: positions.length >= limits.snapshotFrom,
      lackFigures: [],
      awaited: limits.awaitedExits,
    }
  );
}

/** The failure of one position must not stop the others. */
export async function safely(
  { report }: SweepRun,
  { positionId }: Position,
  process: () => Promise<void>,
): Promise<void> {
  try {
    await process();
  } catch (thrown) {
    report.failures.push({ positionId, code: toErrorCode(thrown) });
  }
}

/** @returns false if the limits of the run leave the work to the next one. */
export function begin(
  { run, account, gate, isLarge }: AccountRun,
  { position, rank, process }: Work,
  limits: { part?: number; until?: number } = {},
): Promise<boolean> {
  const { time } = run;
  const intervalMs = isLarge ? run.limits.accountIntervalMs : 0;
  return gate.enter({ account, rank, intervalMs, until: time.startUntil, ...limits }, () =>
    safely(run, position, process),
  );
}

export async function beginOrDefer(account: AccountRun, work: Work): Promise<void> {
  if (!(await begin(account, work))) defer(account.run, work.rank);
}

/** Notes that the next run has to do it. */
export function defer({ report }: SweepRun, rank: number): void {
  report[rank === ranks.figures ? 'deferredFigures' : 'deferred'] += 1;
  if (rank === ranks.urgent) report.deferredUrgent += 1;
}

export async function look(account: AccountRun, position: Position): Promise<void> {
  const { run, lackFigures } = account;
  const after = await refresh(run, position);
  run.report.refreshed += 1;
  if (!isFinal(after.state) && lacksFigures(after, run.services.now(), 'due')) lackFigures.push(after);
  if (after.exitOrders.some(({ status }) => status === 'unconfirmed'))
    run.followed.push(lookForExits(account, after));
}

/** Reads a position, and places, reduces and cancels exits as due. */
async function refresh(run: SweepRun, position: Position): Promise<Position> {
  const { services } = run;
  const synced = await syncPosition(services, position, { figures: 'none' });
  const reduced = await reduceExits(inTime(run), synced);
  const after = await protect(inTime(run), { ...reduced, lastSync: synced.lastSync });
  // The exits that were left have ended, so that the position can.
  if (after.revision !== reduced.revision && !isPositive(computeTotals(after).remaining))
    await syncPosition(services, after, { figures: 'none' });
  return watchNaked(services, after);
}

/** An exit whose answer was lost is missing until it is found or proven absent: not only at the next full minute. */
async function lookForExits(account: AccountRun, looked: Position): Promise<void> {
  if (account.awaited <= 0) return;
  account.awaited -= 1;
  const { services, time } = account.run;
  await safely(account.run, looked, async () => {
    const venue = await services.exchanges.of(looked.account, looked.exchange);
    let known: Position | undefined = looked;
    while (known !== undefined && (await waitForExits(account.run, known, venue))) {
      const stored = await services.store.readPosition(looked.positionId);
      known = undefined;
      if (stored === undefined || stored.state === 'claimed' || isFinal(stored.state)) return;
      const process = async () => {
        known = await refresh(account.run, stored);
      };
      await begin(account, { position: stored, rank: ranks.urgent, process }, { until: time.lookUntil });
    }
  });
  account.awaited += 1;
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
