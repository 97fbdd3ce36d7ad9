import { describe, expect, it } from 'vitest';
import { bybitLinear, gateSwap, okxSwap, binanceFutures as usdm } from '../lib/exchange/test-markets.ts';
import { bybitHedged, type Days, gateHedged, okxHedged, type Place, startDays, usdmHedged } from './days.ts';

type Cause = Parameters<Days['core']['endPosition']>[0]['cause'];

const minuteMs = 60_000;

/** A filled long of 0.5 BTC that one sweep has seen. */
async function startPosition(place: Place) {
  const days = await startDays(place);
  const position = await days.adopt({});
  const closeLink = await days.link(position, 'close');
  const keepLink = await days.link(position, 'keep');
  days.pass(minuteMs);
  await days.sweep();
  return { days, position, closeLink, keepLink };
}

function end(days: Days, cause: Cause, price = '61000'): void {
  const { apiKey, positionSide } = days;
  days.core.endPosition({ apiKey, symbol: 'BTCUSDT', positionSide, cause, price });
}

const bybitCauses: [Cause, string][] = [
  ['liquidation', 'it was liquidated, sell 0.5 at 61000 on '],
  ['deleveraging', 'it was auto-deleveraged, sell 0.5 at 61000 on '],
  ['settlement', 'it was settled by the exchange, sell 0.5 at 61000 on '],
  ['delivery', 'it was delivered, sell 0.5 at 61000 on '],
  ['block-trade', 'it was closed by a block trade, sell 0.5 at 61000 on '],
  ['transfer', 'it was moved to another account, sell 0.5 at 61000 on '],
];
const binanceCauses: [Cause, string][] = [
  ['liquidation', 'it was liquidated, sell 0.5 at 61000 on '],
  ['deleveraging', 'it was auto-deleveraged, sell 0.5 at 61000 on '],
  ['settlement', 'it was settled by the exchange, sell 0.5 at 61000 on '],
];
const ends: [place: Place, cause: Cause, words: string][] = [
  ...bybitCauses.map(([cause, words]) => [bybitLinear, cause, words] as [Place, Cause, string]),
  ...binanceCauses.map(([cause, words]) => [usdm, cause, words] as [Place, Cause, string]),
  // OKX has no settlements of perpetuals among its executions.
  ...bybitCauses
    .filter(([cause]) => cause !== 'settlement')
    .map(([cause, words]) => [okxSwap, cause, words] as [Place, Cause, string]),
  ...binanceCauses.map(([cause, words]) => [gateSwap, cause, words] as [Place, Cause, string]),
  [bybitHedged, ...(bybitCauses[0] as [Cause, string])],
  [gateHedged, ...(bybitCauses[0] as [Cause, string])],
  [okxHedged, ...(bybitCauses[0] as [Cause, string])],
  [usdmHedged, ...(binanceCauses[0] as [Cause, string])],
];

describe.each(ends)('A position at %o that ended by %s', (place, cause, words) => {
  it('ends within two looks, and its late alert leaves the next position alone', async () => {
    const { days, position, closeLink } = await startPosition(place);
    end(days, cause);
    days.pass(minuteMs);
    await days.sweep();
    days.pass(minuteMs);
    await days.sweep();
    expect(await days.now(position)).toMatchObject({
      state: 'closed',
      outcome: { closedBy: 'external', detail: expect.stringContaining(words) },
    });
    days.buy();
    expect(await days.fire(closeLink)).toMatchObject({ httpStatus: 200, repeated: true });
    expect(days.closes()).toEqual([]);
    expect(days.holding()).toBe('0.5');
  });

  it('is not closed a second time by an alert before any look', async () => {
    const { days, closeLink } = await startPosition(place);
    end(days, cause);
    days.pass(5_000);
    days.buy();
    days.pass(5_000);
    expect(await days.fire(closeLink)).toMatchObject({
      httpStatus: 200,
      outcome: { closedBy: 'external', detail: expect.stringContaining('was closed outside Ripcord') },
    });
    expect(days.closes()).toEqual([]);
    expect(days.holding()).toBe('0.5');
  });

  it('is called closed by a keep and by resolve in the same words', async () => {
    const { days, position, keepLink } = await startPosition(place);
    end(days, cause);
    days.pass(5_000);
    const { verdict, reason } = await days.resolve(position);
    const { outcome } = await days.fire(keepLink);
    expect(verdict).toBe('closed');
    expect(outcome).toMatchObject({ outcome: 'closed', closedBy: 'external' });
    expect(outcome?.detail).toContain(words);
    expect(reason).toContain(outcome?.detail);
  });
});

