import { type Amount, decimal, isPositive, sum } from '../../amount.ts';
import { Fault } from '../../fault.ts';
import type {
  AccountData,
  Balance,
  MarketRules,
  OpenExchangePosition,
  OpenOrder,
  Permissions,
  Trade,
  TradeRange,
} from '../exchange.ts';
import type { CcxtConnection } from './ccxt-connection.ts';
import { parseAmount, toExchangeOrder, toTrade } from './ccxt-mapping.ts';
import { joinMarkets } from './ccxt-market-data.ts';

export function createAccountData(connection: CcxtConnection): AccountData {
  return {
    fetchBaseFee: (market, orderId, filled) => fetchBaseFee(connection, market, orderId, filled),
    fetchPosition(market, side) {
      connection.registerMarket(market);
      return connection.read('the position', () =>
        connection.venue.fetchPosition(connection.client, market, side),
      );
    },
    fetchBalance: (currency) => fetchBalance(connection, currency),
    fetchTrades: (market, range) => fetchTrades(connection, market, range),
    fetchTakerRate: (market) => fetchTakerRate(connection, market),
    fetchPermissions: () => fetchPermissions(connection),
    fetchOpenOrders: (market) =>
      market === undefined ? fetchOpenOrders(connection) : fetchMarketOrders(connection, market),
    fetchOpenPositions: () => fetchOpenPositions(connection),
  };
}

async function fetchBaseFee(
  connection: CcxtConnection,
  market: MarketRules,
  orderId: string,
  filled: Amount,
): Promise<Amount> {
  if (market.kind === 'perpetual') return '0';
  connection.registerMarket(market);
  const { amount, fees } = await connection.read('the fees of an order', () =>
    connection.venue.fetchFills(connection.client, market, orderId, filled),
  );
  if (!decimal(amount).eq(filled))
    throw new Fault(
      'exchange-unreachable',
      `${connection.name} does not list all trades of order ${orderId} yet: ${amount} of ${filled} ${market.base}`,
    );
  const fee = sum(fees.filter(({ currency }) => currency === market.base).map((each) => each.amount));
  // A rebate, which Bybit pays to makers who sell, adds to the account and not to the position.
  // https://bybit-exchange.github.io/docs/v5/enum#spot-fee-currency-instruction
  return isPositive(fee) ? fee : '0';
}

async function fetchBalance(connection: CcxtConnection, currency: string): Promise<Balance> {
  const balances = await connection.read('the balance', async () => {
    const response = await connection.client.fetchBalance();
    if (!connection.venue.isBalanceResponse(response.info))
      throw new TypeError('the response has no balances');
    return response;
  });
  const balance = balances[currency] as { free?: unknown; total?: unknown } | undefined;
  return { free: parseAmount(balance?.free) ?? '0', total: parseAmount(balance?.total) ?? '0' };
}

async function fetchTrades(
  connection: CcxtConnection,
  market: MarketRules,
  range: TradeRange,
): Promise<Trade[]> {
  const { venue, client } = connection;
  const { keptMs } = venue.tradeListing;
  if (keptMs !== undefined && range.until - range.since > keptMs)
    throw new Fault(
      'exchange-refused',
      `${connection.name} lists the trades of the last ${keptMs / dayMs} days only`,
    );
  connection.registerMarket(market);
  return connection.read('the trades', async () => {
    const listed = await Promise.all(
      splitRange(range, venue.tradeListing.rangeMs).map((part) => venue.fetchTrades(client, market, part)),
    );
    const once = new Map(listed.flat().map((row) => [row.trade.id ?? row, row]));
    return [...once.values()].map(toTrade).sort((a, b) => a.at - b.at);
  });
}

const dayMs = 86_400_000;

/** @returns the range in parts that one request each can list. */
function splitRange(range: TradeRange, rangeMs = Number.POSITIVE_INFINITY): TradeRange[] {
  const parts: TradeRange[] = [];
  for (let { since } = range; since <= range.until; since += rangeMs)
    parts.push({ ...range, since, until: Math.min(range.until, since + rangeMs) });
  return parts;
}

async function fetchTakerRate(connection: CcxtConnection, market: MarketRules): Promise<Amount> {
  connection.registerMarket(market);
  return connection.read('the fee rates', async () => {
    const { taker } = await connection.client.fetchTradingFee(market.symbol);
    const rate = parseAmount(taker);
    if (rate === undefined) throw new TypeError('the response has no rate');
    return rate;
  });
}

async function fetchPermissions(connection: CcxtConnection): Promise<Permissions> {
  // A signed read comes first: a wrong key has to fail even if the venue does not report permissions.
  await connection.read('the balance', () => connection.client.fetchBalance());
  try {
    return await connection.call(() => connection.venue.fetchPermissions(connection.client));
  } catch {
    return { canTrade: undefined, canWithdraw: undefined, ipRestricted: undefined };
  }
}

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
    amount,
    averagePrice,
  }));
}
