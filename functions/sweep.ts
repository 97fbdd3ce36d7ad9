import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { Fault } from '../lib/fault.ts';
import { createLog, type Log, toErrorCode } from '../lib/log.ts';
import { logSweep } from '../lib/sweep/log-sweep.ts';
import { type SweepReport, sweep } from '../lib/sweep/sweep.ts';
import { type Environment, parseEnvironment } from './environment.ts';
import { createNotifiers } from './notifiers.ts';
import { createServices } from './services.ts';

type Handler = (event: unknown, context: Context) => Promise<SweepReport>;

/** Every minute. If this function fails, triggers have more to ask, and what died waits for the next hit. */
export function createSweep(
  environment: Environment,
  build = createServices,
  log: Log = createLog({ namespace: environment.RIPCORD_METRICS }),
): Handler {
  const { services } = build(environment);
  const notifiers = createNotifiers(environment);
  return middy<unknown, SweepReport>()
    .onError((request) => {
      log.event('sweep-failed', { code: toErrorCode(request.error) });
      // The runtime logs what it is thrown, message, cause and all: it gets nothing of what was thrown here.
      request.error = new Fault('internal', 'The sweep failed.');
    })
    .handler(async () => {
      const report = await sweep(services, notifiers);
      logSweep(log, report);
      return report;
    });
}

let built: Handler | undefined;

/** The Lambda's entry. */
export const handler: Handler = (event, context) => {
  built ??= createSweep(parseEnvironment(process.env));
  return built(event, context);
};
