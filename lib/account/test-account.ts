import { z } from 'zod';
import { Fault } from '../fault.ts';
import { type Account, type Accounts, accountSchema, parseAccount, type StoredAccount } from './account.ts';
import { findTestOnly, isTestOnly, testOnlyIds } from './test-only.ts';

/** An account on the test network of an exchange that Ripcord does not trade at, for `venues verify` only. */
export const testAccountSchema = accountSchema
  .omit({ generic: true, options: true, accountId: true })
  .extend({ exchange: z.enum(testOnlyIds), sandbox: z.literal(true) });
type TestAccount = z.infer<typeof testAccountSchema>;

export function isTestAccount(account: StoredAccount): account is TestAccount {
  return isTestOnly(account.exchange);
}

/** Reads an account without the cache, also one that is for `venues verify` only. Throws as `read`. */
export async function readAnyAccount(accounts: Accounts, name: string): Promise<Account | TestAccount> {
  const stored = await accounts.readRaw(name);
  if (findTestOnly(stored) === undefined) return parseAccount(name, `Account "${name}"`, stored);
  const { data } = testAccountSchema.safeParse(stored);
  if (data !== undefined) return data;
  throw new Fault(
    'account-invalid',
    `Account "${name}" is not on a test network, and Ripcord accepts no other account of its exchange. Nothing was sent.`,
    { hint: { text: 'Remove it, and store a key of the test network:', command: `accounts remove ${name}` } },
  );
}
