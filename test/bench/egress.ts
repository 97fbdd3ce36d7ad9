import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { cpus, loadavg } from 'node:os';
import { setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createTunnelAgents } from '../../lib/exchange/egress/tunnel-agents.ts';
import { createAgents, type HttpAgents } from '../../lib/http-agents.ts';
import { createSelfSigned } from '../infra/loopback/self-signed.ts';
import { inMs, median } from './figures.ts';

/**
 *     npm run bench:egress -- [--runs 200]
 *
 * What the stack's proxies cost a request on loopback: a first request with all its handshakes, and one on a connection
 * that is there. The proxies and the server are processes of their own.
 */
const { values } = parseArgs({ options: { runs: { type: 'string', default: '200' } } });
const runs = Number(values.runs);
const credential = 'a-credential-of-the-benchmark-that-is-long-enough';
const script = fileURLToPath(new URL('../../infra/egress/main.ts', import.meta.url));
const { key, cert } = createSelfSigned('localhost');
setDefaultCACertificates([cert]);

const children: ChildProcess[] = [];
async function start(words: string[], input: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  child.stdin.end(input);
  const [line] = await once(child.stdout, 'data');
  return { child, port: JSON.parse(String(line)).port };
}

const serverSource = `
  const { key, cert } = JSON.parse(await require('stream/consumers').text(process.stdin));
  const server = require('https').createServer({ key, cert }, (_, response) => response.end('{}'));
  server.listen(0, () => console.log(JSON.stringify(server.address())));
`;

async function get(url: string, { agents }: HttpAgents): Promise<number> {
  const startedAt = performance.now();
  const sent = request(url, { agent: agents.httpsAgent, method: 'POST' }).end('{}');
  const [response] = await once(sent, 'response');
  for await (const _ of response);
  // The connection is free again only then.
  await new Promise((resolve) => setImmediate(resolve));
  return performance.now() - startedAt;
}

async function measure(name: string, url: string, create: () => HttpAgents): Promise<void> {
  const first: number[] = [];
  const next: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const pool = create();
    first.push(await get(url, pool));
    next.push(await get(url, pool));
    pool.agents.httpsAgent.destroy();
  }
  console.log(`${name.padEnd(36)} first ${inMs(median(first))}   next ${inMs(median(next))}`);
}

const server = await start(['-e', `(async () => {${serverSource}})()`], JSON.stringify({ key, cert }));
const url = `https://localhost:${server.port}/`;
const configuration = JSON.stringify({ port: 0, hosts: [], localTargets: [`localhost:${server.port}`] });
const proxies = await Promise.all([1, 2].map(() => start([script, configuration], credential)));
const through = (ports: number[]) => () =>
  createTunnelAgents('stack', {
    addresses: ports.map((port) => `127.0.0.1:${port}`),
    readCredential: async () => credential,
  });
const [mute, working] = proxies.map(({ port }) => port) as [number, number];
console.log(
  `${runs} runs, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0]}`,
);
await measure('direct', url, () => createAgents());
await measure('through the first address', url, through([working, mute]));
proxies[0]?.child.kill('SIGSTOP');
await measure('through the second, the first mute', url, through([mute, working]));
proxies[0]?.child.kill('SIGKILL');
await measure('through the second, the first down', url, through([mute, working]));
for (const child of children) child.kill('SIGKILL');
