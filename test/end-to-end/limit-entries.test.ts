import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { startEnvironment } from './environment.ts';
import { binanceUsdm, bybitLinear, okxSwap } from './long-position.ts';
import { newSmartTrader, type Opening, type Resting } from './smart-position.ts';

/** A LIMIT entry of a perpetual that fills in parts, and the stop that follows its fills. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;
const sweep = () => environment.invoke('ripcord-sweep', {});
const stopLoss = { price: '58000' };
const ladder = {
  stopLoss,
  takeProfits: [
    { price: '65000', percent: '50' },
    { price: '70000', percent: '50' },
  ],
};

afterEach(() => {
  core.setTriggerDelay({ ms: 0 });
  core.setEffectDelay({ ms: 0 });
});

async function stage(venue: typeof binanceUsdm, input: Opening = ladder) {
  const trader = await newSmartTrader(environment, venue);
  const answer = await trader.open({ type: 'limit', amount: '0.5', price: '59000', ...input });
  if (!answer.ok) throw new Error(answer.error.message);
  const { positionId } = (answer.result as { position: { positionId: string } }).position;
  // Sweeps of later tests must not take their faults for this position.
  onTestFinished(async () => {
    await environment.admin('positions.forget', { positionId });
  });
  const lefts = (kind: Resting['kind']) =>
    trader
      .resting()
      .filter((order) => order.kind === kind)
      .map(({ left }) => left);
  const idOf = (kind: Resting['kind']) => trader.resting().find((order) => order.kind === kind)?.id ?? '';
  return {
    ...trader,
    positionId,
    lefts,
    fillEntry: (amount?: string) => trader.fill(idOf('entry'), amount),
    idOf,
    now: () => environment.positionNow(positionId),
  };
}

/** Where the exchange takes a stop. */
const stopPaths = {
  [binanceUsdm.name]: '/fapi/v1/algoOrder',
  [bybitLinear.name]: '/v5/order/create',
  [okxSwap.name]: '/api/v5/trade/order-algo',
};

describe.each([binanceUsdm, bybitLinear, okxSwap])('a LIMIT entry at $name', (venue) => {
  const stopPath = stopPaths[venue.name];

  it('is covered within one sweep after each of its fills, while its rest works on', async () => {
    const { fillEntry, lefts, now } = await stage(venue);
    for (const [amount, total, rest] of [
      ['0.2', '0.2', '0.3'],
      ['0.1', '0.3', '0.2'],
    ] as const) {
      fillEntry(amount);
      await sweep();
      expect(lefts('stop')).toEqual([total]);
      expect(lefts('entry')).toEqual([rest]);
      expect(await now()).toMatchObject({ protection: 'full', remaining: total });
    }
    fillEntry();
    await sweep();
    expect(lefts('stop')).toEqual(['0.5']);
    expect(lefts('target')).toEqual(['0.25', '0.25']);
    expect(lefts('entry')).toEqual([]);
  });

  it('has one stop if the answer to it is lost', async () => {
    // Bybit's stop comes with the entry, so that its ladder is what the sweep places.
    core.addFault({ kind: 'drop-after', match: { method: 'POST', path: stopPath, nth: 2 } });
    core.addFault({ kind: 'drop-after', match: { method: 'POST', path: stopPath } });
    const { fillEntry, lefts, now } = await stage(venue);
    fillEntry('0.2');
    await sweep();
    await sweep();
    expect(lefts('stop')).toEqual(['0.2']);
    expect(lefts('target')).toEqual(['0.1', '0.1']);
    expect(await now()).toMatchObject({ protection: 'full' });
    fillEntry();
    await sweep();
    expect(lefts('stop')).toEqual(['0.5']);
    expect(lefts('target')).toEqual(['0.25', '0.25']);
  });

  it('shrinks its stop within one sweep after a target has filled in part', async () => {
    const { fillEntry, fill, lefts, idOf, now } = await stage(venue);
    fillEntry();
    await sweep();
    fill(idOf('target'), '0.1');
    await sweep();
    expect(lefts('stop')).toEqual(['0.4']);
    expect(lefts('target').sort()).toEqual(['0.15', '0.25']);
    expect(await now()).toMatchObject({ protection: 'full', remaining: '0.4' });
  });

  it('is protected while the exchange still applies what it has acknowledged', async () => {
    core.setEffectDelay({ ms: 100 });
    const { fillEntry, lefts, now } = await stage(venue);
    await new Promise((resolve) => setTimeout(resolve, 150));
    fillEntry('0.2');
    await sweep();
    expect(await now()).toMatchObject({ protection: 'full' });
    fillEntry();
    await sweep();
    expect(lefts('stop')).toEqual(['0.5']);
    expect(await now()).toMatchObject({ protection: 'full', remaining: '0.5' });
  });
});

describe('a stop at Binance USDⓈ-M', () => {
  it('gets no second one while it waits between its trigger and the book', async () => {
    const { fillEntry, lefts, moveTo, now } = await stage(binanceUsdm, { stopLoss });
    fillEntry();
    await sweep();
    core.setTriggerDelay({ ms: 600_000 });
    moveTo('57900');
    expect(lefts('stop')).toEqual(['0.5']);
    await sweep();
    await sweep();
    expect(lefts('stop')).toEqual(['0.5']);
    expect(await now()).toMatchObject({ status: 'open', stopLoss: { state: 'resting' } });
  });

  it('is not placed if the price has passed it, and the owner is told', async () => {
    const { fillEntry, lefts, moveTo, now } = await stage(binanceUsdm, { stopLoss });
    fillEntry('0.2');
    moveTo('57900');
    await sweep();
    expect(lefts('stop')).toEqual([]);
    expect(await now()).toMatchObject({
      status: 'open',
      protection: 'none',
      stopLoss: { state: 'refused', reason: expect.stringContaining('has passed the stop') },
    });
  });

  it('is refused by the exchange if the price passes it on its way, and executes nothing', async () => {
    const { fillEntry, lefts, now } = await stage(binanceUsdm, { stopLoss });
    fillEntry('0.2');
    const match = { method: 'POST', path: '/fapi/v1/algoOrder' };
    core.addFault({
      kind: 'status',
      status: 400,
      code: -2021,
      msg: 'Order would immediately trigger.',
      match,
    });
    await sweep();
    expect(lefts('stop')).toEqual([]);
    expect(await now()).toMatchObject({
      status: 'open',
      protection: 'none',
      stopLoss: { state: 'refused', reason: expect.stringContaining('-2021') },
    });
    // The price has come back.
    await sweep();
    expect(lefts('stop')).toEqual(['0.2']);
  });

  it('stays if the exchange refuses the one that replaces it', async () => {
    const { fillEntry, lefts, positionId, idOf } = await stage(binanceUsdm, { stopLoss });
    fillEntry();
    await sweep();
    const old = idOf('stop');
    const match = { method: 'POST', path: '/fapi/v1/algoOrder' };
    core.addFault({
      kind: 'status',
      status: 400,
      code: -2021,
      msg: 'Order would immediately trigger.',
      match,
    });
    expect(
      await environment.refusal({ command: 'positions.setExits', positionId, stopLoss: { price: '58500' } }),
    ).toMatchObject({ code: 'would-trigger' });
    await sweep();
    expect(lefts('stop')).toEqual(['0.5']);
    expect(idOf('stop')).toBe(old);
  });
});
