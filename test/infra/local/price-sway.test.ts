import { expect, it } from 'vitest';
import { SimulatedCore } from '../../../infra/local/exchange/core/core.ts';
import { startPriceSway } from '../../../infra/local/price-sway.ts';

const start = (random: () => number) => {
  const core = new SimulatedCore();
  const ticks: (() => void)[] = [];
  const stop = startPriceSway(
    core,
    (_intervalMs, tick) => {
      ticks.push(tick);
      return () => undefined;
    },
    random,
  );
  const price = () => Number(core.state.market('spot', 'BTCUSDT').price);
  return { core, stop, price, tick: () => ticks[0]?.() };
};

it('moves a price, and never far from where it stood', () => {
  const { price, tick } = start(() => 0.999);
  for (let count = 0; count < 1_000; count += 1) tick();
  expect(price()).toBeGreaterThan(60_000);
  expect(price()).toBeLessThanOrEqual(60_030);
});

it('takes up a price that was set by hand', () => {
  const { core, price, tick } = start(() => 0);
  tick();
  core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '50000' });
  tick();
  tick();
  expect(price()).toBeGreaterThanOrEqual(49_975);
  expect(price()).toBeLessThan(50_000);
});

it('puts its prices back at its end, but none that was set by hand', () => {
  const { core, stop, price, tick } = start(() => 0);
  tick();
  core.setPrice({ market: 'spot', symbol: 'ETHUSDT', price: '3100' });
  stop();
  expect(price()).toBe(60_000);
  expect(core.state.market('spot', 'ETHUSDT').price).toBe('3100');
});
