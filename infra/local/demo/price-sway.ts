import { decimal } from '../../simulator/core/amounts.ts';
import type { SimulatedExchange } from '../../simulator/core/simulated-exchange.ts';
import type { Every } from '../schedule.ts';

const intervalMs = 5_000;
/** At most 0.03 % at a time. */
const spread = '0.0003';
/** At most 0.3 % away from where it stood: the demo's nearest order is 5 % away. */
const limit = '0.003';

/**
 * Lets the exchange's prices sway, so that profit and loss move. A free walk would reach the demo's orders some day;
 * this one is taken back to where the price stood, or was set to by hand since. @returns what ends it.
 */
export function startPriceSway(core: SimulatedExchange, every: Every): () => void {
  const sways = [...core.state.markets.values()].map(({ kind, symbol }) => ({
    kind,
    symbol,
    rest: '',
    last: '',
  }));
  return every(intervalMs, () => {
    for (const sway of sways) {
      const { price } = core.state.market(sway.kind, sway.symbol);
      if (price !== sway.last) sway.rest = price;
    }
    core.tick({ spread });
    for (const sway of sways) {
      const market = core.state.market(sway.kind, sway.symbol);
      const away = decimal(market.price).div(sway.rest).minus('1').abs();
      if (away.gt(limit)) core.setPrice({ market: sway.kind, symbol: sway.symbol, price: sway.rest });
      sway.last = market.price;
    }
  });
}
