import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser } from '../browser.ts';
import { ledgerSince, markOf, startEnvironment } from '../end-to-end/environment.ts';
import { adopt, newTrader, perpetualLong, placeExits, tradeByHand } from '../end-to-end/trader.ts';
import { choose, findings, go, startHarness } from './harness.ts';

/** Exits on the page: planned before an entry is sent, replaced, and dragged. ETH is at 3000. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : "the console's exits";

async function enterTicket(page: Page, account: string): Promise<Locator> {
  await go(page, 'My Positions');
  await page.getByRole('button', { name: 'Open', exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Account').selectOption(account);
  await dialog.getByLabel('Market').fill('ETH/USDT:USDT');
  await dialog.getByText(/^now 3,000.00/).waitFor();
  return dialog;
}

/** A long of 2 ETH at market with two targets and a stop. */
async function openWithExits() {
  const { account } = await newTrader(environment, perpetualLong);
  const { position } = await environment.admin('positions.open', {
    requestId: `exits-${account}`,
    account,
    symbol: 'ETH/USDT:USDT',
    side: 'long',
    type: 'market',
    amount: '2',
    takeProfits: [
      { price: '3200', percent: '50' },
      { price: '3400', percent: '50' },
    ],
    stopLoss: { price: '2700' },
  });
  return position;
}

async function enterPosition() {
  const { positionId } = await openWithExits();
  const page = await harness.enter();
  await page.getByRole('link', { name: 'ETH/USDT perp' }).click();
  await page.getByRole('heading', { name: 'Exits' }).waitFor();
  return { positionId, page, stopNow: async () => (await environment.positionNow(positionId)).stopLoss };
}

