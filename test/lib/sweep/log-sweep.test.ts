import { expect, test } from 'vitest';
import { createLog } from '../../../lib/log.ts';
import type { Notifiers } from '../../../lib/notify/notifier.ts';
import { logSweep } from '../../../lib/sweep/log-sweep.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { newReport } from '../../../lib/sweep/sweep-report.ts';
import { channelsOf, fakeChannel, newTrader, refused } from '../notify/trader.ts';

/** @returns the lines that one sweep logs, parsed as CloudWatch does. */
async function readLines(trader: ReturnType<typeof newTrader>, channels?: Notifiers): Promise<unknown[]> {
  const lines: string[] = [];
  const log = createLog({ namespace: 'Ripcord', write: (line) => lines.push(line) });
  logSweep(log, await sweep(trader.services, channels));
  return lines.map((line) => JSON.parse(line));
}

test('every failed channel has a line with its name, and is counted', async () => {
  const trader = newTrader();
  await trader.ended(1);
  const gone = fakeChannel('desk', () => ({ kind: 'refused', why: 'responded 404', down: false }));
  const silent = fakeChannel('telegram', () => ({ kind: 'unknown', why: 'no response within 5 s' }));
  const lines = await readLines(trader, channelsOf(gone, fakeChannel('topic'), silent));
  const failed = { event: 'notify-failed', level: 'ERROR', NotifyFailed: 1 };
  expect(lines).toEqual([
    expect.objectContaining({ ...failed, channel: 'desk' }),
    expect.objectContaining({ ...failed, channel: 'telegram' }),
  ]);
  expect(JSON.stringify(lines)).not.toContain('responded 404');
});

test('an unreadable list of channels is counted, and none of its text is logged', async () => {
  const problem = 'The notification channels in ssm:/ripcord/notify cannot be used: it is not JSON.';
  const lines = await readLines(newTrader(), { all: async () => ({ notifiers: [], problem }) });
  expect(lines[0]).toMatchObject({ event: 'notify-failed', NotifyFailed: 1 });
  expect(JSON.stringify(lines)).not.toMatch(/channel"|ssm/);
});

test('a position that could not be processed is counted', async () => {
  const trader = newTrader();
  await trader.ended(1, { state: 'open', outcome: undefined, notices: [] });
  expect(await readLines(trader, channelsOf(fakeChannel('slack', () => refused)))).toEqual([
    expect.objectContaining({ event: 'position-failed', code: 'exchange-unreachable' }),
    expect.objectContaining({ SweepFailed: 1 }),
  ]);
});

test('a sweep that finds nothing writes no line, so that no metric is paid for', async () => {
  expect(await readLines(newTrader(), channelsOf(fakeChannel('slack')))).toEqual([]);
});

test('a sweep counts the positions that need attention, as long as there are any', async () => {
  const trader = newTrader();
  await trader.ended(1, {
    state: 'needs-attention',
    outcome: undefined,
    attentionReason: 'unknown',
    notices: [],
  });
  expect(await readLines(trader, channelsOf())).toEqual([expect.objectContaining({ NeedsAttention: 1 })]);
});

test('what a sweep leaves to the next one has a line', () => {
  const lines: string[] = [];
  const log = createLog({ namespace: 'Ripcord', write: (line) => lines.push(line) });
  logSweep(log, { ...newReport([], []), deferred: 3, deferredUrgent: 1, deferredFigures: 2 });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ event: 'sweep-deferred', deferred: 3, deferredUrgent: 1, deferredFigures: 2 }),
  ]);
});
