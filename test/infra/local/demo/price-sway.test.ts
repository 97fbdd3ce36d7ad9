import { expect, it } from 'vitest';
import { startPriceSway } from '../../../../infra/local/demo/price-sway.ts';
import { SimulatedExchange } from '../../../../infra/simulator/core/simulated-exchange.ts';

function start() {
  const core = new SimulatedExchange();
  const ticks: (() => void)[] = [];
  const stop = startPriceSway(core, (_intervalMs, tick) => {
    ticks.push(tick);
    return () => ticks.splice(0);
  });
  const price = () => Number(core.state.market('spot', 'BTCUSDT').price);
  const tick = (times: number) => {
    const seen = new Set<number>();
    for (let count = 0; count < times; count += 1) {
      ticks[0]?.();
      seen.add(price());
    }
    return [...seen];
  };
  return { core, stop, price, tick };
}

it('moves a price within its limit around the initial price', () => {
  const seen = start().tick(2_000);
  expect(seen.length).toBeGreaterThan(100);
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(60_000 * 0.997);
  expect(Math.max(...seen)).toBeLessThanOrEqual(60_000 * 1.003);
});

it('moves around a price that the owner set', () => {
  const { core, tick } = start();
  tick(10);
  core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '50000' });
  const seen = tick(1_000);
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(50_000 * 0.997);
  expect(Math.max(...seen)).toBeLessThanOrEqual(50_000 * 1.003);
});

it("adds few entries to the exchange's ledger", () => {
  const { core, tick } = start();
  tick(1_000);
  expect(core.ledger().length).toBeLessThan(100);
});

it('moves nothing after it stops', () => {
  const { stop, price, tick } = start();
  stop();
  tick(10);
  expect(price()).toBe(60_000);
});
