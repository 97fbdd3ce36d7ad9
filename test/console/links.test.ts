import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser } from '../browser.ts';
import { fire, startEnvironment } from '../end-to-end/environment.ts';
import { adopt, newTrader, placeEntry, placeExits, spotLong } from '../end-to-end/trader.ts';
import { choose, copyLink, go, setStage } from './harness.ts';

/** Links made on the page, as the guide's user makes them: three dots, two options, the Copy icon. */

const environment = await startEnvironment();
const stage = await setStage(environment);
const here = stage.browser === undefined ? noBrowser : "the console's links";

async function newFilled() {
  const trader = await newTrader(environment, spotLong);
  const entry = placeEntry(trader, { filled: 'all' });
  const { takeProfit, stop } = placeExits(trader, '0.999');
  return adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit, stop], label: 'weekly level' });
}
async function newUnfilled() {
  const trader = await newTrader(environment, spotLong);
  return adopt(trader, { entryOrders: [placeEntry(trader)] });
}

const places: Record<string, (page: Page, positionId: string) => Promise<void>> = {
  Dashboard: (page) => go(page, 'Dashboard'),
  'My Positions': (page) => go(page, 'My Positions'),
  'Position Info': async (page) => {
    await go(page, 'My Positions');
    await page.getByRole('link', { name: 'ETH/USDT' }).click();
    await page.getByRole('heading', { level: 1, name: /ETH\/USDT/ }).waitFor();
  },
};

