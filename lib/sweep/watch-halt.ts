import type { Problem } from '../notify/deliver.ts';
import { appendHalt } from '../notify/halt-notice.ts';
import { changeHealth, deliverWaiting, type HealthOutbox } from '../notify/health-outbox.ts';
import type { Notifiers } from '../notify/notifier.ts';

/**
 * Notifies the owner of a halt that lasts. Of the table it uses only the health: the positions may be those of a backup that
 * was not compared with the exchange.
 * @returns the channels that did not accept a notice. Throws `table-unreachable`.
 */
export async function watchHalt(outbox: HealthOutbox, channels: Notifiers): Promise<Problem[]> {
  const health = await changeHealth(outbox.store, (known) => appendHalt(known, outbox.now()));
  return health === undefined ? [] : deliverWaiting(outbox, channels, health);
}
