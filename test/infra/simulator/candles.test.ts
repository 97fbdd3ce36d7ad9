import { expect, it } from 'vitest';
import { SimulatedExchange } from '../../../infra/simulator/core/simulated-exchange.ts';

const minute = 60_000;
const noon = Date.UTC(2025, 10, 22, 12);
const btc = { market: 'spot', symbol: 'BTCUSDT' } as const;

function coreAt(start: number) {
  const clock = { now: start };
  return { clock, core: new SimulatedExchange({ clock: () => clock.now }) };
}

it('generates moving candles without gaps that end at the current price', () => {
  const { core } = coreAt(noon);
  const candles = core.candles({ ...btc, intervalMs: 60 * minute, limit: 100 });
  expect(candles).toHaveLength(100);
  expect(candles.at(-1)).toMatchObject({ at: noon, close: '60000' });
  for (const [index, { close }] of candles.slice(0, -1).entries())
    expect(candles[index + 1]?.open).toBe(close);
  expect(new Set(candles.map(({ close }) => close)).size).toBeGreaterThan(90);
});

it('generates the same past at every read, also after later price changes', () => {
  const { clock, core } = coreAt(noon);
  const past = core.candles({ ...btc, intervalMs: 5 * minute, limit: 20 }).slice(0, -1);
  clock.now += 10 * minute;
  core.setPrice({ ...btc, price: '59000' });
  expect(core.candles({ ...btc, intervalMs: 5 * minute, limit: 22 }).slice(0, 19)).toEqual(past);
  expect(
    coreAt(noon)
      .core.candles({ ...btc, intervalMs: 5 * minute, limit: 20 })
      .slice(0, -1),
  ).toEqual(past);
});

it('returns the recorded prices', () => {
  const { clock, core } = coreAt(noon);
  core.setPrice({ ...btc, price: '60100' });
  clock.now += minute;
  for (const price of ['60300', '59900', '60200']) core.setPrice({ ...btc, price });
  clock.now += 2 * minute;
  expect(core.candles({ ...btc, intervalMs: minute, limit: 4 })).toEqual([
    { at: noon, open: '60000', high: '60100', low: '60000', close: '60100' },
    { at: noon + minute, open: '60100', high: '60300', low: '59900', close: '60200' },
    { at: noon + 2 * minute, open: '60200', high: '60200', low: '60200', close: '60200' },
    { at: noon + 3 * minute, open: '60200', high: '60200', low: '60200', close: '60200' },
  ]);
  expect(core.candles({ ...btc, intervalMs: 60 * minute, limit: 1 })).toEqual([
    { at: noon, open: '60000', high: '60300', low: '59900', close: '60200' },
  ]);
});
