import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { publicRoute, type Routes, readRoute, tradeRoute } from '../server/routes.ts';
import type { VenueApi } from '../server/venue-api.ts';
import { createBinanceApi } from './binance-api.ts';
import { parseLegacyLegs, parseOcoLegs } from './list-parameters.ts';
import { createMarketData } from './market-data.ts';
import {
  deleteOrderList,
  postOco,
  postOto,
  queryOpenOrderLists,
  queryOrderList,
  queryOrderLists,
} from './order-lists.ts';
import type { Params } from './request.ts';
import { amendKeepPriority, listAmendments } from './spot-amends.ts';
import { queryCommission } from './spot-commission.ts';
import {
  deleteOpenOrders,
  deleteOrder,
  findOpenOrders,
  listMyTrades,
  listOrders,
  postOrder,
  queryOrder,
} from './spot-orders.ts';
import { toExchangeInfo, toQueriedOrder, toSpotAccount } from './spot-shapes.ts';

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
  'GET /api/v3/account/commission': readRoute(queryCommission),
  'POST /api/v3/orderList/oco': postOco(parseOcoLegs),
  'POST /api/v3/order/oco': postOco(parseLegacyLegs),
  'POST /api/v3/orderList/oto': postOto({ isOco: false, isPaid: false }),
  'POST /api/v3/orderList/otoco': postOto({ isOco: true, isPaid: false }),
  'POST /api/v3/orderList/opo': postOto({ isOco: false, isPaid: true }),
  'POST /api/v3/orderList/opoco': postOto({ isOco: true, isPaid: true }),
  'GET /api/v3/orderList': readRoute(queryOrderList),
  'DELETE /api/v3/orderList': tradeRoute(deleteOrderList),
  'GET /api/v3/allOrderList': readRoute(queryOrderLists),
  'GET /api/v3/openOrderList': readRoute(queryOpenOrderLists),
  'PUT /api/v3/order/amend/keepPriority': tradeRoute(amendKeepPriority),
  'GET /api/v3/order/amendments': readRoute(listAmendments),
};

export function createBinanceSpotApi(core: SimulatedExchange): VenueApi {
  return createBinanceApi(core, { market: 'spot', prefixes: ['/api/v3/'], routes });
}
