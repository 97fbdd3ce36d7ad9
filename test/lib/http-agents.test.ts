import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { listen } from '../../infra/loopback/listen.ts';
import { createAgents, type HttpAgents } from '../../lib/http-agents.ts';

let now = 0;
/** Only the wall clock moves: no timer of this process runs, as while it is frozen. */
function freezeFor(ms: number): void {
  now += ms;
}

let pool: HttpAgents;
beforeEach(() => {
  now = Date.now();
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now);
  pool = createAgents();
  onTestFinished(() => {
    clock.mockRestore();
    pool.agents.httpAgent.destroy();
  });
});

interface Counted {
  url: string;
  /** How many connections were made, and how many requests came on them. */
  counts: { connections: number; requests: number };
}

async function startCounting(server: Server): Promise<Counted> {
  const counts = { connections: 0, requests: 0 };
  server.on('connection', () => {
    counts.connections += 1;
  });
  server.on('request', () => {
    counts.requests += 1;
  });
  const port = await listen(server, 0);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}`, counts };
}

const startServer = () => startCounting(createServer((_, response) => response.end('done')));

/** @returns the response's text, once its connection is free again. */
async function get(url: string): Promise<string> {
  const sent = request(url, { agent: pool.agents.httpAgent }).end();
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  await isIdle();
  return text;
}

async function isIdle(): Promise<void> {
  await vi.waitFor(() => expect(Object.keys(pool.agents.httpAgent.sockets)).toEqual([]), { interval: 1 });
}

describe('A connection', () => {
  it('is reused within a second', async () => {
    const { url, counts } = await startServer();
    await get(url);
    freezeFor(999);
    await get(url);
    expect(counts).toEqual({ connections: 1, requests: 2 });
  });

  it.each([
    ['a second and more passed, while no timer ran', 1_001],
    ['an hour passed, while no timer ran', 3_600_000],
    ['the clock was set back', -1],
  ])('is dropped when %s', async (_, ms) => {
    const { url, counts } = await startServer();
    await get(url);
    freezeFor(ms);
    expect(await get(url)).toBe('done');
    expect(counts).toEqual({ connections: 2, requests: 2 });
  });

  it('is dropped when its last response was read long after its request', async () => {
    const { url, counts } = await startCounting(
      createServer((_, response) => {
        freezeFor(5_000);
        response.end('late');
      }),
    );
    await get(url);
    await get(url);
    expect(counts).toEqual({ connections: 2, requests: 2 });
  });

  it('waits for a response longer than it may be idle', async () => {
    const { url } = await startCounting(
      createServer((_, response) => void setTimeout(() => response.end('slow'), 1_200)),
    );
    expect(await get(url)).toBe('slow');
  });

  it('is dropped with all others of its host, and of other hosts', async () => {
    const one = await startServer();
    const other = await startServer();
    await Promise.all([get(one.url), get(one.url), get(other.url)]);
    freezeFor(1_001);
    await get(one.url);
    await get(other.url);
    expect(one.counts).toEqual({ connections: 3, requests: 3 });
    expect(other.counts).toEqual({ connections: 2, requests: 2 });
  });

  it('that is newer than a second stays usable after older ones are dropped', async () => {
    const { url, counts } = await startServer();
    await Promise.all([get(url), get(url)]);
    freezeFor(600);
    await get(url);
    freezeFor(600);
    await get(url);
    expect(counts).toEqual({ connections: 2, requests: 4 });
  });
});

describe('A connection that is opened ahead', () => {
  it('carries the next request, and nothing before it', async () => {
    const { url, counts } = await startServer();
    pool.openConnection(url);
    await vi.waitFor(() => expect(counts.connections).toBe(1));
    expect(counts.requests).toBe(0);
    freezeFor(999);
    expect(await get(url)).toBe('done');
    expect(await get(url)).toBe('done');
    expect(counts).toEqual({ connections: 1, requests: 2 });
  });

  it('carries a request that comes before it is established', async () => {
    const { url, counts } = await startServer();
    pool.openConnection(url);
    expect(await get(url)).toBe('done');
    expect(counts).toEqual({ connections: 1, requests: 1 });
  });

  it('is opened once, and not beside one that is fresh', async () => {
    const { url, counts } = await startServer();
    pool.openConnection(url);
    pool.openConnection(url);
    await get(url);
    pool.openConnection(url);
    await get(url);
    expect(counts).toEqual({ connections: 1, requests: 2 });
  });

  it.each([
    ['long before', 1_001],
    ['by a clock that was set back', -1],
  ])('%s the request is dropped', async (_, ms) => {
    const { url, counts } = await startServer();
    pool.openConnection(url);
    await vi.waitFor(() => expect(counts.connections).toBe(1));
    freezeFor(ms);
    expect(await get(url)).toBe('done');
    expect(counts).toEqual({ connections: 2, requests: 1 });
  });

  it('replaces one that was opened long before', async () => {
    const { url, counts } = await startServer();
    pool.openConnection(url);
    await vi.waitFor(() => expect(counts.connections).toBe(1));
    freezeFor(1_001);
    pool.openConnection(url);
    expect(await get(url)).toBe('done');
    expect(counts).toEqual({ connections: 2, requests: 1 });
  });

  it('to a port that accepts none fails silently', async () => {
    const closed = createTcpServer();
    const port = await listen(closed, 0);
    closed.close();
    await once(closed, 'close');
    pool.openConnection(`http://127.0.0.1:${port}`);
    await expect(get(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is not used once the server has ended or reset it', async () => {
    for (const end of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
      const server = createServer((_, response) => response.end('done'));
      server.once('connection', end);
      const { url, counts } = await startCounting(server);
      pool.openConnection(url);
      await vi.waitFor(() => expect(counts.connections).toBe(1));
      await vi.waitFor(async () => expect(await get(url)).toBe('done'));
      expect(counts.requests).toBe(1);
    }
  });

  it('is not used if the server has sent something on it', async () => {
    const server = createServer((_, response) => response.end('done'));
    const unasked = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong';
    server.once('connection', (socket) => socket.write(unasked));
    const { url, counts } = await startCounting(server);
    pool.openConnection(url);
    await vi.waitFor(() => expect(counts.connections).toBe(1));
    // The second connection's response comes after the first one's bytes.
    const other = createAgents();
    await once(request(url, { agent: other.agents.httpAgent }).end(), 'response');
    expect(await get(url)).toBe('done');
    other.agents.httpAgent.destroy();
  });
});
