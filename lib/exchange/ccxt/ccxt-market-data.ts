import type { Market } from 'ccxt';
import type { Amount } from '../../amount.ts';
import { Fault } from '../../fault.ts';
import type { Candle, CandleInterval, MarketData, MarketKind, MarketRules } from '../exchange.ts';
import type { CcxtConnection } from './ccxt-connection.ts';
import {
  expectedSymbol,
  isOfKind,
  parseMarketKind,
  parsePrice,
  toCandle,
  toMarketRules,
} from './ccxt-mapping.ts';

export function createMarketData(connection: CcxtConnection): MarketData {
  return {
    loadMarket: (symbol) => loadMarket(connection, symbol),
    readMarket: (market) => readMarket(connection, market),
    fetchPrice: (market) => fetchPrice(connection, market),
    fetchPrices: (kind, marketIds) => fetchPrices(connection, kind, marketIds),
    fetchPastPrice: (market, coin, at) => fetchPastPrice(connection, market, coin, at),
    fetchCandles: (market, interval, limit) => fetchCandles(connection, market, interval, limit),
  };
}

export async function loadMarkets(
  connection: CcxtConnection,
  kind: MarketKind,
  id?: string,
): Promise<NonNullable<Market>[]> {
  const { venue, client, deadlines } = connection;
  const markets = await connection.read(
    'its markets',
    () => venue.fetchMarkets(client, kind, id),
    deadlines.marketsMs,
  );
  return markets.flatMap((market) => (market !== undefined && isOfKind(market, kind) ? [market] : []));
}

async function loadMarket(connection: CcxtConnection, symbol: string): Promise<MarketRules> {
  const { venue, name } = connection;
  const kind = parseMarketKind(symbol);
  const markets = venue.kinds.has(kind) ? await loadMarkets(connection, kind) : [];
  const market = markets.find((candidate) => candidate.symbol === symbol);
  if (market === undefined || market.active === false)
    throw new Fault(
      'market-not-found',
      `${name} has no ${[...venue.kinds].join(' or ')} market ${symbol} that is open for MARKET orders.`,
      { hint: { text: `Expected ${[...venue.kinds].map((each) => expectedSymbol[each]).join(' or ')}.` } },
    );
  return toMarketRules(venue, market, kind);
}

/** An exchange lists no rules of a market that it has closed, or lists it as inactive. */
async function readMarket(
  connection: CcxtConnection,
  { symbol, kind, id }: MarketRules,
): Promise<MarketRules | 'closed'> {
  const market = (await loadMarkets(connection, kind, id)).find((each) => each.symbol === symbol);
  return market === undefined || market.active === false
    ? 'closed'
    : toMarketRules(connection.venue, market, kind);
}

/** Adds the market to each item of a list. Items in markets that Ripcord can't trade in are left out. */
export async function joinMarkets<Item extends { marketId: string }>(
  connection: CcxtConnection,
  kind: MarketKind,
  items: Item[],
): Promise<(Item & { market: MarketRules })[]> {
  if (items.length === 0) return [];
  const markets = new Map((await loadMarkets(connection, kind)).map((market) => [String(market.id), market]));
  return items.flatMap((item) => {
    const market = markets.get(item.marketId);
    return market === undefined ? [] : [{ ...item, market: toMarketRules(connection.venue, market, kind) }];
  });
}

async function fetchPrice(connection: CcxtConnection, market: MarketRules): Promise<Amount> {
  connection.registerMarket(market);
  const price = (await fetchPrices(connection, market.kind, [market.id])).get(market.id);
  if (price === undefined)
    throw new Fault('exchange-unreachable', `${connection.name} sent no price for ${market.symbol}`);
  return price;
}

async function fetchPrices(
  connection: CcxtConnection,
  kind: MarketKind,
  marketIds: readonly string[],
): Promise<Map<string, Amount>> {
  const single = marketIds.length === 1 ? marketIds[0] : undefined;
  const listed = await connection.read('the price', () =>
    connection.venue.fetchPrices(connection.client, kind, single),
  );
  return new Map(
    listed.flatMap(({ marketId, value }) => {
      const price = marketIds.includes(marketId) ? parsePrice(value) : undefined;
      return price === undefined ? [] : [[marketId, price]];
    }),
  );
}

const minuteMs = 60_000;

/** The other market's rules are unknown, so it is not registered: an order in it must not meet rules made up here. */
async function fetchPastPrice(
  connection: CcxtConnection,
  market: MarketRules,
  coin: string,
  at: number,
): Promise<Amount> {
  const minute = at - (at % minuteMs);
  const id = connection.venue.toMarketId?.(market, coin) ?? `${coin}${market.settle ?? market.quote}`;
  return connection.read(`a past price of ${coin}`, async () => {
    const candle = await connection.venue.fetchMinute(connection.client, { ...market, id }, minute);
    const [openedAt, open] = Array.isArray(candle) ? candle : [];
    const price = parsePrice(open);
    if (Number(openedAt) !== minute || price === undefined) throw new TypeError('the minute is not listed');
    return price;
  });
}

async function fetchCandles(
  connection: CcxtConnection,
  market: MarketRules,
  interval: CandleInterval,
  limit: number,
): Promise<Candle[]> {
  connection.registerMarket(market);
  return connection.read('the candles', async () => {
    const candles = await connection.client.fetchOHLCV(market.symbol, interval, undefined, limit);
    return candles.map(toCandle);
  });
}
