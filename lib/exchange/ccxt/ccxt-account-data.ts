import type { Balances, Order } from 'ccxt';
import { type Amount, decimal } from '../../amount.ts';
import { Fault } from '../../fault.ts';
import type {
  AccountData,
  Balance,
  ExchangeOrder,
  ExchangePosition,
  MarketKind,
  MarketRules,
  OpenExchangePosition,
  OpenOrder,
  OrderFills,
  Permissions,
  TimeRange,
  Trade,
  TradedOrder,
  TradeRange,
} from '../exchange.ts';
import type { Listing, Venue } from '../venues/venue.ts';
import { failedAsUnknown, notSentFrom } from './call-failure.ts';
import type { CcxtConnection } from './ccxt-connection.ts';
import { parseAmount, toBaseAmount, toExchangeOrder, toTrade } from './ccxt-mapping.ts';
import { joinMarkets } from './ccxt-market-data.ts';

export function createAccountData(connection: CcxtConnection): AccountData {
  return {
    fetchFills: (market, order, filled) => fetchFills(connection, market, order, filled),
    async fetchFunding(market, range) {
      const { venue, client } = connection;
      const parts = splitRange(connection, 'funding', venue.fundingListing, range);
      connection.registerMarket(market);
      const listed = await connection.read('the funding', () =>
        Promise.all(parts.map((part) => venue.fetchFunding(client, market, part))),
      );
      return listed.flat().sort((a, b) => a.at - b.at);
    },
    fetchPosition: (market, side, known) => fetchPosition(connection, market, side, known),
    fetchBalance: (currency, kind) => fetchBalance(connection, currency, kind),
    fetchTrades: (market, range) => fetchTrades(connection, market, range),
    fetchTakerRate: (market) => fetchTakerRate(connection, market),
    fetchPermissions: () => fetchPermissions(connection),
    fetchOpenOrders: (market) =>
      market === undefined ? fetchOpenOrders(connection) : fetchMarketOrders(connection, market),
    fetchOpenPositions: () => fetchOpenPositions(connection),
    fetchOrdersOfMarkets: (markets) => fetchOrdersOfMarkets(connection, markets),
    fetchPositionsOfMarkets: (markets) => fetchPositionsOfMarkets(connection, markets),
  };
}

async function fetchPosition(
  connection: CcxtConnection,
  ...[market, side, known]: Parameters<AccountData['fetchPosition']>
): Promise<ExchangePosition> {
  const { venue, client } = connection;
  connection.registerMarket(market);
  return connection.read('the position', async () => {
    const position = await venue.fetchPosition(client, market, side, known);
    return { ...position, amount: toBaseAmount(venue, market, position.amount) };
  });
}

async function fetchFills(
  connection: CcxtConnection,
  market: MarketRules,
  order: TradedOrder,
  filled: Amount,
): Promise<OrderFills> {
  connection.registerMarket(market);
  const { venue, client } = connection;
  const { amount: listed, ...fills } = await connection.read('the fees of an order', () =>
    venue.fetchFills(client, market, order, filled),
  );
  const amount = toBaseAmount(venue, market, listed);
  if (!decimal(amount).eq(filled))
    throw new Fault(
      'exchange-unreachable',
      `${connection.name} does not list all trades of order ${order.orderId} yet: ${amount} of ${filled} ${market.base}`,
    );
  return fills;
}

async function readBalances({ venue, client }: CcxtConnection, kind: MarketKind): Promise<Balances> {
  if (venue.fetchBalances === undefined) return client.fetchBalance();
  return { info: await venue.fetchBalances(client, kind) } as Balances;
}

