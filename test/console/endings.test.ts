import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser } from '../browser.ts';
import { fire, startEnvironment } from '../end-to-end/environment.ts';
import {
  adopt,
  type Kind,
  newTrader,
  perpetualLong,
  placeEntry,
  placeExits,
  spotLong,
} from '../end-to-end/trader.ts';
import { choose, createLink, go, startHarness } from './harness.ts';

/** What stays on the screen after a position has ended has to be true then. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : 'after a position has ended';
const longLabel = 'W'.repeat(80);

async function newFilled(kind: Kind, label?: string) {
  const trader = await newTrader(environment, kind);
  const entry = placeEntry(trader, { filled: 'all' });
  const { takeProfit, stop } = placeExits(trader, kind === spotLong ? '0.999' : '1');
  const exitOrders = [takeProfit, stop];
  return adopt(trader, { entryOrders: [entry], exitOrders, ...(label === undefined ? {} : { label }) });
}

function close({ positionId }: { positionId: string }) {
  return environment.admin('positions.close', { positionId });
}

async function openFromMenu(page: Page, item: string) {
  await choose(page, /^Actions for ETH\/USDT/, item);
  return page.getByRole('dialog');
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it('new links no longer say that they would close it', async () => {
    const position = await newFilled(spotLong);
    const page = await harness.enter();
    const dialog = await openFromMenu(page, 'Create Webhook Link');
    await createLink(page, 'Both links');
    await dialog.getByRole('heading', { name: 'Your webhook links' }).waitFor();
    await dialog.getByText('If fired now: cancels 2 exit orders; sells 0.999 ETH at market.').waitFor();
    await close(position);
    await dialog.getByText('Closed', { exact: true }).waitFor();
    await dialog
      .getByText(/If fired now: nothing changes/)
      .nth(1)
      .waitFor();
    expect(await dialog.getByText(/sells 0.999 ETH|leaves the filled/).count()).toBe(0);
  });

  it('its dialog no longer offers to close it', async () => {
    const position = await newFilled(perpetualLong);
    const page = await harness.enter();
    const dialog = await openFromMenu(page, 'Close now…');
    await dialog.getByText(/^If closed now: cancels 2 exit orders/).waitFor();
    await close(position);
    await dialog.getByText(/^If closed now: nothing changes; the position is closed/).waitFor();
    await expect.poll(() => dialog.getByRole('button', { name: 'Close now' }).isDisabled()).toBe(true);
    expect(await dialog.getByText("can't be undone").count()).toBe(0);
  });

  it('no mark, age or liquidation price of it is shown as if it went on', async () => {
    const position = await newFilled(perpetualLong);
    await close(position);
    const page = await harness.enter();
    await page.goto(new URL('#/positions', page.url()).href);
    await page.getByRole('button', { name: /^Closed 1/ }).click();
    const row = page.getByRole('row', { name: /ETH\/USDT perp/ });
    await row.getByText(/^entry /).waitFor();
    expect(await row.locator('td').nth(2).textContent()).toMatch(/^–\s*entry [\d,.]+$/);
    expect(await row.locator('td').last().locator('xpath=preceding-sibling::td[1]').textContent()).toMatch(
      /^–\s*0 links$/,
    );
    await row.getByRole('link', { name: 'ETH/USDT perp' }).click();
    await page.locator('.figures').getByText('Net profit').waitFor();
    expect(await page.locator('.figures').getByText('Mark', { exact: true }).count()).toBe(0);
  });

  it('a close that its request did not finish counts as no failure, and its row says what came of it', async () => {
    const position = await newFilled(perpetualLong);
    await newFilled(spotLong);
    const page = await harness.enter();
    await go(page, 'My Positions');
    await page.getByRole('button', { name: 'Close these 2…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('checkbox', { name: /ETH\/USDT Long/ }).uncheck();
    core.addFault({ kind: 'drop-after', match: { path: '/fapi/v1/order' }, times: 99 });
    await dialog.getByLabel('Type close 1 to confirm').fill('close 1');
    await dialog.getByRole('button', { name: 'Close 1 position' }).click();
    await dialog.getByText('1 of 1 processed, 1 not finished.').waitFor();
    core.clearFaults();
    await close(position);
    await dialog.getByText('Closed after that. Nothing is left to do.').waitFor();
    expect(await dialog.getByRole('status').textContent()).toBe('1 of 1 processed.');
  });
});

describe.skipIf(harness.browser === undefined)('a preview', () => {
  it('of a link is read again when its position changes', async () => {
    const position = await newFilled(spotLong);
    await environment.newLink(position.positionId, 'close');
    const page = await harness.enter();
    await go(page, 'Links');
    await choose(page, /^Actions for/, 'What would it do now?');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('If fired now: cancels 2 exit orders; sells 0.999 ETH at market.').waitFor();
    await close(position);
    await dialog.getByText(/^If fired now: nothing changes; the position is closed/).waitFor();
    await dialog.getByText('Would not act').waitFor();
  });
});

describe.skipIf(harness.browser === undefined)('figures', () => {
  it('of the dashboard name what they add up', async () => {
    await newFilled(spotLong);
    const page = await harness.enter();
    const total = page.locator('.totals > div').filter({ hasText: 'Realized, net of fees' });
    await total.getByText(/^of open positions · fees /).waitFor();
  });

  it('of the dashboard count requests to links as hits, and say when there are more than the page knows', async () => {
    const byHand = await newFilled(spotLong);
    await close(byHand);
    const byLink = await newFilled(spotLong);
    const url = await environment.newLink(byLink.positionId, 'keep');
    await fire(url);
    const page = await harness.enter();
    const total = page.locator('.totals > div').filter({ hasText: 'Hits in 24 hours' });
    await total.getByText('1 fired · 0 did nothing').waitFor();
    expect(await total.locator('dd').first().textContent()).toBe('1');
    // Of one link, only 20 hits of a kind are recorded in ten minutes.
    for (let batch = 0; batch < 10; batch += 1) {
      const another = await environment.newLink(byLink.positionId, 'keep');
      await Promise.all(Array.from({ length: 20 }, () => fire(another)));
    }
    await total.getByText(/^of the latest 200: /).waitFor();
    expect(await total.locator('dd').first().textContent()).toBe('200+');
  });

  it.each([360, 1440])('of a position fit, with a long label and a long amount, %i wide', async (width) => {
    const symbol = '币安人生';
    core.addMarket({
      kind: 'spot',
      symbol: `${symbol}USDT`,
      base: symbol,
      quote: 'USDT',
      price: '0.0001234',
      tick: '0.0000001',
      lot: { min: '1', max: '90000000', step: '1' },
      marketLot: { min: '1', max: '90000000', step: '1' },
      minNotional: '5',
      feeRate: '0.001',
    });
    const { account } = await newTrader(environment, spotLong);
    const { position } = await environment.admin('positions.open', {
      requestId: crypto.randomUUID(),
      account,
      symbol: `${symbol}/USDT`,
      side: 'long',
      type: 'market',
      amount: '1000000',
      stopLoss: { price: '0.0001205' },
      label: longLabel,
    });
    const page = await harness.enter({ viewport: { width, height: 860 } });
    await page.goto(new URL(`#/positions/${position.positionId}`, page.url()).href);
    const stop = page.locator('.figures').getByText('0.0001205');
    await stop.waitFor();
    const lines = '[...document.querySelectorAll(".figures .beside")].map((each) => each.offsetHeight)';
    expect(await page.evaluate<number[]>(lines)).toSatisfy((all: number[]) => all.every((each) => each < 30));
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const tooWide =
      '[...document.querySelectorAll(".figures dd")].filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent)';
    expect(await page.evaluate(tooWide)).toEqual([]);
  });

  it('of a table are headed one below the other', async () => {
    const { positionId } = await newFilled(spotLong);
    await environment.newLink(positionId, 'close');
    const page = await harness.enter();
    await go(page, 'Links');
    const [state, created] = await Promise.all(
      ['State', 'Created'].map((name) => page.getByRole('button', { name, exact: true }).boundingBox()),
    );
    expect(created?.y).toBeGreaterThanOrEqual((state?.y ?? 0) + (state?.height ?? 0));
  });
});