describe.each([usdm, usdmHedged, bybitLinear, bybitHedged, okxSwap, okxHedged, gateSwap, gateHedged])(
  'A position at $name',
  (place) => {
    it('that one look found flat ends although the trader has opened another since', async () => {
      const { days, position, closeLink } = await startPosition(place);
      end(days, 'liquidation');
      days.pass(minuteMs);
      await days.sweep();
      days.buy();
      days.pass(minuteMs);
      await days.sweep();
      expect(await days.now(position)).toMatchObject({ state: 'closed', outcome: { closedBy: 'external' } });
      await days.fire(closeLink);
      expect(days.closes()).toEqual([]);
    });

    it('that was closed and opened again between two looks ends at the second', async () => {
      const { days, position } = await startPosition(place);
      days.placeOrder({ side: 'sell', type: 'market', amount: '0.5' });
      days.core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price: '60500' });
      days.pass(1_000);
      days.buy();
      days.pass(minuteMs);
      await days.sweep();
      expect(await days.now(position)).toMatchObject({
        state: 'closed',
        outcome: { closedBy: 'external', detail: expect.stringContaining('the last sell was 0.5 at 60000') },
      });
    });

    it('that was closed and opened again before the first look ends at that look', async () => {
      const days = await startDays(place);
      const position = await days.adopt({});
      const closeLink = await days.link(position, 'close');
      days.pass(5_000);
      days.placeOrder({ side: 'sell', type: 'market', amount: '0.5' });
      days.pass(10_000);
      days.buy();
      days.pass(minuteMs);
      await days.sweep();
      days.pass(minuteMs);
      expect(await days.fire(closeLink)).toMatchObject({ outcome: { closedBy: 'external' } });
      expect(days.closes()).toEqual([]);
    });

    it('that was closed and opened again at the same price is not closed by a late alert', async () => {
      const { days, closeLink } = await startPosition(place);
      days.placeOrder({ side: 'sell', type: 'market', amount: '0.5' });
      days.pass(1_000);
      days.buy();
      for (let look = 0; look < 7; look += 1) {
        days.pass(minuteMs);
        await days.sweep();
      }
      expect(await days.fire(closeLink)).toMatchObject({ outcome: { closedBy: 'external' } });
      expect(days.closes()).toEqual([]);
    });

    it('goes on when the trader adds to it, and when a part of it is sold by hand', async () => {
      const { days, position, closeLink } = await startPosition(place);
      days.buy();
      days.pass(minuteMs);
      await days.sweep();
      days.placeOrder({ side: 'sell', type: 'market', amount: '0.4' });
      days.pass(minuteMs);
      await days.sweep();
      days.buy();
      days.pass(minuteMs);
      await days.sweep();
      expect((await days.now(position)).state).toBe('open');
      expect(await days.fire(closeLink)).toMatchObject({
        httpStatus: 200,
        outcome: { closedBy: 'ripcord', closedAmount: '0.5' },
      });
      expect(days.holding()).toBe('0.6');
    });

    it('is not ended by funding', async () => {
      const { days, position, closeLink } = await startPosition(place);
      const { apiKey, positionSide } = days;
      for (let look = 0; look < 3; look += 1) {
        days.core.payFunding({ apiKey, symbol: 'BTCUSDT', positionSide, fee: '1.5' });
        days.pass(minuteMs);
        await days.sweep();
      }
      expect((await days.now(position)).state).toBe('open');
      expect(await days.fire(closeLink)).toMatchObject({
        outcome: { closedBy: 'ripcord', closedAmount: '0.5' },
      });
    });

    it('that is gone without any trade but funding ends at the second look', async () => {
      const { days, position } = await startPosition(place);
      const { apiKey, positionSide } = days;
      days.core.payFunding({ apiKey, symbol: 'BTCUSDT', positionSide, fee: '1.5' });
      days.core.setPosition({ apiKey, symbol: 'BTCUSDT', positionSide, amount: '0' });
      days.pass(minuteMs);
      await days.sweep();
      expect((await days.now(position)).state).toBe('open');
      days.pass(minuteMs);
      await days.sweep();
      expect(await days.now(position)).toMatchObject({
        state: 'closed',
        outcome: {
          closedBy: 'external',
          detail: 'The position was closed outside Ripcord: the account no longer holds its BTC.',
        },
      });
    });

    it('does not end by looks that lag behind its entry', async () => {
      const days = await startDays(place);
      const position = await days.adopt({});
      const { apiKey, positionSide } = days;
      const show = (amount: string) =>
        days.core.setPosition({ apiKey, symbol: 'BTCUSDT', positionSide, amount, entryPrice: '60000' });
      show('0');
      days.pass(20_000);
      await days.sweep();
      show('0.5');
      expect((await days.now(position)).lastSync?.flatSince).toBeUndefined();
      days.pass(minuteMs);
      await days.sweep();
      expect((await days.now(position)).state).toBe('open');
    });
  },
);

describe.each([usdm, bybitLinear, okxSwap, gateSwap])('A short at $name', (place) => {
  const startShort = async () => {
    const days = await startDays(place);
    const sell = () => days.placeOrder({ side: 'sell', type: 'market', amount: '0.5' });
    const position = await days.adopt({ side: 'short', entries: [sell()] });
    const links = { close: await days.link(position, 'close'), keep: await days.link(position, 'keep') };
    days.pass(minuteMs);
    await days.sweep();
    return { days, sell, links };
  };

  it('that was liquidated in two parts is not closed again by a late alert', async () => {
    const { days, sell, links } = await startShort();
    for (const amount of ['0.2', '0.3']) {
      days.core.endPosition({ apiKey: days.apiKey, symbol: 'BTCUSDT', cause: 'liquidation', amount });
      days.pass(2_000);
    }
    sell();
    days.pass(2_000);
    expect(await days.fire(links.close)).toMatchObject({
      outcome: { closedBy: 'external', detail: expect.stringContaining('it was liquidated, buy 0.3 at ') },
    });
    expect(days.holding()).toBe('-0.5');
  });

  it('that was liquidated in part is kept and closed by what is left of it', async () => {
    const { days, links } = await startShort();
    const part = { symbol: 'BTCUSDT', cause: 'liquidation', amount: '0.2' } as const;
    days.core.endPosition({ apiKey: days.apiKey, ...part });
    days.pass(minuteMs);
    await days.sweep();
    expect((await days.fire(links.keep)).outcome?.detail).toBe(
      'The position of 0.5 BTC stays open. The account holds only 0.3 BTC now.',
    );
    expect(await days.fire(links.close)).toMatchObject({ outcome: { closedAmount: '0.3', remaining: '0' } });
    expect(days.holding()).toBe('0');
  });
});
