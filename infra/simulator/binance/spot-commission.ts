import { feeRateOf } from '../core/fees.ts';
import type { Account } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { toFixedPlaces } from './format.ts';
import type { Params } from './request.ts';

const none = { maker: '0.00000000', taker: '0.00000000', buyer: '0.00000000', seller: '0.00000000' };

/** https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md#query-commission-rates-user_data */
export function queryCommission(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = core.state.market('spot', params.required('symbol'));
  return {
    symbol: market.symbol,
    standardCommission: {
      ...none,
      maker: toFixedPlaces(feeRateOf(market, 'maker')),
      taker: toFixedPlaces(feeRateOf(market, 'taker')),
    },
    specialCommission: none,
    taxCommission: none,
    discount: {
      enabledForAccount: account.feeAsset === 'BNB',
      enabledForSymbol: true,
      discountAsset: 'BNB',
      discount: '0.75000000',
    },
  };
}

/** https://developers.binance.com/docs/wallet/asset/trade-fee */
export function listTradeFees(core: SimulatedExchange, params: Params): unknown {
  const symbol = params.text('symbol');
  const markets = symbol === undefined ? core.state.marketsOf('spot') : [core.state.market('spot', symbol)];
  return markets.map((market) => ({
    symbol: market.symbol,
    makerCommission: feeRateOf(market, 'maker'),
    takerCommission: feeRateOf(market, 'taker'),
  }));
}
