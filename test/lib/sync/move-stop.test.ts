import { describe, expect, it } from 'vitest';
import type { CreateResult } from '../../../lib/exchange/exchange.ts';
import type { Position } from '../../../lib/position/position.ts';
import { computeProtection } from '../../../lib/position/protection.ts';
import { changeExits } from '../../../lib/sync/change-exits.ts';
import { moveStop } from '../../../lib/sync/move-stop.ts';
import { binanceFutures, binanceSpot, bybitLinear, bybitSpot } from '../exchange/test-markets.ts';
import { examplePlan } from '../exits/example-exits.ts';
import { type Meddle, startStopTrader } from './stop-trader.ts';

const venues = [binanceSpot, binanceFutures, bybitLinear];
/** On spot, the fee of the entry is taken in coins. */
const secondHalf = new Map([
  [binanceSpot, '0.0499'],
  [binanceFutures, '0.05'],
  [bybitLinear, '0.05'],
]);
const sending = ['createExitOrder', 'createExitList', 'cancelOrder', 'amendStop'];
const refused = (reason: string): CreateResult =>
  ({ kind: 'rejected', reason, code: '-1', message: 'No' }) as CreateResult;

/** With its stop at 55000 at the exchange. */
async function begin(...[venue, options]: Parameters<typeof startStopTrader>) {
  const trader = await startStopTrader(venue, options);
  const { services, sweep, asked, position } = trader;
  await sweep();
  asked();
  return {
    ...trader,
    move: (target: Parameters<typeof moveStop>[2], until?: number) =>
      moveStop(until === undefined ? services : { ...services, until }, position.positionId, target),
    setStop: (price: string) => changeExits(services, trader.read, { stopLoss: { price } }),
    sends: () => asked().filter((name) => sending.includes(name)),
  };
}

