import { chmod, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Environment } from '../../../functions/environment.ts';
import type { Handlers } from '../../../infra/local/lambdas.ts';
import { type LocalStackOptions, startLocalStack } from '../../../infra/local/stack.ts';
import { send } from '../loopback/running-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

function invocationsOf(name: string) {
  return `/2015-03-31/functions/${name}/invocations`;
}

/** A stack whose functions return their event, and whose clock never ticks. */
async function start(options: Partial<LocalStackOptions> & { functions?: Partial<Handlers> } = {}) {
  const { functions, ...rest } = options;
  const environments: Environment[] = [];
  const lines: string[] = [];
  const data = rest.data ?? join(await temporaryFolder(), 'data');
  const stack = await startLocalStack({
    port: 0,
    every: () => () => undefined,
    log: (line) => lines.push(line),
    handlers: (environment) => {
      environments.push(environment);
      return {
        trigger: async () => ({ statusCode: 200, body: 'trigger' }),
        admin: async (event) => ({ admin: event }),
        sweep: async (event) => ({ sweep: event }),
        alarm: async (event) => ({ alarm: event }),
        ...functions,
      };
    },
    ...rest,
    data,
  });
  onTestFinished(() => stack.stop());
  return { stack, data, lines, environment: environments[0] };
}

it('serves HTTP API and invoke API at one address', async () => {
  const { stack } = await start();
  expect(await send(stack.url, { path: '/l/token' })).toMatchObject({ status: 200, body: 'trigger' });
  expect(
    await send(stack.url, { method: 'POST', path: invocationsOf('ripcord-admin'), body: '{"a":1}' }),
  ).toMatchObject({
    body: '{"admin":{"a":1}}',
  });
  expect(
    await send(stack.url, { method: 'POST', path: invocationsOf('ripcord-sweep'), body: '{}' }),
  ).toMatchObject({
    body: '{"sweep":{}}',
  });
});

it('passes the locations of table, accounts, links, channels and sweep to the functions', async () => {
  const { stack, data, environment } = await start();
  expect(environment).toEqual({
    RIPCORD_TABLE: 'ripcord',
    RIPCORD_TABLE_ENDPOINT: stack.tableEndpoint,
    RIPCORD_ACCOUNTS: `file:${join(data, 'accounts.json')}`,
    RIPCORD_BASE_URL: stack.url,
    RIPCORD_NOTIFY: `file:${join(data, 'notify.json')}`,
    RIPCORD_SWEEP_FUNCTION: 'ripcord-sweep',
    RIPCORD_SWEEP_ENDPOINT: stack.url,
  });
});

it('keeps its data in a folder that only its owner can read', async () => {
  const { data } = await start();
  expect((await stat(data)).mode & 0o777).toBe(0o700);
});

it('sweeps at its start and every minute', async () => {
  const events: unknown[] = [];
  const sweeps = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ticks: (() => void)[] = [];
  const { stack } = await start({
    functions: {
      sweep: async (event) => {
        events.push(event);
        sweeps[events.length - 1]?.resolve();
      },
    },
    every: (intervalMs, tick) => {
      expect(intervalMs).toBe(60_000);
      ticks.push(tick);
      return () => undefined;
    },
  });
  await sweeps[0]?.promise;
  await stack.lambdas.sweep.settled();
  await new Promise((resolve) => setImmediate(resolve));
  ticks[0]?.();
  await sweeps[1]?.promise;
  expect(events[0]).toMatchObject({ source: 'aws.events', 'detail-type': 'Scheduled Event' });
});

it('continues after a failed sweep, and logs one line', async () => {
  const failed = Promise.withResolvers<void>();
  const { stack, lines } = await start({
    functions: {
      sweep: async () => {
        failed.resolve();
        throw new Error('no table');
      },
    },
  });
  await failed.promise;
  await stack.lambdas.sweep.settled();
  expect(lines).toEqual(['ripcord-sweep failed: Error: no table']);
  expect(await send(stack.url, { path: '/l/token' })).toMatchObject({ status: 200 });
});

it('lets running functions finish before it stops, also without a waiting client', async () => {
  const work = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const ends: string[] = [];
  const { stack } = await start({
    functions: {
      admin: async () => {
        started.resolve();
        await work.promise;
        ends.push('function');
      },
    },
  });
  const headers = { 'X-Amz-Invocation-Type': 'Event' };
  await send(stack.url, { method: 'POST', path: invocationsOf('ripcord-admin'), headers, body: '{}' });
  await started.promise;
  const stopped = stack.stop().then(() => ends.push('stack'));
  work.resolve();
  await stopped;
  expect(ends).toEqual(['function', 'stack']);
});

it("releases its folder if it can't start", async () => {
  const data = join(await temporaryFolder(), 'data');
  const broken = startLocalStack({
    port: 0,
    data,
    handlers: () => {
      throw new Error('no functions');
    },
  });
  await expect(broken).rejects.toThrow('no functions');
  const { stack } = await start({ data });
  expect(await send(stack.url, { path: '/l/token' })).toMatchObject({ status: 200 });
});

it("reports a data folder that can't be written", async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  await chmod(file, 0o600);
  await expect(start({ data: join(file, 'data') })).rejects.toMatchObject({
    name: 'StartFailure',
    message: expect.stringMatching(/^The data folder .* can't be written\./),
  });
});
