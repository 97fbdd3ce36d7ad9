import { Deadline, runUntil } from '../../lib/deadline.ts';
import { type Log, toErrorCode } from '../../lib/log.ts';
import type { Services } from '../../lib/services.ts';
import type { AccountInUse } from '../../lib/store/store.ts';
import type { BuiltServices } from '../services.ts';
import { type CreateHandler, createDryClose } from './dry-close.ts';

/** The rule's input. A request to a link always arrives with its context, which no sender can leave out. */
export function isWarmUp(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'warmUp' in event && !('requestContext' in event);
}

/**
 * How long it waits for the table and Parameter Store, which respond within tens of milliseconds. An alert that arrives
 * meanwhile gets another environment, which is cold.
 */
const readMs = 1_000;

/**
 * How often the first warm-up of a process runs each dry close. The first one compiles. By the sixth, V8 has run its first
 * collection of all memory, which takes as long as a hit: docs/measurements.md.
 */
const firstCloses = 6;

/**
 * @returns a function that prepares this process for its next hit. It reads which accounts are in use, reads their
 * credentials, creates their clients, and runs a dry close on each of their exchanges. It sends nothing to an exchange,
 * and never throws.
 */
export function createWarmUp(
  createHandler: CreateHandler,
  log: Log,
): (built: () => BuiltServices) => Promise<void> {
  const prepare = createPreparation(createHandler, log);
  return async (build) => {
    try {
      const { services, linksHalted } = build();
      if (linksHalted === true) return;
      const { store, now } = services;
      const deadline = new Deadline(now() + readMs, now);
      const exchanges = await runUntil(deadline, async () => {
        const { accountsInUse = [] } = await store.readStatus();
        await openAccounts(services, accountsInUse);
        return new Set(accountsInUse.map(({ exchange }) => exchange));
      });
      for (const exchange of exchanges) await prepare(exchange);
    } catch (thrown) {
      log.event('warm-up-failed', { code: toErrorCode(thrown) });
    }
  };
}

/** @returns a function that runs the dry closes of an exchange, and never throws. */
function createPreparation(createHandler: CreateHandler, log: Log): (exchange: string) => Promise<void> {
  const dryCloses = new Map<string, () => Promise<void>>();
  const prepared = new Set<string>();
  return async (exchange) => {
    try {
      const dryClose = dryCloses.get(exchange) ?? createDryClose(exchange, createHandler);
      if (dryClose === undefined) return;
      dryCloses.set(exchange, dryClose);
      const count = prepared.has(exchange) ? 1 : firstCloses;
      for (let runs = 0; runs < count; runs += 1) await dryClose();
      prepared.add(exchange);
    } catch (thrown) {
      log.event('warm-up-failed', { exchange, code: toErrorCode(thrown) });
    }
  };
}

/** The sweep reports an account that can't be read. */
async function openAccounts({ exchanges }: Services, accounts: AccountInUse[]): Promise<void> {
  await Promise.allSettled(accounts.map(({ account, exchange }) => exchanges.of(account, exchange)));
}
