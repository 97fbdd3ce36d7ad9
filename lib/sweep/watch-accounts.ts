import type { Accounts } from '../account/account.ts';
import { findTroubleCause } from '../exchange/ccxt/trouble-cause.ts';
import { toFault } from '../fault.ts';
import {
  type AccountHealth,
  findNews,
  isIdleLookDue,
  isLookDue,
  type Look,
  noteLooks,
} from '../health/account-health.ts';
import { appendAccountNotice } from '../notify/account-notice.ts';
import type { Problem } from '../notify/deliver.ts';
import { endHalt } from '../notify/halt-notice.ts';
import { deliverWaiting } from '../notify/health-outbox.ts';
import type { Notifiers } from '../notify/notifier.ts';
import { inParallel } from '../parallel.ts';
import { isFinal } from '../position/position.ts';
import type { Services } from '../services.ts';
import { noteRefusals } from './watch-refusals.ts';

/** What is looked at beside the accounts with an open position. */
export interface OtherLooks {
  /** Looks at what all accounts need: what links start with, and fixed addresses. */
  probe?(): Promise<Look[]>;
  /** Lists all accounts: a key without an open position ends too. */
  listStored?: Accounts['list'];
}

/** Those of an exchange that does not respond must not make the run last longer than its function may. */
const parallelAccounts = 20;

/**
 * Checks every account with an open position, by a signed request, and notifies the owner of one that can't act. Such an
 * account may have no order that a sweep would read, so that nothing else would fail before a link fires. Runs may overlap:
 * of two that looked, one is stored.
 * Refused hits are among the notices.
 * @returns the channels that did not accept a notice. Throws `table-unreachable`.
 */
export async function watchAccounts(
  services: Services,
  channels: Notifiers,
  others: OtherLooks = {},
): Promise<Problem[]> {
  const { known, problems } = await lookForRefusals(services);
  const health = (await lookIfDue(services, others, known)) ?? (await services.store.readAccountHealth());
  return [...problems, ...(await deliverWaiting(services, channels, health))];
}

/** A record that can't be read must not stop the looks at accounts. */
async function lookForRefusals(services: Services): Promise<{ known: AccountHealth; problems: Problem[] }> {
  const known = await services.store.readAccountHealth();
  try {
    return { known: await noteRefusals(services, known), problems: [] };
  } catch (thrown) {
    return { known, problems: [{ why: `Refused alerts can't be reported: ${toFault(thrown).message}` }] };
  }
}

/** @returns undefined if another run looked at the same time. */
async function lookIfDue(
  services: Services,
  others: OtherLooks,
  known: AccountHealth,
): Promise<AccountHealth | undefined> {
  if (!isLookDue(known, services.now())) return known;
  const accounts = await listOpen(services);
  if (accounts.length === 0 && !isLookDue(known, services.now(), 'idle')) return known;
  const idle = isIdleLookDue(known, services.now()) ? await listIdle(others, accounts) : undefined;
  const lookAtAll = (names: string[]) =>
    inParallel(names, parallelAccounts, (account) => lookAt(services, account));
  const [probed = [], looks, idleLooks] = await Promise.all([
    others.probe?.(),
    lookAtAll(accounts),
    idle && lookAtAll(idle),
  ]);
  const now = services.now();
  const looked = noteLooks(endHalt(known, now), [...probed, ...looks], now, idleLooks);
  const news = findNews(looked, now);
  return services.store.saveAccountHealth(
    news === undefined ? looked : appendAccountNotice(looked, news, now),
  );
}

/** @returns undefined if the accounts can't be read now: what is known of their keys stays, and the next look tries again. */
async function listIdle({ listStored }: OtherLooks, open: string[]): Promise<string[] | undefined> {
  const stored = await listStored?.().catch(() => undefined);
  const idle = stored?.filter(({ name, testOnly }) => testOnly === undefined && !open.includes(name));
  return idle?.map(({ name }) => name);
}

async function listOpen({ store }: Services): Promise<string[]> {
  // The sweep reports a position that it can't read.
  const positions = await store.listPositions('open', () => undefined);
  const open = positions.filter(({ state }) => !isFinal(state));
  return [...new Set(open.map(({ account }) => account))].sort();
}

async function lookAt({ exchanges }: Services, account: string): Promise<Look> {
  try {
    const { canTrade, expiresAt } = await (await exchanges.of(account)).fetchPermissions();
    if (canTrade !== false) return { account, expiresAt };
    const why = 'The API key may not trade.';
    return { account, failure: { code: 'exchange-refused', why, cause: 'permission' } };
  } catch (thrown) {
    const fault = toFault(thrown);
    const { code, detail: why } = fault;
    return { account, failure: { code, why, cause: findTroubleCause(fault) } };
  }
}
