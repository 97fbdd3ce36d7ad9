import type { DeliveryRun } from '../notify/deliver.ts';
import { pollWindowMs, sendWindowMs } from '../position/timing.ts';
import type { Services } from '../services.ts';
import type { Gates } from './gates.ts';
import type { SweepLimits } from './limits.ts';
import type { RunTime } from './run-time.ts';
import type { SweepReport } from './sweep-report.ts';

/** One request and its answer. */
const answerMs = 2_000;

/** One run of the sweep. */
export interface SweepRun {
  services: Services;
  /** For claims, whose requests the exchange's limits count by themselves. */
  claimServices: Services;
  limits: SweepLimits;
  gates: Gates;
  /** Whether a hit started it, and not the schedule. */
  isWoken: boolean;
  delivery: Promise<DeliveryRun>;
  time: RunTime;
  remainingMs: (() => number) | undefined;
  report: SweepReport;
  /** Notices of positions whose claim this run completed, or that is overdue. */
  deliveries: Promise<void>[];
  /** When a run that waits lists the positions again, epoch milliseconds. */
  listAt: number;
  /** The claims that this run has seen. */
  claims: Set<string>;
  /** Work on claims and exits that appeared while this run waited. */
  followed: Promise<void>[];
  /** In short sleeps, so that a function that is being stopped ends soon. @returns false if the run has to end before. */
  waitUntil(at: number): Promise<boolean>;
}

/** No request to an exchange begins so late that its answer would come after the run's end. */
export function inTime({ services, time }: Pick<SweepRun, 'services' | 'time'>): Services {
  return {
    ...services,
    get until() {
      return Math.min(services.now() + sendWindowMs + pollWindowMs, time.endsAt - answerMs);
    },
  };
}
