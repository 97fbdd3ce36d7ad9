import { type Account, type Accounts, exchangeIdSchema } from '../../account/account.ts';
import { Fault } from '../../fault.ts';
import type { HttpAgents } from '../../http-agents.ts';
import type { StackEgress } from '../egress/tunnel-agents.ts';
import type { Exchange, Exchanges } from '../exchange.ts';
import { exchangeName } from '../exchange-name.ts';
import { createAccountData } from './ccxt-account-data.ts';
import { type CcxtConnection, connect, type Deadlines, defaultDeadlines } from './ccxt-connection.ts';
import { directAgents } from './ccxt-fetch.ts';
import { createMarketData } from './ccxt-market-data.ts';
import { createTrading } from './ccxt-trading.ts';
import { loadLeanCcxt } from './lean-ccxt.ts';

function createExchange(connection: CcxtConnection): Exchange {
  return {
    ...createTrading(connection),
    ...createMarketData(connection),
    ...createAccountData(connection),
  };
}

/** Connects to an account that is not stored. Throws `account-invalid` if its secret can't sign requests. */
export async function connectAccount(account: Account, stackEgress?: StackEgress): Promise<Exchange> {
  const readAccountAgain = async () => account;
  const agents = directAgents;
  const options = { readAccountAgain, stackEgress, agents, now: Date.now, deadlines: defaultDeadlines };
  return createExchange(await connect(account, options));
}

/**
 * Exchanges by account name, behind ccxt. A connection is reused until the account's entry changes, so that warm
 * functions keep it. `accounts` decides how long it trusts what it has read.
 *
 * @param agents for the accounts without fixed addresses.
 */
export function ccxtExchanges(
  accounts: Accounts,
  now: () => number = Date.now,
  deadlines: Partial<Deadlines> = {},
  stackEgress?: StackEgress,
  agents: HttpAgents = directAgents,
): Exchanges {
  const options = { stackEgress, agents, now, deadlines: { ...defaultDeadlines, ...deadlines } };
  const connected = new Map<string, { entry: string; exchange: Promise<Exchange> }>();
  /** Concurrent calls share one connection: a hit requests it before and after its claim. */
  const opening = new Map<string, Promise<Exchange>>();

  const open = async (name: string, exchangeId: string | undefined): Promise<Exchange> => {
    // The exchange's code and the credentials come from different places, so both are loaded at the same time.
    const id = exchangeIdSchema.safeParse(exchangeId);
    if (id.success && !connected.has(name)) loadLeanCcxt(id.data).catch(() => undefined);
    const account = await readAccountOf(accounts, name, exchangeId);
    const entry = JSON.stringify(account);
    const known = connected.get(name);
    if (known?.entry === entry) return known.exchange;
    const exchange = connect(account, {
      ...options,
      readAccountAgain: () => accounts.read(name, { fresh: true }),
    }).then(createExchange);
    connected.set(name, { entry, exchange });
    exchange.catch(() => connected.delete(name));
    return exchange;
  };

  return {
    of(name, exchangeId) {
      const key = `${name} ${exchangeId ?? ''}`;
      const known = opening.get(key);
      if (known !== undefined) return known;
      const exchange = open(name, exchangeId).finally(() => opening.delete(key));
      opening.set(key, exchange);
      return exchange;
    },
  };
}

/** @returns the account, read again without the cache if the cached one is an account of another exchange. */
async function readAccountOf(
  accounts: Accounts,
  name: string,
  exchangeId: string | undefined,
): Promise<Account> {
  const cached = await accounts.read(name);
  if (exchangeId === undefined || cached.exchange === exchangeId) return cached;
  const account = await accounts.read(name, { fresh: true });
  if (account.exchange === exchangeId) return account;
  const meant = exchangeName(exchangeId);
  throw new Fault(
    'account-not-found',
    `Account "${name}" is now a ${exchangeName(account.exchange)} account, and this position is on ${meant}.`,
    { hint: { text: `Store ${meant} keys under this account name, or close the position on ${meant}.` } },
  );
}
