import { Deadline, runUntil } from '../../lib/deadline.ts';
import { type Log, toErrorCode } from '../../lib/log.ts';
import type { Services } from '../../lib/services.ts';
import type { BuiltServices } from '../services.ts';
import { type CreateHandler, createDryClose } from './dry-close.ts';

/** The rule's input. A request to a link always arrives with its context, which no sender can leave out. */
export function isWarmUp(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'warmUp' in event && !('requestContext' in event);
}

/** An alert that arrives meanwhile gets another environment, which is cold. */
const warmUpMs = 2_000;

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
  const dryCloses = new Map<string, (() => Promise<void>) | undefined>();
  const run = async (exchange: string): Promise<void> => {
    const count = dryCloses.has(exchange) ? 1 : firstCloses;
    const dryClose = dryCloses.get(exchange) ?? createDryClose(exchange, createHandler);
    dryCloses.set(exchange, dryClose);
    for (let runs = 0; runs < count; runs += 1) await dryClose?.();
  };
  return async (build) => {
    try {
      const { services, linksHalted } = build();
      if (linksHalted === true) return;
      const { store, now } = services;
      const deadline = new Deadline(now() + warmUpMs, now);
      const exchanges = await runUntil(deadline, async () => {
        const { accountsInUse = [] } = await store.readStatus();
        await openAccounts(services, accountsInUse);
        return new Set(accountsInUse.map(({ exchange }) => exchange));
      });
      for (const exchange of exchanges) await run(exchange);
    } catch (thrown) {
      log.event('warm-up-failed', { code: toErrorCode(thrown) });
    }
  };
}

/** The sweep reports an account that can't be read. */
async function openAccounts(
  { exchanges }: Services,
  accounts: { account: string; exchange: string }[],
): Promise<void> {
  await Promise.allSettled(accounts.map(({ account, exchange }) => exchanges.of(account, exchange)));
}
