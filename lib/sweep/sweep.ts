import { recover } from '../close/recover.ts';
import type { ExecutionResult } from '../close/save-result.ts';
import type { Hit } from '../link/hit.ts';
import { toErrorCode } from '../log.ts';
import { type DeliveryRun, type Problem, startDelivery } from '../notify/deliver.ts';
import { type Notifiers, noNotifiers } from '../notify/notifier.ts';
import { inParallel } from '../parallel.ts';
import { isFinal, type Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import { writeHit } from '../trigger/record-hit.ts';
import { toResponse } from '../trigger/response.ts';
import { syncPosition } from './sync-position.ts';

/** What one sweep did. */
export interface SweepReport {
  positions: number;
  refreshed: number;
  recovered: number;
  archived: number;
  /** Positions in state `needs-attention`. */
  needsAttention: number;
  /** Messages that channels accepted. */
  notified: number;
  /** Claims that this sweep completed. */
  recoveries: Recovery[];
  /** Positions that could not be processed or read. */
  failures: { positionId: string; code: string }[];
  /** One entry for each channel, channel list or position whose delivery failed. */
  problems: Problem[];
}

type Recovery = Pick<Hit, 'positionId' | 'linkId' | 'status' | 'outcome'>;

/** Enough to finish within a minute, and few enough for the exchanges' rate limits. */
const parallel = 10;

/** No position is started after this time: the function is stopped at 50 s, and the next sweep starts at 60 s. */
const sweepWindowMs = 35_000;

/**
 * Processes every open position: completes claims whose lease has expired, syncs orders so that a trigger seldom has
 * to ask the exchange, delivers notices, and archives final positions. Positions and notices do not wait for one
 * another.
 */
export async function sweep(services: Services, channels: Notifiers = noNotifiers): Promise<SweepReport> {
  const until = services.now() + sweepWindowMs;
  const delivery = startDelivery(services, channels, until);
  const unreadable: string[] = [];
  const listed = await services.store.listPositions('open', (positionId) => unreadable.push(positionId));
  const positions = listed.sort(byUrgency);
  const run: SweepRun = {
    services,
    delivery,
    until,
    report: newReport(positions, unreadable),
    ended: [],
    pending: [],
  };
  const unclaimed = positions.filter(({ state }) => state !== 'claimed');
  await Promise.all([
    inParallel(positions, parallel, (position) => processPosition(run, position)),
    deliverEach(run, unclaimed),
  ]);
  await deliverEach(run, run.ended);
  const deliveryRun = await delivery;
  for (const position of run.pending) await deliveryRun.remind(position);
  const { sent, problems } = deliveryRun.report();
  return { ...run.report, notified: sent, problems };
}

interface SweepRun {
  services: Services;
  delivery: Promise<DeliveryRun>;
  /** No position is started after this time, epoch milliseconds. */
  until: number;
  report: SweepReport;
  /** Positions whose claim this sweep completed: they may have new notices. */
  ended: Position[];
  /** Positions whose claim still has no result. */
  pending: Position[];
}

/**
 * Claims first, the longest expired lease first: a takeover renews its lease, so the same claim is not last twice. Then
 * the other positions, the longest without a sync first.
 */
function byUrgency(a: Position, b: Position): number {
  return toRank(a) - toRank(b) || lastProcessedAt(a) - lastProcessedAt(b);
}

function toRank({ state }: Position): number {
  return state === 'claimed' ? 0 : 1;
}

function lastProcessedAt({ claim, lastSync }: Position): number {
  return claim?.leaseExpiresAt ?? lastSync?.at ?? 0;
}

function newReport(positions: Position[], unreadable: string[]): SweepReport {
  return {
    positions: positions.length,
    refreshed: 0,
    recovered: 0,
    archived: 0,
    needsAttention: positions.filter(({ state }) => state === 'needs-attention').length,
    notified: 0,
    recoveries: [],
    failures: unreadable.map((positionId) => ({ positionId, code: 'unreadable' })),
    problems: [],
  };
}

/** The failure of one position must not stop the others. */
async function processPosition(run: SweepRun, position: Position): Promise<void> {
  const { services, until, report } = run;
  if (services.now() > until) return;
  try {
    if (position.state === 'claimed') await recoverClaim(run, position);
    else if (isFinal(position.state)) await archive(run, position);
    else if (position.state !== 'needs-attention') {
      await syncPosition(services, position);
      report.refreshed += 1;
    }
  } catch (thrown) {
    report.failures.push({ positionId: position.positionId, code: toErrorCode(thrown) });
  }
}

async function recoverClaim(
  { services, report, ended, pending }: SweepRun,
  position: Position,
): Promise<void> {
  const execution = await recover(services, position);
  if (execution.result === undefined) return;
  report.recovered += 1;
  if (execution.position.state === 'claimed') {
    pending.push(execution.position);
    return;
  }
  ended.push(execution.position);
  report.recoveries.push(await recordRecovery(services, position, execution));
}

/** A position with an undelivered notice stays on the list, because only listed positions are delivered. */
async function archive({ services, delivery, report }: SweepRun, position: Position): Promise<void> {
  if ((await delivery).isUndelivered(position)) return;
  await services.store.archivePosition(position.positionId);
  report.archived += 1;
}

/** One position after the other, so that a channel that does not respond costs one timeout. */
async function deliverEach({ delivery }: SweepRun, positions: Position[]): Promise<void> {
  const run = await delivery;
  for (const position of positions) await run.deliver(position);
}

/** Records the result in the history: the hit that claimed the position has no result there. */
async function recordRecovery(
  services: Services,
  before: Position,
  { position, requests }: ExecutionResult,
): Promise<Recovery> {
  const action = before.claim?.action ?? 'close';
  const response = toResponse({ position, result: undefined }, action);
  const recovery: Recovery = {
    positionId: position.positionId,
    linkId: before.claim?.linkId,
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
