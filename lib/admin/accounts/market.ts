import type { Exchange, MarketRules } from '../../exchange/exchange.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';

/** Throws `account-not-found`, `market-not-found`, `exchange-unreachable`, `exchange-refused`. */
export async function showMarket(
  { services }: Pick<AdminServices, 'services'>,
  { name, symbol, interval, limit = 300 }: CommandInput<'accounts.market'>,
): Promise<CommandResult<'accounts.market'>> {
  const exchange = await services.exchanges.of(name);
  const market = await exchange.loadMarket(symbol);
  const [price, takerRate, balance, leverage, candles] = await Promise.all([
    exchange.fetchPrice(market),
    exchange.fetchTakerRate(market).catch(() => null),
    readBalance(exchange, market).catch(() => null),
    readLeverage(exchange, market).catch(() => null),
    exchange.fetchCandles(market, interval, limit),
  ]);
  return { ...market, marketId: market.id, price, takerRate, balance, leverage, candles };
}

function readBalance(exchange: Exchange, { settle, quote, base, kind }: MarketRules) {
  const currencies = settle === undefined ? [quote, base] : [settle];
  return Promise.all(
    currencies.map(async (currency) => ({
      currency,
      free: (await exchange.fetchBalance(currency, kind)).free,
    })),
  );
}

async function readLeverage(exchange: Exchange, market: MarketRules) {
  if (market.kind === 'spot') return null;
  const { hedged, margin } = await exchange.fetchPosition(market, 'long');
  return hedged ? null : (margin?.leverage ?? null);
}
