import type { Accounts } from '../account/account.ts';
import type { Log } from '../log.ts';
import type { Notifiers } from '../notify/notifier.ts';
import type { Services } from '../services.ts';

/** What the commands run on. */
export interface AdminServices {
  services: Services;
  accounts: Accounts;
  /** Scheme and host of every link's URL. */
  baseUrl: string;
  notifiers: Notifiers;
  log: Log;
}