describe.each(venues)('a stop at $name', (venue) => {
  it('moves to a better price', async () => {
    const { move, stops } = await begin(venue);
    expect(await move({ price: '57000' })).toMatchObject({ kind: 'moved', price: '57000' });
    expect(stops()).toEqual([57_000]);
  });

  it.each(['54000', '55000', '55000.001'])('stays for a target at %s, and nothing is sent', async (price) => {
    const { move, stops, sends } = await begin(venue);
    expect(await move({ price })).toMatchObject({ kind: 'unchanged', price: '55000' });
    expect(sends()).toEqual([]);
    expect(stops()).toEqual([55_000]);
  });

  it('is untouched by a target that would trigger at once', async () => {
    const { move, stops, sends } = await begin(venue);
    const moved = await move({ price: '60000' });
    expect(moved).toMatchObject({ kind: 'would-trigger' });
    expect(moved.detail).toMatch(/would trigger at once\. The stop is unchanged\.$/);
    expect(sends()).toEqual([]);
    expect(stops()).toEqual([55_000]);
  });

  it('trails the price by a percentage, and never back', async () => {
    const { move, stops, setPrice } = await begin(venue);
    expect(await move({ trailPercent: '5' })).toMatchObject({ kind: 'moved', price: '57000' });
    setPrice(58_000);
    expect(await move({ trailPercent: '5' })).toMatchObject({ kind: 'unchanged', price: '57000' });
    setPrice(62_000);
    expect(await move({ trailPercent: '5' })).toMatchObject({ kind: 'moved', price: '58900' });
    expect(stops()).toEqual([58_900]);
  });

  it('moves to break-even above the entry once the price allows it', async () => {
    const { move, stops, setPrice } = await begin(venue);
    expect(await move({ breakEven: true })).toMatchObject({ kind: 'would-trigger' });
    setPrice(62_000);
    expect(await move({ breakEven: true })).toMatchObject({ kind: 'moved' });
    expect(stops()).toHaveLength(1);
    expect(stops()[0]).toBeGreaterThan(60_000);
    expect(stops()[0]).toBeLessThan(60_200);
  });

  it('is placed where there is none', async () => {
    const { move, stops } = await begin(venue, { exitPlan: examplePlan({}) });
    expect(await move({ price: '50000' })).toMatchObject({ kind: 'moved' });
    expect(stops()).toEqual([50_000]);
  });

  it.each([
    { target: '54000', rests: 55_000 },
    { target: '57000', rests: 57_000 },
  ])(
    'of a part of what remains rests at $rests for all of it after a target at $target',
    async ({ target, rests }) => {
      const { move, stops, read, sends } = await begin(venue, {
        adoptedStops: [{ amount: '0.01', triggerPrice: '55000' }],
      });
      expect(computeProtection(await read())).toBe('partial');
      expect(await move({ price: target })).toMatchObject({ kind: 'moved', price: String(rests) });
      expect(computeProtection(await read())).toBe('full');
      expect(stops()).toEqual([rests]);
      sends();
      expect(await move({ price: target })).toMatchObject({ kind: 'unchanged', price: String(rests) });
      expect(sends()).toEqual([]);
    },
  );

  it('of a part is placed for all of it by the sweep if the exchange refuses that at first', async () => {
    let isRefusing = true;
    const refusing: Meddle = async (name, _input, send) =>
      isRefusing && ['createExitOrder', 'amendStop'].includes(name) ? refused('other') : send();
    const { move, stops, read, pass, sweep } = await begin(venue, {
      adoptedStops: [{ amount: '0.01', triggerPrice: '55000' }],
      meddle: refusing,
    });
    expect((await move({ price: '54000' })).kind).toMatch(/^(pending|refused)$/);
    isRefusing = false;
    pass(60_000);
    await sweep();
    expect(stops()).toEqual([55_000]);
    expect(computeProtection(await read())).toBe('full');
    expect((await read()).exitPlan?.stopLoss).toEqual({ price: '55000' });
  });

  it('stays if several that are as good cover what remains together', async () => {
    const { move, sends } = await begin(venue, {
      adoptedStops: [
        { amount: '0.05', triggerPrice: '55000' },
        { amount: secondHalf.get(venue) ?? '', triggerPrice: '56000' },
      ],
    });
    expect(await move({ price: '53000' })).toMatchObject({ kind: 'unchanged', price: '56000' });
    expect(sends()).toEqual([]);
  });

  it('moves to the best of several for all, if one is worse than the target', async () => {
    const { move, stops } = await begin(venue, {
      adoptedStops: [
        { amount: '0.05', triggerPrice: '54000' },
        { amount: '0.04', triggerPrice: '56000' },
      ],
    });
    expect(await move({ price: '55000' })).toMatchObject({ kind: 'moved', price: '56000' });
    expect(stops()).toEqual([56_000]);
  });

  it('is placed again after its owner removed it, also while its cancel is not confirmed', async () => {
    const lost: Meddle = async (name, _input, send) =>
      name === 'cancelOrder' ? { kind: 'unconfirmed', reason: 'no-response', message: 'No' } : send();
    const { move, services, read } = await begin(venue, { meddle: lost });
    await changeExits(services, read, { stopLoss: null });
    expect((await read()).exitOrders).toMatchObject([{ endsFor: 'replaced' }]);
    expect((await move({ price: '54000' })).kind).not.toBe('unchanged');
    expect((await read()).exitPlan?.stopLoss?.price).toBe('55000');
  });

  it('rests at the better of two targets that arrive together', async () => {
    const { move, stops, sweep } = await begin(venue);
    await Promise.all([move({ price: '57000' }), move({ price: '58000' }), move({ price: '56000' })]);
    await sweep();
    expect(stops()).toEqual([58_000]);
  });

  it('is put back, and a notice reports it, if the price passes the new one on its way', async () => {
    const passing: Meddle = async (name, input, send) => {
      const isNew =
        JSON.stringify(input).includes('57000') && ['createExitOrder', 'amendStop'].includes(name);
      return isNew ? refused('would-trigger') : send();
    };
    const { move, stops, read } = await begin(venue, { meddle: passing });
    const moved = await move({ price: '57000' });
    expect(moved).toMatchObject({ kind: 'would-trigger', price: '55000' });
    expect(moved.detail).toMatch(/keeps its stop at 55000\.$/);
    expect(stops()).toEqual([55_000]);
    const { notices = [], exitPlan } = await read();
    expect(exitPlan?.stopLoss).toMatchObject({ price: '55000', refusedMove: { price: '57000' } });
    expect(notices[0]?.text).toMatch(/The stop at 57000 was not placed: No\. Nothing was closed\./);
    expect(notices[1]?.text).toMatch(/The earlier stop at 55000 (stays|is placed again)\./);
  });

  it('is put back by a sweep that the price has overtaken', async () => {
    const { move, stops, now, sweep, setPrice, store, read } = await begin(venue);
    await move({ price: '57000' }, now() + 900);
    setPrice(56_500);
    await sweep();
    expect(stops()).toEqual([55_000]);
    const known = await read();
    // The old order has ended, and the new one was never placed.
    await store.savePosition(known, { exitOrders: [] });
    await sweep();
    expect((await read()).exitPlan?.stopLoss).toMatchObject({
      price: '55000',
      refusedMove: { price: '57000' },
    });
  });

  it('is not looser after the owner moved it at the exchange and another one was refused', async () => {
    const { move, stops, read, store } = await begin(venue);
    // The order as its owner moved it; the plan still has 55000.
    await move({ price: '56000' });
    const known = await read();
    await store.savePosition(known, {
      exitPlan: { ...(known.exitPlan ?? examplePlan({})), stopLoss: { price: '55000' } },
    });
    expect(await move({ price: '55500' })).toMatchObject({ kind: 'unchanged', price: '56000' });
    expect(await move({ price: '57000' })).toMatchObject({ kind: 'moved' });
    expect(stops()).toEqual([57_000]);
  });

  it('goes back where its owner sets it, and rises from there', async () => {
    const { move, stops, setStop } = await begin(venue);
    await move({ price: '58000' });
    await setStop('54000');
    expect(stops()).toEqual([54_000]);
    expect(await move({ price: '56000' })).toMatchObject({ kind: 'moved' });
    expect(stops()).toEqual([56_000]);
  });

  it('is not begun without time, and finished by the sweep if there was time to write it only', async () => {
    const { move, stops, now, sends, sweep } = await begin(venue);
    expect(await move({ price: '57000' }, now())).toMatchObject({ kind: 'unreachable' });
    const pending = await move({ price: '57000' }, now() + 900);
    expect(pending).toMatchObject({ kind: 'pending', price: '57000' });
    expect(pending.detail).toMatch(/A stop at 55000 rests until then\.$/);
    expect(sends()).toEqual([]);
    expect(stops()).toEqual([55_000]);
    await sweep();
    expect(stops()).toEqual([57_000]);
  });

  it('is left alone while the position closes, needs attention or has ended', async () => {
    const { move, store, read, sends } = await begin(venue);
    const known = await read();
    const attention = { state: 'needs-attention', attentionReason: 'An order is lost.' } as const;
    const next = await store.savePosition(known, attention);
    expect(await move({ price: '57000' })).toMatchObject({ kind: 'refused' });
    await store.savePosition(next as Position, { state: 'closed', attentionReason: null });
    expect(await move({ price: '57000' })).toMatchObject({ kind: 'ended' });
    expect(sends()).toEqual([]);
  });
});

