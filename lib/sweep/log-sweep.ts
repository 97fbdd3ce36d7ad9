import type { Log } from '../log.ts';
import type { SweepReport } from './sweep.ts';

/** A line for whatever a sweep has done or could not do, and its metrics, also where nothing happened. */
export function logSweep(log: Log, report: SweepReport): void {
  for (const recovery of report.recoveries)
    log.event(
      'recovered',
      { ...recovery, decision: 'recovered' },
      { Outcomes: 1, Failures: recovery.status >= 400 ? 1 : undefined },
    );
  for (const failure of report.failures) log.event('position-failed', failure);
  for (const { channel } of report.problems) log.event('notify-failed', { channel }, { NotifyFailed: 1 });
  log.metrics({
    Sweeps: 1,
    // Said even when it is 0, so that the alarm ends when the last one is settled.
    NeedsAttention: report.needsAttention,
    SweepRecovered: report.recovered || undefined,
    SweepFailed: report.failures.length || undefined,
  });
}
