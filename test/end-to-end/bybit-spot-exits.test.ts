import { describe, expect, it, onTestFinished } from 'vitest';
import type { CommandInput } from '../../lib/admin/contract/commands.ts';
import { commands } from '../../lib/admin/contract/commands.ts';
import { fire, startEnvironment } from './environment.ts';
import { bybitSpot } from './long-position.ts';
import { newSmartTrader, type Opening, type Resting } from './smart-position.ts';

/** On Bybit spot, each exit holds its coins alone: a position has a stop, or targets. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;
const sweep = () => environment.invoke('ripcord-sweep', {});
const stopLoss = { price: '58000' };
const takeProfits = [
  { price: '65000', percent: '50' },
  { price: '70000', percent: '50' },
];
/** A buy of 0.5 pays 0.1 % of its coins as fee. */
const whole = '0.4995';

async function stage(input: Opening = { stopLoss }) {
  const trader = await newSmartTrader(environment, bybitSpot);
  const answer = await trader.open({ amount: '0.5', ...input });
  if (!answer.ok) throw new Error(answer.error.message);
  const { position } = commands['positions.open'].result.parse(answer.result);
  const { positionId } = position;
  // Sweeps of later tests must not take their faults for this position.
  onTestFinished(async () => {
    await environment.admin('positions.forget', { positionId });
  });
  const of = (kind: Resting['kind']) => trader.resting().filter((order) => order.kind === kind);
  const lefts = (kind: Resting['kind']) => of(kind).map(({ left }) => left);
  return {
    ...trader,
    position,
    positionId,
    lefts,
    idOf: (kind: Resting['kind']) => of(kind)[0]?.id ?? '',
    now: () => environment.positionNow(positionId),
    setExits: async (change: Omit<CommandInput<'positions.setExits'>, 'positionId'>) =>
      (await environment.admin('positions.setExits', { positionId, ...change })).position,
    link: async (action: 'close' | 'keep', percent?: number) =>
      fire((await environment.admin('links.create', { positionId, action, percent })).url),
  };
}

describe('a position on Bybit spot', () => {
  it('opens at MARKET with a stop that rests before the command answers', async () => {
    const { position, lefts } = await stage();
    expect(position).toMatchObject({
      protection: 'full',
      stopLoss: { price: '58000', amount: whole, state: 'resting', orderId: expect.any(String) },
    });
    expect(lefts('stop')).toEqual([whole]);
  });

  it('opens at MARKET with targets that rest before the command answers', async () => {
    const { position, lefts } = await stage({ takeProfits });
    expect(position).toMatchObject({
      protection: 'none',
      takeProfits: [{ state: 'resting' }, { state: 'resting' }],
    });
    expect(lefts('target')).toEqual(['0.24975', '0.24975']);
  });

  it('gets targets in place of its stop, and refuses both', async () => {
    const { setExits, lefts, positionId } = await stage();
    const both = { command: 'positions.setExits', positionId, takeProfits };
    expect(await environment.refusal(both)).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('Set a stop or targets'),
    });
    expect(lefts('stop')).toEqual([whole]);
    expect(await setExits({ takeProfits, stopLoss: null })).toMatchObject({ stopLoss: null });
    expect(lefts('stop')).toEqual([]);
    expect(lefts('target')).toEqual(['0.24975', '0.24975']);
  });

  it('has its stop moved', async () => {
    const { setExits, lefts, now } = await stage();
    expect(await setExits({ stopLoss: { price: '59000' } })).toMatchObject({ protection: 'full' });
    expect(lefts('stop')).toEqual([whole]);
    expect((await now()).stopLoss).toMatchObject({ price: '59000', state: 'resting' });
  });

  it('is closed by its stop, and the outcome names the order', async () => {
    const { moveTo, now, profit, idOf } = await stage();
    const stop = idOf('stop');
    moveTo('57900');
    await sweep();
    expect(await now()).toMatchObject({
      status: 'closed',
      ...profit(),
      outcome: { closedBy: 'exit-order', detail: expect.stringContaining(stop) },
    });
  });

  it('covers what a LIMIT entry has filled within one sweep, while its rest stays open', async () => {
    const { fill, idOf, lefts, now } = await stage({ type: 'limit', price: '59000', stopLoss });
    fill(idOf('entry'), '0.2');
    await sweep();
    expect(lefts('stop')).toEqual(['0.1998']);
    expect(lefts('entry')).toEqual(['0.3']);
    expect(await now()).toMatchObject({ protection: 'full' });
    fill(idOf('entry'));
    await sweep();
    expect(lefts('stop')).toEqual([whole]);
    expect(await now()).toMatchObject({ protection: 'full' });
  });

  it('is closed by a link, without its stop', async () => {
    const { link, lefts } = await stage();
    expect(await link('close')).toMatchObject({ json: { outcome: 'closed', closedAmount: whole } });
    expect(lefts('stop')).toEqual([]);
  });

  it('has a stop for the rest after a link has closed a part', async () => {
    const { link, lefts, now } = await stage();
    expect(await link('close', 50)).toMatchObject({ status: 200 });
    await sweep();
    const { remaining, protection } = await now();
    expect(protection).toBe('full');
    expect(lefts('stop')).toEqual([remaining]);
  });

  it('keeps its stop if a link keeps it', async () => {
    const { link, lefts } = await stage();
    expect(await link('keep')).toMatchObject({ json: { outcome: 'kept' } });
    await sweep();
    expect(lefts('stop')).toEqual([whole]);
  });

  it('has its stop again after the exchange refused the close', async () => {
    const { link, lefts, now } = await stage();
    const match = { method: 'POST', path: '/v5/order/create' };
    core.addFault({ kind: 'status', status: 200, code: 170198, msg: 'Too large.', match });
    expect((await link('close')).status).toBe(422);
    await sweep();
    expect(lefts('stop')).toEqual([whole]);
    expect(await now()).toMatchObject({ protection: 'full' });
  });

  it('says at once that its owner has canceled the stop, and does not place it again', async () => {
    const { cancel, idOf, lefts, now } = await stage();
    cancel(idOf('stop'));
    expect(await now()).toMatchObject({ protection: 'none' });
    await sweep();
    expect(lefts('stop')).toEqual([]);
    expect(await now()).toMatchObject({ stopLoss: { state: 'removed' } });
  });

  it('has one stop if the answer to it was lost', async () => {
    const match = { method: 'POST', path: '/v5/order/create', nth: 2 };
    core.addFault({ kind: 'drop-after', match });
    const { lefts, now } = await stage();
    await sweep();
    expect(lefts('stop')).toEqual([whole]);
    expect(await now()).toMatchObject({ protection: 'full' });
  });

  it('loses a stop that arrives after the price has passed it, is told, and gets it once the price is back', async () => {
    const { fill, idOf, lefts, moveTo, now, resting } = await stage({
      type: 'limit',
      price: '59000',
      stopLoss,
    });
    fill(idOf('entry'));
    core.addFault({ kind: 'delay', ms: 400, match: { method: 'POST', path: '/v5/order/create' } });
    const swept = sweep();
    setTimeout(() => moveTo('57900'), 250);
    await swept;
    expect(resting()).toEqual([]);
    expect(await now()).toMatchObject({
      status: 'open',
      protection: 'none',
      stopLoss: {
        state: 'refused',
        reason: expect.stringContaining('passed the stop before the order arrived'),
      },
    });
    await sweep();
    expect(resting()).toEqual([]);
    moveTo('60000');
    await sweep();
    expect(lefts('stop')).toEqual([whole]);
    expect(await now()).toMatchObject({ protection: 'full' });
  });
});
