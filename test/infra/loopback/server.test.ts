import { expect, it } from 'vitest';
import { startServer } from '../../../infra/loopback/server.ts';
import { send } from './running-server.ts';

function silent() {
  return undefined;
}

it('responds with 503 until it has a handler', async () => {
  const server = await startServer(0, silent);
  expect(await send(server.url)).toMatchObject({ status: 503 });
  await server.stop();
});

it('is reachable through the loopback address only', async () => {
  const server = await startServer(0, silent);
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  await server.stop();
});

it('lets a running request finish before it stops, and accepts no other', async () => {
  const server = await startServer(0, silent);
  const arrived = Promise.withResolvers<void>();
  const work = Promise.withResolvers<void>();
  server.serve(async (_request, response) => {
    arrived.resolve();
    await work.promise;
    response.end('done');
  });
  const answer = send(server.url);
  await arrived.promise;
  const stopped = server.stop();
  await expect(send(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  work.resolve();
  expect(await answer).toMatchObject({ status: 200, body: 'done' });
  await stopped;
});

it('responds with 500 without a reason and logs one line if its handler fails', async () => {
  const lines: string[] = [];
  const server = await startServer(0, (line) => lines.push(line));
  server.serve(async () => {
    throw new Error('the secret reason');
  });
  expect(await send(server.url)).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
  expect(lines).toEqual(['A request failed: Error: the secret reason']);
  await server.stop();
});

it('reports which port is in use and what to do', async () => {
  const first = await startServer(0, silent);
  const port = Number(new URL(first.url).port);
  await expect(startServer(port, silent)).rejects.toMatchObject({
    name: 'StartFailure',
    message: `Port ${port} is in use by another program. Stop it, or choose another port with --port (0 takes any free port).`,
  });
  await first.stop();
});
