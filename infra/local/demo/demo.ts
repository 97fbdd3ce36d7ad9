import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account, Accounts } from '../../../lib/account/account.ts';
import { Fault } from '../../../lib/fault.ts';
import { inOneLine, type Log } from '../../loopback/log.ts';
import { hasCode, StartFailure } from '../../loopback/start-failure.ts';
import { type RunningExchange, startSimulatedExchange } from '../../simulator/exchange.ts';
import type { Lambda } from '../lambda.ts';
import type { Every } from '../schedule.ts';
import { spotAccount, updateDemoAccounts } from './demo-accounts.ts';
import { type DemoPosition, leaveShortToAdopt, placeDemoOrders } from './demo-orders.ts';
import { adoptDemoPositions } from './demo-positions.ts';
import { startPriceSway } from './price-sway.ts';

export interface Demo {
  exchangeUrl: string;
  /** At the first start: has the admin function adopt the demo's positions. Nothing that fails here is fatal. */
  seed(admin: Lambda): Promise<void>;
  stop(): Promise<void>;
}

export interface DemoOptions {
  data: string;
  accounts: Accounts;
  /** Wished for; another is taken where it is not free. */
  port: number;
  every: Every;
  log: Log;
}

/**
 * Starts the simulated exchange and accounts on it. The orders of the first start are on disk before the admin
 * function hears of them, and the mark that says "seeded" is written last: a crash in between repeats what's missing.
 */
export async function startDemo({ data, accounts, port, every, log }: DemoOptions): Promise<Demo> {
  const mark = join(data, 'demo.json');
  const snapshotPath = join(data, 'exchange.json');
  const first = !(await exists(mark));
  let exchange = await openExchange(snapshotPath, port);
  const account = await accountAt(exchange, accounts, first, log);
  let positions: DemoPosition[] = [];
  if (account !== undefined && (first || exchange.core.state.accountByKey(account.apiKey) === undefined)) {
    positions = prepare(exchange, account, log);
    await exchange.stop();
    exchange = await openExchange(snapshotPath, Number(new URL(exchange.url).port));
    // In case that somebody else has taken the port in between.
    await accountAt(exchange, accounts, false, log);
  }
  const endSway = startPriceSway(exchange.core, every);
  return {
    exchangeUrl: exchange.url,
    async seed(admin) {
      if (positions.length === 0) return;
      try {
        await adoptDemoPositions(admin, spotAccount, positions);
        await writeFile(mark, `${JSON.stringify({ seededAt: new Date().toISOString() })}\n`, { mode: 0o600 });
      } catch (thrown) {
        log(`The demo's positions are not complete, the next start tries again. ${inOneLine(thrown)}`);
      }
    },
    async stop() {
      endSway();
      await exchange.stop();
    },
  };
}

async function openExchange(snapshotPath: string, port: number): Promise<RunningExchange> {
  try {
    return await startSimulatedExchange({ port, snapshotPath });
  } catch (thrown) {
    if (hasCode(thrown, 'EADDRINUSE')) return await startSimulatedExchange({ port: 0, snapshotPath });
    throw new StartFailure(
      `The simulated exchange can't read ${snapshotPath}. Move the file away to begin with a new exchange, or leave the demo out with --no-demo.`,
      { cause: thrown },
    );
  }
}

/** @returns the demo's account, or undefined where there is none to work with; why, is in the log. */
async function accountAt(
  exchange: RunningExchange,
  accounts: Accounts,
  first: boolean,
  log: Log,
): Promise<Account | undefined> {
  try {
    return await updateDemoAccounts(accounts, exchange.url, first);
  } catch (thrown) {
    if (!(thrown instanceof Fault)) {
      await exchange.stop();
      throw thrown;
    }
    log(`The demo's accounts stay as they are. ${thrown.message}`);
    return undefined;
  }
}

function prepare({ core }: RunningExchange, { apiKey, secret }: Account, log: Log): DemoPosition[] {
  try {
    if (core.state.accountByKey(apiKey) === undefined) {
      const balances = { spot: { USDT: '10000' }, usdm: { USDT: '10000' } };
      core.addAccount({ apiKey, secret, balances });
    }
    leaveShortToAdopt(core, apiKey);
    return placeDemoOrders(core, apiKey);
  } catch (thrown) {
    log(`The demo's orders could not be placed. ${inOneLine(thrown)}`);
    return [];
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
