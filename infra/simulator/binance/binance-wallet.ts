import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { publicRoute, readRoute } from '../server/routes.ts';
import type { VenueApi } from '../server/venue-api.ts';
import { createBinanceApi } from './binance-api.ts';
import { listTradeFees } from './spot-commission.ts';

/** Binance's endpoints for the key and the whole account, and an empty list of coin-margined markets. */
export function createBinanceWalletApi(core: SimulatedExchange): VenueApi {
  return createBinanceApi(core, {
    market: 'wallet',
    prefixes: ['/sapi/', '/dapi/'],
    routes: {
      'GET /sapi/v1/capital/config/getall': readRoute(() => []),
      // ccxt's loadMarkets requests them if it has keys. The simulation has no margin trading.
      'GET /sapi/v1/margin/allPairs': readRoute(() => []),
      'GET /sapi/v1/margin/isolated/allPairs': readRoute(() => []),
      'GET /sapi/v1/asset/tradeFee': readRoute(listTradeFees),
      'GET /sapi/v1/system/status': publicRoute(() => ({ status: 0, msg: 'normal' })),
      'GET /sapi/v1/account/apiRestrictions': readRoute((_core, _params, { permissions, keyExpiresAt }) => ({
        ipRestrict: permissions.ipRestricted,
        createTime: 1_600_000_000_000,
        enableReading: true,
        enableWithdrawals: permissions.withdraw,
        enableInternalTransfer: false,
        enableMargin: false,
        enableFutures: permissions.futures,
        permitsUniversalTransfer: false,
        enableVanillaOptions: false,
        enableFixApiTrade: false,
        enableFixReadOnly: false,
        enableSpotAndMarginTrading: permissions.trade,
        enablePortfolioMarginTrading: false,
        ...(keyExpiresAt === undefined ? {} : { tradingAuthorityExpirationTime: keyExpiresAt }),
      })),
      // ccxt's `binance` loads spot, linear and inverse markets together.
      'GET /dapi/v1/exchangeInfo': publicRoute((core) => ({
        timezone: 'UTC',
        serverTime: core.now(),
        symbols: [],
      })),
    },
  });
}
