import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import { noBrowser } from '../browser.ts';
import { fire, startEnvironment } from '../end-to-end/environment.ts';
import {
  adopt,
  movePrice,
  newTrader,
  perpetualLong,
  placeEntry,
  placeExits,
  refuseOrders,
  spotLong,
} from '../end-to-end/trader.ts';
import { choose, go, looksRight, startHarness } from './harness.ts';

/**
 * What an open page shows by itself: hits, prices and their age, and what does not work. Also how it looks with what
 * screens.ts can't make: a message, the outcome of a fired link, a position that closes.
 */

const environment = await startEnvironment();
const { core } = environment;
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : 'an open console';

async function newFilled(kind = spotLong) {
  const trader = await newTrader(environment, kind);
  const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
  return { trader, positionId };
}

/** How current the header says that the page is. */
function header(page: Page, words: RegExp | string) {
  return page.getByRole('banner').getByText(words).waitFor();
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it('tells of a fired link by toast, title and row, and keeps the row until it is dismissed', async () => {
    const { positionId } = await newFilled();
    const url = await environment.newLink(positionId, 'close');
    const page = await harness.enter();
    await go(page, 'My Positions');
    await header(page, 'Live');
    const firedAt = Date.now();
    await fire(url);
    await page
      .getByRole('status')
      .getByText(/^ETH\/USDT long: Closed\. /)
      .waitFor();
    expect(Date.now() - firedAt).toBeLessThan(5_000);
    const row = page.getByRole('row', { name: /ETH\/USDT/ });
    await row.getByText('Closed', { exact: true }).waitFor();
    expect(await page.title()).toBe('ETH/USDT long: Closed · My Positions · Ripcord');
    await looksRight(page);
    await page.reload();
    await row.getByRole('button', { name: 'Dismiss ETH/USDT long: Closed' }).click();
    await page.getByText('No matching positions').waitFor();
    await expect.poll(() => page.title()).toBe('My Positions · Ripcord');
  });

  it('shows the message of a fired link above an open dialog', async () => {
    const { positionId } = await newFilled();
    const url = await environment.newLink(positionId, 'keep');
    const page = await harness.enter();
    await page.getByRole('button', { name: /^Actions for ETH/ }).click();
    await page.getByRole('menuitem', { name: 'Create Webhook Link' }).click();
    await page.getByRole('dialog').waitFor();
    await fire(url);
    // What enters the browser's top layer after the dialog is above it.
    await page.locator('.notice:popover-open', { hasText: 'ETH/USDT long: Kept open.' }).waitFor();
  });

  it('drops a closed position once it was forgotten', async () => {
    const { positionId } = await newFilled();
    await fire(await environment.newLink(positionId, 'close'));
    const page = await harness.enter();
    await go(page, 'My Positions');
    await page.getByRole('button', { name: 'Closed 1' }).click();
    await environment.admin('positions.forget', { positionId });
    await page.getByText('No positions yet').waitFor();
  });

  it('keeps showing a close that failed, with the reason, after the toast is gone', async () => {
    const { positionId } = await newFilled();
    const url = await environment.newLink(positionId, 'close');
    const page = await harness.enter();
    refuseOrders(environment);
    const { status } = await fire(url);
    core.clearFaults();
    expect(status).toBeGreaterThanOrEqual(400);
    const card = page.getByRole('listitem').filter({ hasText: 'ETH/USDT' });
    const note = card.getByRole('button', { name: 'Dismiss ETH/USDT long: Close failed' });
    await note.waitFor();
    await page.reload();
    await note.waitFor();
    await looksRight(page);
    expect(await page.title()).toMatch(/^ETH\/USDT long: Close failed · /);
  });

  it('sounds and notifies if its owner wants that', async () => {
    const { positionId } = await newFilled();
    const url = await environment.newLink(positionId, 'close');
    const page = await harness.enter();
    await page.context().grantPermissions(['notifications']);
    await page.evaluate(`
      window.told = [];
      window.Notification = class { constructor(title) { told.push(title) }
        static permission = 'granted'; static requestPermission = async () => 'granted' };
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...at) { told.push('tone'); start.apply(this, at) };
    `);
    await page.getByLabel('Play a sound').check();
    await page.getByLabel('Show a browser notification').check();
    const told = () => page.evaluate<string[]>('told');
    // Turning the sound on plays it.
    expect(await told()).toEqual(['tone', 'tone']);
    await fire(url);
    await expect.poll(told).toContain('Ripcord: ETH/USDT long: Closed');
    expect(await told()).toHaveLength(5);
  });

  it('shows a position that closes with a banner that explains it, and offers no second close', async () => {
    const { positionId } = await newFilled(perpetualLong);
    const url = await environment.newLink(positionId, 'close');
    core.addFault({ kind: 'drop-after', match: { method: 'POST', path: '/fapi/v1/order' }, times: 1 });
    core.addFault({ kind: 'html', match: { method: 'GET', path: '/fapi/v1/order' }, times: 99 });
    const page = await harness.enter();
    await fire(url);
    await page.getByRole('link', { name: 'ETH/USDT' }).first().click();
    await page.getByText('Closing.', { exact: true }).waitFor();
    await page.getByText('Ripcord finishes this by itself.').first().waitFor();
    await looksRight(page);
    await page.getByRole('button', { name: /^Actions for ETH/ }).click();
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Create Webhook Link']);
    core.clearFaults();
    const close = async () => (await fire(url)).json.outcome;
    await expect.poll(close, { timeout: 20_000, interval: 1_000 }).toBe('closed');
  });

  it('follows prices, and shows by their own age that they are old when the exchange is unreachable', async () => {
    const exchange = await startSimulatedExchange();
    onTestFinished(() => exchange.stop());
    const apart = { ...environment, exchange, core: exchange.core };
    const trader = await newTrader(apart, spotLong, 'ETH', { core: exchange.core, baseUrl: exchange.url });
    await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    const page = await harness.enter();
    await go(page, 'My Positions');
    movePrice(trader, '3100');
    const row = page.getByRole('row', { name: /ETH\/USDT/ });
    await row.getByText('3,100.00').waitFor();
    await row.getByText(/^\+\d/).first().waitFor();
    await header(page, 'Live');
    await exchange.stop();
    await page
      .getByRole('alert')
      .getByText(new RegExp(`Binance can't be read for account ${trader.account} since`))
      .waitFor();
    await page.getByText(/Links still accept hits, and Ripcord retries a close/).waitFor();
    await header(page, /^Delayed \d+ s$/);
    await row.locator('.stale').first().waitFor();
    expect(await row.locator('.stale').first().getAttribute('title')).toMatch(/^Read at /);
  });

  it('shows what the command line did, and exits that fill at the exchange', async () => {
    const trader = await newTrader(environment, spotLong);
    const entry = placeEntry(trader, { filled: 'all' });
    const { takeProfit, stop } = placeExits(trader, '0.999');
    const page = await harness.enter();
    await page.getByText('No open positions').waitFor();
    const { positionId } = await adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit, stop] });
    await page.getByRole('link', { name: 'ETH/USDT' }).waitFor();
    await environment.newLink(positionId, 'keep');
    await page.getByText('1 armed link', { exact: false }).first().waitFor();
    await choose(page, /^Actions for ETH/, 'Position Info');
    movePrice(trader, '3250');
    await page.getByRole('heading', { level: 1 }).getByText('Closed').waitFor();
  });

  it('keeps the newest four tabs up to date, and says so in an older one', async () => {
    const page = await harness.enter();
    const others = [];
    for (let count = 0; count < 4; count += 1) {
      const other = await page.context().newPage();
      await other.goto(`${environment.url}/console/`);
      await other.getByRole('heading', { level: 1 }).waitFor();
      others.push(other);
    }
    await page.getByText(/This tab no longer updates/).waitFor();
    expect(await others[0]?.getByRole('alert').count()).toBe(0);
  });

  it('opens at localhost as at 127.0.0.1', async () => {
    const page = await harness.enter();
    const { port } = new URL(environment.url);
    await page.goto(`http://localhost:${port}/console/#/positions`);
    await page.getByRole('heading', { level: 1, name: 'My Positions' }).waitFor();
    expect(page.url()).toBe(`${environment.url}/console/#/positions`);
    await page.goto(`http://localhost:${port}/?key=used`);
    await page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
  });
});
