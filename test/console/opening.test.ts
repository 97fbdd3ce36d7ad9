import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser } from '../browser.ts';
import { ledgerSince, markOf, startEnvironment } from '../end-to-end/environment.ts';
import { newTrader, perpetualLong, spotLong } from '../end-to-end/trader.ts';
import { findings, go, startHarness } from './harness.ts';

/** Opening an order deliberately: what it costs before it is sent, and a confirmation that repeats it. ETH is at 3000. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : 'opening on the page';

async function enterForm(account: string, market: string, width = 1280) {
  const page = await harness.enter({ viewport: { width, height: 900 } });
  await go(page, 'My Positions');
  await page.getByRole('button', { name: 'Open', exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Account').selectOption(account);
  await dialog.getByLabel('Market').fill(market);
  const order = dialog.getByRole('region', { name: 'Order', exact: true });
  await order.getByText('3,000.00').waitFor();
  return { page, dialog, order };
}

async function review(dialog: Locator): Promise<Locator> {
  await dialog.getByRole('button', { name: 'Review order' }).click();
  const words = dialog.getByRole('region', { name: 'The order' });
  await words.waitFor();
  return words;
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it.each([360, 768, 1024, 1440])(
    'shows balance, price, cost and fee, then repeats the order in words and sends it once, %i px wide',
    async (width) => {
      const { account } = await newTrader(environment, spotLong);
      const { page, dialog, order } = await enterForm(account, 'ETH/USDT', width);
      await dialog.getByRole('button', { name: 'Market', exact: true }).click();
      await dialog.getByLabel('Amount in ETH').fill('0,5');
      await dialog.getByRole('button', { name: 'Add stop' }).click();
      await order.getByText('100,000.00').waitFor();
      expect(await order.textContent()).toMatch(/Cost1,500.00 USDTEntry feeabout 1.50 USDT/);
      expect(await findings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      const mark = markOf(core);
      const words = await review(dialog);
      await words.getByText('Buy 0.5 ETH at market, worth about 1,500.00 USDT.').waitFor();
      await words.getByText(`It opens a long in ETH/USDT at Binance, account ${account}.`).waitFor();
      await words
        .getByText('Stop: when the last price reaches 2,940.00, sell all that remains at market.')
        .waitFor();
      await words.getByText('Risk at the stop').waitFor();
      expect(await findings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(ledgerSince(core, mark).orders).toEqual([]);
      await dialog.getByRole('button', { name: 'Place MARKET buy' }).click();
      await page.getByRole('heading', { level: 1 }).getByText('Protected').waitFor();
      expect((await environment.admin('positions.list', {})).positions).toMatchObject([{ amount: '0.5' }]);
    },
  );

  it('never sends by Enter or a double click, and returns to the form with everything kept', async () => {
    const { account } = await newTrader(environment, perpetualLong);
    const { page, dialog } = await enterForm(account, 'ETH/USDT:USDT');
    const mark = markOf(core);
    await dialog.getByLabel('Price in USDT').fill('2900');
    await dialog.getByLabel('Amount in ETH').fill('1');
    for (let press = 0; press < 4; press += 1) await page.keyboard.press('Enter');
    const words = dialog.getByRole('region', { name: 'The order' });
    await words.getByText('Buy 1 ETH at 2,900.00 USDT or better, worth 2,900.00 USDT.').waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.ariaLabel')).toBe('The order');
    await dialog.getByRole('button', { name: 'Back' }).click();
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Review order');
    expect(await dialog.getByLabel('Price in USDT').inputValue()).toBe('2900');
    expect(await dialog.getByLabel('Amount in ETH').inputValue()).toBe('1');
    await dialog.getByRole('button', { name: 'Review order' }).dblclick();
    await words.waitFor();
    expect(ledgerSince(core, mark).orders).toEqual([]);
    await dialog.getByRole('button', { name: 'Place LIMIT buy' }).dblclick();
    await page.getByRole('heading', { level: 1 }).getByText('Unfilled').waitFor();
    expect(ledgerSince(core, mark).orders).toHaveLength(1);
  });

  it('warns of a balance that does not suffice and of an amount between two steps', async () => {
    const { account } = await newTrader(environment, spotLong, 'ETH', {
      balances: { spot: { USDT: '1000' } },
    });
    const { dialog, order } = await enterForm(account, 'ETH/USDT');
    await dialog.getByLabel('Price in USDT').fill('2900');
    await dialog.getByLabel('Amount in ETH').fill('1');
    await order
      .getByText(
        'The order needs 2,900.00 USDT; 1,000.00 USDT is available. The exchange is likely to refuse it.',
      )
      .waitFor();
    await dialog.getByLabel('Amount in ETH').fill('0.123456789');
    await order
      .getByText(/^0.123456789 ETH is not on the market's step of 0.\d+. The order is for 0.1234\d* ETH.$/)
      .waitFor();
  });

  it('names the leverage that the balance of a perpetual needs', async () => {
    const { account } = await newTrader(environment, perpetualLong, 'ETH', {
      balances: { usdm: { USDT: '1000' } },
    });
    const { dialog, order } = await enterForm(account, 'ETH/USDT:USDT');
    await dialog.getByLabel('Price in USDT').fill('2900');
    await dialog.getByLabel('Amount in ETH').fill('1');
    await order.getByText('depends on the leverage that is set at the exchange').waitFor();
    await order
      .getByText('With 1,000.00 USDT available, the order needs a leverage of at least 2.9.')
      .waitFor();
  });

  it('marks a size below the minimum and a price between two steps before anything is sent', async () => {
    const { account } = await newTrader(environment, spotLong);
    const { page, dialog } = await enterForm(account, 'ETH/USDT');
    await dialog.getByLabel('Price in USDT').fill('2900.001');
    await dialog.getByLabel('Amount in ETH').fill('1');
    await dialog.getByRole('button', { name: 'Review order' }).click();
    expect(await dialog.getByLabel('Price in USDT').getAttribute('aria-invalid')).toBe('true');
    expect(await page.evaluate('document.activeElement.labels[0].textContent')).toMatch(/^Price in USDT/);
    await dialog.getByLabel('Price in USDT').fill('2900');
    await dialog.getByLabel('Amount in ETH').fill('0.0001');
    await dialog.getByRole('button', { name: 'Review order' }).click();
    await dialog
      .locator('.field-error')
      .getByText(/worth less than the market's minimum of 5 USDT/)
      .waitFor();
    expect(await dialog.getByRole('region', { name: 'The order' }).count()).toBe(0);
  });

  it('reads the price again every few seconds, and shows in the review that it moved', async () => {
    const { account } = await newTrader(environment, perpetualLong);
    const { dialog } = await enterForm(account, 'ETH/USDT:USDT');
    await dialog.getByRole('button', { name: 'Market', exact: true }).click();
    await dialog.getByLabel('Amount in ETH').fill('1');
    const words = await review(dialog);
    await words.getByText('Buy 1 ETH at market, worth about 3,000.00 USDT.').waitFor();
    core.setPrice({ market: 'usdm', symbol: 'ETHUSDT', price: '3060' });
    await words.getByText(/^The price moved 2.00 % since the form: 3,000.00 → 3,060.00./).waitFor();
    await words.getByText('Buy 1 ETH at market, worth about 3,060.00 USDT.').waitFor();
    core.setPrice({ market: 'usdm', symbol: 'ETHUSDT', price: '3000' });
  });

  it('shows a price that can no longer be read as an old one', async () => {
    const { account } = await newTrader(environment, perpetualLong);
    const { order } = await enterForm(account, 'ETH/USDT:USDT');
    expect(await order.locator('.stale').count()).toBe(0);
    core.addFault({ kind: 'html', match: {}, times: 99 });
    await order
      .locator('.stale')
      .getByText(/^read \d+ s ago/)
      .waitFor();
    core.clearFaults();
    await order.locator('.stale').waitFor({ state: 'detached' });
  });

  it('returns to the form with what the exchange side refuses at its field', async () => {
    const { account } = await newTrader(environment, perpetualLong);
    const { dialog } = await enterForm(account, 'ETH/USDT:USDT');
    await dialog.getByLabel('Price in USDT').fill('2900');
    await dialog.getByLabel('Amount in ETH').fill('1');
    await dialog.getByRole('button', { name: 'Add stop' }).click();
    await dialog.getByLabel('Stop price').fill('2950');
    await review(dialog);
    await dialog.getByRole('button', { name: 'Place LIMIT buy' }).click();
    await dialog.getByText('Nothing was sent. Correct the marked fields.').waitFor();
    expect(await dialog.getByLabel('Stop price').getAttribute('aria-invalid')).toBe('true');
  });
});
