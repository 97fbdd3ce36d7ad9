import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { toKeyWarnings } from './key-warnings.ts';

/** Throws `account-not-found`, `exchange-refused`, `exchange-unreachable`, `key-unproven`. */
export async function checkAccount(
  { services, accounts }: Pick<AdminServices, 'services' | 'accounts'>,
  { name }: CommandInput<'accounts.check'>,
): Promise<CommandResult<'accounts.check'>> {
  const { exchange } = await accounts.read(name, { fresh: true });
  const { expiresAt, ...permissions } = await (await services.exchanges.of(name)).fetchPermissions();
  return {
    ...{ name, exchange, ...permissions },
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    warnings: toKeyWarnings({ ...permissions, expiresAt }, services.now()),
  };
}
