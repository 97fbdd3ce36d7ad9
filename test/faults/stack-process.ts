import { subscribe } from 'node:diagnostics_channel';
import { readSync, writeSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { createAdmin } from '../../functions/admin.ts';
import { createAlarm } from '../../functions/alarm.ts';
import type { Environment } from '../../functions/environment.ts';
import { createServices } from '../../functions/services.ts';
import { createSweep } from '../../functions/sweep.ts';
import { createTrigger } from '../../functions/trigger.ts';
import { startLocalStack } from '../../infra/local/stack.ts';
import { createLog } from '../../lib/log.ts';
import { type FailPoint, withFailPoints } from './fail-points.ts';
import { readSteering } from './fault-control.ts';

/**
 * The local stack as a process whose clock a test moves, and which stops where a test says: it prints
 * `reached <point>` and does nothing any more until a byte comes down its fourth channel.
 */

const { values } = parseArgs({
  options: {
    name: { type: 'string', default: '' },
    data: { type: 'string', default: '' },
    steering: { type: 'string', default: '' },
    /** Another table than its own. */
    table: { type: 'string' },
  },
});

// ccxt signs with it, too. It is loaded later, with the first exchange that is asked for.
const machineNow = Date.now;
Date.now = () => machineNow() + readSteering(values.steering).aheadMs;

// A test run that is cut off must leave nobody behind.
process.stdin.on('end', () => process.exit()).resume();

const resumption = 3;

function reach(point: FailPoint): void {
  const { stop } = readSteering(values.steering);
  if (stop?.process !== values.name || stop.point !== point) return;
  // A killed process writes no compile cache at its end, so each restart would compile everything again.
  flushCompileCache();
  writeSync(process.stdout.fd, `reached ${point}\n`);
  // All of the process waits here, whatever else it was about to do.
  readSync(resumption, Buffer.alloc(1));
}

// Node's HTTP client tells of a request before any of it is written; ccxt has signed it by then.
subscribe('http.client.request.created', (message) => {
  const { request } = message as { request: ClientRequest };
  if (request.method === 'POST' && /\/order\b/.test(request.path)) reach('signed');
});

function build(given: Environment) {
  const { services, accounts } = createServices({
    ...given,
    RIPCORD_TABLE_ENDPOINT: values.table ?? given.RIPCORD_TABLE_ENDPOINT,
  });
  return { accounts, services: withFailPoints(services, reach) };
}

const silent = createLog({ write: () => undefined });

const stack = await startLocalStack({
  port: 0,
  data: values.data,
  // Sweeps run when a test asks for one.
  every: () => () => undefined,
  // Without lingering on pending closes, and without sweeps that hits start: the test moves time.
  wakesSweep: false,
  sweepTimeoutMs: 5_000,
  handlers: (environment) => ({
    trigger: createTrigger(environment, build, silent),
    admin: createAdmin(environment, build, silent),
    sweep: createSweep(environment, build, silent),
    alarm: createAlarm(environment, silent),
  }),
});
writeSync(process.stdout.fd, `ready ${stack.url}\n`);