describe.skipIf(stage.browser === undefined)(here, () => {
  describe.each(Object.keys(places))('from %s', (place) => {
    it('a link that closes is created, copied and fired, and the page shows it without being reloaded', async () => {
      const { positionId } = await newFilled();
      const page = await stage.enter();
      await places[place]?.(page, positionId);
      await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
      const option = page.getByRole('dialog').getByText('Close with MARKET order').locator('..');
      expect(await option.textContent()).toContain(
        'Now it cancels 2 exit orders and sells 0.999 ETH at MARKET.',
      );
      const url = await copyLink(page, 'Close with MARKET order');
      expect(url).toMatch(new RegExp(`^${environment.url}/l/rc_\\w{49}$`));
      const [link] = (await environment.admin('links.list', { positionId })).links;
      expect(link).toMatchObject({ action: 'close', state: 'armed' });
      expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
      if (place === 'Position Info') {
        await page.getByRole('heading', { level: 1 }).getByText('Closed', { exact: true }).waitFor();
        await page.getByText('Fired, POST from 127.0.0.1').waitFor();
        await page.getByText('Position over').waitFor();
      } else if (place === 'Dashboard') {
        await page.getByText('Nothing is open').waitFor();
        await page.getByText('1 fired · 0 did nothing').waitFor();
      } else {
        await page.getByRole('button', { name: 'Closed 1' }).click();
        await page
          .getByRole('row', { name: /ETH\/USDT/ })
          .getByText('Closed', { exact: true })
          .waitFor();
      }
    });

    it('a link that keeps the position open is created, copied and fired, and cancels an unfilled entry', async () => {
      const { positionId } = await newUnfilled();
      const page = await stage.enter();
      await places[place]?.(page, positionId);
      await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
      const option = page.getByRole('dialog').getByText('Keep the position open').locator('..');
      expect(await option.textContent()).toContain('Now it cancels the entry of 1 ETH; nothing has filled.');
      const url = await copyLink(page, 'Keep the position open');
      expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'canceled', action: 'keep' } });
      if (place === 'Position Info')
        await page.getByRole('heading', { level: 1 }).getByText('Cancelled', { exact: true }).waitFor();
      else if (place === 'Dashboard') await page.getByText('Nothing is open').waitFor();
      else await page.getByText('No position fits').waitFor();
    });
  });

  it('the options go with the link, and the steps name the symbol to search for', async () => {
    const { positionId } = await newFilled();
    const page = await stage.enter();
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Works until').isVisible()).toBe(false);
    await dialog.getByText(/^Options/).click();
    await dialog.getByLabel('Name, for your own eyes').fill('half of it');
    await dialog.getByLabel('Works until').selectOption({ label: '7 days from now' });
    await dialog.getByLabel('Close only a part, in %').fill('50');
    await dialog.getByLabel('Opened in a browser').selectOption({ label: 'Shows a button first' });
    await dialog.getByLabel('May be fired from').selectOption({ label: 'Addresses I list' });
    await dialog.getByLabel('Addresses or ranges').fill('203.0.113.7, 198.51.100.0/24');
    await dialog.getByRole('button', { name: 'Create link' }).click();
    await dialog.getByText('ETHUSDT', { exact: true }).waitFor();
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual([
      expect.stringContaining('Supercharts'),
      expect.stringContaining('on Binance'),
      expect.stringContaining('Alert'),
      expect.stringContaining('Message'),
      expect.stringContaining('Webhook URL'),
      expect.stringContaining('Create'),
    ]);
    const [link] = (await environment.admin('links.list', { positionId })).links;
    expect(link).toMatchObject({
      label: 'half of it',
      percent: 50,
      maxUses: 1,
      confirm: true,
      sources: ['203.0.113.7', '198.51.100.0/24'],
    });
    expect(Date.parse(link?.expiresAt ?? '') - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
  });

  it('what an option may not be is said in words, and no link is created', async () => {
    const { positionId } = await newFilled();
    const page = await stage.enter();
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^Options/).click();
    await dialog.getByLabel('May be fired from').selectOption({ label: 'Addresses I list' });
    await dialog.getByLabel('Addresses or ranges').fill('my office');
    await dialog.getByRole('button', { name: 'Create link' }).click();
    await dialog
      .getByRole('alert')
      .getByText(/expected "any", "tradingview", or a list of addresses/)
      .waitFor();
    expect((await environment.admin('links.list', { positionId })).links).toEqual([]);
  });

  it('a link for alerts alone may live for as long as is typed, and a browser is said to ask first', async () => {
    const { positionId } = await newFilled();
    const page = await stage.enter();
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^Options/).click();
    expect(await dialog.getByLabel('For how long').isVisible()).toBe(false);
    await dialog.getByLabel('Works until').selectOption({ label: 'A time of my own' });
    await dialog.getByLabel('Opened in a browser').selectOption({ label: 'Only alerts (POST)' });
    await dialog.getByText('A browser shows a button that sends one.').waitFor();
    for (const wrong of ['tomorrow', '1.5h', '0']) {
      await dialog.getByLabel('For how long').fill(wrong);
      await dialog.getByRole('button', { name: 'Create link' }).click();
      await dialog
        .getByRole('alert')
        .getByText(/expiresIn: expected seconds, or a duration such as "90m", "12h" or "7d"/)
        .waitFor();
    }
    expect((await environment.admin('links.list', { positionId })).links).toEqual([]);
    await dialog.getByLabel('For how long').fill('36h');
    await dialog.getByRole('button', { name: 'Create link' }).click();
    await dialog.getByText(/open the link in a browser and press the button/).waitFor();
    const [link] = (await environment.admin('links.list', { positionId })).links;
    expect(link).toMatchObject({ methods: 'post-only', confirm: false });
    const hours = (Date.parse(link?.expiresAt ?? '') - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(35.9);
    expect(hours).toBeLessThanOrEqual(36);
  });

  it.each([
    { given: {}, told: 'open the link in a browser: it acts at once.' },
    { given: { uses: '3' }, told: 'open the link in a browser: it acts at once.' },
    { given: { browser: 'Shows a button first' }, told: 'open the link in a browser and press the button.' },
    { given: { percent: '50' }, told: 'open the link in a browser: it acts at once.' },
    { given: { percent: '50', uses: '2' }, told: 'open the link in a browser and press the button.' },
    {
      given: { from: "TradingView's addresses" },
      told: "It can't be fired by hand: only TradingView's addresses may.",
    },
    {
      given: { from: 'Addresses I list', addresses: '203.0.113.7', browser: 'Shows a button first' },
      told: 'open the link in a browser at an address that you listed and press the button.',
    },
  ])('how to fire a link with $given by hand is said as it is', async ({ given, told }) => {
    const { positionId } = await newFilled();
    const page = await stage.enter();
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^Options/).click();
    const { uses, browser, percent, from, addresses } = given as Record<string, string | undefined>;
    if (percent !== undefined) await dialog.getByLabel('Close only a part, in %').fill(percent);
    if (uses !== undefined) await dialog.getByLabel('How often it may act').fill(uses);
    if (browser !== undefined)
      await dialog.getByLabel('Opened in a browser').selectOption({ label: browser });
    if (from !== undefined) await dialog.getByLabel('May be fired from').selectOption({ label: from });
    if (addresses !== undefined) await dialog.getByLabel('Addresses or ranges').fill(addresses);
    await dialog.getByRole('button', { name: 'Create link' }).click();
    const help = await dialog.getByText(/^Webhooks need a paid TradingView plan/).textContent();
    expect(help).toContain(told);
    const listed = dialog.getByText(/have to be among the addresses that you listed/);
    expect(await listed.count()).toBe(addresses === undefined ? 0 : 1);
    expect((await environment.admin('links.list', { positionId })).links).toHaveLength(1);
  });

  it('a dialog is not left by mistake before its link was copied', async () => {
    await newFilled();
    const page = await stage.enter();
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create link' }).click();
    await dialog.getByRole('textbox', { name: 'Webhook link' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.getByText(/^Not copied yet/).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.ariaLabel')).toMatch(/^Actions for ETH/);
  });

  it('a link is previewed, looked back on, and revoked for good', async () => {
    const { positionId } = await newFilled();
    const url = await environment.newLink(positionId, 'keep');
    await fire(url, { body: 'a message' });
    const page = await stage.enter();
    await go(page, 'Links');
    await choose(page, /^Actions for link/, 'What would it do now?');
    await page.getByText('It would leave the filled 0.999 ETH open.').waitFor();
    await page.keyboard.press('Escape');
    await choose(page, /^Actions for link/, 'History');
    await page
      .getByRole('dialog')
      .getByText(/The request has a body, so nothing was done/)
      .waitFor();
    await page.keyboard.press('Escape');
    await choose(page, /^Actions for link/, 'Revoke…');
    await page.getByRole('button', { name: 'Revoke link' }).click();
    await page.getByText('No link is armed').waitFor();
    await page.getByRole('button', { name: /^All/ }).click();
    await page.getByRole('row', { name: /ETH\/USDT Revoked/ }).waitFor();
    expect(await fire(url)).toMatchObject({ status: 410 });
  });

  it('the kill switch stops every link with one click, and asks before it lets them go on', async () => {
    const { positionId } = await newFilled();
    const url = await environment.newLink(positionId, 'close');
    const page = await stage.enter();
    await page.getByRole('button', { name: 'Pause all links' }).click();
    await page.getByText('All links are paused.', { exact: true }).waitFor();
    expect(await fire(url)).toMatchObject({ status: 409, json: { status: 'paused' } });
    await page.getByRole('button', { name: 'Resume links' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume links' }).click();
    await page.getByRole('button', { name: 'Pause all links' }).waitFor();
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });
});
