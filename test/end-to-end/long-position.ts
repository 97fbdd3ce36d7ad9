import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import type { FaultMatch } from '../../infra/simulator/core/faults.ts';
import type { MarketKind, Order } from '../../infra/simulator/core/model.ts';
import { type Environment, markOf } from './environment.ts';

/** One kind of market of one venue. */
export interface VenueMarket {
  name: string;
  exchange: 'binance' | 'binanceusdm' | 'bybit' | 'okx' | 'kucoin' | 'bitget' | 'gate' | 'kraken';
  market: MarketKind;
  /** The HTTP status of its errors. */
  errorStatus: number;
  /** The request that creates an order. */
  create: FaultMatch;
  /** The request that cancels one. */
  cancel: FaultMatch;
}

/** Where Ripcord places exits. */
export type MarketWithExits = VenueMarket & { exchange: 'binance' | 'binanceusdm' | 'bybit' | 'okx' };

export const binanceSpot: MarketWithExits = {
  name: 'Binance spot',
  errorStatus: 400,
  exchange: 'binance',
  market: 'spot',
  create: { method: 'POST', path: '/api/v3/order' },
  cancel: { method: 'DELETE' },
};
export const binanceUsdm: MarketWithExits = {
  name: 'Binance USDⓈ-M',
  errorStatus: 400,
  exchange: 'binanceusdm',
  market: 'usdm',
  create: { method: 'POST', path: '/fapi/v1/order' },
  cancel: { method: 'DELETE' },
};
const bybit = {
  exchange: 'bybit',
  errorStatus: 200,
  create: { method: 'POST', path: '/v5/order/create' },
  cancel: { method: 'POST', path: '/v5/order/cancel' },
} as const;
export const bybitSpot: MarketWithExits = { name: 'Bybit spot', market: 'spot', ...bybit };
export const bybitLinear: MarketWithExits = { name: 'Bybit linear', market: 'usdm', ...bybit };
const okx = {
  exchange: 'okx',
  errorStatus: 200,
  create: { method: 'POST', path: '/api/v5/trade/order' },
  cancel: { method: 'POST', path: '/api/v5/trade/cancel-*' },
} as const;
export const okxSpot: MarketWithExits = { name: 'OKX spot', market: 'spot', ...okx };
export const okxSwap: MarketWithExits = { name: 'OKX swap', market: 'usdm', ...okx };
export const kucoinSpot: VenueMarket = {
  name: 'KuCoin spot',
  exchange: 'kucoin',
  market: 'spot',
  errorStatus: 200,
  create: { method: 'POST', path: '/api/v1/hf/orders/sync' },
  cancel: { method: 'DELETE', path: '/api/v1/hf/orders/sync/*' },
};
export const gateSpot: VenueMarket = {
  name: 'Gate spot',
  exchange: 'gate',
  market: 'spot',
  errorStatus: 400,
  create: { method: 'POST', path: '/api/v4/spot/orders' },
  cancel: { method: 'DELETE', path: '/api/v4/spot/orders/*' },
};
export const bitgetSpot: VenueMarket = {
  name: 'Bitget spot',
  exchange: 'bitget',
  market: 'spot',
  errorStatus: 400,
  create: { method: 'POST', path: '/api/v2/spot/trade/place-order' },
  cancel: { method: 'POST', path: '/api/v2/spot/trade/cancel-order' },
};
export const krakenSpot: VenueMarket = {
  name: 'Kraken spot',
  exchange: 'kraken',
  market: 'spot',
  errorStatus: 200,
  create: { method: 'POST', path: '/0/private/AddOrder' },
  cancel: { method: 'POST', path: '/0/private/CancelOrder' },
};
/** Spot, where Ripcord places no exits. */
export const marketsWithoutExits = [kucoinSpot, bitgetSpot, gateSpot, krakenSpot];
export const venueMarkets = [binanceSpot, binanceUsdm, bybitSpot, bybitLinear, okxSpot, okxSwap];

/** A filled long of 0.5 BTC, with an exit for 0.2 if asked for, and a link that closes it. */
export async function stageLong(
  environment: Environment,
  { exchange, market }: VenueMarket,
  { exits = false } = {},
) {
  const { core } = environment;
  const { apiKey, account } = await environment.newAccount({
    exchange,
    balances: { spot: { USDT: '100000' }, usdm: { USDT: '100000' } },
  });
  const place = (
    order: Pick<Parameters<typeof core.placeOrder>[0], 'side' | 'amount' | 'price' | 'reduceOnly'>,
  ) => core.placeOrder({ apiKey, market, symbol: 'BTCUSDT', type: 'limit', ...order }) as Order;
  const toId = (order: Order) => (exchange === 'bybit' ? toOrderId(order) : String(order.id));
  const entry = place({ side: 'buy', amount: '0.5', price: '50000' });
  core.fill({ orderId: entry.id });
  const exit = exits
    ? toId(place({ side: 'sell', amount: '0.2', price: '70000', reduceOnly: market === 'usdm' }))
    : undefined;
  const { position } = await environment.admin('positions.adopt', {
    account,
    symbol: market === 'spot' ? 'BTC/USDT' : 'BTC/USDT:USDT',
    side: 'long',
    entryOrderIds: [toId(entry)],
    ...(exit === undefined ? {} : { exitOrderIds: [exit] }),
  });
  const url = await environment.newLink(position.positionId, 'close');
  return { account, positionId: position.positionId, url, exit, mark: markOf(core) };
}
