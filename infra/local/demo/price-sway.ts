import { decimal } from '../../simulator/core/amounts.ts';
import type { SimulatedExchange } from '../../simulator/core/simulated-exchange.ts';
import type { Every } from '../schedule.ts';

const intervalMs = 5_000;
/** At most 0.03 % per step. */
const spread = '0.0003';
/** At most 0.3 % away from its center: the demo's nearest order is 5 % away. */
const limit = '0.003';

/**
 * Moves the exchange's prices around their center, so that profit and loss change. An unbounded random walk would
 * reach the demo's orders eventually. The center is the initial price, or a price that the owner set later.
 * @returns a function that stops it.
 */
export function startPriceSway(core: SimulatedExchange, every: Every): () => void {
  const sways = [...core.state.markets.values()].map(({ kind, symbol }) => ({
    kind,
    symbol,
    center: '',
    previous: '',
  }));
  return every(intervalMs, () => {
    for (const sway of sways) {
      const { price } = core.state.market(sway.kind, sway.symbol);
      if (price !== sway.previous) sway.center = price;
    }
    core.tick({ spread });
    for (const sway of sways) {
      const market = core.state.market(sway.kind, sway.symbol);
      const distance = decimal(market.price).div(sway.center).minus('1').abs();
      if (distance.gt(limit)) core.setPrice({ market: sway.kind, symbol: sway.symbol, price: sway.center });
      sway.previous = market.price;
    }
  });
}
