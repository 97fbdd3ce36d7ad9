import type { Log } from '../log.ts';
import type { Problem } from '../notify/deliver.ts';
import type { SweepReport } from './sweep-report.ts';

/** Logs a line for each recovery and failure, and the metrics of what happened. A metric costs nothing in an hour without a value. */
export function logSweep(log: Log, report: SweepReport): void {
  for (const recovery of report.recoveries) {
    const Failures = recovery.status >= 400 ? 1 : undefined;
    log.event('recovered', { ...recovery, decision: 'recovered' }, { Outcomes: 1, Failures });
  }
  for (const failure of report.failures) log.event('position-failed', failure);
  const { deferred, deferredUrgent, deferredFigures } = report;
  if (deferred + deferredFigures > 0)
    log.event('sweep-deferred', { deferred, deferredUrgent, deferredFigures });
  logProblems(log, report.problems);
  log.metrics({
    NeedsAttention: report.needsAttention || undefined,
    SweepRecovered: report.recovered || undefined,
    SweepFailed: report.failures.length || undefined,
  });
}

export function logProblems(log: Log, problems: Problem[]): void {
  for (const { channel } of problems) log.event('notify-failed', { channel }, { NotifyFailed: 1 });
}
