import { feeRateOf } from '../core/fees.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { findMarkets } from './listing.ts';
import type { Params } from './request.ts';

/** https://bybit-exchange.github.io/docs/v5/account/fee-rate */
export function listFeeRates(core: SimulatedExchange, params: Params): unknown {
  const list = findMarkets(core, params).map((market) => ({
    symbol: market.symbol,
    takerFeeRate: feeRateOf(market, 'taker'),
    makerFeeRate: feeRateOf(market, 'maker'),
  }));
  // "Derivatives does not have this field."
  return params.market() === 'spot' ? { category: 'spot', list } : { list };
}
