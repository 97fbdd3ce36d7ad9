import type { ExchangeId } from '../../account/account.ts';

const binanceHosts = [
  'api.binance.com',
  // For a `baseUrl`, and for Binance's own test networks.
  // https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-api-information
  'api-gcp.binance.com',
  'api1.binance.com',
  'api2.binance.com',
  'api3.binance.com',
  'api4.binance.com',
  'demo-api.binance.com',
  'testnet.binance.vision',
];

/** The hosts of each exchange's API, its test networks included. The stack's proxies connect to no others. */
export const exchangeHosts: Readonly<Record<ExchangeId, readonly string[]>> = {
  binance: binanceHosts,
  binanceusdm: [...binanceHosts, 'fapi.binance.com', 'demo-fapi.binance.com'],
  // https://github.com/binance-us/binance-us-api-docs/blob/master/rest-api.md
  binanceus: ['api.binance.us'],
  // https://bybit-exchange.github.io/docs/v5/guide#authentication
  bybit: [
    'api.bybit.com',
    'api.bytick.com',
    'api.bybit.nl',
    'api.bybit.eu',
    'api.bybit.kz',
    'api.bybit.ae',
    'api.bybit-tr.com',
    'api.bybitgeorgia.ge',
    'api-demo.bybit.com',
    'api-testnet.bybit.com',
  ],
  bybiteu: ['api.bybit.eu', 'api-testnet.bybit.eu'],
  bybitid: ['api.bybit.id', 'api-testnet.bybit.id'],
  // https://www.okx.com/docs-v5/en/#overview-production-trading-services. Demo trading has the same hosts.
  okx: ['www.okx.com', 'openapi.okx.com'],
  // "EU users: Use eea.okx.com as your API domain", "US & AU users: Use us.okx.com".
  // https://www.okx.com/docs-v5/en/#overview
  myokx: ['eea.okx.com'],
  okxus: ['us.okx.com'],
  // https://www.kucoin.com/docs-new/introduction
  kucoin: ['api.kucoin.com'],
  // Demo trading has the same host. https://www.bitget.com/api-doc/common/domain
  bitget: ['api.bitget.com'],
  // "Live trading: https://api.gateio.ws/api/v4", "TestNet trading: https://api-testnet.gateapi.io/api/v4".
  // https://www.gate.com/docs/developers/apiv4/en/#gate-api-v4
  gate: ['api.gateio.ws', 'api-testnet.gateapi.io'],
  // https://github.com/ccxt/ccxt/blob/v4.5.84/ts/src/gateeu.ts
  gateeu: ['api.gateeu.com'],
  // https://docs.kraken.com/api/docs/guides/spot-rest-intro
  kraken: ['api.kraken.com'],
  // "Sandbox … static" answers are no test network. https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/sandbox
  coinbase: ['api.coinbase.com'],
};