describe('a LIMIT stop', () => {
  it('keeps the distance of its LIMIT price', async () => {
    const plan = examplePlan({ stop: { price: '55000', limitPrice: '54900' } });
    const { move, read } = await begin(binanceFutures, { exitPlan: plan });
    expect(await move({ price: '57000' })).toMatchObject({ kind: 'moved' });
    expect((await read()).exitPlan?.stopLoss).toMatchObject({ price: '57000', limitPrice: '56900' });
  });
});

describe('the stops of a ladder on spot', () => {
  it('move together with their targets', async () => {
    const targets = [
      { price: '65000', percent: '50' },
      { price: '70000', percent: '50' },
    ];
    const { move, stops } = await begin(binanceSpot, { exitPlan: examplePlan({ targets, stop: '55000' }) });
    expect(await move({ price: '57000' })).toMatchObject({ kind: 'moved' });
    expect(stops()).toEqual([57_000, 57_000]);
  });

  it('are refused where targets and a stop cannot rest together', async () => {
    const exitPlan = examplePlan({ targets: [{ price: '65000', percent: '50' }] });
    const { move, sends } = await begin(bybitSpot, { exitPlan });
    expect(await move({ price: '57000' })).toMatchObject({ kind: 'refused' });
    expect(sends()).toEqual([]);
  });
});

it('can be tried again while the fees of the entry are not known', async () => {
  const { services, store, read, position, asked } = await begin(binanceFutures, {
    meddle: (name, _input, send) => (/fill|trade/i.test(name) ? Promise.resolve([]) : send()),
  });
  const known = await read();
  const entryOrders = known.entryOrders.map((order) => ({ ...order, fees: undefined, traded: undefined }));
  await store.savePosition(known, { entryOrders });
  expect(await moveStop(services, position.positionId, { breakEven: true })).toMatchObject({
    kind: 'unreachable',
    detail: expect.stringContaining('fees are not known yet'),
  });
  expect(asked().filter((name) => sending.includes(name))).toEqual([]);
});

it('is not moved if its link may not act any more right before the write', async () => {
  const { services, position, sends, stops } = await begin(binanceFutures);
  const revoked = () => Promise.resolve(false);
  expect(await moveStop(services, position.positionId, { price: '57000' }, revoked)).toMatchObject({
    kind: 'refused',
  });
  expect(sends()).toEqual([]);
  expect(stops()).toEqual([55_000]);
});
