import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
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
  tradeByHand,
} from '../end-to-end/trader.ts';
import { choose, findings, go, startHarness } from './harness.ts';

/** Positions as a trader reads them: figures, protection, margin, and what became of a close. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : "the console's figures";

/** A spot long of 2 ETH from 2900, with a stop at 2700 and targets at 3300 and 3500. */
async function newSpot() {
  const trader = await newTrader(environment, spotLong);
  const entry = placeEntry(trader, { filled: 'all', amount: '2' });
  const { positionId } = await adopt(trader, { entryOrders: [entry], label: 'breakout' });
  await environment.admin('positions.setExits', {
    positionId,
    stopLoss: { price: '2700' },
    takeProfits: [
      { price: '3300', percent: '50' },
      { price: '3500', percent: '50' },
    ],
  });
  return { trader, positionId };
}

/** A long of 10 ETH from 3000 on isolated margin: the exchange liquidates it above the stop at 2700. */
async function newPerpetual(exchange: 'binanceusdm' | 'bybit' = 'binanceusdm') {
  const settings = { leverage: { ETHUSDT: 20 }, marginType: { ETHUSDT: 'isolated' } } as const;
  const trader = await newTrader(
    environment,
    { ...perpetualLong, exchange: exchange as 'binanceusdm' },
    'ETH',
    settings,
  );
  tradeByHand(trader, 'buy', '10');
  const exits = exchange === 'bybit' ? [] : Object.values(placeExits(trader, '10'));
  const { positionId } = await adopt(trader, { amount: '10', exitOrders: exits });
  await environment.positionNow(positionId);
  return { trader, positionId };
}

/** A long of 30 ETH whose close has failed. */
async function newLarge() {
  const trader = await newTrader(environment, spotLong);
  const entry = placeEntry(trader, { filled: 'all', amount: '30' });
  const { positionId } = await adopt(trader, { entryOrders: [entry], label: 'large' });
  refuseOrders(environment);
  await environment.admin('positions.close', { positionId });
  core.clearFaults();
}

function row(page: Page, name: RegExp) {
  return page.getByRole('row', { name });
}

