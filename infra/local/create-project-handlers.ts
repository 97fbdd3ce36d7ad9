import { createAdmin } from '../../functions/admin.ts';
import { createAlarm } from '../../functions/alarm.ts';
import { createServices } from '../../functions/services.ts';
import { createSweep } from '../../functions/sweep.ts';
import { createTrigger } from '../../functions/trigger.ts';
import { createLog } from '../../lib/log.ts';
import type { CreateHandlers } from './lambdas.ts';

/** The project's functions. They are imported only when needed, because they import ccxt. */
export const createProjectHandlers: CreateHandlers = (environment, write) => {
  const log = createLog({ write });
  return {
    trigger: createTrigger(environment, createServices, log),
    admin: createAdmin(environment, createServices, log),
    sweep: createSweep(environment, createServices, log),
    alarm: createAlarm(environment, log),
  };
};
