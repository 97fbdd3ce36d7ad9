import {
  type Account,
  type Accounts,
  parseAccount,
  type StoredAccount,
  toSummary,
} from '../../../lib/account/account.ts';
import { findTestOnly } from '../../../lib/account/test-only.ts';
import { Fault } from '../../../lib/fault.ts';

/** Accounts in memory, with a list of the names that were written. */
export function accountsInMemory(
  initial: Record<string, StoredAccount> = {},
): Accounts & { all: Record<string, StoredAccount>; written: string[] } {
  const all: Record<string, StoredAccount> = { ...initial };
  const written: string[] = [];
  return {
    all,
    written,
    async read(name) {
      const account = await this.readRaw(name);
      // An account without the consent is not checked here.
      return findTestOnly(account) === undefined ? (account as Account) : parseAccount(name, '', account);
    },
    async readRaw(name) {
      const account = all[name];
      if (account === undefined) throw new Fault('account-not-found', `No account ${name}.`);
      return account;
    },
    async list() {
      return Object.entries(all).map(([name, account]) => toSummary(name, '', account));
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
