import { createAdmin } from '../../functions/admin.ts';
import { createSweep } from '../../functions/sweep.ts';
import { createTrigger } from '../../functions/trigger.ts';
import type { CreateHandlers } from './functions.ts';

/** The project's own functions, in a file of its own because they bring ccxt with them. */
export const createProjectHandlers: CreateHandlers = (environment) => ({
  trigger: createTrigger(environment),
  admin: createAdmin(environment),
  sweep: createSweep(environment),
});
