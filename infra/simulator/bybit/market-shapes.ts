import { decimal, text } from '../core/amounts.ts';
import type { Market } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';

/** An entry of `instruments-info`. */
export function toInstrument(market: Market): Record<string, unknown> {
  return {
    symbol: market.symbol,
    baseCoin: market.base,
    quoteCoin: market.quote,
    status: 'Trading',
    ...(market.kind === 'spot' ? toSpotRules(market) : toPerpetualRules(market)),
  };
}

function toSpotRules({ lot, marketLot, minNotional, tick }: Market) {
  return {
    innovation: '0',
    marginTrading: 'none',
    lotSizeFilter: {
      basePrecision: text(decimal(lot.step)),
      quotePrecision: '0.00000001',
      minOrderQty: lot.min,
      maxOrderQty: lot.max,
      minOrderAmt: minNotional,
      maxOrderAmt: '4000000',
      maxLimitOrderQty: lot.max,
      maxMarketOrderQty: marketLot.max,
    },
    priceFilter: { tickSize: tick },
  };
}

function toPerpetualRules({ lot, marketLot, minNotional, tick, quote }: Market) {
  return {
    contractType: 'LinearPerpetual',
    launchTime: '1585526400000',
    deliveryTime: '0',
    deliveryFeeRate: '',
    priceScale: '2',
    leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
    priceFilter: { minPrice: tick, maxPrice: '1999999.80', tickSize: tick },
    lotSizeFilter: {
      maxOrderQty: lot.max,
      minOrderQty: lot.min,
      qtyStep: lot.step,
      postOnlyMaxOrderQty: lot.max,
      maxMktOrderQty: marketLot.max,
      minNotionalValue: minNotional,
    },
    unifiedMarginTrade: true,
    fundingInterval: 480,
    settleCoin: quote,
  };
}

// The order book has one level of this size on each side.
const levelAmount = '10';

function toAskPrice(market: Market): string {
  return text(decimal(market.price).plus(market.tick));
}

export function toTicker(market: Market): Record<string, unknown> {
  return {
    symbol: market.symbol,
    bid1Price: market.price,
    bid1Size: levelAmount,
    ask1Price: toAskPrice(market),
    ask1Size: levelAmount,
    lastPrice: market.price,
    prevPrice24h: market.price,
    price24hPcnt: '0',
    highPrice24h: market.price,
    lowPrice24h: market.price,
    turnover24h: text(decimal(market.price).times('1000')),
    volume24h: '1000',
    ...(market.kind === 'spot'
      ? { usdIndexPrice: market.price }
      : {
          markPrice: market.price,
          indexPrice: market.price,
          openInterest: '1000',
          fundingRate: '0.0001',
          nextFundingTime: '4102444800000',
        }),
  };
}

export function toOrderBook(core: SimulatedExchange, market: Market): Record<string, unknown> {
  return {
    s: market.symbol,
    b: [[market.price, levelAmount]],
    a: [[toAskPrice(market), levelAmount]],
    ts: core.now(),
    u: core.now(),
    seq: 1,
    cts: core.now(),
  };
}
