import { randomBytes } from 'node:crypto';
import type { Account, Accounts } from '../../../lib/account/account.ts';
import { Fault } from '../../../lib/fault.ts';

/** The demo's accounts share one key at the simulated exchange, for spot and futures. */
export const spotAccount = 'demo';
export const futuresAccount = 'demo-futures';
const exchanges = { [spotAccount]: 'binance', [futuresAccount]: 'binanceusdm' } as const;

/** As long as Binance's: 64 characters with 256 random bits each. */
function createKeys() {
  return {
    apiKey: randomBytes(32).toString('hex'),
    secret: randomBytes(32).toString('hex'),
  };
}

/**
 * Creates the accounts at the first start; later it only updates their exchange's address. An account with such a
 * name and another address is the owner's own, and is not changed.
 * @returns the demo account, or undefined if the owner removed or replaced it.
 */
export async function updateDemoAccounts(
  accounts: Accounts,
  { baseUrl, isFirstStart }: { baseUrl: string; isFirstStart: boolean },
): Promise<Account | undefined> {
  for (const [name, exchange] of Object.entries(exchanges)) {
    const present = await find(accounts, name);
    if (present !== undefined && isDemo(present) && present.baseUrl !== baseUrl) {
      await accounts.write(name, { ...present, baseUrl });
    }
    if (present === undefined && isFirstStart) {
      const keys = name === spotAccount ? createKeys() : await findDemo(accounts, spotAccount);
      if (keys === undefined) continue;
      await accounts.write(name, { exchange, apiKey: keys.apiKey, secret: keys.secret, baseUrl });
    }
  }
  return await findDemo(accounts, spotAccount);
}

function isDemo({ baseUrl = '' }: Account): boolean {
  return /^http:\/\/127\.0\.0\.1:\d+$/.test(baseUrl);
}

/** @returns an account of the simulated exchange, or undefined if the owner removed or replaced it. */
export async function findDemo(accounts: Accounts, name: string): Promise<Account | undefined> {
  const account = await find(accounts, name);
  return account !== undefined && isDemo(account) ? account : undefined;
}

async function find(accounts: Accounts, name: string): Promise<Account | undefined> {
  try {
    return await accounts.read(name, { fresh: true });
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'account-not-found') return undefined;
    throw thrown;
  }
}
