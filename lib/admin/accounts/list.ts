import type { AdminServices } from '../admin-services.ts';
import type { CommandResult } from '../contract/commands.ts';

export async function listAccounts({
  accounts,
}: Pick<AdminServices, 'accounts'>): Promise<CommandResult<'accounts.list'>> {
  return { accounts: await accounts.list() };
}
