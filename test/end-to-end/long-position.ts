import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import type { FaultMatch } from '../../infra/simulator/core/faults.ts';
import type { Order } from '../../infra/simulator/core/model.ts';
import * as markets from '../lib/exchange/test-markets.ts';
import { type Environment, markOf } from './environment.ts';

/** One kind of market of one venue. */
export type VenueMarket = Omit<markets.TestMarket, 'cancel'> & { cancel: FaultMatch };

/** Where Ripcord places exits. */
export type MarketWithExits = VenueMarket & { exchange: 'binance' | 'binanceusdm' | 'bybit' | 'okx' };

/** An exit can be in another book than an entry, and its cancel has another path. */
function withExits(
  { exchange: _, ...market }: markets.TestMarket,
  exchange: MarketWithExits['exchange'],
  cancel: FaultMatch,
): MarketWithExits {
  return { ...market, exchange, cancel };
}

const anyDelete = { method: 'DELETE' };
const anyOkxCancel = { method: 'POST', path: '/api/v5/trade/cancel-*' };
export const binanceSpot = withExits(markets.binanceSpot, 'binance', anyDelete);
export const binanceUsdm = withExits(markets.binanceFutures, 'binanceusdm', anyDelete);
export const bybitSpot = withExits(markets.bybitSpot, 'bybit', markets.bybitSpot.cancel);
export const bybitLinear = withExits(markets.bybitLinear, 'bybit', markets.bybitLinear.cancel);
export const okxSpot = withExits(markets.okxSpot, 'okx', anyOkxCancel);
export const okxSwap = withExits(markets.okxSwap, 'okx', anyOkxCancel);
export const venueMarkets = [binanceSpot, binanceUsdm, bybitSpot, bybitLinear, okxSpot, okxSwap];
/** Where Ripcord places no exits. */
export const marketsWithoutExits = markets.testMarkets.filter((market) => !markets.hasExits(market));
export const allMarkets: VenueMarket[] = [...venueMarkets, ...marketsWithoutExits];

/** A filled long of 0.5 BTC, with an exit for 0.2 if asked for, and a link that closes it. */
export async function stageLong(
  environment: Environment,
  { exchange, market, feeIn }: VenueMarket,
  { exits = false } = {},
) {
  const { core } = environment;
  const { apiKey, account } = await environment.newAccount({
    exchange,
    balances: { spot: { USDT: '100000' }, usdm: { USDT: '100000' } },
  });
  const place = (
    order: Pick<Parameters<typeof core.placeOrder>[0], 'side' | 'amount' | 'price' | 'reduceOnly'>,
  ) => core.placeOrder({ apiKey, market, symbol: 'BTCUSDT', type: 'limit', feeIn, ...order }) as Order;
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
