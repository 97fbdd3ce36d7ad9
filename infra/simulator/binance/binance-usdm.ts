import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { publicRoute, type Routes, readRoute, tradeRoute } from '../server/routes.ts';
import type { VenueApi } from '../server/venue-api.ts';
import { createBinanceApi } from './binance-api.ts';
import { createMarketData } from './market-data.ts';
import type { Params } from './request.ts';
import {
  listBalances,
  listLeverageBrackets,
  listPositionRiskV2,
  listPositionRiskV3,
  queryAccountV2,
  queryAccountV3,
  setLeverage,
  setMarginType,
  setPositionSide,
} from './usdm-account.ts';
import {
  deleteAlgoOrder,
  deleteOpenAlgoOrders,
  listAlgoOrders,
  listOpenAlgoOrders,
  postAlgoOrder,
  queryAlgoOrder,
} from './usdm-algo-orders.ts';
import { toExchangeInfo } from './usdm-exchange-info.ts';
import { listIncome, queryCommissionRate } from './usdm-income.ts';
import {
  deleteOpenOrders,
  deleteOrder,
  listForceOrders,
  listOpenOrders,
  listOrders,
  listUserTrades,
  postOrder,
  putOrder,
  queryOrder,
} from './usdm-orders.ts';

const data = createMarketData('usdm');

const routes: Routes<Params> = {
  'GET /fapi/v1/ping': publicRoute(data.ping),
  'GET /fapi/v1/time': publicRoute(data.time),
  'GET /fapi/v1/exchangeInfo': publicRoute(toExchangeInfo),
  'GET /fapi/v1/ticker/price': publicRoute(data.price),
  'GET /fapi/v2/ticker/price': publicRoute(data.price),
  'GET /fapi/v1/ticker/24hr': publicRoute(data.ticker24hr),
  'GET /fapi/v1/ticker/bookTicker': publicRoute(data.bookTicker),
  'GET /fapi/v1/premiumIndex': publicRoute(data.premiumIndex),
  'GET /fapi/v1/depth': publicRoute(data.depth),
  'GET /fapi/v1/klines': publicRoute(data.klines),
  'POST /fapi/v1/order': tradeRoute(postOrder),
  'GET /fapi/v1/order': readRoute(queryOrder),
  'PUT /fapi/v1/order': tradeRoute(putOrder),
  'DELETE /fapi/v1/order': tradeRoute(deleteOrder),
  'GET /fapi/v1/openOrders': readRoute(listOpenOrders),
  'GET /fapi/v1/allOrders': readRoute(listOrders),
  'DELETE /fapi/v1/allOpenOrders': tradeRoute(deleteOpenOrders),
  'GET /fapi/v1/userTrades': readRoute(listUserTrades),
  'GET /fapi/v1/forceOrders': readRoute(listForceOrders),
  'POST /fapi/v1/algoOrder': tradeRoute(postAlgoOrder),
  'GET /fapi/v1/algoOrder': readRoute(queryAlgoOrder),
  'DELETE /fapi/v1/algoOrder': tradeRoute(deleteAlgoOrder),
  'GET /fapi/v1/openAlgoOrders': readRoute(listOpenAlgoOrders),
  'GET /fapi/v1/allAlgoOrders': readRoute(listAlgoOrders),
  'DELETE /fapi/v1/algoOpenOrders': tradeRoute(deleteOpenAlgoOrders),
  'GET /fapi/v1/income': readRoute(listIncome),
  'GET /fapi/v1/commissionRate': readRoute(queryCommissionRate),
  'GET /fapi/v2/positionRisk': readRoute(listPositionRiskV2),
  'GET /fapi/v3/positionRisk': readRoute(listPositionRiskV3),
  'GET /fapi/v2/account': readRoute(queryAccountV2),
  'GET /fapi/v3/account': readRoute(queryAccountV3),
  'GET /fapi/v2/balance': readRoute(listBalances),
  'GET /fapi/v3/balance': readRoute(listBalances),
  'GET /fapi/v1/positionSide/dual': readRoute((_core, _params, { hedged }) => ({
    dualSidePosition: hedged,
  })),
  'POST /fapi/v1/positionSide/dual': tradeRoute(setPositionSide),
  'POST /fapi/v1/leverage': tradeRoute(setLeverage),
  'POST /fapi/v1/marginType': tradeRoute(setMarginType),
  'GET /fapi/v1/leverageBracket': readRoute(listLeverageBrackets),
};

export function createBinanceUsdmApi(core: SimulatedExchange): VenueApi {
  return createBinanceApi(core, { market: 'usdm', prefixes: ['/fapi/'], routes });
}
