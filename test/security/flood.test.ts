import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import { mintToken } from '../../lib/link/token.ts';
import { askAdmin, runLocal } from '../infra/local/local-process.ts';

/** Alerts that arrive in the middle of junk. The stack is a process of its own; its flooders share the machine with it. */

/** `FLOOD_SECONDS=10 npx vitest run test/security/flood.test.ts` gives the figures of docs/measurements.md. */
const seconds = Number(process.env.FLOOD_SECONDS ?? 2);
const flooders = 16;
/** TradingView waits this long for a response. */
const patienceMs = 3_000;
const alerts = 8;

function post(url: string, agent: Agent | false, body?: Buffer): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'POST', agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.on('error', reject).end(body);
  });
}

const letter = Buffer.alloc(64 * 1024, 'x');
const floods: {
  title: string;
  junk(): { token: string; body?: Buffer };
  status: number;
  flooders: number;
}[] = [
  { title: 'nothing', junk: () => ({ token: '' }), status: 404, flooders: 0 },
  {
    title: 'malformed tokens',
    junk: () => ({ token: mintToken().replace(/.$/, (last) => (last === '0' ? '1' : '0')) }),
    status: 404,
    flooders,
  },
  { title: 'well-formed tokens of no link', junk: () => ({ token: mintToken() }), status: 404, flooders },
  {
    title: 'malformed tokens with a body of 64 KiB',
    junk: () => ({ token: 'rc_0', body: letter }),
    status: 404,
    flooders: 8,
  },
];

it.each(floods)('An alert gets through a flood of $title', { timeout: 120_000 }, async (flood) => {
  const data = await mkdtemp(join(tmpdir(), 'ripcord-flood-'));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  const { core, url: baseUrl, stop } = await startSimulatedExchange();
  onTestFinished(() => stop());
  const keys = { apiKey: 'key-of-main', secret: 'secret-of-main' };
  core.addAccount({ ...keys, balances: { spot: { USDT: '1000000', ETH: '100' } } });
  const stack = runLocal('--port', '0', '--no-demo', '--data', data);
  const url = await stack.ready;
  const ask = async (command: object) => {
    const answer = (await askAdmin(url, command)) as { ok: boolean; result: Record<string, unknown> };
    expect(answer).toMatchObject({ ok: true });
    return answer.result;
  };
  await ask({ command: 'accounts.add', name: 'main', account: { exchange: 'binance', ...keys, baseUrl } });
  const position = {
    command: 'positions.adopt',
    account: 'main',
    symbol: 'ETH/USDT',
    side: 'long',
    amount: '1',
  };
  const urls: string[] = [];
  for (let made = 0; made <= alerts; made += 1) {
    const { position: adopted } = (await ask(position)) as { position: { positionId: string } };
    const link = await ask({ command: 'links.create', positionId: adopted.positionId, action: 'close' });
    urls.push(String(link.url));
  }
  // The first loads ccxt, flood or not.
  await post(urls.pop() ?? '', false);

  let junk = 0;
  let over = false;
  const agent = new Agent({ keepAlive: true, maxSockets: flood.flooders || 1 });
  const flooding = Array.from({ length: flood.flooders }, async () => {
    while (!over) {
      const { token, body } = flood.junk();
      const { status } = await post(`${url}/l/${token}`, agent, body);
      expect(status).toBe(flood.status);
      junk += 1;
    }
  });
  const startedAt = performance.now();
  const times: number[] = [];
  for (const alert of urls) {
    await new Promise((resolve) => setTimeout(resolve, (seconds * 1_000) / alerts));
    const sentAt = performance.now();
    const answer = await post(alert, false);
    times.push(performance.now() - sentAt);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ outcome: 'closed' });
  }
  const tookMs = performance.now() - startedAt;
  over = true;
  await Promise.all(flooding);
  agent.destroy();

  expect(core.ledger().filter((entry) => entry.type === 'order')).toHaveLength(alerts + 1);
  const sorted = times.toSorted((a, b) => a - b);
  const [median = 0, slowest = 0] = [sorted[Math.floor(alerts / 2)], sorted.at(-1)];
  const perSecond = Math.round(junk / (tookMs / 1_000));
  console.info(`| ${flood.title} | ${perSecond} | ${Math.round(median)} ms | ${Math.round(slowest)} ms |`);
  expect(slowest).toBeLessThan(patienceMs);
  if (flood.flooders > 0) expect(junk).toBeGreaterThan(50);
});
