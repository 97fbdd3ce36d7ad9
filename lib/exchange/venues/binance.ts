import { createBinanceVenue } from './binance-base.ts';
import { createAttachedEntry, createExitList, fetchAttachedExits } from './binance-lists.ts';
import { binanceSpotErrors } from './binance-spot-errors.ts';
import { fetchFills, fetchSpotTrades } from './binance-trades.ts';
import { spotOnly } from './spot-only.ts';

type Row = Record<string, string>;

const dayMs = 86_400_000;

/** Binance spot, https://developers.binance.com/docs/binance-spot-api-docs/rest-api */
export const binance = createBinanceVenue({
  id: 'binance',
  ...spotOnly,
  orderApi: 'private',
  options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] }, fetchMargins: false },
  orderTypes: [
    'LIMIT',
    'LIMIT_MAKER',
    'MARKET',
    'STOP_LOSS',
    'STOP_LOSS_LIMIT',
    'TAKE_PROFIT',
    'TAKE_PROFIT_LIMIT',
  ],
  tradePermission: 'enableSpotAndMarginTrading',
  errors: binanceSpotErrors,

  // -2026 ORDER_ARCHIVED: canceled or expired with no executed quantity, more than 90 days ago.
  // https://developers.binance.com/docs/binance-spot-api-docs/errors
  endedCodes: new Map([['-2026', 'unfilled']]),
  // As -2026 says.
  retention: { order: { unfilledMs: 90 * dayMs }, conditional: { unfilledMs: 90 * dayMs } },
  tradeListing: {},
  fetchTrades: fetchSpotTrades,
  fetchFills,
  async fetchMinute(client, { id }, startTime) {
    return (await client.publicGetKlines({ symbol: id, interval: '1m', startTime, limit: 1 }))[0];
  },
  orderRef: (_market, { orderId, clientOrderId }) => ({
    id: orderId,
    parameters: orderId === undefined ? { clientOrderId } : {},
  }),
  closeParameters: () => ({}),
  entryParameters: () => ({}),
  // A stop that the market does not have is refused: "Stop loss orders are not supported for this symbol."
  // https://developers.binance.com/docs/binance-spot-api-docs/errors#other-errors
  exits: {
    spot: {
      forms: new Set(['take-profit', 'stop-loss', 'list']),
      stopRef: { conditional: false, type: 'stop_loss' },
      attach: new Set(['stop', 'stop-and-target']),
    },
  },
  createExitList,
  createAttachedEntry,
  fetchAttachedExits,
  isBalanceResponse: ({ balances }) => Array.isArray(balances),
  // https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints
  fetchAccountId: async (_client, { uid }) => (uid === undefined ? undefined : String(uid)),

  useSandbox: (client) => client.setSandboxMode(true),
  // All markets cost weight 4, one market 2. A list of symbols fails as a whole if one of them is delisted.
  // https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints
  async fetchPrices(client, _kind, symbol) {
    const tickers: Row[] = [await client.publicGetTickerPrice(symbol === undefined ? {} : { symbol })].flat();
    return tickers.map((ticker) => ({ marketId: String(ticker.symbol), value: ticker.price }));
  },
  async fetchOpenOrders(client, _kind, market) {
    const orders = await client.fetchOpenOrders(market?.symbol);
    return orders.map((order) => ({ order, conditional: false }));
  },
});
