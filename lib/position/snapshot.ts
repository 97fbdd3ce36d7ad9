import type { Amount } from '../amount.ts';
import type {
  Exchange,
  ExchangeOrder,
  MarketRules,
  OpenExchangePosition,
  OrderRef,
  Side,
} from '../exchange/exchange.ts';
import { isFinal, type Position } from './position.ts';

/** What an account shows of many positions in a few requests. A missing order, position or price proves nothing. */
export interface Snapshot {
  /** When its requests began, epoch milliseconds: it shows nothing that had changed before. */
  at: number;
  orders: ReadonlyMap<string, ExchangeOrder>;
  positions: ReadonlyMap<string, OpenExchangePosition>;
  /** By market. */
  prices: ReadonlyMap<string, Amount>;
}

/**
 * From this many positions of one account on, a snapshot costs less than reading each of them. In request weight, one of
 * Binance USDⓈ-M costs 95 of 2,400 a minute, one of Binance spot 84 of 6,000, and a position about 10. The orders of one
 * market cost 1 and those of all markets 40:
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Current-All-Open-Orders
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Current-All-Algo-Open-Orders
 * https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints
 */
export const snapshotFrom = 10;

/** Binance counts the order ids of each market, and those of its conditional orders, separately. */
export function toOrderKey(
  symbol: string,
  { orderId, conditional }: Pick<OrderRef, 'orderId' | 'conditional'>,
): string {
  return `${symbol} ${conditional === true ? 'conditional' : 'order'} ${orderId}`;
}

export function toHoldingKey({ symbol }: Pick<MarketRules, 'symbol'>, side: Side): string {
  return `${symbol} ${side}`;
}

/**
 * @param positions of one account.
 * @returns what the account shows of those that can still change. Throws a Fault if it can't be read.
 */
export async function takeSnapshot(
  exchange: Exchange,
  positions: readonly Position[],
  now: () => number,
): Promise<Snapshot> {
  const at = now();
  const active = positions.filter(({ state }) => !isFinal(state));
  const perpetuals = toMarkets(active.filter(({ market }) => market.kind === 'perpetual'));
  const [orders, holdings, prices] = await Promise.all([
    exchange.fetchOrdersOfMarkets(toMarkets(active.filter(hasOpenOrder))),
    perpetuals.length === 0 ? [] : exchange.fetchPositionsOfMarkets(perpetuals),
    readPrices(exchange, toMarkets(active)),
  ]);
  return {
    at,
    orders: new Map(orders.map((order) => [toOrderKey(order.symbol, order), order])),
    positions: new Map(holdings.map((held) => [toHoldingKey(held, held.side), held])),
    prices,
  };
}

function hasOpenOrder({ entryOrders, exitOrders }: Position): boolean {
  return [...entryOrders, ...exitOrders].some(({ status }) => status !== 'done');
}

function toMarkets(positions: readonly Position[]): MarketRules[] {
  return [...new Map(positions.map(({ market }) => [market.symbol, market])).values()];
}

/** A price is for display and for judging dust: the rest is worth knowing without one. */
async function readPrices(
  exchange: Exchange,
  markets: readonly MarketRules[],
): Promise<ReadonlyMap<string, Amount>> {
  const kinds = [...Map.groupBy(markets, ({ kind }) => kind)];
  const read = await Promise.all(
    kinds.map(async ([kind, ofKind]) => {
      const ids = ofKind.map(({ id }) => id);
      const prices = await exchange.fetchPrices(kind, ids).catch(() => new Map<string, Amount>());
      return ofKind.flatMap(({ id, symbol }): [string, Amount][] => {
        const price = prices.get(id);
        return price === undefined ? [] : [[symbol, price]];
      });
    }),
  );
  return new Map(read.flat());
}
