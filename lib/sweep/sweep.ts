import { recover } from '../close/recover.ts';
import type { ExecutionResult } from '../close/save-result.ts';
import type { Hit } from '../link/hit.ts';
import { toErrorCode } from '../log.ts';
import { type Problem, startDelivery } from '../notify/deliver.ts';
import { type Notifiers, noNotifiers } from '../notify/notifier.ts';
import { inParallel } from '../parallel.ts';
import { isFinal, type Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import { writeHit } from '../trigger/record-hit.ts';
import { toResponse } from '../trigger/response.ts';
import { syncPosition } from './sync-position.ts';

/** What one sweep did, for the log. */
export interface SweepReport {
  positions: number;
  refreshed: number;
  recovered: number;
  archived: number;
  /** Positions that wait for a person. */
  needsAttention: number;
  /** Messages that arrived. */
  notified: number;
  /** Claims brought to their end, and what it was. */
  recoveries: Recovery[];
  /** Positions that could not be looked after. */
  failures: { positionId: string; code: string }[];
  /** One line for each channel that could not be reached. */
  problems: Problem[];
}

type Recovery = Pick<Hit, 'positionId' | 'linkId' | 'status' | 'outcome'>;

/** Enough to be through in a minute, few enough not to trip an exchange's limits. */
const parallel = 10;

/** After so long nothing new is begun: the function ends at 50 s, and the next sweep comes at 60 s. */
const sweepWindowMs = 35_000;

/**
 * Claims first, the longest over first; a takeover moves its lease, so nobody is last twice. The others by when
 * they were seen last.
 */
function byUrgency(a: Position, b: Position): number {
  return (
    urgencyOf(a) - urgencyOf(b) ||
    (a.claim?.leaseExpiresAt ?? a.lastSync?.at ?? 0) - (b.claim?.leaseExpiresAt ?? b.lastSync?.at ?? 0)
  );
}
function urgencyOf(position: Position): number {
  return position.state === 'claimed' ? 0 : 1;
}

/**
 * Looks after every open position: brings claims whose owner died to an end, keeps what is known of orders
 * fresh so that a trigger seldom has to ask, delivers notices, and puts away what is final. One position never
 * blocks another, and no notice any position.
 */
export async function sweep(services: Services, channels: Notifiers = noNotifiers): Promise<SweepReport> {
  const startedAt = services.now();
  const starting = startDelivery(services, channels, startedAt + sweepWindowMs);
  const unreadable: string[] = [];
  const listed = await services.store.listPositions('open', (positionId) => unreadable.push(positionId));
  const waiting = listed.sort(byUrgency);
  const report: SweepReport = {
    positions: waiting.length,
    refreshed: 0,
    recovered: 0,
    archived: 0,
    needsAttention: waiting.filter(({ state }) => state === 'needs-attention').length,
    notified: 0,
    recoveries: [],
    failures: unreadable.map((positionId) => ({ positionId, code: 'unreadable' })),
    problems: [],
  };
  /** Recovered ones, for whatever they have to tell. */
  const ended: Position[] = [];
  const unended: Position[] = [];
  const tend = async (position: Position): Promise<void> => {
    if (services.now() - startedAt > sweepWindowMs) return;
    try {
      if (position.state === 'claimed') {
        const execution = await recover(services, position);
        if (execution.result === undefined) return;
        report.recovered += 1;
        const isOver = execution.position.state !== 'claimed';
        (isOver ? ended : unended).push(execution.position);
        if (isOver) report.recoveries.push(await recordRecovery(services, position, execution));
      } else if (isFinal(position.state)) {
        if ((await starting).isUndelivered(position)) return;
        await services.store.archivePosition(position.positionId);
        report.archived += 1;
      } else if (position.state !== 'needs-attention') {
        await syncPosition(services, position);
        report.refreshed += 1;
      }
    } catch (thrown) {
      report.failures.push({ positionId: position.positionId, code: toErrorCode(thrown) });
    }
  };
  // One after the other, so that a channel that is down costs one wait.
  const tell = async (positions: Position[]): Promise<void> => {
    const round = await starting;
    for (const position of positions) await round.deliver(position);
  };
  const unclaimed = waiting.filter(({ state }) => state !== 'claimed');
  await Promise.all([inParallel(waiting, parallel, tend), tell(unclaimed)]);
  await tell(ended);
  const round = await starting;
  for (const position of unended) await round.remind(position);
  const { sent, problems } = round.report();
  return { ...report, notified: sent, problems };
}

/** The hit that had begun it got no outcome: this line of history is where it is told. */
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
