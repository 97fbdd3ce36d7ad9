import { createAdmin } from '../../functions/admin.ts';
import { createAlarm } from '../../functions/alarm.ts';
import { createServices } from '../../functions/services.ts';
import { createSweep } from '../../functions/sweep.ts';
import { createTrigger } from '../../functions/trigger.ts';
import { createLog } from '../../lib/log.ts';
import type { CreateHandlers } from './lambdas.ts';

/** The project's functions. They are imported only when needed, because they import ccxt. */
export const createProjectHandlers = createHandlersOn(createServices);

/** The same on other services, such as those of a test. */
export function createHandlersOn(build: typeof createServices): CreateHandlers {
  return (environment, write) => {
    const log = createLog({ write });
    return {
      trigger: createTrigger(environment, build, log),
      admin: createAdmin(environment, build, log),
      sweep: createSweep(environment, build, log),
      alarm: createAlarm(environment, log),
    };
  };
}
