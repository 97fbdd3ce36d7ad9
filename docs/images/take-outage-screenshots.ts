/**
 * Takes the pictures of outages again: `node docs/images/take-outage-screenshots.ts`. It starts the local stack with its
 * demo in a temporary folder, and makes each outage that `test/console/outages.ts` lists.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createConsole } from '../../console/server/console.ts';
import { everyByClock } from '../../infra/local/schedule.ts';
import { startLocalStack } from '../../infra/local/stack.ts';
import { launchBrowser, noBrowser } from '../../test/browser.ts';
import { type Outage, outages, type Running } from '../../test/console/outages.ts';

const sweepIntervalMs = 60_000;
const patienceMs = 90_000;

async function shoot(
  page: Page,
  running: Running,
  { name, title, header, begin, end }: Outage,
): Promise<void> {
  await begin(running);
  const banner = page.locator('.banner').filter({ hasText: title });
  await banner.waitFor();
  await page.getByRole('banner').getByText(header).waitFor();
  await page.mouse.move(0, 0);
  await page.screenshot({ path: new URL(`./outage-${name}.png`, import.meta.url).pathname });
  if (end === undefined) return;
  await end(running);
  await banner.waitFor({ state: 'detached' });
}

const browser = await launchBrowser();
if (browser === undefined) throw new Error(noBrowser);
const data = await mkdtemp(join(tmpdir(), 'ripcord-outages-'));
const stack = await startLocalStack({
  port: 0,
  data,
  demo: true,
  console: createConsole,
  // No sweep runs after the first, so that the time of the last one stays what an outage stores.
  every: (intervalMs, tick) =>
    intervalMs === sweepIntervalMs ? () => undefined : everyByClock(intervalMs, tick),
});
try {
  await stack.lambdas.sweep.settled();
  const page = await browser.newPage({ viewport: { width: 1024, height: 420 }, locale: 'en-GB' });
  page.setDefaultTimeout(patienceMs);
  await page.goto(stack.consoleAddress() ?? '');
  await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
  const { url, tableEndpoint, exchangeUrl = '' } = stack;
  const running = { url, tableEndpoint, exchangeUrl, stopServer: () => stack.stop() };
  for (const outage of outages) await shoot(page, running, outage);
} finally {
  await browser.close();
  await stack.stop();
  await rm(data, { recursive: true, force: true });
}
