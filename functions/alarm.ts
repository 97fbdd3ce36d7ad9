import { Fault } from '../lib/fault.ts';
import { createLog, type Log, toErrorCode } from '../lib/log.ts';
import { type AlarmChange, appendAlarms, parseAlarms } from '../lib/notify/alarm-notice.ts';
import { changeHealth, deliverHealth, type HealthDelivery } from '../lib/notify/health-outbox.ts';
import type { Notifiers } from '../lib/notify/notifier.ts';
import { createDynamoStore } from '../lib/store/dynamo-store.ts';
import { createMemoryHealth } from '../lib/store/memory-health.ts';
import type { HealthStore } from '../lib/store/store.ts';
import { createHandler, type Handler } from './create-handler.ts';
import { type AlarmEnvironment, parseAlarmEnvironment } from './environment.ts';
import { createNotifiers } from './notifiers.ts';

type AlarmHandler = Handler<unknown, { alarms: number }>;

interface AlarmDependencies {
  /** Where the messages are counted: the table, or this process while the table does not respond. */
  stores: HealthStore[];
  notifiers: Notifiers;
  now(): number;
}

/**
 * Sends alarms to the channels that are not e-mail. It needs no sweep, which may be what fails. It fails while a channel has
 * yet to get a message: Lambda then runs it again after one minute, and after two more.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export function createAlarm(
  environment: AlarmEnvironment,
  log: Log = createLog({ namespace: environment.RIPCORD_METRICS }),
  now = Date.now,
): AlarmHandler {
  return toHandler(() => buildAlarm(environment, now), log);
}

function buildAlarm(environment: AlarmEnvironment, now = Date.now): AlarmDependencies {
  const table = createDynamoStore({
    tableName: environment.RIPCORD_TABLE,
    endpoint: environment.RIPCORD_TABLE_ENDPOINT,
  });
  return { stores: [table, createMemoryHealth()], notifiers: createNotifiers(environment), now };
}

function toHandler(build: () => AlarmDependencies, log: Log): AlarmHandler {
  return createHandler({
    build,
    middleware: [
      {
        onError(request) {
          log.event('alarm-failed', { code: toErrorCode(request.error) });
          // The runtime logs a thrown error with its message and cause, so the original must not reach it.
          request.error = new Fault(
            'internal',
            'An alarm waits for a channel. The function log has the code.',
          );
        },
      },
    ],
    async run(dependencies, event) {
      const alarms = parseAlarms(event);
      if (alarms.length === 0) return { alarms: 0 };
      const { problems, waiting } = await deliver(dependencies, alarms);
      for (const { channel } of problems) log.event('notify-failed', { channel }, { NotifyFailed: 1 });
      if (waiting) throw new Fault('channel-refused', 'A channel has yet to get the alarm.');
      return { alarms: alarms.length };
    },
  });
}

async function deliver(
  { stores: [store, ...stores], notifiers: channels, now }: AlarmDependencies,
  alarms: AlarmChange[],
): Promise<HealthDelivery> {
  if (store === undefined) return { problems: [], waiting: true };
  const { notifiers, problem } = await channels.all();
  try {
    const stored = await changeHealth(store, (health) => appendAlarms(health, alarms, now()));
    if (stored === undefined) throw new Fault('conflict', 'Others keep changing the health.');
    const delivery = await deliverHealth({ store, now }, notifiers);
    return problem === undefined ? delivery : { problems: [{ why: problem }], waiting: true };
  } catch {
    return deliver({ stores, notifiers: channels, now }, alarms);
  }
}

/** The Lambda's entry. */
export const handler = toHandler(
  () => buildAlarm(parseAlarmEnvironment(process.env)),
  createLog({ namespace: process.env.RIPCORD_METRICS }),
);
