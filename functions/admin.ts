import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { AdminAnswer } from '../lib/admin/contract/commands.ts';
import { runAdmin } from '../lib/admin/dispatch.ts';
import { createLog, type Log } from '../lib/log.ts';
import { type Environment, parseEnvironment } from './environment.ts';
import { createNotifiers } from './notifiers.ts';
import { createServices } from './services.ts';

type Handler = (payload: unknown, context: Context) => Promise<AdminAnswer>;

/** Direct invocations only, no route. If this function fails, no link can be made; those made go on working. */
export function createAdmin(
  environment: Environment,
  build = createServices,
  log: Log = createLog({ namespace: environment.RIPCORD_METRICS }),
): Handler {
  const { services, accounts } = build(environment);
  const baseUrl = environment.RIPCORD_BASE_URL ?? '';
  const notifiers = createNotifiers(environment);
  return middy<unknown, AdminAnswer>().handler((payload, { awsRequestId }) =>
    runAdmin({ services, accounts, baseUrl, notifiers, log }, payload, awsRequestId),
  );
}

let built: Handler | undefined;

/** The Lambda's entry. */
export const handler: Handler = (payload, context) => {
  built ??= createAdmin(parseEnvironment(process.env));
  return built(payload, context);
};