/** @returns what is wider than the window, or than the place that it is in. */
async function listOverflows(page: Page): Promise<string[]> {
  const places = '.table-place, .figures, .figures dd';
  return page.evaluate(
    `[document.documentElement, ...document.querySelectorAll('${places}')]
      .filter((each) => each.scrollWidth > each.clientWidth)
      .map((each) => each.className + ': ' + each.textContent.slice(0, 80))`,
  );
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it.each([
    [360, 'light'],
    [768, 'dark'],
    [1024, 'light'],
    [1440, 'dark'],
  ] as const)('fit a window of %i px, in the table and in Position Info', async (width, colorScheme) => {
    const { trader, positionId } = await newSpot();
    const options = {
      positionId,
      action: 'close',
      percent: 1,
      label: 'a rather long label',
      maxUses: 5,
    } as const;
    const { url } = await environment.admin('links.create', options);
    await newPerpetual();
    await newLarge();
    movePrice(trader, '3050');
    const page = await harness.enter({ colorScheme, viewport: { width, height: 860 } });
    await go(page, 'My Positions');
    const spot = row(page, /breakout/);
    for (const text of [
      '1.9980',
      'of 2.0000 filled',
      '6,093.90',
      '3,050.00',
      'entry 2,900.00',
      '−11.48 %',
      '+8.20 %',
      '+299.70',
      '+0.75 R',
      'fees 0.002 ETH',
      'Protected',
      '1 link',
    ])
      await spot.getByText(text).first().waitFor();
    const perpetual = row(page, /ETH\/USDT perp/);
    for (const text of ['20× isolated', 'liq. 2,864.32', 'Liq. before stop', '−10.00 %'])
      await perpetual.getByText(text).first().waitFor();
    expect(await listOverflows(page)).toEqual([]);
    expect(await findings(page)).toEqual([]);
    await perpetual.getByRole('link', { name: 'ETH/USDT perp' }).click();
    const figure = (name: string) => page.locator('.figures > div').filter({ hasText: name });
    await figure('Leverage').getByText('20×').waitFor();
    await figure('Margin').getByText('1,500.00').waitFor();
    await figure('Margin').getByText('isolated').waitFor();
    await figure('Liquidation price').getByText('2,864.32').waitFor();
    await figure('Liquidation price').getByText('The exchange liquidates before the stop.').waitFor();
    await figure('To stop').getByText('2,700.00').waitFor();
    await figure('To next target').getByText('+6.67 %').waitFor();
    expect(await listOverflows(page)).toEqual([]);
    expect(await findings(page)).toEqual([]);
    await fire(url);
    await page.goto(`${environment.url}/console/#/positions/${positionId}`);
    await row(page, /^Close by link a rather long label …/).waitFor();
    expect(await listOverflows(page)).toEqual([]);
  });

  it('show as unknown what the exchange does not report', async () => {
    await newPerpetual('bybit');
    const page = await harness.enter();
    await go(page, 'My Positions');
    await row(page, /ETH\/USDT perp/)
      .getByText('20×', { exact: true })
      .waitFor();
    await page.getByRole('link', { name: 'ETH/USDT perp' }).click();
    const margin = page.locator('.figures > div').filter({ hasText: 'Margin' });
    await margin.getByText('cross or isolated: unknown').waitFor();
  });

  it('sort the table by each of them, from the header and from the choice of a narrow window', async () => {
    const { trader } = await newSpot();
    await newPerpetual();
    await adopt(trader, { entryOrders: [placeEntry(trader, { amount: '3' })], label: 'waits' });
    const page = await harness.enter({ viewport: { width: 1440, height: 860 } });
    await go(page, 'My Positions');
    await row(page, /waits/).waitFor();
    const markets = async () =>
      (await page.locator('tbody th').allTextContents()).map((text) => /waits|perp|breakout/.exec(text)?.[0]);
    const names = ['Market', 'Side', 'Status', 'Protection', 'Size', 'Value', 'Mark', 'Entry', 'To stop'];
    for (const name of [...names, 'To target', 'Unrealized', 'R', 'Net', 'Age', 'Links']) {
      await page.getByRole('columnheader').getByRole('button', { name, exact: true }).click();
      expect(await page.locator('th[aria-sort="ascending"]').count()).toBe(1);
    }
    await page.getByRole('columnheader').getByRole('button', { name: 'Value', exact: true }).click();
    expect(await markets()).toEqual(['waits', 'breakout', 'perp']);
    await page.setViewportSize({ width: 768, height: 860 });
    expect(await page.getByLabel('Sort by').inputValue()).toBe('value');
    await page.getByRole('button', { name: 'ascending' }).click();
    expect(await markets()).toEqual(['perp', 'breakout', 'waits']);
    await page.getByLabel('Sort by').selectOption('R');
    await page.reload();
    await row(page, /waits/).waitFor();
    expect(await page.getByLabel('Sort by').inputValue()).toBe('r');
    await page.getByLabel('Sort by').selectOption('newest');
    expect(await markets()).toEqual(['waits', 'perp', 'breakout']);
  });

  it('add up on the dashboard, with fees and with what is unknown', async () => {
    const { positionId } = await newSpot();
    const { url } = await environment.admin('links.create', { positionId, action: 'close', percent: 50 });
    expect(await fire(url)).toMatchObject({ status: 200 });
    await environment.positionNow(positionId);
    await newPerpetual();
    const page = await harness.enter();
    const total = page.locator('.totals > div').filter({ hasText: 'Realized, net of fees' });
    await total.getByText(/fees 0.002 ETH \+ 2.997 USDT · unknown for 1 in USDT/).waitFor();
    await total.getByText(/\+9\d\.\d\d/).waitFor();
  });

  it('keep a failed close with its reason in words, until it is dismissed or a close succeeds', async () => {
    const { positionId } = await newSpot();
    const url = await environment.newLink(positionId, 'close');
    const page = await harness.enter();
    refuseOrders(environment);
    await fire(url);
    core.clearFaults();
    const reason = page.getByText(/Account has insufficient balance/).and(page.locator('.outcome-reason'));
    await reason.waitFor();
    await go(page, 'My Positions');
    await reason.waitFor();
    expect(await findings(page)).toEqual([]);
    await page.reload();
    await reason.waitFor();
    expect(await fire(url)).toMatchObject({ status: 200 });
    await row(page, /breakout/)
      .getByText('Closed', { exact: true })
      .waitFor();
    await reason.waitFor({ state: 'detached' });
  });

  it('keep a close of your own that failed, also in a browser that opens the console only then', async () => {
    const { positionId } = await newSpot();
    refuseOrders(environment);
    expect(await environment.admin('positions.close', { positionId })).toMatchObject({ status: 422 });
    core.clearFaults();
    const page = await harness.enter();
    const reason = page.getByText(/Account has insufficient balance/).and(page.locator('.outcome-reason'));
    await reason.waitFor();
    await page.getByRole('button', { name: 'Dismiss ETH/USDT long: Close failed' }).click();
    await reason.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByText('breakout', { exact: false }).first().waitFor();
    expect(await reason.count()).toBe(0);
  });

  it('show what a partial close did, and who sent each close order', async () => {
    const { positionId } = await newSpot();
    const options = { positionId, action: 'close', percent: 50, label: 'TP alert', maxUses: 2 } as const;
    const { url } = await environment.admin('links.create', options);
    const page = await harness.enter();
    await go(page, 'My Positions');
    await row(page, /breakout/).waitFor();
    await fire(url);
    await row(page, /breakout/)
      .getByText('Closed 50 %')
      .waitFor();
    await page
      .locator('.outcome-reason')
      .getByText(/Closed 0.999 ETH with MARKET order/)
      .waitFor();
    await row(page, /breakout/)
      .getByText('Protected')
      .waitFor();
    await row(page, /breakout/)
      .getByRole('link', { name: 'ETH/USDT' })
      .click();
    await row(page, /^Close by link TP alert …\w{4}/)
      .getByText('Filled')
      .waitFor();
    await choose(page, /^Actions for ETH\/USDT long/, 'Close now…');
    await page.getByRole('dialog').getByRole('button', { name: 'Close now' }).click();
    await row(page, /^Close by you/)
      .getByText('Filled')
      .waitFor();
    expect(await row(page, /^(Take profit|Stop loss).*market ·/).count()).toBe(0);
  });

  it('name a line at the edge of the chart that is too far away to draw', async () => {
    const { positionId } = await newSpot();
    await environment.admin('positions.setExits', { positionId, stopLoss: { price: '1000' } });
    const page = await harness.enter();
    await page.getByRole('link', { name: 'ETH/USDT' }).first().click();
    const below = page.getByRole('list', { name: 'Lines below the chart' });
    await below.getByText('Stop 1,000.00').waitFor();
    expect(await page.getByRole('list', { name: 'Lines above the chart' }).count()).toBe(0);
  });
});