/** Presses the middle of a line's handle, and releases it so many pixels lower. */
async function drag(page: Page, line: Locator, pixels: number): Promise<void> {
  const { x, y, width, height } = (await line.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + height / 2 + pixels, { steps: 4 });
  await page.mouse.up();
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it('shows size, risk, R multiples and fees before an entry with exits is sent, and sends what it showed', async () => {
    const { account } = await newTrader(environment, perpetualLong);
    const page = await harness.enter();
    const dialog = await enterTicket(page, account);
    await dialog.getByRole('button', { name: 'Market', exact: true }).click();
    await dialog.getByLabel('Size by').selectOption('risk');
    await dialog.getByLabel('Risk in USDT').fill('100');
    await dialog.getByText(/It needs a stop on the losing side/).waitFor();
    await dialog.getByRole('button', { name: 'Add stop' }).click();
    await expect.poll(() => dialog.getByLabel('Stop price').inputValue()).toBe('2940');
    await dialog.getByLabel('Stop price').fill('2900');
    await dialog.getByRole('button', { name: 'Add target' }).click();
    await dialog.getByLabel('Target 1 price').fill('3200');
    await dialog.getByLabel('Target 1 part').fill('50');
    await dialog.getByRole('button', { name: 'Add target' }).click();
    await expect.poll(() => dialog.getByLabel('Target 2 part').inputValue()).toBe('50');
    await dialog.getByRole('spinbutton', { name: 'Target 2 line' }).press('PageUp');
    const estimate = dialog.getByLabel('Estimate');
    await estimate.getByText('0.976 ETH').first().waitFor();
    const shown = await estimate.textContent();
    expect(shown).toMatch(/Risk at the stop−99.90 USDT/);
    expect(shown).toMatch(/Target 10.488 ETH \+96.\d\d USDT\+1.9\d R/);
    expect(shown).toMatch(/Fees in USDTabout 2.3\d with the stop/);
    expect(await findings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Review order' }).click();
    await dialog.getByRole('button', { name: 'Place MARKET buy' }).click();
    await page.getByRole('heading', { level: 1 }).getByText('Protected').waitFor();
    expect((await environment.admin('positions.list', {})).positions).toMatchObject([
      {
        amount: '0.976',
        protection: 'full',
        takeProfits: [{ price: '3200', amount: '0.488' }, { price: '3296.64' }],
        stopLoss: { price: '2900', amount: '0.976', state: 'resting' },
      },
    ]);
  });

  it('moves the lines of a plan by pointer and keys, and the fields with them', async () => {
    const { account } = await newTrader(environment, perpetualLong);
    const page = await harness.enter();
    const dialog = await enterTicket(page, account);
    await dialog.getByLabel('Price in USDT').fill('2950');
    await dialog.getByRole('button', { name: 'Add stop' }).click();
    const line = (name: string) => dialog.getByRole('spinbutton', { name: `${name} line` });
    await line('Stop').press('ArrowUp');
    await expect.poll(() => dialog.getByLabel('Stop price').inputValue()).toBe('2891.01');
    await line('Entry').press('PageDown');
    await expect.poll(() => dialog.getByLabel('Price in USDT').inputValue()).toBe('2920.5');
    await drag(page, line('Entry'), -20);
    await expect
      .poll(async () => Number(await dialog.getByLabel('Price in USDT').inputValue()))
      .toBeGreaterThan(2920.5);
    await dialog.getByLabel('Price in USDT').fill('2910');
    await expect.poll(() => line('Entry').getAttribute('aria-valuenow')).toBe('2910');
  });

  it('shows what the exchange refuses at the field, and sends nothing', async () => {
    const { account } = await newTrader(environment, perpetualLong);
    const page = await harness.enter();
    const dialog = await enterTicket(page, account);
    const mark = markOf(core);
    await dialog.getByLabel('Price in USDT').fill('2950');
    await dialog.getByLabel('Amount in ETH').fill('1');
    await dialog.getByRole('button', { name: 'Add target' }).click();
    await dialog.getByLabel('Target 1 price').fill('2900');
    await dialog.getByRole('button', { name: 'Review order' }).click();
    await dialog.getByRole('button', { name: 'Place LIMIT buy' }).click();
    await dialog.getByText('Nothing was sent. Correct the marked fields.').waitFor();
    const field = dialog.getByLabel('Target 1 price');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.evaluate('document.activeElement.labels[0].textContent')).toMatch(/^Target 1 price/);
    await dialog
      .locator('.exit-row')
      .getByText(/The target 2900 of a long is not above the entry price 2950/)
      .waitFor();
    expect(ledgerSince(core, mark).orders).toEqual([]);
  });

  it('asks before a dragged stop is sent, and sends nothing if the answer is no', async () => {
    const { page, stopNow } = await enterPosition();
    const stop = page.getByRole('spinbutton', { name: 'Stop line' });
    await drag(page, stop, -25);
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^2,700.00 → 2,7\d\d\.\d\d USDT/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => stop.getAttribute('aria-valuetext')).toBe('2,700.00');
    expect(await stopNow()).toMatchObject({ price: '2700' });
    await stop.press('PageUp');
    await stop.press('ArrowDown');
    await stop.press('Enter');
    await dialog.getByText('2,700.00 → 2,726.99 USDT').waitFor();
    await dialog.getByRole('button', { name: 'Move stop' }).click();
    await page.getByText('All 3 exits rest at the exchange.').waitFor();
    expect(await stopNow()).toMatchObject({ price: '2726.99', amount: '2', state: 'resting' });
  });

  it('gives a moved line up on Escape, and when the focus leaves it', async () => {
    const { page, stopNow } = await enterPosition();
    const target = page.getByRole('spinbutton', { name: 'Target 1 line' });
    await target.press('ArrowUp');
    await expect.poll(() => target.getAttribute('aria-valuetext')).toBe('3,200.01');
    await target.press('Escape');
    await expect.poll(() => target.getAttribute('aria-valuetext')).toBe('3,200.00');
    await target.press('PageUp');
    await target.press('Tab');
    await expect.poll(() => target.getAttribute('aria-valuetext')).toBe('3,200.00');
    expect(await stopNow()).toMatchObject({ price: '2700' });
  });

  it('replaces exits in the form: a target removed, the stop at break-even', async () => {
    const { page, positionId } = await enterPosition();
    core.setPrice({ market: 'usdm', symbol: 'ETHUSDT', price: '3100' });
    await page.getByRole('button', { name: 'Edit exits' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Review exits' }).isDisabled()).toBe(true);
    await expect.poll(() => dialog.getByLabel('Target 2 price').inputValue()).toBe('3400');
    await dialog.getByRole('button', { name: 'Remove target 2' }).click();
    await dialog.getByRole('button', { name: 'Stop at break-even' }).click();
    await dialog.getByLabel('Estimate').waitFor();
    expect(await findings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Review exits' }).click();
    await dialog.getByRole('button', { name: 'Replace exits' }).click();
    await page.getByText('All 2 exits rest at the exchange.').waitFor();
    const { takeProfits, stopLoss } = await environment.positionNow(positionId);
    expect(takeProfits).toMatchObject([{ price: '3200', amount: '1', state: 'resting' }]);
    expect(Number(stopLoss?.price)).toBeGreaterThan(3000);
  });

  it('sends no edit of exits of which one has filled meanwhile', async () => {
    const { page } = await enterPosition();
    await page.getByRole('button', { name: 'Edit exits' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Stop price').fill('2750');
    core.setPrice({ market: 'usdm', symbol: 'ETHUSDT', price: '3200' });
    await dialog.getByText(/The exits changed since this was opened/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Review exits' }).isDisabled()).toBe(true);
  });

  it('replaces the stop of an adopted position, and shows its protection', async () => {
    const trader = await newTrader(environment, perpetualLong);
    tradeByHand(trader, 'buy', '2');
    const { stop, takeProfit } = placeExits(trader, '2');
    const { positionId } = await adopt(trader, { exitOrders: [takeProfit, stop] });
    const page = await harness.enter();
    await page.getByText('Protected', { exact: true }).waitFor();
    await go(page, 'My Positions');
    await page.getByRole('cell', { name: 'Protected 2 exit orders' }).waitFor();
    await choose(page, /^Actions for ETH/, 'Edit exits');
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.getByLabel('Target 1 part').inputValue()).toBe('100');
    await dialog.getByLabel('Stop price').fill('2800');
    await dialog.getByRole('button', { name: 'Review exits' }).click();
    await dialog.getByRole('button', { name: 'Replace exits' }).click();
    await page.getByText('All 2 exits rest at the exchange.').waitFor();
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'full',
      takeProfits: [{ orderId: String(takeProfit), state: 'resting' }],
      stopLoss: { price: '2800', amount: '2', state: 'resting' },
    });
  });

  it('shows an exit that its owner has canceled, and that the position has no stop', async () => {
    const { page, stopNow } = await enterPosition();
    core.cancelOrder({ orderId: Number((await stopNow())?.orderId) });
    await page.getByRole('heading', { level: 1 }).getByText('Stop not placed').waitFor();
    await environment.invoke('ripcord-sweep', {});
    await page.getByText('Ended outside Ripcord. Edit the exits to place it again.').waitFor();
  });
});
