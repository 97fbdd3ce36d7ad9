import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { createConsole } from '../../console/server/console.ts';
import { createInvokeAdmin } from '../../infra/local/invoke-admin.ts';
import { startLocalStack } from '../../infra/local/stack.ts';
import { startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import type { CommandName, CommandResult } from '../../lib/admin/contract/commands.ts';
import { inParallel } from '../../lib/parallel.ts';
import { percentile } from '../bench/figures.ts';
import { launchBrowser } from '../browser.ts';

/**
 * How soon an open console shows a hit, how many requests an open console sends to the exchange, and how much memory its
 * tab holds. Real Chromium, the local stack, and the simulated exchange, in one machine.
 */

const { values } = parseArgs({
  options: {
    positions: { type: 'string', default: '300' },
    hits: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '60' },
    hours: { type: 'string', default: '3' },
  },
});

const venues = [
  { exchange: 'binance', market: 'spot', symbol: 'ETH/USDT' },
  { exchange: 'binanceusdm', market: 'usdm', symbol: 'ETH/USDT:USDT' },
] as const;

const data = await mkdtemp(join(tmpdir(), 'ripcord-console-load-'));
const exchange = await startSimulatedExchange();
const stack = await startLocalStack({
  port: 0,
  data,
  console: createConsole,
  // The sweep's own requests are not the console's.
  every: () => () => undefined,
  wakesSweep: false,
});
const relay = createInvokeAdmin(stack.lambdas.admin);

async function admin<Name extends CommandName>(
  command: Name,
  input: Record<string, unknown>,
): Promise<CommandResult<Name>> {
  const answer = await relay(command, input);
  if (!answer.ok) throw new Error(`${command}: ${answer.error.message}`);
  return answer.result as CommandResult<Name>;
}

/** Filled positions, half of them perpetuals. @returns a close link of each. */
async function seed(count: number): Promise<{ positionId: string; url: string }[]> {
  const links: { positionId: string; url: string }[] = [];
  for (const { exchange: id, market, symbol } of venues) {
    const keys = { apiKey: `key-${id}`, secret: `secret-${id}` };
    const balances = { [market]: { USDT: '100000000' } };
    exchange.core.addAccount({ ...keys, balances });
    await admin('accounts.add', { name: id, account: { exchange: id, ...keys, baseUrl: exchange.url } });
    const one = async (): Promise<void> => {
      const order = exchange.core.placeOrder({
        ...{ apiKey: keys.apiKey, market, symbol: 'ETHUSDT', side: 'buy', type: 'market', amount: '1' },
      });
      const { position } = await admin('positions.adopt', {
        account: id,
        symbol,
        side: 'long',
        entryOrderIds: [String(order.id)],
      });
      const { url } = await admin('links.create', { positionId: position.positionId, action: 'close' });
      links.push({ positionId: position.positionId, url });
    };
    await inParallel(Array.from({ length: count / venues.length }), 10, one);
  }
  return links;
}

/** Notes when the row of a position shows its outcome, and lets the script send events of its own. */
const pageScript = `
  window.shownAt = {};
  const Source = window.EventSource;
  window.hits = 0;
  window.EventSource = class extends Source {
    constructor(url) {
      super(url);
      window.source = this;
      // Changes may come before the whole state.
      window.first ??= new Promise((done) => this.addEventListener('message', ({ data }) => {
        const { kind, state } = JSON.parse(data);
        if (kind === 'state') done(state);
      }));
    }
  };
  new MutationObserver(() => {
    for (const note of document.querySelectorAll('tr .outcome')) {
      const id = note.closest('tr').querySelector('a.market').hash.split('/').pop();
      window.shownAt[id] ??= Date.now();
    }
  }).observe(document, { subtree: true, childList: true });
`;

async function measureHits(page: Page, links: { positionId: string; url: string }[]) {
  const fromSent: number[] = [];
  const fromAnswer: number[] = [];
  for (const { positionId, url } of links) {
    await sleep(200 + Math.random() * 1_000);
    const sentAt = Date.now();
    const response = await fetch(url, { method: 'POST' });
    const answeredAt = Date.now();
    if (response.status !== 200) throw new Error(`A hit was answered with ${response.status}.`);
    await page.waitForSelector(`tr:has(a[href="#/positions/${positionId}"]) .outcome`, { timeout: 30_000 });
    const shownAt = await page.evaluate<number>(`window.shownAt['${positionId}']`);
    fromSent.push(shownAt - sentAt);
    fromAnswer.push(Math.max(0, shownAt - answeredAt));
  }
  const report = (all: number[]) => ({
    p50: percentile(all, 50),
    p95: percentile(all, 95),
    most: Math.max(...all),
  });
  return { hits: links.length, 'ms from sending': report(fromSent), 'ms from answer': report(fromAnswer) };
}

