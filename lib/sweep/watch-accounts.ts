import { findTroubleCause } from '../exchange/ccxt/trouble-cause.ts';
import { toFault } from '../fault.ts';
import { type AccountHealth, findNews, isLookDue, type Look, noteLooks } from '../health/account-health.ts';
import { appendAccountNotice } from '../notify/account-notice.ts';
import type { Problem } from '../notify/deliver.ts';
import { deliverHealth } from '../notify/health-outbox.ts';
import type { Notifiers } from '../notify/notifier.ts';
import { isWaiting } from '../notify/plan-messages.ts';
import { inParallel } from '../parallel.ts';
import { isFinal } from '../position/position.ts';
import type { Services } from '../services.ts';

type Probe = () => Promise<Look[]>;

/** Those of an exchange that does not respond must not make the run last longer than its function may. */
const parallelAccounts = 20;

/**
 * Checks every account with an open position, by a signed request, and notifies the owner of one that can't act. Such an
 * account may have no order that a sweep would read, so that nothing else would fail before a link fires. Runs may overlap:
 * of two that looked, one is stored.
 * @param probe looks at what all accounts need: what links start with, and fixed addresses.
 * @returns the channels that did not accept a notice. Throws `table-unreachable`.
 */
export async function watchAccounts(
  services: Services,
  channels: Notifiers,
  probe: Probe = async () => [],
): Promise<Problem[]> {
  const known = await services.store.readAccountHealth();
  const health = (await lookIfDue(services, probe, known)) ?? (await services.store.readAccountHealth());
  if (health.notices.length === 0) return [];
  const { notifiers } = await channels.all();
  if (!isWaiting(health.notices, notifiers, services.now())) return [];
  return (await deliverHealth(services, notifiers)).problems;
}

/** @returns undefined if another run looked at the same time. */
async function lookIfDue(
  services: Services,
  probe: Probe,
  known: AccountHealth,
): Promise<AccountHealth | undefined> {
  if (!isLookDue(known, services.now())) return known;
  const accounts = await listAccounts(services);
  if (accounts.length === 0 && !isLookDue(known, services.now(), 'idle')) return known;
  const looks = await Promise.all([
    probe(),
    inParallel(accounts, parallelAccounts, (account) => lookAt(services, account)),
  ]);
  const now = services.now();
  const looked = noteLooks(known, looks.flat(), now);
  const news = findNews(looked, now);
  return services.store.saveAccountHealth(
    news === undefined ? looked : appendAccountNotice(looked, news, now),
  );
}

async function listAccounts({ store }: Services): Promise<string[]> {
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
