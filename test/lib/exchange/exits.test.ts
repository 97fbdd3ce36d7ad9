import { perpetualExitContract } from './exit-contract.ts';
import { binanceFutures, bybitLinear, okxSwap } from './test-markets.ts';

const algoOrder = {
  path: 'POST /fapi/v1/algoOrder',
  algoType: 'CONDITIONAL',
  symbol: 'BTCUSDT',
  side: 'SELL',
  type: 'STOP_MARKET',
  quantity: '0.1',
  triggerPrice: '55000',
  clientAlgoId: 'stop1',
  newOrderRespType: 'RESULT',
};
const algoRef = { symbol: 'BTCUSDT', clientAlgoId: 'stop1' };

// https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/New-Algo-Order
// https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/New-Order
// https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Query-Algo-Order
// https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Cancel-Algo-Order
perpetualExitContract(binanceFutures, {
  stop: { ...algoOrder, reduceOnly: 'true' },
  stopLimit: { ...algoOrder, type: 'STOP', price: '54900', clientAlgoId: 'stop2', reduceOnly: 'true' },
  stopOfShort: { ...algoOrder, side: 'BUY', triggerPrice: '65000', reduceOnly: 'true' },
  hedgedStop: { ...algoOrder, positionSide: 'LONG' },
  target: {
    path: 'POST /fapi/v1/order',
    symbol: 'BTCUSDT',
    side: 'SELL',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '0.1',
    price: '70000',
    reduceOnly: 'true',
    newClientOrderId: 'target1',
    newOrderRespType: 'RESULT',
  },
  lookUp: { path: 'GET /fapi/v1/algoOrder', ...algoRef },
  cancel: { path: 'DELETE /fapi/v1/algoOrder', ...algoRef },
});

const conditional = {
  path: 'POST /v5/order/create',
  category: 'linear',
  symbol: 'BTCUSDT',
  side: 'Sell',
  orderType: 'Market',
  qty: '0.1',
  triggerPrice: '55000',
  // 1: the price rises to it. 2: the price falls to it.
  triggerDirection: 2,
  reduceOnly: true,
  orderLinkId: 'stop1',
};
const bybitRef = { category: 'linear', symbol: 'BTCUSDT', orderLinkId: 'stop1' };

// https://bybit-exchange.github.io/docs/v5/order/create-order
// https://bybit-exchange.github.io/docs/v5/order/open-order
// https://bybit-exchange.github.io/docs/v5/order/cancel-order
perpetualExitContract(bybitLinear, {
  stop: conditional,
  stopLimit: { ...conditional, orderType: 'Limit', price: '54900', orderLinkId: 'stop2' },
  stopOfShort: { ...conditional, side: 'Buy', triggerPrice: '65000', triggerDirection: 1 },
  hedgedStop: { ...conditional, positionIdx: 1 },
  target: {
    path: 'POST /v5/order/create',
    category: 'linear',
    symbol: 'BTCUSDT',
    side: 'Sell',
    orderType: 'Limit',
    qty: '0.1',
    price: '70000',
    reduceOnly: true,
    orderLinkId: 'target1',
  },
  lookUp: { path: 'GET /v5/order/realtime', ...bybitRef },
  cancel: { path: 'POST /v5/order/cancel', ...bybitRef },
});

const okxStop = {
  path: 'POST /api/v5/trade/order-algo',
  instId: 'BTC-USDT-SWAP',
  tdMode: 'cross',
  side: 'sell',
  ordType: 'conditional',
  // Contracts of 0.01 BTC.
  sz: '10',
  reduceOnly: true,
  slTriggerPx: '55000',
  slTriggerPxType: 'last',
  // At MARKET.
  slOrdPx: '-1',
  algoClOrdId: 'stop1',
  clOrdId: 'stop1',
};
const { reduceOnly: _, ...okxHedgedStop } = okxStop;

// https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-post-place-algo-order
// https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order
// https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-get-algo-order-details
// https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-post-cancel-algo-order
perpetualExitContract(okxSwap, {
  stop: okxStop,
  stopLimit: { ...okxStop, slOrdPx: '54900', algoClOrdId: 'stop2', clOrdId: 'stop2' },
  stopOfShort: { ...okxStop, side: 'buy', slTriggerPx: '65000' },
  hedgedStop: { ...okxHedgedStop, posSide: 'long' },
  target: {
    path: 'POST /api/v5/trade/order',
    instId: 'BTC-USDT-SWAP',
    tdMode: 'cross',
    side: 'sell',
    ordType: 'limit',
    sz: '10',
    px: '70000',
    reduceOnly: true,
    clOrdId: 'target1',
  },
  lookUp: { path: 'GET /api/v5/trade/order-algo', algoClOrdId: 'stop1' },
  cancel: { path: 'POST /api/v5/trade/cancel-algos', instId: 'BTC-USDT-SWAP', algoClOrdId: 'stop1' },
});
