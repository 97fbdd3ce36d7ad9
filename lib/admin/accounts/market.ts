import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';

/** Throws `account-not-found`, `market-not-found`, `exchange-unreachable`, `exchange-refused`. */
export async function showMarket(
  { services }: Pick<AdminServices, 'services'>,
  { name, symbol, interval, limit = 300 }: CommandInput<'accounts.market'>,
): Promise<CommandResult<'accounts.market'>> {
  const exchange = await services.exchanges.of(name);
  const market = await exchange.loadMarket(symbol);
  const [price, takerRate, candles] = await Promise.all([
    exchange.fetchPrice(market),
    exchange.fetchTakerRate(market).catch(() => null),
    exchange.fetchCandles(market, interval, limit),
  ]);
  return { ...market, price, takerRate, candles };
}
