/**
 * Where the meaning of an error is written: a page of the venue, or a recorded response. Each row of a table names one.
 * The pages were read in November 2026.
 */
export const errorSources = {
  binanceSpot: 'https://developers.binance.com/docs/binance-spot-api-docs/errors',
  /** Messages for -1010, -2010 and -2011. */
  binanceSpotMessages: 'https://developers.binance.com/docs/binance-spot-api-docs/errors#other-errors',
  binanceSpotFilters: 'https://developers.binance.com/docs/binance-spot-api-docs/errors#filter-failures',
  binanceSpotHttp:
    'https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md#http-return-codes',
  binanceUsdm: 'https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code',
  binanceUsdmHttp:
    'https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info#http-return-codes',
  bybit: 'https://bybit-exchange.github.io/docs/v5/error',
  bybitHttp: 'https://bybit-exchange.github.io/docs/v5/error#http-code',
  bybitRateLimit: 'https://bybit-exchange.github.io/docs/v5/rate-limit',
  /** Codes that Bybit's page no longer lists: ccxt's table quotes an earlier version of it. */
  bybitEarlier: 'https://github.com/ccxt/ccxt/blob/v4.5.84/ts/src/bybit.ts',
  okx: 'https://www.okx.com/docs-v5/en/#error-code-rest-api',
  okxRateLimit: 'https://www.okx.com/docs-v5/en/#overview-rate-limits',
  kucoin: 'https://www.kucoin.com/docs/basic-info/errors-code/spot-errors-code',
  kucoinGateway: 'https://www.kucoin.com/docs-new/error-code/websocket',
  kucoinRateLimit: 'https://www.kucoin.com/docs/basic-info/request-rate-limit/rest-api',
  /** Codes of high-frequency spot that KuCoin's page no longer lists: ccxt's table quotes an earlier version of it. */
  kucoinEarlier: 'https://github.com/ccxt/ccxt/blob/v4.5.84/ts/src/kucoin.ts',
  /** Recorded: 400100, `validation.createOrder.clientOidDuplicated`. */
  kucoinDuplicate: 'https://github.com/JKorf/Kucoin.Net/issues/120',
  bitget: 'https://www.bitget.com/api-doc/spot/error-code/restapi',
  bitgetFaq: 'https://www.bitget.com/api-doc/common/faq',
  bitgetRateLimit: 'https://www.bitget.com/api-doc/common/quick-start#access-restriction',
  /** `error_response`, with the names of its reasons. */
  coinbaseCreate:
    'https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/create-order',
  coinbaseErrors: 'https://docs.cdp.coinbase.com/coinbase-app/api-architecture/status-codes',
  coinbaseKeys:
    'https://docs.cdp.coinbase.com/coinbase-app/authentication-authorization/api-key-authentication',
  coinbaseRateLimit: 'https://docs.cdp.coinbase.com/coinbase-app/api-architecture/rate-limiting',
  /** Codes that the page of v2 no longer lists. */
  bitgetEarlier: 'https://bitgetlimited.github.io/apidoc/en/spot/#restapi-error-codes',
  /** Recorded: `{"code":"40085","msg":"You are in Unified Account mode, and the Classic Account API is not supported …"}`. */
  recordedUnifiedAccount: 'https://github.com/ccxt/ccxt/issues/26838',
  gate: 'https://www.gate.com/docs/developers/apiv4/en/#label-list',
  /** "401: Authentication failed", "429: Too many requests". */
  gateHttp: 'https://www.gate.com/docs/developers/apiv4/en/#return-format',
  /** Recorded: "Your order size 2 is too small. The minimum is 1 USDT". */
  recordedGateMinimum: 'https://github.com/gateio/gatews/issues/33',
  kraken: 'https://docs.kraken.com/api/docs/guides/spot-errors',
  krakenRateLimit: 'https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits',
  /** Recorded: `{"code":-1013,"msg":"Market is closed."}`. */
  recordedMarketIsClosed: 'https://github.com/ccxt/ccxt/pull/6570',
  /** Recorded: `{"retCode":10001,"retMsg":"expect Failling, but trigger_price[…] >= current[…]"}`. */
  recordedExpectRising: 'https://github.com/ccxt/ccxt/issues/16406',
  /** Recorded: `{"code":-1013,"msg":"Invalid quantity."}`. */
  recordedInvalidQuantity: 'https://github.com/fj317/PumpBot/issues/55',
  /** Recorded: HTTP 451, `{"code":0,"msg":"Service unavailable from a restricted location …"}`. */
  recordedRestrictedLocation: 'https://github.com/ccxt/ccxt/issues/16044',
  /** 451 Unavailable For Legal Reasons: the server denies access as a consequence of a legal demand. */
  legalReasons: 'https://www.rfc-editor.org/rfc/rfc7725#section-3',
  /** 403 Forbidden: the server understood the request, but refuses to fulfill it. */
  forbidden: 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4',
  /** Recorded: HTTP 403, "The Amazon CloudFront distribution is configured to block access from your country." */
  recordedCountryBlock: 'https://github.com/hummingbot/deploy/issues/28',
} as const;

export type ErrorSource = keyof typeof errorSources;
