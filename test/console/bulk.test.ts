import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser } from '../browser.ts';
import { ledgerSince, markOf, startEnvironment } from '../end-to-end/environment.ts';
import {
  adopt,
  adoptFilled,
  newTrader,
  perpetualLong,
  placeEntry,
  refuseOrders,
  spotLong,
  spotOrders,
} from '../end-to-end/trader.ts';
import { findings, go, startHarness } from './harness.ts';

/** Several positions closed, and several links revoked, from one dialog. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : 'bulk actions';

async function enterPositions(search: string, width = 1024) {
  const page = await harness.enter({ viewport: { width, height: 860 } });
  await go(page, 'My Positions');
  await page.getByRole('searchbox').fill(search);
  return page;
}

async function openCloseDialog(page: Page, count: number) {
  await page.getByRole('button', { name: `Close these ${count}…` }).click();
  return page.getByRole('dialog', { name: 'Close these positions?' });
}

async function statuses() {
  const { positions } = await environment.admin('positions.list', {});
  return Object.fromEntries(positions.map(({ label, status }) => [label, status]));
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it('closes exactly the selected positions, after the word and the number were typed', async () => {
    const trader = await newTrader(environment, spotLong);
    await adoptFilled(trader, 'swing a');
    await adoptFilled(trader, 'swing b');
    await adopt(trader, { entryOrders: [placeEntry(trader, { amount: '2' })], label: 'swing c' });
    await adoptFilled(trader, 'other');
    const page = await enterPositions('swing');
    const dialog = await openCloseDialog(page, 3);
    await dialog.getByText('If closed now: sells 0.999 ETH at market.').nth(1).waitFor();
    await dialog.getByText('If closed now: cancels the unfilled entry of 2 ETH.').waitFor();
    expect(await dialog.getByRole('checkbox').count()).toBe(3);
    // What appears under the same search later is not in the dialog, and stays open.
    await adoptFilled(trader, 'swing late');
    await page.getByText('swing late').waitFor({ state: 'attached' });
    await dialog.getByRole('checkbox', { name: /swing b/ }).uncheck();
    const close = dialog.getByRole('button', { name: 'Close 2 positions' });
    const mark = markOf(core);
    await close.click();
    await dialog.getByLabel('Type close 2 to confirm').fill('close 3');
    await close.click();
    expect(ledgerSince(core, mark)).toMatchObject({ orders: [], canceled: [] });
    await dialog.getByLabel('Type close 2 to confirm').fill('close 2');
    await close.click();
    await dialog.getByText('2 of 2 processed.').waitFor();
    await dialog
      .getByRole('listitem')
      .filter({ hasText: 'swing a' })
      .getByText(/Closed 0.999 ETH with MARKET order/)
      .waitFor();
    expect(await statuses()).toEqual({
      'swing a': 'closed',
      'swing b': 'open',
      'swing c': 'canceled',
      'swing late': 'open',
      other: 'open',
    });
    expect(ledgerSince(core, mark).orders).toHaveLength(1);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('keeps what failed selected, with the words of the exchange, and closes nothing twice on a repeat', async () => {
    await adoptFilled(await newTrader(environment, perpetualLong), 'good');
    await adoptFilled(await newTrader(environment, spotLong), 'bad');
    const page = await enterPositions('');
    const dialog = await openCloseDialog(page, 2);
    const mark = markOf(core);
    refuseOrders(environment);
    await dialog.getByLabel('Type close 2 to confirm').fill('Close 2 ');
    await dialog.getByRole('button', { name: 'Close 2 positions' }).click();
    await dialog.getByText('2 of 2 processed, 1 failed. What failed is still selected.').waitFor();
    core.clearFaults();
    const failed = dialog.getByRole('listitem').filter({ hasText: 'bad' });
    await failed.getByText('Close failed').waitFor();
    await failed.getByText(/insufficient balance/).waitFor();
    expect(await failed.getByRole('checkbox').isChecked()).toBe(true);
    expect(await dialog.getByRole('checkbox', { name: /good/ }).isDisabled()).toBe(true);
    await dialog.getByLabel('Type close 1 to confirm').fill('close 1');
    await dialog.getByRole('button', { name: 'Close 1 position' }).click();
    await dialog.getByText('2 of 2 processed.').waitFor();
    expect(await statuses()).toEqual({ bad: 'closed', good: 'closed' });
    expect(ledgerSince(core, mark).orders).toHaveLength(2);
    expect(await dialog.getByRole('checkbox', { disabled: true }).count()).toBe(2);
  });

  it('starts no further close once it is stopped, and leaves the rest selected', async () => {
    const trader = await newTrader(environment, spotLong);
    for (const label of ['a', 'b', 'c', 'd']) await adoptFilled(trader, label);
    const page = await enterPositions('');
    const dialog = await openCloseDialog(page, 4);
    const mark = markOf(core);
    core.addFault({ kind: 'delay', ms: 1_500, match: spotOrders, times: 3 });
    await dialog.getByLabel('Type close 4 to confirm').fill('close 4');
    await dialog.getByRole('button', { name: 'Close 4 positions' }).click();
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await dialog.getByText('3 of 3 processed.').waitFor();
    core.clearFaults();
    await dialog.getByLabel('Type close 1 to confirm').waitFor();
    expect(await dialog.getByRole('checkbox', { checked: true }).count()).toBe(1);
    expect(ledgerSince(core, mark).orders).toHaveLength(3);
    expect(Object.values(await statuses()).toSorted()).toEqual(['closed', 'closed', 'closed', 'open']);
  });

  it('leaves out a position that ends while the dialog is open', async () => {
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adoptFilled(trader, 'first');
    await adoptFilled(trader, 'second');
    const page = await enterPositions('');
    const dialog = await openCloseDialog(page, 2);
    await environment.admin('positions.close', { positionId });
    await dialog.getByText('Closed. Nothing is done to it.').waitFor();
    await dialog.getByLabel('Type close 1 to confirm').waitFor();
    expect(await dialog.getByRole('checkbox', { name: /first/ }).isDisabled()).toBe(true);
  });

  it.each([
    [360, 'light'],
    [768, 'dark'],
    [1024, 'light'],
    [1440, 'dark'],
  ] as const)('fits and passes axe at %i px, %s', async (width, colorScheme) => {
    const trader = await newTrader(environment, spotLong);
    for (const label of ['a', 'b', 'c']) {
      const { positionId } = await adoptFilled(trader, `a position with a long label ${label}`);
      await environment.admin('links.create', { positionId, action: 'keep', label: `link ${label}` });
    }
    const page = await harness.enter({ colorScheme, viewport: { width, height: 860 } });
    const look = async () => {
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      const over =
        'document.querySelector("dialog").scrollWidth - document.querySelector("dialog").clientWidth';
      expect(await page.evaluate(over)).toBe(0);
      expect(await findings(page)).toEqual([]);
    };
    await go(page, 'My Positions');
    const dialog = await openCloseDialog(page, 3);
    await dialog
      .getByText(/^If closed now: sells/)
      .nth(2)
      .waitFor();
    await look();
    await dialog.getByRole('button', { name: 'Select none' }).click();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await go(page, 'Links');
    await page.getByRole('button', { name: 'Revoke these 3…' }).click();
    await page.getByRole('dialog', { name: 'Revoke these links?' }).waitFor();
    await look();
  });
});
