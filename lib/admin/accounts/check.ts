import type { Permissions } from '../../exchange/exchange.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';

/** Throws `account-not-found`, `exchange-refused`, `exchange-unreachable`. */
export async function checkAccount(
  { services, accounts }: Pick<AdminServices, 'services' | 'accounts'>,
  { name }: CommandInput<'accounts.check'>,
): Promise<CommandResult<'accounts.check'>> {
  const { exchange } = await accounts.read(name, { fresh: true });
  const permissions = await (await services.exchanges.of(name)).fetchPermissions();
  return { name, exchange, ...permissions, warnings: toWarnings(permissions) };
}

function toWarnings({ canTrade, canWithdraw, ipRestricted }: Permissions): string[] {
  return [
    ...(canWithdraw
      ? ['The key can withdraw. Ripcord never withdraws: use a key without this permission.']
      : []),
    ...(canTrade === false
      ? ["The key can't trade, so the exchange will refuse every order and cancel."]
      : []),
    ...(ipRestricted === false
      ? ['The key works from any IP address. Restrict it to known addresses if possible.']
      : []),
  ];
}
