import { createAdmin } from '../../functions/admin.ts';
import { createServices } from '../../functions/services.ts';
import { createSweep } from '../../functions/sweep.ts';
import { createTrigger } from '../../functions/trigger.ts';
import { createLog } from '../../lib/log.ts';
import type { CreateHandlers } from './lambdas.ts';

/** The project's own functions, in a file of its own because they bring ccxt with them. */
export const createProjectHandlers: CreateHandlers = (environment, write) => {
  const log = createLog({ write });
  return {
    trigger: createTrigger(environment, createServices, log),
    admin: createAdmin(environment, createServices, log),
    sweep: createSweep(environment, createServices, log),
  };
};
