import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createConsole } from '../../console/server/console.ts';
import { startLocalStack } from '../../infra/local/stack.ts';
import { noBrowser } from '../browser.ts';
import { fire, startEnvironment } from '../end-to-end/environment.ts';
import { adopt, newTrader, placeEntry, spotLong } from '../end-to-end/trader.ts';
import { temporaryFolder } from '../infra/local/temporary-folder.ts';
import { looksRight, startHarness } from './harness.ts';
import { type Outage, outages } from './outages.ts';

/** What a trader reads when something does not work, and whether what the banner says still works does. */

const environment = await startEnvironment();
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : 'with';

async function newPositions() {
  const trader = await newTrader(environment, spotLong);
  const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
  const unfilled = await adopt(trader, { entryOrders: [placeEntry(trader)] });
  return {
    positionId,
    url: await environment.newLink(positionId, 'close'),
    unfilledUrl: await environment.newLink(unfilled.positionId, 'close'),
  };
}

const running = {
  get url() {
    return environment.url;
  },
  get tableEndpoint() {
    return environment.tableEndpoint;
  },
  exchangeUrl: environment.exchange.url,
  stopServer: async () => undefined,
};

/** The banner of an outage, its words, and how it looks at every width. */
async function readBanner(page: Page, { title, says, header }: Outage) {
  const banner = page.locator('.banner').filter({ hasText: title });
  await banner.waitFor();
  const text = ((await banner.textContent()) ?? '').replace(/\s+/g, ' ').trim();
  expect(text).toMatch(title);
  for (const sentence of says) expect(text).toContain(sentence);
  await page.getByRole('banner').getByText(header).waitFor();
  await looksRight(page);
  return banner;
}

function outageOf(name: string): Outage {
  const found = outages.find((outage) => outage.name === name);
  if (found === undefined) throw new Error(`There is no outage ${name}.`);
  return found;
}

/** What the banner says still works, or does not. */
const claims: Record<string, (made: Awaited<ReturnType<typeof newPositions>>) => Promise<void>> = {
  paused: async ({ positionId, url }) => {
    expect(await fire(url)).toMatchObject({ status: 409, json: { status: 'paused' } });
    expect(await environment.admin('positions.close', { positionId })).toMatchObject({ outcome: 'closed' });
  },
  'sweep-late': async ({ url }) => {
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  },
  'key-refused': async ({ url, positionId }) => {
    expect((await fire(url)).status).toBeGreaterThanOrEqual(400);
    expect(await environment.positionNow(positionId)).toMatchObject({ remaining: '0.999' });
  },
  // What was not sent can be sent again. The faults tests cover a close that the exchange received.
  'exchange-unreachable': async ({ unfilledUrl }) => {
    expect(await fire(unfilledUrl)).toMatchObject({ status: 503 });
  },
};

describe.skipIf(harness.browser === undefined)(here, () => {
  it.each(outages.filter(({ end }) => end !== undefined))(
    'a banner says what still works when $when, and goes when that ends',
    async (outage) => {
      const made = await newPositions();
      const isKey = outage.name === 'key-refused';
      // A new account's key is checked at once, later each minute.
      if (isKey) await outage.begin(running);
      const page = await harness.enter();
      if (!isKey) {
        await page.getByRole('banner').getByText('Live', { exact: true }).waitFor();
        await outage.begin(running);
      }
      const banner = await readBanner(page, outage);
      await claims[outage.name]?.(made);
      await outage.end?.(running);
      await banner.waitFor({ state: 'detached', timeout: 20_000 });
      expect((await fire(made.url)).json).toMatchObject({ outcome: 'closed' });
      expect((await fire(made.unfilledUrl)).json).toMatchObject({ outcome: 'canceled' });
    },
    60_000,
  );

  it('a banner shows that the server has ended, and the page continues by itself when it runs again', async () => {
    const data = await temporaryFolder();
    const start = (port: number) =>
      startLocalStack({ port, data, console: createConsole, every: () => () => undefined });
    const first = await start(0);
    const page = await harness.enter();
    // The browser reports the connections that fail meanwhile.
    page.removeAllListeners('console');
    await page.goto(first.consoleAddress() ?? '');
    await page.getByRole('banner').getByText('Live', { exact: true }).waitFor();
    await outageOf('server-ended').begin({ ...running, stopServer: () => first.stop() });
    const banner = await readBanner(page, outageOf('server-ended'));
    const second = await start(Number(new URL(first.url).port));
    onTestFinished(() => second.stop());
    await banner.waitFor({ state: 'detached' });
    await page.getByRole('banner').getByText('Live', { exact: true }).waitFor();
  });
});
