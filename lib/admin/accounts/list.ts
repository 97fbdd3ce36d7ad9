import type { AdminServices } from '../admin-services.ts';
import type { CommandResult } from '../contract/commands.ts';

/** The list is complete even if the table can't be read: when keys expire is what the sweep last saw. */
export async function listAccounts({
  accounts,
  services,
}: Pick<AdminServices, 'accounts' | 'services'>): Promise<CommandResult<'accounts.list'>> {
  const [listed, expiries] = await Promise.all([
    accounts.list(),
    services.store.readAccountHealth().then(
      (health) => new Map(Object.entries(health.expiries)),
      () => new Map<string, never>(),
    ),
  ]);
  return {
    accounts: listed.map((account) => {
      const expiry = expiries.get(account.name);
      return expiry === undefined
        ? account
        : { ...account, expiresAt: new Date(expiry.expiresAt).toISOString() };
    }),
  };
}
