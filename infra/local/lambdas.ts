import type { Environment } from '../../functions/environment.ts';
import type { Log } from '../loopback/log.ts';
import { createLambda, type Handler, type Lambda } from './lambda.ts';

/** The code of the functions. */
export interface Handlers {
  trigger: Handler;
  admin: Handler;
  sweep: Handler;
  alarm: Handler;
}

/** Creates the handlers when table and base URL are known. They write their log lines to `log`. */
export type CreateHandlers = (environment: Environment, log: Log) => Handlers;

export type Lambdas = Record<keyof Handlers, Lambda>;

/** As on AWS: below the minute between two sweeps. */
const sweepTimeoutMs = 58_000;

/**
 * Names and timeouts as on AWS: below the HTTP API's 30 s, or below the minute between two sweeps.
 * @param options A sweep with little time does not wait for pending closes.
 */
export function createLambdas(
  handlers: Handlers,
  log: Log,
  options: { sweepTimeoutMs?: number } = {},
): Lambdas {
  return {
    trigger: createLambda('ripcord-trigger', handlers.trigger, 10_000, log),
    admin: createLambda('ripcord-admin', handlers.admin, 29_000, log),
    sweep: createLambda('ripcord-sweep', handlers.sweep, options.sweepTimeoutMs ?? sweepTimeoutMs, log),
    alarm: createLambda('ripcord-alarm', handlers.alarm, 30_000, log),
  };
}
