import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Accounts } from '../lib/account/account.ts';
import { fileAccounts } from '../lib/account/file-accounts.ts';
import { ssmAccounts } from '../lib/account/ssm-accounts.ts';
import { ccxtExchanges } from '../lib/exchange/ccxt/ccxt-exchange.ts';
import type { Exchanges } from '../lib/exchange/exchange.ts';
import { createLog, type Log } from '../lib/log.ts';
import type { Services } from '../lib/services.ts';
import { createDynamoStore } from '../lib/store/dynamo-store.ts';
import type { Store } from '../lib/store/store.ts';
import { type Environment, parsePlace } from './environment.ts';
import { createHitOutbox } from './hit-outbox.ts';
import { createStackEgress } from './stack-egress.ts';
import { createWakeSweep } from './wake-sweep.ts';

export interface BuiltServices {
  services: Services;
  accounts: Accounts;
  /** A backup is being restored: links and the sweep must not act, and must not use the table's positions. */
  linksHalted?: true | undefined;
  /** Writes the records of hits that this process could not write earlier. It never throws. */
  writeKeptHits?: () => Promise<void>;
  /** Hands them to a sweep: this process may end before it can write them. It never throws. */
  handOverKeptHits?: () => Promise<void>;
  /** Writes the records of hits that another process put into the event of a sweep. It never throws. */
  takeOverHits?: (event: unknown) => Promise<void>;
}

/** The real services of trigger, admin and sweep, built once per cold start. */
export function createServices(
  environment: Environment,
  log: Log = createLog({ namespace: environment.RIPCORD_METRICS }),
): BuiltServices {
  const accounts = createAccounts(environment);
  const table = createDynamoStore({
    tableName: environment.RIPCORD_TABLE,
    endpoint: environment.RIPCORD_TABLE_ENDPOINT,
  });
  const exchanges = ccxtExchanges(accounts, Date.now, {}, createStackEgress(environment));
  const wakeSweep = createWakeSweep(environment);
  return {
    ...assembleServices({ accounts, table, exchanges, wakeSweep }, log),
    linksHalted: environment.RIPCORD_LINKS_HALTED === 'true' || undefined,
  };
}

/** What a function reaches outside of its process. */
interface Connections {
  accounts: Accounts;
  table: Store;
  exchanges: Exchanges;
  wakeSweep?: ReturnType<typeof createWakeSweep>;
}

export function assembleServices(
  { accounts, table, exchanges, wakeSweep }: Connections,
  log: Log,
): BuiltServices {
  const { store, writeKept, handOver, startSweep, takeOver } = createHitOutbox(table, log);
  return {
    accounts,
    writeKeptHits: writeKept,
    takeOverHits: takeOver,
    ...(wakeSweep === undefined ? {} : { handOverKeptHits: () => handOver(wakeSweep) }),
    services: {
      store,
      exchanges,
      now: Date.now,
      sleep: (ms) => wait(ms),
      randomId: createRandomId,
      ...(wakeSweep === undefined ? {} : { wakeSweep: () => startSweep(wakeSweep) }),
    },
  };
}

function createAccounts({ RIPCORD_ACCOUNTS: place, RIPCORD_KMS_KEY: kmsKey }: Environment): Accounts {
  const { kind, path } = parsePlace(place);
  return kind === 'ssm' ? ssmAccounts(path, { kmsKey }) : fileAccounts(path);
}

/** @returns 128 random bits as 25 digits in base 36. */
function createRandomId(): string {
  return BigInt(`0x${randomBytes(16).toString('hex')}`)
    .toString(36)
    .padStart(25, '0');
}
