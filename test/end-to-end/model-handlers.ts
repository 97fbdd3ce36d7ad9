import { type Environment, parsePlace } from '../../functions/environment.ts';
import { assembleServices } from '../../functions/services.ts';
import { createWakeSweep } from '../../functions/wake-sweep.ts';
import { createHandlersOn } from '../../infra/local/create-project-handlers.ts';
import type { CreateHandlers } from '../../infra/local/lambdas.ts';
import { fileAccounts } from '../../lib/account/file-accounts.ts';
import { ccxtExchanges } from '../../lib/exchange/ccxt/ccxt-exchange.ts';
import { createLog, type Log } from '../../lib/log.ts';
import { pollIntervalMs } from '../../lib/position/timing.ts';
import type { Store } from '../../lib/store/store.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';

interface ModelHandlers {
  create: CreateHandlers;
  /** Empties the table. */
  clear(): void;
}

/**
 * The project's functions on the model of the table, which test/lib/store holds to the contract of the real one: dynalite
 * and the AWS SDK took half of the time of a test of many cases.
 * @param pollMs replaces the time between two polls of an order that is not done. The simulated Bybit needs longer than some
 * polls of 20 ms to cancel an order; Binance executes everything before it responds.
 */
export function createModelHandlers(pollMs = pollIntervalMs): ModelHandlers {
  let current = createMemoryStore();
  // Services copy the methods of a store, so that each has to look up the table of its test.
  const table = Object.fromEntries(
    Object.keys(current).map((name) => [
      name,
      (...given: unknown[]) => Reflect.apply(Reflect.get(current, name), current, given),
    ]),
  ) as unknown as Store;
  const build = (
    environment: Environment,
    log: Log = createLog({ namespace: environment.RIPCORD_METRICS }),
  ) => {
    const accounts = fileAccounts(parsePlace(environment.RIPCORD_ACCOUNTS).path);
    const exchanges = ccxtExchanges(accounts);
    const wakeSweep = createWakeSweep(environment);
    const { services, ...built } = assembleServices(
      { accounts, table, exchanges, ...(wakeSweep === undefined ? {} : { wakeSweep }) },
      log,
    );
    const sleep = (ms: number) => services.sleep(ms === pollIntervalMs ? pollMs : ms);
    return { ...built, services: { ...services, sleep } };
  };
  return {
    create: createHandlersOn(build),
    clear() {
      current = createMemoryStore();
    },
  };
}
