import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { beforeEach, expect, it } from 'vitest';
import { parseEnvironment } from '../../../functions/environment.ts';
import { createServices } from '../../../functions/services.ts';
import { createSweep } from '../../../functions/sweep.ts';
import { startServer } from '../../../infra/loopback/server.ts';
import { createLog } from '../../../lib/log.ts';
import { startEnvironment } from '../../end-to-end/environment.ts';
import { stageModelCrowd, unprotect } from '../sweep/model-crowd.ts';
import { startLoopback } from './loopback.ts';

/** An outside monitor that expects a request after each sweep. */

const environment = await startEnvironment();
const file = join(environment.data, 'notify.json');
const path = '/6f9619ff-8b86-d011-b42d-00cf4fc964ff';

beforeEach(() => writeFile(file, '[]'));

/** A sweep whose log lines the test reads. */
function newSweep(tableEndpoint = environment.tableEndpoint, build = createServices) {
  const lines: string[] = [];
  const variables = parseEnvironment({
    RIPCORD_TABLE: 'ripcord',
    RIPCORD_TABLE_ENDPOINT: tableEndpoint,
    RIPCORD_ACCOUNTS: `file:${join(environment.data, 'accounts.json')}`,
    RIPCORD_NOTIFY: `file:${file}`,
  });
  const log = createLog({ namespace: 'Ripcord', write: (line) => lines.push(line) });
  const handler = createSweep(variables, build, log);
  const run = (remainingMs = 20_000) =>
    handler({}, { getRemainingTimeInMillis: () => remainingMs } as Context);
  return { run, lines };
}

it('A monitor gets one GET after each finished sweep, and no notice', async () => {
  const monitor = await startLoopback();
  const added = await environment.admin('notify.add', {
    channel: { kind: 'heartbeat', url: monitor.url + path },
    test: true,
  });
  expect(added).toEqual({
    channel: { name: 'heartbeat', kind: 'heartbeat', target: new URL(monitor.url).host, builtIn: false },
    tested: true,
  });
  await environment.invoke('ripcord-sweep', {});
  await environment.invoke('ripcord-sweep', {});
  expect(monitor.received.map((received) => [received.path, received.body])).toEqual(
    [1, 2, 3].map(() => [path, '']),
  );
  expect(await environment.admin('notify.test', {})).toEqual({
    reports: [{ channel: 'heartbeat', result: 'sent' }],
  });
});

it('A monitor gets no request from a sweep that a hit started, because it does only a part', async () => {
  const monitor = await startLoopback();
  await writeFile(file, JSON.stringify([{ kind: 'heartbeat', url: monitor.url + path }]));
  await environment.invoke('ripcord-sweep', { unwritten: [] });
  expect(monitor.received).toEqual([]);
});

it.each([
  [40, 1],
  [200, 0],
])('With %i positions that lack a stop, a monitor gets %i requests', async (perAccount, requests) => {
  const monitor = await startLoopback();
  await writeFile(file, JSON.stringify([{ kind: 'heartbeat', url: monitor.url + path }]));
  const crowd = await stageModelCrowd({ accounts: 1, perAccount, exchange: 'bybit', change: unprotect });
  const { run } = newSweep(environment.tableEndpoint, (...parameters) => ({
    ...createServices(...parameters),
    services: crowd.services,
  }));
  await crowd.during(() => run(60_000));
  expect(monitor.received).toHaveLength(requests);
});

it('A monitor gets no request from a sweep that fails', async () => {
  const monitor = await startLoopback();
  await writeFile(file, JSON.stringify([{ kind: 'heartbeat', url: monitor.url + path }]));
  const gone = await startServer(0, () => undefined);
  await gone.stop();
  await expect(newSweep(gone.url).run()).rejects.toThrow('The sweep failed');
  expect(monitor.received).toEqual([]);
});

it.each([500, 'silence', 'drop'] as const)(
  'A monitor that fails with %s is asked once in a sweep, and sets off no alarm',
  async (behavior) => {
    const monitor = await startLoopback();
    monitor.behave(behavior);
    await writeFile(file, JSON.stringify([{ kind: 'heartbeat', url: monitor.url + path }]));
    const { run, lines } = newSweep();
    const startedAt = Date.now();
    await run();
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    expect(monitor.received).toHaveLength(1);
    const failed = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'notify-failed');
    expect(failed).toEqual([expect.objectContaining({ channel: 'heartbeat' })]);
    expect(lines.join()).not.toMatch(/NotifyFailed|6f9619ff/);
  },
);

it('A sweep that has no time left does not begin a request that its end would cut off', async () => {
  const monitor = await startLoopback();
  await writeFile(file, JSON.stringify([{ kind: 'heartbeat', url: monitor.url + path }]));
  await newSweep().run(1_000);
  expect(monitor.received).toEqual([]);
});

it('A list of channels that cannot be read does not fail the sweep', async () => {
  await writeFile(file, 'hidden');
  await expect(newSweep().run()).resolves.toMatchObject({ failures: [] });
});
