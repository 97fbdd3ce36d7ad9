import { randomBytes } from 'node:crypto';
import type { Account, Accounts } from '../../../lib/account/account.ts';
import { Fault } from '../../../lib/fault.ts';

/** The demo's accounts by name: one key at the simulated exchange, for both of its markets. */
export const spotAccount = 'demo';
const futuresAccount = 'demo-futures';
const exchanges = { [spotAccount]: 'binance', [futuresAccount]: 'binanceusdm' } as const;

/** 64 letters and digits, as Binance's are: 256 random bits each. */
function randomKeys() {
  return {
    apiKey: randomBytes(32).toString('hex'),
    secret: randomBytes(32).toString('hex'),
  };
}

/**
 * Makes the accounts at the first start; later it only tells them where the exchange is now. An account of that
 * name that is not at this machine is somebody's own, and stays as it is.
 * @returns the demo account, or undefined where its owner has removed or replaced it.
 */
export async function updateDemoAccounts(
  accounts: Accounts,
  baseUrl: string,
  first: boolean,
): Promise<Account | undefined> {
  for (const [name, exchange] of Object.entries(exchanges)) {
    const present = await find(accounts, name);
    if (present !== undefined && isDemo(present) && present.baseUrl !== baseUrl) {
      await accounts.write(name, { ...present, baseUrl });
    }
    if (present === undefined && first) {
      const keys = name === spotAccount ? randomKeys() : await findDemo(accounts);
      if (keys === undefined) continue;
      await accounts.write(name, { exchange, apiKey: keys.apiKey, secret: keys.secret, baseUrl });
    }
  }
  return await findDemo(accounts);
}

function isDemo({ baseUrl = '' }: Account): boolean {
  return /^http:\/\/127\.0\.0\.1:\d+$/.test(baseUrl);
}

async function findDemo(accounts: Accounts): Promise<Account | undefined> {
  const account = await find(accounts, spotAccount);
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
