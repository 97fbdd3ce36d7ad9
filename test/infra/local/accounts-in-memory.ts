import type { Account, Accounts } from '../../../lib/account/account.ts';
import { Fault } from '../../../lib/fault.ts';

/** Accounts in memory, with a list of the names that were written. */
export function accountsInMemory(
  initial: Record<string, Account> = {},
): Accounts & { all: Record<string, Account>; written: string[] } {
  const all: Record<string, Account> = { ...initial };
  const written: string[] = [];
  return {
    all,
    written,
    async read(name) {
      const account = all[name];
      if (account === undefined) throw new Fault('account-not-found', `No account ${name}.`);
      return account;
    },
    async list() {
      return Object.entries(all).map(([name, { exchange }]) => ({ name, exchange }));
    },
    async write(name, account) {
      written.push(name);
      all[name] = account;
    },
    async remove(name) {
      delete all[name];
    },
  };
}
