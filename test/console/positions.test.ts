import { describe, expect, it } from 'vitest';
import { noBrowser } from '../browser.ts';
import { fire, ledgerSince, markOf, startEnvironment } from '../end-to-end/environment.ts';
import {
  adopt,
  movePrice,
  newTrader,
  perpetualShort,
  placeEntry,
  placeExits,
  spotLong,
  tradeByHand,
} from '../end-to-end/trader.ts';
import { choose, go, startHarness } from './harness.ts';

/** Positions on the page: adopted from a list, opened, watched, closed and resolved. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : "the console's positions";

/** Opens the form that opens a position, with account and market filled in. */
async function enterOpenDialog(account: string, market: string) {
  const page = await harness.enter();
  await go(page, 'My Positions');
  await page.getByRole('button', { name: 'Open', exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Account').selectOption(account);
  await dialog.getByLabel('Market').fill(market);
  return { page, dialog };
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it('adopts a position from the list of what is open at the exchange, without typing an id', async () => {
    const trader = await newTrader(environment, spotLong);
    const entry = placeEntry(trader, { filled: '0.4' });
    const page = await harness.enter();
    await go(page, 'My Positions');
    await page.getByRole('button', { name: 'Adopt' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Account').selectOption(trader.account);
    await dialog.getByRole('button', { name: /ETH\/USDT long 1 entry order/ }).click();
    await dialog.getByRole('checkbox', { name: /Buy 1 ETH at 2,900.00/ }).waitFor();
    await dialog.getByRole('button', { name: 'Adopt' }).click();
    await page.getByRole('heading', { level: 1 }).getByText('Partly filled 40 %').waitFor();
    const { positions } = await environment.admin('positions.list', {});
    expect(positions).toMatchObject([{ entryOrders: [{ orderId: String(entry.id) }], filled: '0.4' }]);
    await go(page, 'My Positions');
    await page.getByRole('button', { name: 'Adopt' }).click();
    await dialog.getByLabel('Account').selectOption(trader.account);
    await dialog.getByText("Nothing is open that Ripcord doesn't manage already.").waitFor();
  });

  it('adopts a perpetual as the exchange holds it, with its open exit orders', async () => {
    const trader = await newTrader(environment, perpetualShort);
    tradeByHand(trader, 'sell', '2');
    placeExits(trader, '2');
    const page = await harness.enter();
    await go(page, 'My Positions');
    await page.getByRole('button', { name: 'Adopt' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Account').selectOption(trader.account);
    await dialog.getByRole('button', { name: /ETH\/USDT perp short holds 2, 2 exit orders/ }).click();
    expect(await dialog.getByLabel('Amount in ETH').inputValue()).toBe('2');
    await dialog.getByRole('button', { name: 'Adopt' }).click();
    await page.getByRole('heading', { level: 1, name: /ETH\/USDT perp Short Filled/ }).waitFor();
    movePrice(trader, '2900');
    await page.getByText('+200.00').waitFor();
    expect((await environment.admin('positions.list', {})).positions).toMatchObject([
      { side: 'short', remaining: '2', openExitOrders: 2 },
    ]);
  });

  it('opens a position with a LIMIT entry and closes it from its menu', async () => {
    const trader = await newTrader(environment, spotLong);
    const { page, dialog } = await enterOpenDialog(trader.account, 'eth/usdt');
    await dialog.getByText(/^now 3,000.00/).waitFor();
    await dialog.getByLabel('Price in USDT').fill('2800.001');
    await dialog.getByLabel('Amount in ETH').fill('0.5');
    await dialog.getByRole('button', { name: 'Review order' }).click();
    await dialog
      .locator('.field-error')
      .getByText(/2800.001 is not a multiple of the market's price step 0.01/)
      .waitFor();
    await dialog.getByLabel('Price in USDT').fill('2800');
    await dialog.getByRole('button', { name: 'Review order' }).click();
    await dialog.getByRole('button', { name: 'Place LIMIT buy' }).click();
    await page.getByRole('heading', { level: 1 }).getByText('Unfilled').waitFor();
    const mark = markOf(core);
    await choose(page, /^Actions for ETH\/USDT long/, 'Close now…');
    await page.getByText('If closed now: cancels the unfilled entry of 0.5 ETH.').waitFor();
    await page.getByRole('button', { name: 'Close now' }).click();
    await page.getByRole('heading', { level: 1 }).getByText('Canceled').waitFor();
    expect(ledgerSince(core, mark)).toMatchObject({ orders: [], canceled: [expect.any(String)] });
  });

  it('opens a position in a symbol of another script, and shows it unchanged', async () => {
    const lot = { min: '0.1', max: '9000000', step: '0.1' };
    const market = {
      kind: 'spot',
      symbol: '币安人生USDT',
      base: '币安人生',
      quote: 'USDT',
      price: '2',
    } as const;
    core.addMarket({ ...market, tick: '0.01', lot, marketLot: lot, minNotional: '5', feeRate: '0' });
    const trader = await newTrader(environment, spotLong);
    const { page, dialog } = await enterOpenDialog(trader.account, '币安人生/usdt');
    await dialog.getByLabel('Price in USDT').fill('1.9');
    await dialog.getByLabel('Amount in 币安人生').fill('10');
    await dialog.getByRole('button', { name: 'Review order' }).click();
    await dialog.getByRole('button', { name: 'Place LIMIT buy' }).click();
    await page.getByRole('heading', { level: 1, name: /币安人生\/USDT Long Unfilled/ }).waitFor();
    expect((await environment.admin('positions.list', {})).positions).toMatchObject([
      { symbol: '币安人生/USDT', amount: '10' },
    ]);
  });

  it('resolves a position that needs attention by the record of the exchange', async () => {
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    core.setLiquidity({ market: 'spot', symbol: 'ETHUSDT', amount: '0.3' });
    expect(await fire(await environment.newLink(positionId, 'close'))).toMatchObject({ status: 409 });
    const page = await harness.enter();
    await page.getByText('ETH/USDT long needs your attention.').waitFor();
    await page.getByRole('button', { name: 'Resolve…' }).click();
    await page.getByText('The position is still open.').waitFor();
    await page.getByText(/^Close order \d+ filled .*0\.69\d* ETH is still open/).waitFor();
    await page.getByRole('button', { name: 'Apply this result' }).click();
    await page.getByText('ETH/USDT long needs your attention.').waitFor({ state: 'detached' });
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'open',
      remaining: expect.stringMatching(/^0\.69/),
    });
  });

  it('filters, searches and sorts the table', async () => {
    const trader = await newTrader(environment, spotLong);
    await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })], label: 'one' });
    await adopt(trader, { entryOrders: [placeEntry(trader, { amount: '3' })], label: 'two' });
    await adopt(trader, {
      entryOrders: [placeEntry(trader, { amount: '2', filled: '0.5' })],
      label: 'three',
    });
    const page = await harness.enter();
    await go(page, 'My Positions');
    const labels = async () =>
      (await page.locator('tbody th .sub').allTextContents()).map((text) => text.split(' · ')[1]);
    expect((await labels()).toSorted()).toEqual(['one', 'three', 'two']);
    await page.getByRole('row', { name: /two/ }).getByText('0 of 3.0000 filled').waitFor();
    await page.getByRole('button', { name: 'Size' }).click();
    expect(await labels()).toEqual(['two', 'three', 'one']);
    await page.getByRole('button', { name: 'Size' }).click();
    expect(await labels()).toEqual(['one', 'three', 'two']);
    expect(await page.getByRole('columnheader', { name: 'Size' }).getAttribute('aria-sort')).toBe(
      'descending',
    );
    await page.getByRole('button', { name: 'Filled 1', exact: true }).click();
    expect(await labels()).toEqual(['one']);
    await page.getByRole('button', { name: 'Unfilled 1', exact: true }).click();
    expect(await labels()).toEqual(['two']);
    await page.getByRole('button', { name: 'Partly filled 1', exact: true }).click();
    expect(await labels()).toEqual(['three']);
    await page.getByRole('button', { name: 'Open 3', exact: true }).click();
    await page.getByRole('searchbox').fill('thre');
    await page.locator('tbody tr').nth(1).waitFor({ state: 'detached' });
    expect(await labels()).toEqual(['three']);
    await page.getByRole('button', { name: 'Partly filled 1', exact: true }).click();
    await page.getByRole('link', { name: 'ETH/USDT' }).click();
    await page.getByRole('heading', { level: 1, name: /ETH\/USDT/ }).waitFor();
    for (const back of [
      () => page.goBack(),
      () => page.reload(),
      async () => {
        await page.getByRole('link', { name: 'ETH/USDT' }).click();
        await page.getByRole('main').getByRole('link', { name: 'My Positions' }).click();
      },
    ]) {
      await back();
      await page.getByText('0.5000 of 2.0000 filled').waitFor();
      expect(await labels()).toEqual(['three']);
      expect(await page.getByRole('searchbox').inputValue()).toBe('thre');
      expect(await page.getByRole('columnheader', { name: 'Size' }).getAttribute('aria-sort')).toBe(
        'descending',
      );
    }
    await page.getByRole('searchbox').fill('nothing of the sort');
    await page.getByText('No matching positions').waitFor();
  });

  it('follows the exchange without a reload, and shows when it stops responding', async () => {
    const trader = await newTrader(environment, spotLong);
    const entry = placeEntry(trader);
    await adopt(trader, { entryOrders: [entry] });
    const page = await harness.enter();
    await page.getByRole('link', { name: 'ETH/USDT' }).click();
    const heading = page.getByRole('heading', { level: 1 });
    await heading.getByText('Unfilled').waitFor();
    core.fill({ orderId: entry.id, amount: '0.25' });
    await heading.getByText('Partly filled 25 %').waitFor();
    core.addFault({ kind: 'html', match: {}, times: 99 });
    await page.getByText(/Showing data from .* no readable response to the request for an order/).waitFor();
    core.clearFaults();
    await page.getByText(/Showing data from/).waitFor({ state: 'detached' });
  });
});
