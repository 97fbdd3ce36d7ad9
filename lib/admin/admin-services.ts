import type { Account, Accounts } from '../account/account.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { HttpAgents } from '../http-agents.ts';
import type { Log } from '../log.ts';
import type { Channel, ChannelStore } from '../notify/channels.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { Services } from '../services.ts';

/** What the commands run on. */
export interface AdminServices {
  services: Services;
  accounts: Accounts;
  /** Connects to an account that is not stored. Throws `account-invalid` if its secret can't sign requests. */
  connect(account: Account): Promise<Exchange>;
  /** @returns the connections of an account's requests, through its fixed addresses if it has any. */
  selectAgents(account: Pick<Account, 'egress'>): HttpAgents;
  /** Absent: the stack has none. */
  fixedAddresses?: FixedAddresses | undefined;
  /** Scheme and host of every link's URL. */
  baseUrl: string;
  /** A backup is being restored: links and the sweep act on nothing. */
  linksHalted?: true | undefined;
  channels: NoticeChannels;
  log: Log;
}

/** The addresses from which accounts with `egress: "stack"` reach their exchanges. */
export interface FixedAddresses {
  addresses: readonly string[];
  connectThrough(address: string, account: Account): Promise<Exchange>;
}

export interface NoticeChannels {
  store: ChannelStore;
  /** The stack's own topic, if it has a subscriber. */
  builtIn: Channel[];
  toNotifier(channel: Channel): Notifier;
  /** Why a message to a built-in channel reaches no one, although the channel accepts it. Throws if AWS does not say. */
  findNoSubscriber(channel: Channel): Promise<string | undefined>;
}
