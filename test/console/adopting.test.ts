import { describe, expect, it } from 'vitest';
import { noBrowser } from '../browser.ts';
import { startEnvironment } from '../end-to-end/environment.ts';
import {
  newTrader,
  perpetualLong,
  placeEntry,
  placeExits,
  spotLong,
  tradeByHand,
} from '../end-to-end/trader.ts';
import { findings, go, startHarness } from './harness.ts';

/** Adopting on the page: nothing is ticked that is not certain, and the form says what the position would be. */

const environment = await startEnvironment({ table: 'model' });
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : 'adopting on the page';

async function enterAdoption(account: string, candidate: RegExp, width = 1280) {
  const page = await harness.enter({ viewport: { width, height: 860 } });
  await go(page, 'My Positions');
  await page.getByRole('button', { name: 'Adopt' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Account').selectOption(account);
  await dialog.getByRole('button', { name: candidate }).click();
  return { page, dialog, adopt: dialog.getByRole('button', { name: 'Adopt', exact: true }) };
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it.each([360, 768, 1024, 1440])(
    'ticks none of several entry orders and shows what ticking makes, %i px wide',
    async (width) => {
      const trader = await newTrader(environment, spotLong);
      placeEntry(trader, { filled: '0.4' });
      placeEntry(trader, { amount: '2' });
      const { page, dialog, adopt } = await enterAdoption(
        trader.account,
        /ETH\/USDT long 2 entry orders/,
        width,
      );
      const outline = dialog.getByLabel('The position');
      await outline.getByText('Tick the entry orders of the position, or enter its amount.').waitFor();
      expect(await dialog.getByRole('checkbox', { checked: true }).count()).toBe(0);
      expect(await adopt.isDisabled()).toBe(true);
      await dialog.getByRole('button', { name: 'All entry orders' }).click();
      await dialog.getByText('2 of 2 ticked, 3 ETH in total').waitFor();
      await outline
        .getByText('Long 3 ETH in ETH/USDT by 2 entry orders, of which 0.4 ETH has filled.')
        .waitFor();
      expect(await findings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await dialog.getByRole('button', { name: 'None of the entry orders' }).click();
      expect(await adopt.isDisabled()).toBe(true);
      await dialog.getByRole('checkbox', { name: /^Buy 2 ETH/ }).check();
      await outline
        .getByText('Long 2 ETH in ETH/USDT by 1 entry order, of which 0 ETH has filled.')
        .waitFor();
      await adopt.click();
      await page.getByRole('heading', { level: 1 }).getByText('Unfilled').waitFor();
      expect((await environment.admin('positions.list', {})).positions).toMatchObject([{ amount: '2' }]);
    },
  );

  it('leaves an entry order beside a held perpetual unticked, and shows that the held amount is another position', async () => {
    const trader = await newTrader(environment, perpetualLong);
    tradeByHand(trader, 'buy', '2');
    placeExits(trader, '2');
    placeEntry(trader);
    const { dialog, adopt } = await enterAdoption(trader.account, /ETH\/USDT perp long holds 2/);
    const outline = dialog.getByLabel('The position');
    await outline.getByText('Long 2 ETH in ETH/USDT perp, which the account already holds.').waitFor();
    await outline.getByText(/^A close cancels 2 exit orders: .*sell 2 ETH at/).waitFor();
    expect(await outline.getByText(/more than/).count()).toBe(0);
    await dialog.getByRole('checkbox', { name: /^Buy 1 ETH/ }).check();
    await outline.getByText(/^The 2 ETH that the account holds is not part of it/).waitFor();
    expect(await adopt.isEnabled()).toBe(true);
  });

  it('understands a decimal comma, and refuses what could mean two numbers at its field', async () => {
    const trader = await newTrader(environment, perpetualLong);
    tradeByHand(trader, 'buy', '2');
    const { page, dialog, adopt } = await enterAdoption(trader.account, /ETH\/USDT perp long holds 2/);
    const amount = dialog.getByLabel('Amount in ETH');
    await amount.fill('1,234');
    await amount.blur();
    await dialog.getByText('1,234 could mean 1234 or 1.234. Enter one of them.').waitFor();
    expect(await amount.getAttribute('aria-invalid')).toBe('true');
    expect(await adopt.isDisabled()).toBe(true);
    await amount.fill('1,5');
    await amount.blur();
    expect(await amount.inputValue()).toBe('1.5');
    await adopt.click();
    await page.getByRole('heading', { level: 1, name: /ETH\/USDT perp Long Filled/ }).waitFor();
    expect((await environment.admin('positions.list', {})).positions).toMatchObject([{ remaining: '1.5' }]);
  });
});
