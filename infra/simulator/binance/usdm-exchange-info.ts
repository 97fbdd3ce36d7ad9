import type { Market } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { countPlaces } from './format.ts';

export function toExchangeInfo(core: SimulatedExchange) {
  return {
    timezone: 'UTC',
    serverTime: core.now(),
    futuresType: 'U_MARGINED',
    rateLimits: [],
    exchangeFilters: [],
    assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '0' }],
    symbols: core.state.marketsOf('usdm').map(toSymbolInfo),
  };
}

function toSymbolInfo(market: Market) {
  return {
    symbol: market.symbol,
    pair: market.symbol,
    contractType: 'PERPETUAL',
    deliveryDate: 4_133_404_800_000,
    onboardDate: 1_569_398_400_000,
    status: market.halted === true ? 'SETTLING' : 'TRADING',
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: market.base,
    quoteAsset: market.quote,
    marginAsset: market.quote,
    pricePrecision: countPlaces(market.tick),
    quantityPrecision: countPlaces(market.lot.step),
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    triggerProtect: '0.0500',
    liquidationFee: '0.012500',
    marketTakeBound: '0.05',
    filters: toFilters(market),
    orderTypes,
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
  };
}

const orderTypes = [
  'LIMIT',
  'MARKET',
  'STOP',
  'STOP_MARKET',
  'TAKE_PROFIT',
  'TAKE_PROFIT_MARKET',
  'TRAILING_STOP_MARKET',
];

function toFilters({ tick, lot, marketLot, minNotional }: Market) {
  return [
    { filterType: 'PRICE_FILTER', minPrice: tick, maxPrice: '1000000', tickSize: tick },
    { filterType: 'LOT_SIZE', minQty: lot.min, maxQty: lot.max, stepSize: lot.step },
    { filterType: 'MARKET_LOT_SIZE', minQty: marketLot.min, maxQty: marketLot.max, stepSize: marketLot.step },
    { filterType: 'MAX_NUM_ORDERS', limit: 200 },
    // MAX_NUM_ALGO_ORDERS was removed on 2025-12-29: https://developers.binance.com/docs/derivatives/change-log
    { filterType: 'MIN_NOTIONAL', notional: minNotional },
    {
      filterType: 'PERCENT_PRICE',
      multiplierUp: '1.0500',
      multiplierDown: '0.9500',
      multiplierDecimal: '4',
    },
  ];
}
