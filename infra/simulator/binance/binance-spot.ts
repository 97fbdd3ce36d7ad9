import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { publicRoute, type Routes, readRoute, tradeRoute } from '../server/routes.ts';
import type { VenueApi } from '../server/venue-api.ts';
import { createBinanceApi } from './binance-api.ts';
import { createMarketData } from './market-data.ts';
import {
  deleteOrderList,
  findList,
  findListsOf,
  parseLegacyLegs,
  parseLegs,
  postOco,
} from './order-lists.ts';
import type { Params } from './request.ts';
import {
  deleteOpenOrders,
  deleteOrder,
  findOpenOrders,
  listMyTrades,
  listOrders,
  postOrder,
  queryOrder,
} from './spot-orders.ts';
import { toExchangeInfo, toOrderList, toQueriedOrder, toSpotAccount } from './spot-shapes.ts';

const data = createMarketData('spot');

const routes: Routes<Params> = {
  'GET /api/v3/ping': publicRoute(data.ping),
  'GET /api/v3/time': publicRoute(data.time),
  'GET /api/v3/exchangeInfo': publicRoute((core, params) => {
    const symbol = params.text('symbol');
    return toExchangeInfo(
      core,
      symbol === undefined ? core.state.marketsOf('spot') : [core.state.market('spot', symbol)],
    );
  }),
  'GET /api/v3/ticker/price': publicRoute(data.price),
  'GET /api/v3/ticker/24hr': publicRoute(data.ticker24hr),
  'GET /api/v3/ticker/bookTicker': publicRoute(data.bookTicker),
  'GET /api/v3/depth': publicRoute(data.depth),
  'GET /api/v3/klines': publicRoute(data.klines),
  'POST /api/v3/order': tradeRoute(postOrder),
  'GET /api/v3/order': readRoute(queryOrder),
  'DELETE /api/v3/order': tradeRoute(deleteOrder),
  'GET /api/v3/openOrders': readRoute((core, params, account) =>
    findOpenOrders(core, params, account).map(toQueriedOrder),
  ),
  'DELETE /api/v3/openOrders': tradeRoute(deleteOpenOrders),
  'GET /api/v3/allOrders': readRoute(listOrders),
  'GET /api/v3/myTrades': readRoute(listMyTrades),
  'GET /api/v3/account': readRoute((core, params, account) =>
    toSpotAccount(core, account, { omitZeroBalances: params.flag('omitZeroBalances') }),
  ),
  'POST /api/v3/orderList/oco': postOco(parseLegs),
  'POST /api/v3/order/oco': postOco(parseLegacyLegs),
  'GET /api/v3/orderList': readRoute((core, params, account) =>
    toOrderList(
      core,
      findList(core, account, {
        id: params.integer('orderListId'),
        clientOrderId: params.text('origClientOrderId'),
      }),
    ),
  ),
  'DELETE /api/v3/orderList': tradeRoute(deleteOrderList),
  'GET /api/v3/allOrderList': readRoute((core, _params, account) =>
    findListsOf(core, account).map((list) => toOrderList(core, list)),
  ),
  'GET /api/v3/openOrderList': readRoute((core, _params, account) =>
    findListsOf(core, account)
      .filter((list) => list.orderIds.some((id) => isOpen(core.state.order(id))))
      .map((list) => toOrderList(core, list)),
  ),
};

export function createBinanceSpotApi(core: SimulatedExchange): VenueApi {
  return createBinanceApi(core, { market: 'spot', prefixes: ['/api/v3/'], routes });
}
