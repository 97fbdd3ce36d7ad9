import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser } from '../browser.ts';
import { fire, startEnvironment } from '../end-to-end/environment.ts';
import {
  adopt,
  adoptFilled,
  newTrader,
  perpetualLong,
  placeEntry,
  placeExits,
  spotLong,
  type Trader,
  tradeByHand,
} from '../end-to-end/trader.ts';
import { choose, go, startHarness } from './harness.ts';

/** Links for a strategy: made once on the page, tried in rehearsal, and armed. */

const environment = await startEnvironment({ table: 'model' });
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : "the console's standing links";

/** Opens the form of a link for a market of an account. */
async function enterMarket(page: Page, { account }: Trader, symbol: string): Promise<Locator> {
  await go(page, 'Links');
  await page.getByRole('button', { name: 'New standing link' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Account').selectOption(account);
  await dialog.getByLabel('Market').fill(symbol);
  return dialog;
}

async function create(dialog: Locator): Promise<void> {
  await dialog.getByRole('button', { name: 'Review link' }).click();
  await dialog.getByRole('button', { name: 'Create link' }).click();
}

/** @returns the URL that the dialog shows. */
async function copy(dialog: Locator): Promise<string> {
  await dialog.getByRole('button', { name: 'Copy webhook link' }).click();
  await dialog.getByText('Copied', { exact: true }).waitFor();
  return dialog.getByRole('textbox', { name: 'Webhook link' }).inputValue();
}

/** A standing link for longs of the trader's market, made by a command. */
function newStandingLink({ account }: Trader, input: object): Promise<{ url: string }> {
  return environment.admin('links.create', {
    ...{ account, symbol: 'ETH/USDT', side: 'long', action: 'close' },
    ...input,
  });
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it('creates a link in rehearsal, waits for its first alert, and arms it', async () => {
    const trader = await newTrader(environment, spotLong);
    const other = await newTrader(environment, spotLong);
    await adoptFilled(trader, 'mine');
    await adoptFilled(other, 'elsewhere');
    const page = await harness.enter();
    const dialog = await enterMarket(page, trader, 'eth/usdt');
    await dialog.getByRole('button', { name: 'Review link' }).click();
    await dialog.getByText(/^ETH\/USDT long on \S+ \(mine\): sells 0.999 ETH at market/).waitFor();
    await dialog.getByText('1 open position is left out').click();
    await dialog
      .getByText(`ETH/USDT long: It is on ${other.account}, and the link is for ${trader.account}.`)
      .waitFor();
    await dialog.getByRole('button', { name: 'Create link' }).click();
    await dialog.getByText('Waiting for the first alert…').waitFor();
    const url = await copy(dialog);
    expect(await fire(url)).toMatchObject({ status: 200, json: { status: 'rehearsed' } });
    await dialog.getByText(/Received .*empty message.*sells 0.999 ETH/).waitFor();
    await dialog.getByRole('button', { name: 'Arm', exact: true }).click();
    await dialog.getByText('Armed. The next alert acts.').waitFor();
    expect(await fire(url)).toMatchObject({ status: 200, json: { status: 'done' } });
    await dialog.getByText(/^Fired/).waitFor();
  });

  it('shows before it is created where each stop would go, and what it would adopt', async () => {
    const trader = await newTrader(environment, perpetualLong);
    const entry = placeEntry(trader, { filled: 'all' });
    const { takeProfit, stop } = placeExits(trader, '1');
    await adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit, stop] });
    tradeByHand(trader, 'buy', '0.5');
    const page = await harness.enter();
    const dialog = await enterMarket(page, trader, 'ETH/USDT:USDT');
    await dialog.getByRole('button', { name: 'Move stop', exact: true }).click();
    await dialog.getByRole('button', { name: 'Price', exact: true }).click();
    await dialog.getByLabel('Stop price').fill('2800');
    await dialog.getByLabel('Adopt positions opened elsewhere').check();
    await dialog.getByRole('button', { name: 'Review link' }).click();
    await dialog.getByText(/ETH\/USDT perp long on \S+: moves the stop from 2700 to 2800 USDT\./).waitFor();
    await dialog
      .getByText(/\(opened elsewhere\): adopts 0\.5 ETH, then moves the stop to 2800, if that is tighter\./)
      .waitFor();
    const { links } = await environment.admin('links.list', {});
    expect(links.filter(({ scope }) => scope.account === trader.account)).toEqual([]);
  });

  it('asks for the word and the account before it creates a link for a whole account', async () => {
    const trader = await newTrader(environment, spotLong);
    const page = await harness.enter();
    const dialog = await enterMarket(page, trader, 'ETH/USDT');
    await dialog.getByRole('button', { name: 'Account', exact: true }).click();
    expect(await dialog.getByLabel("Follow the strategy's state").count()).toBe(0);
    await dialog.getByRole('button', { name: 'Review link' }).click();
    const button = dialog.getByRole('button', { name: 'Create link' });
    const typed = dialog.getByLabel(`Type close ${trader.account} to confirm`);
    await typed.fill('close');
    // The button is off for half a second in any case.
    await page.waitForTimeout(600);
    expect(await button.isDisabled()).toBe(true);
    await typed.fill(`close ${trader.account}`);
    await button.click();
    await dialog.getByText('Waiting for the first alert…').waitFor();
    const { links } = await environment.admin('links.list', {});
    expect(links.find(({ scope }) => scope.account === trader.account)).toMatchObject({
      scope: { account: trader.account },
      state: 'rehearsal',
    });
  });

  it('shows the lines for a link that follows a strategy, and a name for its alert', async () => {
    const trader = await newTrader(environment, perpetualLong);
    const page = await harness.enter();
    const dialog = await enterMarket(page, trader, 'ETH/USDT:USDT');
    await dialog.getByLabel("Follow the strategy's state").check();
    await dialog.getByLabel('Adopt positions opened elsewhere').check();
    await dialog.getByLabel('Watch for missing alerts').check();
    expect(await dialog.getByLabel('If alerts stop').locator('option').allTextContents()).toEqual([
      'Notify me',
      'Stop to break-even',
    ]);
    await create(dialog);
    await dialog.getByText('inTrade ? "long " : "flat "').waitFor();
    await dialog.getByRole('button', { name: 'Copy alert name' }).click();
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(
      'Ripcord close ETHUSDT.P long',
    );
    const { links } = await environment.admin('links.list', {});
    expect(links.find(({ scope }) => scope.account === trader.account)).toMatchObject({
      ...{ follows: 'market-position', adopt: true, rehearsal: true },
      watch: { every: '5m', missed: 2, then: 'tell', state: 'waiting' },
    });
  });

  it('marks what the admin function refuses at its field, and creates nothing', async () => {
    const trader = await newTrader(environment, spotLong);
    const page = await harness.enter();
    const dialog = await enterMarket(page, trader, 'ETH/USDT');
    await dialog.getByRole('button', { name: 'Reduce', exact: true }).click();
    await dialog.getByLabel('Percent').fill('150');
    await create(dialog);
    await dialog.getByText('Expected less than 100.').waitFor();
    await dialog.getByText('Nothing was sent. Correct the marked fields.').waitFor();
    const { links } = await environment.admin('links.list', {});
    expect(links.filter(({ scope }) => scope.account === trader.account)).toEqual([]);
  });

  it('lists scope, state and watch, arms from the menu, and edits the watch', async () => {
    const trader = await newTrader(environment, spotLong);
    await adoptFilled(trader);
    const label = `beat of ${trader.account}`;
    await newStandingLink(trader, { rehearsal: true, label: `exit of ${trader.account}` });
    await newStandingLink(trader, {
      action: 'heartbeat',
      watch: { every: '5m', missed: 2, then: 'tell' },
      label,
    });
    const page = await harness.enter();
    await page.evaluate(`location.hash = '#/links?search=${trader.account}'`);
    const beat = page.getByRole('row', { name: new RegExp(label) });
    await beat.getByText(`ETH/USDT long on ${trader.account}`).waitFor();
    await beat.getByText('1 open position').waitFor();
    await beat.getByText(/^Watch: /).waitFor();
    await choose(beat, /^Actions for link/, 'Rename or extend…');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('No alert has arrived yet.').waitFor();
    await dialog.getByLabel('An alert is due every').selectOption('1h');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Rehearsal/ }).click();
    await choose(page.getByRole('row', { name: /exit of/ }), /^Actions for link/, 'Arm…');
    await dialog.getByRole('button', { name: 'Arm link' }).click();
    await page.getByText('Link armed. The next alert acts.').waitFor();
    const { links } = await environment.admin('links.list', {});
    const own = links.filter(({ scope }) => scope.account === trader.account);
    expect(own.map(({ state }) => state)).toEqual(['armed', 'armed']);
    expect(own.find((link) => link.action === 'heartbeat')?.watch).toMatchObject({ every: '1h' });
  });

  it('edits the tag of a position, filters by it, and lists the standing links that match', async () => {
    const trader = await newTrader(environment, spotLong);
    await adoptFilled(trader, 'tagged');
    await adoptFilled(await newTrader(environment, spotLong), 'plain');
    await environment.admin('links.create', { tag: 'trend', action: 'close', label: 'exit of trend' });
    const page = await harness.enter();
    await go(page, 'My Positions');
    await choose(page.getByRole('row', { name: /tagged/ }), /^Actions for ETH/, 'Label and tag…');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Tag').fill('trend');
    await dialog.getByLabel('Notify me of a missing stop').uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByLabel('Tag').selectOption('trend');
    await page.getByRole('row', { name: /plain/ }).waitFor({ state: 'detached' });
    await page
      .getByRole('row', { name: /tagged/ })
      .getByText('1 link')
      .waitFor();
    await page.getByRole('link', { name: 'ETH/USDT' }).click();
    await page.getByRole('heading', { name: 'Standing links that match' }).waitFor();
    await page.getByRole('row', { name: /exit of trend/ }).waitFor();
    const { positions } = await environment.admin('positions.list', { tag: 'trend' });
    expect(positions).toMatchObject([{ tag: 'trend', nakedWatch: false }]);
  });

  it('lists the hits of a standing link: each position, and repeats for nothing as one', async () => {
    const trader = await newTrader(environment, spotLong);
    await adoptFilled(trader);
    const label = `exit of ${trader.account}`;
    const { url } = await newStandingLink(trader, { label });
    expect(await fire(url)).toMatchObject({ json: { status: 'done' } });
    expect(await fire(url)).toMatchObject({ json: { status: 'nothing-open' } });
    expect(await fire(url)).toMatchObject({ json: { status: 'nothing-open' } });
    const page = await harness.enter();
    await page.evaluate(`location.hash = '#/links?search=${trader.account}'`);
    await choose(page.getByRole('row', { name: new RegExp(label) }), /^Actions for link/, 'History');
    const hits = page.getByRole('dialog').getByRole('list').first();
    await hits.getByText(/^2 times since/).waitFor();
    await hits.getByText('ETH/USDT long: closed').waitFor();
    expect(await hits.getByText('Nothing open').count()).toBe(1);
  });
});
