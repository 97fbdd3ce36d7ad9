import type { CommandResult } from '../../../lib/admin/contract/commands.ts';
import type { Fact } from './fact.ts';

export type AccountCheck = CommandResult<'accounts.check'>;

/** An account, and what its exchange reports about its key. */
export interface CheckedAccount {
  name: string;
  /** Why what is stored can't be used. */
  problem?: string | undefined;
  check: Fact<AccountCheck> | undefined;
}

/** What the admin function reports. */
export interface OperationFacts {
  changes: Fact<Pick<CommandResult<'changes.list'>, 'paused' | 'pausedUntil' | 'halted' | 'sweptAt'>>;
  channels: Fact<CommandResult<'notify.list'>['channels']>;
  accounts: Fact<CheckedAccount[]>;
  /** Why links can't be opened; undefined if they can. */
  address: Fact<string | undefined> | undefined;
}

export interface Identity {
  account: string;
  arn: string;
  region: string;
  /** How far this machine's clock is ahead of AWS's. */
  clockAheadMs: number | undefined;
}

/** The stack as CloudFormation reports it. */
export interface StackFacts {
  name: string;
  status: string;
  reason?: string | undefined;
  isProtected: boolean;
  createdAt: number;
  parameters: Readonly<Record<string, string>>;
  outputs: Readonly<Record<string, string>>;
}

export interface Alarming {
  name: string;
  description: string;
}

export interface Quota {
  limit: number;
  unreserved: number;
}

/** What AWS reports. */
export interface CloudFacts {
  identity: Fact<Identity>;
  /** The value is undefined if there is no stack. */
  stack: Fact<StackFacts | undefined>;
  /** Resources that differ from the template. */
  drift: Fact<string[]> | undefined;
  quota: Fact<Quota>;
  /** Endpoints of the topic, by whether they confirmed. */
  subscriptions: Fact<{ endpoint: string; isConfirmed: boolean }[]> | undefined;
  alarms: Fact<Alarming[]> | undefined;
}
