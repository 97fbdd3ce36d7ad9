import type { createAdmin } from '../../functions/admin.ts';
import type { createAlarm } from '../../functions/alarm.ts';
import type { createSweep } from '../../functions/sweep.ts';
import type { createTrigger } from '../../functions/trigger.ts';
import type { CreateHandlers } from '../../infra/local/lambdas.ts';
import { createLog } from '../../lib/log.ts';

interface Built {
  trigger: { createTrigger: typeof createTrigger };
  admin: { createAdmin: typeof createAdmin };
  sweep: { createSweep: typeof createSweep };
  alarm: { createAlarm: typeof createAlarm };
}

/** @returns a function's bundle, which is the one that a deployment uploads. */
async function load<Name extends keyof Built>(name: Name): Promise<Built[Name]> {
  return (await import(new URL(`functions/${name}.mjs`, import.meta.url).href)) as Built[Name];
}

const [trigger, admin, sweep, alarm] = await Promise.all([
  load('trigger'),
  load('admin'),
  load('sweep'),
  load('alarm'),
]);

/** As infra/local/create-project-handlers.ts, with the built functions. */
export const createProjectHandlers: CreateHandlers = (environment, write) => {
  const log = createLog({ write });
  return {
    trigger: trigger.createTrigger(environment, undefined, log),
    admin: admin.createAdmin(environment, undefined, log),
    sweep: sweep.createSweep(environment, undefined, log),
    alarm: alarm.createAlarm(environment, log),
  };
};
