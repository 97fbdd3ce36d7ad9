/**
 * Takes the console's screenshots again: `node docs/images/take-screenshots.ts`. It starts the local stack with its
 * demo in a temporary folder and uses only the command line and the page, as a person would.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser, noBrowser } from '../../test/browser.ts';

const root = new URL('../..', import.meta.url).pathname;
/** Long enough for the price of the demo to move away from the entries. */
const priceMovesMs = 20_000;
/** Times in 24 hours. */
const locale = 'en-GB';
/** One poll of the page, and its animations. */
const settleMs = 4_000;

interface Stack {
  url: string;
  /** Lets one browser into the console. */
  consoleAddress: string;
  stop(): Promise<void>;
}

async function startStack(): Promise<Stack> {
  const data = await mkdtemp(join(tmpdir(), 'ripcord-screenshots-'));
  const child = spawn(process.execPath, ['bin/start.ts', '--port', '0', '--data', data], { cwd: root });
  const ended = new Promise((resolve) => {
    child.on('close', resolve);
  });
  const found = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, address] = /^(ready|Open) (http\S+)$/.exec(line) ?? [];
    if (name !== undefined && address !== undefined) found.set(name, address);
    if (found.size === 2) break;
  }
  child.stdout.resume();
  return {
    url: found.get('ready') ?? '',
    consoleAddress: found.get('Open') ?? '',
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await rm(data, { recursive: true });
    },
  };
}

/** Runs a command line and returns its result. */
async function ripcord<Result>({ url }: Stack, line: string): Promise<Result> {
  const words = [join(root, 'bin/ripcord.ts'), ...line.split(' '), '--json', '--local', url];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return JSON.parse(stdout) as Result;
}

/** Adds what a trader would have: a short with its exits, several links, and hits that did different things. */
async function addHistory(stack: Stack): Promise<void> {
  const { orders } = await openOrders(stack);
  const exits = orders
    .filter(({ symbol }) => symbol === 'ETH/USDT:USDT')
    .map(({ orderId }) => `--exit ${orderId}`)
    .join(' ');
  const short = `--account demo-futures --symbol ETH/USDT:USDT --side short --label Hedge`;
  await ripcord(stack, `positions adopt ${short} ${exits}`.trim());
  const { positions } = await ripcord<{ positions: { positionId: string; symbol: string }[] }>(
    stack,
    'positions list',
  );
  const idOf = (symbol: string): string =>
    positions.find((position) => position.symbol === symbol)?.positionId ?? '';
  const create = (line: string) => ripcord<{ url: string }>(stack, `links create ${line}`);
  await create(`${idOf('BTC/USDT')} close`);
  await create(`${idOf('BTC/USDT')} keep`);
  await create(`${idOf('BTC/USDT')} close --label stop-signal --expires-in 7d`);
  await create(`${idOf('SOL/USDT:USDT')} close --label stop-signal`);
  await create(`${idOf('SOL/USDT:USDT')} close --percent 50 --label half`);
  const elsewhere = await create(`${idOf('BTC/USDT')} close --sources 203.0.113.7`);
  const keep = await create(`${idOf('SOL/USDT')} keep --label time-limit`);
  for (const { url } of [keep, elsewhere, keep]) await fetch(url, { method: 'POST' });
}

interface OpenOrders {
  orders: { orderId: string; symbol: string }[];
}

/** The admin API lists what can be adopted; the command line has no verb for it. */
async function openOrders({ url }: Stack): Promise<OpenOrders> {
  const response = await fetch(`${url}/2015-03-31/functions/ripcord-admin/invocations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ command: 'accounts.open', name: 'demo-futures' }),
  });
  const { result } = (await response.json()) as { result: OpenOrders };
  return result;
}

async function shoot(page: Page, name: string): Promise<void> {
  // The chart shows a crosshair under the pointer.
  await page.mouse.move(0, 0);
  await page.waitForTimeout(settleMs);
  await page.screenshot({ path: new URL(`./console-${name}.png`, import.meta.url).pathname });
}

async function takeAll(browser: Browser, { url, consoleAddress }: Stack): Promise<void> {
  const light = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    locale,
  });
  const page = await light.newPage();
  await page.goto(consoleAddress);
  await shoot(page, 'dashboard');
  await page.goto(`${url}/console/#/positions`);
  await page
    .getByRole('row', { name: /BTC\/USDT/ })
    .getByRole('button')
    .last()
    .click();
  await page.getByRole('menuitem', { name: /Create/ }).click();
  await shoot(page, 'link');
  const storageState = await light.storageState();
  const open = async (options: BrowserContextOptions): Promise<Page> => {
    const context = await browser.newContext({ colorScheme: 'dark', locale, storageState, ...options });
    const next = await context.newPage();
    await next.goto(`${url}/console/`);
    return next;
  };
  const wide = await open({ viewport: { width: 1280, height: 900 } });
  await wide.goto(`${url}/console/#/positions`);
  await wide
    .getByRole('row', { name: /SOL\/USDT perp/ })
    .getByRole('link')
    .first()
    .click();
  await shoot(wide, 'position');
  await wide.getByRole('button', { name: 'Edit exits' }).click();
  await wide.getByRole('button', { name: 'Stop at break-even' }).waitFor();
  await shoot(wide, 'exits');
  await shoot(await open({ viewport: { width: 390, height: 760 } }), 'phone');
}

const browser = await launchBrowser();
if (browser === undefined) throw new Error(noBrowser);
const stack = await startStack();
try {
  await addHistory(stack);
  await new Promise((resolve) => setTimeout(resolve, priceMovesMs));
  await takeAll(browser, stack);
} finally {
  await browser.close();
  await stack.stop();
}
