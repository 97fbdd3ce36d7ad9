import { expect, it } from 'vitest';
import { pollAttempts } from '../../lib/position/timing.ts';
import { fire, ledgerSince, markOf, startEnvironment } from './environment.ts';
import { adopt, newTrader, perpetualLong, placeEntry, spotLong } from './trader.ts';

/** No sweep is scheduled here: only those run that a hit starts. */
const environment = await startEnvironment({ wakesSweep: true, sweepTimeoutMs: 58_000 });
const { core } = environment;

it.each([spotLong, perpetualLong])(
  'a close order of $name that look-ups miss at first is found by the sweep that its hit starts',
  async (kind) => {
    const trader = await newTrader(environment, kind);
    const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    const url = await environment.newLink(positionId, 'close');
    const path = kind.market === 'spot' ? '/api/v3/order' : '/fapi/v1/order';
    const mark = markOf(core);
    core.addFault({ kind: 'drop-after', match: { method: 'POST', path } });
    core.addFault({ kind: 'not-found', match: { method: 'GET', path }, times: pollAttempts });
    expect(await fire(url)).toMatchObject({ status: 202, json: { status: 'in-progress', positionId } });
    const status = async () => (await environment.positionNow(positionId)).status;
    await expect.poll(status, { timeout: 20_000, interval: 200 }).toBe('closed');
    expect(ledgerSince(core, mark).requests).toHaveLength(1);
    const { hits } = await environment.admin('history.list', { positionId });
    expect(hits).toMatchObject([{ actor: 'sweep', outcome: 'closed' }, { actor: 'link' }]);
  },
  30_000,
);
