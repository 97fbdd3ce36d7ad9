import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account, Accounts } from '../../../lib/account/account.ts';
import { Fault } from '../../../lib/fault.ts';
import { inOneLine, type Log } from '../../loopback/log.ts';
import { hasCode, StartFailure } from '../../loopback/start-failure.ts';
import { type RunningExchange, startSimulatedExchange } from '../../simulator/exchange.ts';
import type { Lambda } from '../lambda.ts';
import type { Every } from '../schedule.ts';
import { findDemo, futuresAccount, spotAccount, updateDemoAccounts } from './demo-accounts.ts';
import { type DemoPosition, openShortToAdopt, placeDemoOrders } from './demo-orders.ts';
import { adoptDemoPositions, openSmartPosition } from './demo-positions.ts';
import { startPriceSway } from './price-sway.ts';

export interface Demo {
  exchangeUrl: string;
  /** At the first start, adopts and opens positions through the admin function. It logs failures and never throws. */
  seed(admin: Lambda): Promise<void>;
  stop(): Promise<void>;
}

export interface DemoOptions {
  data: string;
  accounts: Accounts;
  /** If it is in use, the exchange takes another port. */
  port: number;
  every: Every;
  log: Log;
}

/**
 * Starts the simulated exchange with the demo's accounts. The first start writes its orders to disk before the admin
 * function adopts them, and the marker file last: after a crash in between, the next start completes what is missing.
 */
export async function startDemo({ data, accounts, port, every, log }: DemoOptions): Promise<Demo> {
  const marker = join(data, 'demo.json');
  const snapshotPath = join(data, 'exchange.json');
  const isFirstStart = !(await exists(marker));
  let exchange = await openExchange(snapshotPath, port);
  const account = await findAccount(exchange, accounts, { isFirstStart, log });
  let positions: DemoPosition[] = [];
  if (
    account !== undefined &&
    (isFirstStart || exchange.core.state.accountByKey(account.apiKey) === undefined)
  ) {
    positions = placeOrders(exchange, account, log);
    await exchange.stop();
    exchange = await openExchange(snapshotPath, Number(new URL(exchange.url).port));
    // Another program may have taken the port in the meantime, so the address may be new.
    await findAccount(exchange, accounts, { isFirstStart: false, log });
  }
  const stopSway = startPriceSway(exchange.core, every);
  return {
    exchangeUrl: exchange.url,
    async seed(admin) {
      if (positions.length === 0) return;
      try {
        await adoptDemoPositions(admin, spotAccount, positions);
        // An account of that name may be the owner's own, at a real exchange.
        if ((await findDemo(accounts, futuresAccount)) !== undefined)
          await openSmartPosition(admin, futuresAccount);
        await writeFile(marker, `${JSON.stringify({ seededAt: new Date().toISOString() })}\n`, {
          mode: 0o600,
        });
      } catch (thrown) {
        log(`The demo's positions are incomplete; the next start retries. ${inOneLine(thrown)}`);
      }
    },
    async stop() {
      stopSway();
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
      `The simulated exchange can't read ${snapshotPath}. Move the file away to start with a new exchange, or start without the demo: --no-demo.`,
      { cause: thrown },
    );
  }
}

/** @returns the demo's account, or undefined if there is none; the log contains the reason of a failure. */
async function findAccount(
  exchange: RunningExchange,
  accounts: Accounts,
  { isFirstStart, log }: { isFirstStart: boolean; log: Log },
): Promise<Account | undefined> {
  try {
    return await updateDemoAccounts(accounts, { baseUrl: exchange.url, isFirstStart });
  } catch (thrown) {
    if (!(thrown instanceof Fault)) {
      await exchange.stop();
      throw thrown;
    }
    log(`The demo's accounts are unchanged. ${thrown.message}`);
    return undefined;
  }
}

function placeOrders({ core }: RunningExchange, { apiKey, secret }: Account, log: Log): DemoPosition[] {
  try {
    if (core.state.accountByKey(apiKey) === undefined) {
      const balances = { spot: { USDT: '10000' }, usdm: { USDT: '10000' } };
      core.addAccount({ apiKey, secret, balances });
    }
    openShortToAdopt(core, apiKey);
    return placeDemoOrders(core, apiKey);
  } catch (thrown) {
    log(`The demo's orders are incomplete; the next start retries. ${inOneLine(thrown)}`);
    return [];
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
