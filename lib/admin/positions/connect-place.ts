import type { Place } from '../../sync/new-position.ts';
import type { AdminServices } from '../admin-services.ts';

/** Throws `account-not-found`, `market-not-found`. */
export async function connectPlace(
  { services, accounts }: Pick<AdminServices, 'services' | 'accounts'>,
  { account, symbol }: { account: string; symbol: string },
): Promise<Place> {
  const { exchange: exchangeId } = await accounts.read(account);
  const exchange = await services.exchanges.of(account);
  return { exchangeId, exchange, market: await exchange.loadMarket(symbol) };
}
