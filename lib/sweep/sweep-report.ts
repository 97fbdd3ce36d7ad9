import type { Hit } from '../link/hit.ts';
import type { Problem } from '../notify/deliver.ts';
import type { Position } from '../position/position.ts';

/** What one sweep did. */
export interface SweepReport {
  positions: number;
  refreshed: number;
  /** Positions that this run did not get to, because its time or the exchange's weight was used up. */
  deferred: number;
  /** Those of them that lack exits. */
  deferredUrgent: number;
  /** Positions whose fees and funding it did not get to. */
  deferredFigures: number;
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

export type Recovery = Pick<Hit, 'positionId' | 'linkId' | 'status' | 'outcome'>;

/** @returns the report of a run that did nothing yet. */
export function newReport(positions: Position[], unreadable: string[]): SweepReport {
  return {
    positions: positions.length,
    refreshed: 0,
    deferred: 0,
    deferredUrgent: 0,
    deferredFigures: 0,
    recovered: 0,
    archived: 0,
    needsAttention: positions.filter(({ state }) => state === 'needs-attention').length,
    notified: 0,
    recoveries: [],
    failures: unreadable.map((positionId) => ({ positionId, code: 'unreadable' })),
    problems: [],
  };
}
