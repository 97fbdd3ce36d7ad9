import type { Market } from 'ccxt';
import { isPositive, larger } from '../../amount.ts';
import { Fault } from '../../fault.ts';
import type { RecordedSale, UnprovenTrading } from '../exchange.ts';
import type { UnprovenVenue } from '../venues/venue.ts';
import type { CcxtConnection } from './ccxt-connection.ts';
import { toMarketRules } from './ccxt-mapping.ts';
import { loadMarkets } from './ccxt-market-data.ts';

/** @returns what there is of an exchange that is not proven; undefined if the exchange is proven. */
export function createUnproven(connection: CcxtConnection): UnprovenTrading | undefined {
  const { unproven } = connection.venue;
  if (unproven === undefined) return undefined;
  return {
    recordSale: () => recordSale(connection, unproven),
    async fetchTraces(market, sale) {
      connection.registerMarket(market);
      return connection.read('what became of an order', () =>
        unproven.fetchTraces(connection.client, market, sale),
      );
    },
  };
}

/** An exchange may refuse to record a sale in a market of its own kind, so a usual one is taken. */
const usualQuotes = ['USDT', 'USDC', 'USD', 'EUR'];

function pickMarket(markets: NonNullable<Market>[]): NonNullable<Market> | undefined {
  const open = markets.filter(({ active }) => active !== false);
  const rank = ({ quote }: NonNullable<Market>) => (usualQuotes.indexOf(quote) + 5) % 5;
  return open.toSorted((a, b) => rank(a) - rank(b))[0];
}

async function recordSale(
  connection: CcxtConnection,
  { recordSale: record }: UnprovenVenue,
): Promise<RecordedSale> {
  const { venue, client, name } = connection;
  const market = pickMarket(await loadMarkets(connection, 'spot'));
  if (market === undefined)
    throw new Fault(
      'exchange-refused',
      `${name} lists no spot market that is open and has a step of amounts`,
    );
  const rules = toMarketRules(venue, market, 'spot');
  connection.registerMarket(rules);
  const least = isPositive(rules.amountMin) ? rules.amountMin : rules.amountStep;
  return connection.read('a sale that was only recorded', () =>
    record(client, rules, larger(least, rules.amountStep)),
  );
}