/** The exchange's requests while nothing happens but moving prices. */
async function measureRequests(seconds: number) {
  const mark = exchange.core.ledger().at(-1)?.seq ?? 0;
  for (let second = 0; second < seconds; second += 1) {
    for (const { market } of venues)
      exchange.core.setPrice({ market, symbol: 'ETHUSDT', price: String(3_000 + (second % 7)) });
    await sleep(1_000);
  }
  const requests = exchange.core.ledger({ since: mark }).filter((entry) => entry.type === 'request');
  const countOf = (path: string) => requests.filter((request) => request.path === path).length;
  return {
    accounts: venues.length,
    'requests per minute': Math.round((requests.length * 60) / seconds),
    'most in any second of an account': Object.fromEntries(
      venues.map(({ exchange: id, market }) => [
        id,
        countMostInOneSecond(requests.filter((request) => accountOf(request) === market).map(({ at }) => at)),
      ]),
    ),
    counts: Object.fromEntries(
      [...new Set(requests.map(({ path }) => path))].map((path) => [path, countOf(path)]),
    ),
  };
}

/** The two accounts trade different markets. The exchange's ledger has no account of a request. */
function accountOf({ market, path }: { market: string; path: string }): string {
  return market === 'wallet' ? path : market;
}

function countMostInOneSecond(times: number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
}

/** An hour: all prices every two seconds, a hit and a changed order every 12 s. As fast as the page takes them. */
const hourScript = `(async () => {
  const send = (change) => source.onmessage({ data: JSON.stringify({ kind: 'change', change }) });
  const { positions } = await first;
  for (let turn = 0; turn < 1800; turn += 1) {
    send({ prices: ['binance spot', 'binanceusdm perpetual'].map((name) => ({
      account: name.split(' ')[0], kind: name.split(' ')[1], marketId: 'ETHUSDT',
      price: String(3000 + turn % 50), at: Date.now(),
    })) });
    send({ table: { readAt: Date.now() }, paused: false });
    if (turn % 6 === 0) {
      const position = positions[turn % positions.length];
      hits += 1;
      const at = new Date().toISOString();
      send({ hits: [{
        hitId: 'hit_' + hits, positionId: position.positionId, actor: 'link', action: 'keep', at,
        decision: 'ignored', status: 400, why: 'Nothing was done.', requests: [],
      }] });
      send({ positions: [{ ...position, label: 'change ' + hits, lastSyncedAt: at }] });
    }
    if (turn % 6 === 0) await new Promise((done) => requestAnimationFrame(done));
  }
})()`;

async function measureMemory(page: Page, hours: number) {
  const session = await page.context().newCDPSession(page);
  const heap = async () => {
    // What was drawn last is still referenced for a moment.
    for (let times = 0; times < 3; times += 1) {
      await sleep(1_000);
      await session.send('HeapProfiler.collectGarbage');
    }
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const { nodes } = await session.send('Memory.getDOMCounters');
    return { MB: Math.round(usedSize / 1e5) / 10, nodes };
  };
  const byHour = [await heap()];
  for (let hour = 0; hour < hours; hour += 1) {
    await page.evaluate(hourScript);
    byHour.push(await heap());
  }
  return { 'heap and nodes before, and after each hour of changes': byHour };
}

const browser = await launchBrowser();
try {
  if (browser === undefined) throw new Error('There is no browser.');
  const links = await seed(Number(values.positions));
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(pageScript);
  await page.goto(stack.consoleAddress() ?? '');
  await page.getByRole('link', { name: 'My Positions' }).first().click();
  await page.getByRole('row').nth(links.length).waitFor();
  await sleep(5_000);
  const chosen = links.filter((_, index) => index % Math.ceil(links.length / Number(values.hits)) === 0);
  const report = {
    positions: links.length,
    requests: await measureRequests(Number(values.seconds)),
    visibility: await measureHits(page, chosen),
    memory: await measureMemory(page, Number(values.hours)),
    machine: {
      node: process.version,
      processors: cpus().length,
      model: cpus()[0]?.model,
      load: loadavg()[0],
    },
  };
  console.log(JSON.stringify(report, null, 2));
} finally {
  await browser?.close();
  await stack.stop();
  await exchange.stop();
  await rm(data, { recursive: true, force: true });
}
