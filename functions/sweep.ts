import { Fault } from '../lib/fault.ts';
import { type Look, linkAddress } from '../lib/health/account-health.ts';
import { createLog, type Log, toErrorCode } from '../lib/log.ts';
import { heartbeatMs } from '../lib/notify/heartbeat.ts';
import type { Notifiers } from '../lib/notify/notifier.ts';
import type { Services } from '../lib/services.ts';
import { createMemoryHealth } from '../lib/store/memory-health.ts';
import type { HealthStore } from '../lib/store/store.ts';
import { logProblems, logSweep } from '../lib/sweep/log-sweep.ts';
import { probeAddress } from '../lib/sweep/probe-address.ts';
import { sweep } from '../lib/sweep/sweep.ts';
import { newReport, type SweepReport } from '../lib/sweep/sweep-report.ts';
import { type OtherLooks, watchAccounts } from '../lib/sweep/watch-accounts.ts';
import { watchHalt } from '../lib/sweep/watch-halt.ts';
import { createHandler, type Handler } from './create-handler.ts';
import { type Environment, parseEnvironment } from './environment.ts';
import { isWake } from './hit-outbox.ts';
import { createNotifiers } from './notifiers.ts';
import { type BuiltServices, createServices } from './services.ts';
import { createStackEgress } from './stack-egress.ts';

type SweepHandler = Handler<unknown, SweepReport>;

interface SweepDependencies {
  services: Services;
  linksHalted: BuiltServices['linksHalted'];
  /** Where a halt is noted while the table does not respond. */
  memory: HealthStore;
  notifiers: Notifiers;
  /** Opens a link that doesn't exist, and a tunnel through each fixed address. */
  others: OtherLooks;
  /** Absent if the address of links is not known. */
  probeLink: (() => Promise<Look['failure']>) | undefined;
  writeKeptHits: BuiltServices['writeKeptHits'];
  takeOverHits: BuiltServices['takeOverHits'];
}

/**
 * Runs every minute. If this function fails, hits have more to read from the exchange, and abandoned claims wait for
 * the next hit.
 */
export function createSweep(
  environment: Environment,
  build = createServices,
  log: Log = createLog({ namespace: environment.RIPCORD_METRICS }),
): SweepHandler {
  return toHandler(() => buildSweep(environment, build, log), log);
}

function buildSweep(environment: Environment, build: typeof createServices, log?: Log): SweepDependencies {
  const { services, accounts, linksHalted, writeKeptHits, takeOverHits } = build(environment, log);
  const notifiers = createNotifiers(environment);
  const others = { probe: createProbe(environment), listStored: () => accounts.list() };
  const memory = createMemoryHealth();
  const { RIPCORD_BASE_URL: baseUrl } = environment;
  const probeLink = baseUrl === undefined ? undefined : () => probeAddress(baseUrl);
  return { services, linksHalted, memory, writeKeptHits, takeOverHits, others, probeLink, notifiers };
}

function createProbe(environment: Environment): () => Promise<Look[]> {
  const { RIPCORD_BASE_URL: baseUrl } = environment;
  const stack = createStackEgress(environment);
  const probeLinks = async (): Promise<Look[]> =>
    baseUrl === undefined ? [] : [{ account: linkAddress, failure: await probeAddress(baseUrl) }];
  const probeProxies = async (): Promise<Look[]> => {
    if (stack === undefined) return [];
    const { probeEgress } = await import('../lib/sweep/probe-egress.ts');
    return probeEgress(stack);
  };
  return async () => (await Promise.all([probeLinks(), probeProxies()])).flat();
}

function toHandler(build: () => SweepDependencies, log: Log): SweepHandler {
  return createHandler({
    build,
    middleware: [
      {
        onError(request) {
          log.event('sweep-failed', { code: toErrorCode(request.error) });
          // The runtime logs a thrown error with its message and cause, so the original must not reach it.
          request.error = new Fault('internal', 'The sweep failed. The function log has its code.');
        },
      },
    ],
    async run(dependencies, event, context) {
      if (dependencies.linksHalted === true) return runHalted(dependencies, log);
      const { services, notifiers, others, probeLink: probe, writeKeptHits, takeOverHits } = dependencies;
      const keptHits = Promise.all([writeKeptHits?.(), takeOverHits?.(event)]);
      const watching = watchAccounts(services, notifiers, others).then(
        (problems) => logProblems(log, problems),
        (thrown: unknown) => log.event('accounts-unwatched', { code: toErrorCode(thrown) }),
      );
      const startedBy = isWake(event) ? 'hit' : 'schedule';
      const remainingMs = () => context.getRemainingTimeInMillis();
      const report = await sweep(services, notifiers, { remainingMs, startedBy, probeAddress: probe });
      logSweep(log, report);
      await Promise.all([keptHits, watching]);
      // A run that left positions without their exits, or that does only a part, does not show that all is well.
      if (startedBy === 'schedule' && report.deferredUrgent === 0)
        await sendHeartbeats(notifiers, log, context.getRemainingTimeInMillis());
      return report;
    },
  });
}

async function runHalted({ services, memory, notifiers }: SweepDependencies, log: Log): Promise<SweepReport> {
  log.event('sweep-halted', {});
  const { store, now } = services;
  const problems = await watchHalt({ store, now }, notifiers).catch(() =>
    watchHalt({ store: memory, now }, notifiers),
  );
  logProblems(log, problems);
  return newReport([], []);
}

/** Once each, without a retry: the outside monitor notices that one is missing, and no alarm is needed for that. */
async function sendHeartbeats(notifiers: Notifiers, log: Log, remainingMs: number): Promise<void> {
  const heartbeats = (await notifiers.heartbeats?.()) ?? [];
  if (remainingMs < heartbeatMs) return;
  await Promise.all(
    heartbeats.map(async ({ channel, send }) => {
      const { kind } = await send({ subject: '', text: '' });
      if (kind !== 'sent') log.event('notify-failed', { channel });
    }),
  );
}

/** The Lambda's entry. */
export const handler = toHandler(
  () => buildSweep(parseEnvironment(process.env), createServices),
  createLog({ namespace: process.env.RIPCORD_METRICS }),
);
