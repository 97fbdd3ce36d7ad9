import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createWakeSweep } from '../../functions/wake-sweep.ts';

const common = { RIPCORD_TABLE: 'ripcord', RIPCORD_ACCOUNTS: 'file:/nowhere' } as const;

/** Lambda's API on this machine. */
async function startLambdaApi(respond: RequestListener) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    respond(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const wake = createWakeSweep({
    ...common,
    RIPCORD_SWEEP_FUNCTION: 'ripcord-sweep',
    RIPCORD_SWEEP_ENDPOINT: endpoint,
  });
  return { requests, wake: wake ?? expect.fail('the environment names a function') };
}

it('starts the sweep function without waiting for its end', async () => {
  const { requests, wake } = await startLambdaApi((_, response) => response.writeHead(202).end());
  await wake();
  expect(requests).toMatchObject([
    {
      method: 'POST',
      url: '/2015-03-31/functions/ripcord-sweep/invocations',
      headers: { 'x-amz-invocation-type': 'Event' },
    },
  ]);
});

it('waits at most 300 ms for an API that does not respond', async () => {
  const { requests, wake } = await startLambdaApi((_, response) => response.writeHead(202).end());
  // The SDK is loaded by now.
  await wake();
  const silent = await startLambdaApi(() => undefined);
  const startedAt = performance.now();
  await silent.wake();
  expect(performance.now() - startedAt).toBeLessThan(600);
  expect(requests).toHaveLength(1);
});

it('sends one request only, also to an API that refuses', async () => {
  const { requests, wake } = await startLambdaApi((_, response) => response.writeHead(500).end('{}'));
  await wake().catch(() => undefined);
  expect(requests).toHaveLength(1);
});

it('does not exist if the environment names no function', () => {
  expect(createWakeSweep(common)).toBeUndefined();
});
