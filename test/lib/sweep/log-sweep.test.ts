import { expect, test } from 'vitest';
import { createLog } from '../../../lib/log.ts';
import type { Notifiers } from '../../../lib/notify/notifier.ts';
import { logSweep } from '../../../lib/sweep/log-sweep.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { channelsOf, fakeChannel, newTrader, refused } from '../notify/trader.ts';

/** The lines that one sweep writes, as CloudWatch would read them. */
async function linesOf(trader: ReturnType<typeof newTrader>, channels?: Notifiers): Promise<unknown[]> {
  const lines: string[] = [];
  const log = createLog({ namespace: 'Ripcord', write: (line) => lines.push(line) });
  logSweep(log, await sweep(trader.services, channels));
  return lines.map((line) => JSON.parse(line));
}

test('every channel that fails has a line with its name, and is counted', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const gone = fakeChannel('desk', () => ({ kind: 'refused', why: 'answered 404', down: false }));
  const silent = fakeChannel('telegram', () => ({ kind: 'unknown', why: 'no answer within 5 s' }));
  const lines = await linesOf(trader, channelsOf(gone, fakeChannel('topic'), silent));
  const failed = { event: 'notify-failed', level: 'ERROR', NotifyFailed: 1 };
  expect(lines).toEqual([
    expect.objectContaining({ ...failed, channel: 'desk' }),
    expect.objectContaining({ ...failed, channel: 'telegram' }),
    expect.objectContaining({ Sweeps: 1 }),
  ]);
  expect(JSON.stringify(lines)).not.toContain('answered 404');
});

test('a list of channels that can not be read is counted, and nothing of it is told', async () => {
  const problem = 'The notification channels in ssm:/ripcord/notify can not be used: it is not JSON.';
  const lines = await linesOf(newTrader(), { all: async () => ({ notifiers: [], problem }) });
  expect(lines[0]).toMatchObject({ event: 'notify-failed', NotifyFailed: 1 });
  expect(JSON.stringify(lines)).not.toMatch(/channel"|ssm/);
});

test('a position that could not be looked after, as with a dead key, is counted', async () => {
  const trader = newTrader();
  await trader.ended(1, { state: 'open', outcome: undefined, notices: [] });
  expect(await linesOf(trader, channelsOf(fakeChannel('slack', () => refused)))).toEqual([
    expect.objectContaining({ event: 'position-failed', code: 'exchange-unreachable' }),
    expect.objectContaining({ Sweeps: 1, SweepFailed: 1 }),
  ]);
});