async function fetchBalance(
  connection: CcxtConnection,
  currency: string,
  kind: MarketKind = 'spot',
): Promise<Balance> {
  const balances = await connection.read('the balance', async () => {
    const response = await readBalances(connection, kind);
    const { venue } = connection;
    // The answers of an exchange that is not proven are only known as ccxt makes them.
    if (!venue.isBalanceResponse(venue.unproven === undefined ? response.info : { ...response }))
      throw new TypeError('the response has no balances');
    return response;
  });
  const own = connection.venue.toBalance?.(balances.info, currency, connection.client);
  if (own !== undefined) return own;
  const balance = balances[currency] as { free?: unknown; total?: unknown } | undefined;
  return { free: parseAmount(balance?.free) ?? '0', total: parseAmount(balance?.total) ?? '0' };
}

async function fetchTrades(
  connection: CcxtConnection,
  market: MarketRules,
  range: TradeRange,
): Promise<Trade[]> {
  const { venue, client } = connection;
  const parts = splitRange(connection, 'trades', venue.tradeListing, range);
  connection.registerMarket(market);
  return connection.read('the trades', async () => {
    const listed = await Promise.all(parts.map((part) => venue.fetchTrades(client, market, part)));
    const once = new Map(listed.flat().map((row) => [row.trade.id ?? row, row]));
    return [...once.values()].map((row) => toTrade(venue, market, row)).sort((a, b) => a.at - b.at);
  });
}

const dayMs = 86_400_000;

/** @returns the range in parts that one request each can list. Throws if the exchange no longer lists all of it. */
function splitRange<Range extends TimeRange>(
  { name }: CcxtConnection,
  subject: string,
  { rangeMs = Number.POSITIVE_INFINITY, keptMs }: Listing,
  range: Range,
): Range[] {
  if (keptMs !== undefined && range.until - range.since > keptMs)
    throw new Fault(
      'exchange-refused',
      `${name} lists the ${subject} of the last ${keptMs / dayMs} days only`,
    );
  const parts: Range[] = [];
  for (let { since } = range; since <= range.until; since += rangeMs)
    parts.push({ ...range, since, until: Math.min(range.until, since + rangeMs) });
  return parts;
}

async function fetchTakerRate(connection: CcxtConnection, market: MarketRules): Promise<Amount> {
  const { venue, client } = connection;
  connection.registerMarket(market);
  return connection.read('the fee rates', async () => {
    const own = await venue.fetchTakerRate?.(client, market);
    const rate = own ?? parseAmount((await client.fetchTradingFee(market.symbol)).taker);
    if (rate === undefined) throw new TypeError('the response has no rate');
    return rate;
  });
}

async function fetchPermissions(connection: CcxtConnection): Promise<Permissions> {
  const { venue, client } = connection;
  // A signed read comes first: a wrong key has to fail even if the venue does not report permissions.
  const balance = await connection
    .call(() => readBalances(connection, 'spot'))
    .catch((thrown: unknown) => {
      const fault = connection.toFault('the balance', thrown);
      if (failedAsUnknown(thrown)) return new Fault('key-unproven', fault.detail, { cause: thrown });
      throw fault;
    });
  const [permissions, accountId] = await Promise.all([
    connection.call(() => venue.fetchPermissions(client)).catch(refuseUnsupported),
    balance instanceof Fault
      ? undefined
      : connection.call(async () => venue.fetchAccountId?.(client, balance.info)).catch(() => undefined),
  ]);
  if (permissions === undefined && balance instanceof Fault) throw balance;
  return { ...(permissions ?? notReported), ...(accountId === undefined ? {} : { accountId }) };
}

/** A key whose permissions can't be read may be stored. One of an account that Ripcord can't trade in may not. */
function refuseUnsupported(thrown: unknown): undefined {
  const notSent = notSentFrom(thrown);
  if (notSent?.reason !== 'unsupported') return undefined;
  throw new Fault('exchange-refused', notSent.message, {
    cause: thrown,
    hint: { text: 'Use a key of a classic account, such as a sub-account.' },
  });
}

const notReported: Permissions = { canTrade: undefined, canWithdraw: undefined, ipRestricted: undefined };

