import { demoMarkets } from './demo-orders.ts';
import { text } from './exchange/core/amounts.ts';
import type { SimulatedCore } from './exchange/core/core.ts';
import { walkPrice } from './exchange/core/price-walk.ts';
import type { Every } from './schedule.ts';

/** At most 0.05 % to each side: the demo's nearest order is 5 % away. */
const spread = '0.0005';
/** Slow, for every move is a line of the exchange's ledger, which keeps the last 20,000. */
const intervalMs = 30_000;

/**
 * Lets prices sway a little, so that profit and loss move. They sway around where they stood, or were set to by
 * hand since, and never walk away from it: no order of the demo fills by itself.
 * @returns what ends it and puts the prices back.
 */
export const startPriceSway = (core: SimulatedCore, every: Every, random = Math.random): (() => void) => {
  const sways = demoMarkets.map((symbol) => ({ symbol, rest: '', last: '' }));
  const priceOf = (symbol: string): string => core.state.market('spot', symbol).price;
  const end = every(intervalMs, () => {
    for (const sway of sways) {
      const market = core.state.market('spot', sway.symbol);
      if (market.price !== sway.last) sway.rest = market.price;
      sway.last = text(walkPrice(sway.rest, market.tick, spread, random));
      core.setPrice({ market: 'spot', symbol: sway.symbol, price: sway.last });
    }
  });
  return () => {
    end();
    for (const { symbol, rest, last } of sways) {
      if (priceOf(symbol) === last) core.setPrice({ market: 'spot', symbol, price: rest });
    }
  };
};
