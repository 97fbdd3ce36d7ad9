import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../infra/loopback/listen.ts';
import { type RunningExchange, startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import { type Behavior, startScriptedProxy } from '../infra/egress/scripted-proxy.ts';
import { type ChildStack, startChildStack } from './child-stack.ts';
import { writeSteering } from './fault-control.ts';
import { closesOf, ownAmount, stagePosition } from './harness.ts';
import { timeRun } from './stopwatch.ts';

/** Hits on links of an account whose requests leave through two fixed addresses, by a process with the real functions. */

/** TradingView waits no longer. */
const limitMs = 3_000;
const sources = ['127.0.0.2', '127.0.0.3'] as const;

let folder: string;
let exchange: RunningExchange;
let stack: ChildStack;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ripcord-egress-'));
  const steering = join(folder, 'steering.json');
  await writeSteering(steering, { aheadMs: 0 });
  exchange = await startSimulatedExchange();
  stack = await startChildStack({ name: 'egress', data: join(folder, 'data'), steering });
}, 120_000);
afterAll(async () => {
  await stack.kill();
  await exchange.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Where the connections to the exchange come from. */
async function startRecorder(): Promise<{ url: string; peers: string[] }> {
  const peers: string[] = [];
  const server = createServer((client) => {
    peers.push((client.remoteAddress ?? '').replace('::ffff:', ''));
    const target = connect(Number(new URL(exchange.url).port), '127.0.0.1');
    for (const socket of [client, target]) socket.on('error', () => undefined);
    client.pipe(target).pipe(client);
  });
  const port = await listen(server, 0);
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${port}`, peers };
}

async function stage() {
  const staged = await stagePosition(exchange, [stack], 'close');
  const recorder = await startRecorder();
  const proxies = [await startScriptedProxy(sources[0]), await startScriptedProxy(sources[1])] as const;
  const keys = { apiKey: staged.apiKey, secret: staged.apiKey.replace('key-of', 'secret-of') };
  const egress = proxies.map(({ url }) => url);
  await stack.admin('accounts.add', {
    name: staged.apiKey.replace('key-of-', ''),
    account: { exchange: 'binance', ...keys, baseUrl: recorder.url, egress },
    replace: true,
  });
  return { staged, recorder, proxies };
}

function countRequests(): number {
  return exchange.core.ledger().filter(({ type }) => type === 'request').length;
}

async function fire(path: string) {
  // The exchange and its proxies are in this process.
  const { result, ms } = await timeRun(() => stack.fire(path), [process.pid, stack.pid]);
  return { ...result, ms };
}

const down: Behavior = 'closes';
const refusing: Behavior = { answer: 'HTTP/1.1 403 Forbidden\r\n\r\n', isEnded: true };
const halfWay: Behavior = { answer: 'HTTP/1.1 200 Conn', isEnded: false };

describe.each<[string, Behavior, string]>([
  ['works', 'opens', sources[0]],
  ['is down', down, sources[1]],
  ['is mute', 'is mute', sources[1]],
  ['refuses the tunnel', refusing, sources[1]],
  ['sends half an answer', halfWay, sources[1]],
])('If the first address %s', (_, behavior, source) => {
  test('a hit closes in time and once, from a fixed address, and requests share connections', async () => {
    const { staged, recorder, proxies } = await stage();
    proxies[0].behavior = behavior;
    recorder.peers.length = 0;
    const before = countRequests();
    const { status, body, ms } = await fire(staged.path);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { outcome: 'closed', closedAmount: ownAmount },
    });
    expect(ms).toBeLessThan(limitMs);
    expect(closesOf(exchange, staged)).toHaveLength(1);
    expect(new Set(recorder.peers)).toEqual(new Set([source]));
    expect(recorder.peers.length).toBeLessThan(countRequests() - before);
  });
});

describe.each<[string, Behavior]>([
  ['are down', down],
  ['are mute', 'is mute'],
])('If both addresses %s', (_, behavior) => {
  test('a hit sends nothing, and the next one closes once they work', async () => {
    const { staged, recorder, proxies } = await stage();
    for (const proxy of proxies) proxy.behavior = behavior;
    recorder.peers.length = 0;
    const { ms } = await fire(staged.path);
    expect(ms).toBeLessThan(limitMs);
    expect([...recorder.peers, ...closesOf(exchange, staged)]).toEqual([]);
    for (const proxy of proxies) proxy.behavior = 'opens';
    expect(await fire(staged.path)).toMatchObject({ status: 200, body: { outcome: 'closed' } });
    expect(closesOf(exchange, staged)).toHaveLength(1);
    for (const peer of recorder.peers) expect(sources).toContain(peer);
  });
});