async function fetchOpenOrders(connection: CcxtConnection): Promise<OpenOrder[]> {
  const { venue, client } = connection;
  const subject = 'the open orders';
  const found = await Promise.all(
    [...venue.kinds].map(async (kind) => {
      const open = await connection.read(subject, () => venue.fetchOpenOrders(client, kind));
      const items = open.map(({ order, conditional }) => {
        const { marketId } = venue.orderDetails(order.info ?? {});
        return { marketId: String(marketId), order, conditional };
      });
      return joinMarkets(connection, kind, items);
    }),
  );
  // A read, so that an order that can't be mapped fails as an unreadable response.
  return connection.read(subject, async () =>
    found.flat().map(({ market, order, conditional }) => ({
      market,
      order: toExchangeOrder(venue, market, order, { conditional }),
    })),
  );
}

async function fetchMarketOrders(connection: CcxtConnection, market: MarketRules): Promise<OpenOrder[]> {
  const { venue, client } = connection;
  connection.registerMarket(market);
  return connection.read('the open orders', async () => {
    const open = await venue.fetchOpenOrders(client, market.kind, market);
    return open.map(({ order, conditional }) => ({
      market,
      order: toExchangeOrder(venue, market, order, { conditional }),
    }));
  });
}

async function fetchOpenPositions(connection: CcxtConnection): Promise<OpenExchangePosition[]> {
  const { venue, client } = connection;
  if (!venue.kinds.has('perpetual')) return [];
  const open = await connection.read('the positions', () => venue.fetchOpenPositions(client));
  const joined = await joinMarkets(connection, 'perpetual', open);
  return joined.map(({ market, side, amount, averagePrice }) => ({
    symbol: market.symbol,
    side,
    amount: toBaseAmount(venue, market, amount),
    averagePrice,
  }));
}

/** The stored rules name the markets, so that none are loaded. A list can be many pages, so it gets their deadline. */
async function fetchOrdersOfMarkets(
  connection: CcxtConnection,
  markets: readonly MarketRules[],
): Promise<ExchangeOrder[]> {
  const { venue, client, deadlines } = connection;
  connection.registerMarkets(markets);
  const kinds = Map.groupBy(markets, ({ kind }) => kind);
  const lists = await Promise.all(
    [...kinds].map(async ([kind, ofKind]) => {
      const open = await connection.read(
        'the open orders',
        () => venue.fetchOpenOrders(client, kind),
        deadlines.marketsMs,
      );
      const byId = new Map(ofKind.map((market) => [market.id, market]));
      return open.flatMap(({ order, conditional }) => {
        const market = byId.get(String(venue.orderDetails(order.info ?? {}).marketId));
        return market === undefined ? [] : toListedOrder(venue, market, order, conditional);
      });
    }),
  );
  return lists.flat();
}

/** Of a triggered conditional order, the order that it placed says what it filled. */
function toListedOrder(
  venue: Venue,
  market: MarketRules,
  order: Order,
  conditional: boolean,
): ExchangeOrder[] {
  try {
    const placedOrderId = conditional ? venue.triggeredOrderId(order.info ?? {}) : undefined;
    const listed = toExchangeOrder(venue, market, order, { conditional });
    return [placedOrderId === undefined ? listed : { ...listed, placedOrderId }];
  } catch {
    // An order of the trader's own may be of a form that can't be read, and must hide no other.
    return [];
  }
}

async function fetchPositionsOfMarkets(
  connection: CcxtConnection,
  markets: readonly MarketRules[],
): Promise<OpenExchangePosition[]> {
  const { venue, client, deadlines } = connection;
  const open = await connection.read(
    'the positions',
    () => venue.fetchOpenPositions(client),
    deadlines.marketsMs,
  );
  const byId = new Map(markets.map((market) => [market.id, market]));
  return open.flatMap(({ marketId, ...position }) => {
    const market = byId.get(marketId);
    if (market === undefined) return [];
    const amount = toBaseAmount(venue, market, position.amount);
    return [{ ...position, amount, symbol: market.symbol }];
  });
}
