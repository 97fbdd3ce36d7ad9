import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';

/** Throws `account-not-found`, `exchange-unreachable`, `exchange-refused`. */
export async function listPrices(
  { services }: Pick<AdminServices, 'services'>,
  { account, kind, marketIds }: CommandInput<'positions.prices'>,
): Promise<CommandResult<'positions.prices'>> {
  const prices = await (await services.exchanges.of(account)).fetchPrices(kind, marketIds);
  return { prices: [...prices].map(([marketId, price]) => ({ marketId, price })) };
}
