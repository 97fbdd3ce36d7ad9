import type { Engine } from '../engine.ts';
import { asFault } from '../fault.ts';
import { inParallel } from '../parallel.ts';
import { isFinal, type Position } from '../position/position.ts';
import { refresh } from '../position/refresh.ts';
import { answerOf } from './answer.ts';
import { recover, type Standing } from './claim.ts';
import { writeHit } from './record-hit.ts';

/** What one sweep did, for the log. */
export interface SweepReport {
  positions: number;
  refreshed: number;
  recovered: number;
  shelved: number;
  /** One line for each position that could not be looked after. */
  failures: string[];
}

/** Enough to be through in a minute, few enough not to trip an exchange's limits. */
const parallel = 10;

/** After so long nothing new is begun: the function ends at 50 s, and the next sweep comes at 60 s. */
const sweepWindowMs = 35_000;

/**
 * Claims first, the longest over first; a takeover moves its lease, so nobody is last twice. The others by when
 * they were seen last.
 */
const byUrgency = (a: Position, b: Position): number =>
  urgencyOf(a) - urgencyOf(b) ||
  (a.claim?.leaseUntil ?? a.seen?.at ?? 0) - (b.claim?.leaseUntil ?? b.seen?.at ?? 0);
const urgencyOf = (position: Position): number => (position.state === 'claimed' ? 0 : 1);

/**
 * Looks after every open position: brings claims whose owner died to an end, keeps what is known of orders
 * fresh so that a trigger seldom has to ask, and puts away what is final. One position never blocks another.
 */
export const sweep = async (engine: Engine): Promise<SweepReport> => {
  const startedAt = engine.now();
  const waiting = (await engine.table.listPositions('open')).sort(byUrgency);
  const report: SweepReport = {
    positions: waiting.length,
    refreshed: 0,
    recovered: 0,
    shelved: 0,
    failures: [],
  };
  const tend = async (position: Position): Promise<void> => {
    if (engine.now() - startedAt > sweepWindowMs) return;
    try {
      if (position.state === 'claimed') {
        const standing = await recover(engine, position);
        if (standing.ending === undefined) return;
        report.recovered += 1;
        if (standing.position.state !== 'claimed') await recordRecovery(engine, position, standing);
      } else if (isFinal(position.state)) {
        await engine.table.shelvePosition(position.positionId);
        report.shelved += 1;
      } else if (position.state !== 'needs-attention') {
        await refresh(engine, position);
        report.refreshed += 1;
      }
    } catch (thrown) {
      report.failures.push(`${position.positionId}: ${asFault(thrown).message}`);
    }
  };
  await inParallel(waiting, parallel, tend);
  return report;
};

/** The hit that had begun it got no outcome: this line of history is where it is told. */
const recordRecovery = (
  engine: Engine,
  before: Position,
  { position, requests }: Standing,
): Promise<void> => {
  const action = before.claim?.action ?? 'close';
  const { body, status } = answerOf({ position, ending: undefined }, action);
  return writeHit(engine, {
    positionId: position.positionId,
    linkId: before.claim?.linkId ?? '',
    action,
    method: 'sweep',
    decision: 'recovered',
    why: 'detail' in body ? body.detail : body.message,
    status,
    outcome: 'outcome' in body ? body.outcome : undefined,
    requests,
  });
};
