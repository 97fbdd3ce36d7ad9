import { decimal, toAmount } from '../../decimal.ts';
import { binance } from './binance.ts';
import type { Venue } from './venue.ts';

const {
  createExitList: _list,
  createAttachedEntry: _entry,
  fetchAttachedExits: _exits,
  useSandbox: _sandbox,
  ...shared
} = binance;

/**
 * Binance US: the rules of Binance spot at a host of its own. It documents no order list but an older form of OCO,
 * no endpoint for a key's permissions, and no test network. https://github.com/binance-us/binance-us-api-docs/blob/master/rest-api.md
 */
export const binanceus: Venue = {
  ...shared,
  id: 'binanceus',
  // ccxt would turn a cost into an amount by the last price. "MARKET: quantity or quoteOrderQty".
  options: { ...shared.options, quoteOrderQty: true },
  exits: {
    spot: {
      forms: new Set(['take-profit', 'stop-loss']),
      stopRef: { conditional: false, type: 'stop_loss' },
    },
  },
  fetchPermissions: () =>
    Promise.resolve({ canTrade: undefined, canWithdraw: undefined, ipRestricted: undefined }),
  async fetchTakerRate(client) {
    const { commissionRates } = await client.privateGetAccount();
    return toAmount(decimal(String(commissionRates?.taker)));
  },
};
