import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser } from '../browser.ts';
import { fire, startEnvironment } from '../end-to-end/environment.ts';
import { adopt, newTrader, placeEntry, placeExits, spotLong } from '../end-to-end/trader.ts';
import { choose, copyLink, go, startHarness } from './harness.ts';

/** Links created on the page as the guide describes: three dots, two options, the Copy icon. */

const environment = await startEnvironment();
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : "the console's links";

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

describe.skipIf(harness.browser === undefined)(here, () => {
  describe.each(Object.keys(places))('from %s', (place) => {
    it('creates, copies and fires a close link, and shows the result without a reload', async () => {
      const { positionId } = await newFilled();
      const page = await harness.enter();
      await places[place]?.(page, positionId);
      await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
      const option = page.getByRole('dialog').getByText('Close with MARKET order').locator('..');
      expect(await option.textContent()).toContain(
        'If fired now: cancels 2 exit orders, then sells 0.999 ETH at market.',
      );
      const url = await copyLink(page, 'Close with MARKET order');
      expect(url).toMatch(new RegExp(`^${environment.url}/l/rc_\\w{49}$`));
      const [link] = (await environment.admin('links.list', { positionId })).links;
      expect(link).toMatchObject({ action: 'close', state: 'armed' });
      expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
      if (place === 'Position Info') {
        await page.getByRole('heading', { level: 1 }).getByText('Closed', { exact: true }).waitFor();
        await page.getByText('Fired, POST from 127.0.0.1').waitFor();
        await page.getByText('Position closed').waitFor();
      } else if (place === 'Dashboard') {
        await page.getByText('No open positions').waitFor();
        await page.getByText('1 fired · 0 did nothing').waitFor();
      } else {
        await page.getByRole('button', { name: 'Closed 1' }).click();
        await page
          .getByRole('row', { name: /ETH\/USDT/ })
          .getByText('Closed', { exact: true })
          .waitFor();
      }
    });

    it('creates, copies and fires a keep link, which cancels an unfilled entry', async () => {
      const { positionId } = await newUnfilled();
      const page = await harness.enter();
      await places[place]?.(page, positionId);
      await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
      const option = page.getByRole('dialog').getByText('Keep the Position Open').locator('..');
      expect(await option.textContent()).toContain(
        'If fired now: cancels the entry of 1 ETH; nothing has filled.',
      );
      const url = await copyLink(page, 'Keep the Position Open');
      expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'canceled', action: 'keep' } });
      if (place === 'Position Info')
        await page.getByRole('heading', { level: 1 }).getByText('Canceled', { exact: true }).waitFor();
      else if (place === 'Dashboard') await page.getByText('No open positions').waitFor();
      else await page.getByText('No matching positions').waitFor();
    });
  });

  it('creates a link with its options, and names the symbol to search for', async () => {
    const { positionId } = await newFilled();
    const page = await harness.enter();
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Expires').isVisible()).toBe(false);
    await dialog.getByText(/^Options/).click();
    await dialog.getByLabel('Label (only you see it)').fill('half of it');
    await dialog.getByLabel('Expires').selectOption({ label: '7 days from now' });
    await dialog.getByLabel('Close part (%)').fill('50');
    await dialog.getByLabel('Opened in a browser').selectOption({ label: 'Asks for confirmation' });
    await dialog.getByLabel('Allowed sources').selectOption({ label: 'Specific IP addresses' });
    await dialog.getByLabel('IP addresses or ranges').fill('203.0.113.7, 198.51.100.0/24');
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

  it('says before and after its creation how much a partial-close link closes', async () => {
    await newFilled();
    const page = await harness.enter();
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^Options/).click();
    await dialog.getByLabel('Close part (%)').fill('50');
    const option = dialog.getByText('Close with MARKET order').locator('..');
    expect(await option.textContent()).toMatch(
      /This will immediately close 50 % of a filled position.*cancels 2 exit orders, then sells 0\.4995 ETH \(50 %\) at market; Ripcord then places exits for the rest again, if it can\./,
    );
    await dialog.getByRole('button', { name: 'Create link' }).click();
    await dialog
      .getByText(
        'Close 50 % with MARKET order. If fired now: cancels 2 exit orders; sells 0.4995 ETH (50 %) at market.',
      )
      .waitFor();
  });

  it('explains a wrong option, and creates no link', async () => {
    const { positionId } = await newFilled();
    const page = await harness.enter();
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^Options/).click();
    await dialog.getByLabel('Allowed sources').selectOption({ label: 'Specific IP addresses' });
    await dialog.getByLabel('IP addresses or ranges').fill('my office');
    await dialog.getByRole('button', { name: 'Create link' }).click();
    await dialog
      .getByRole('alert')
      .getByText(/expected "any", "tradingview", or a list of addresses/)
      .waitFor();
    expect((await environment.admin('links.list', { positionId })).links).toEqual([]);
  });

  it('creates a link for alerts only with a custom duration, and says that a browser asks first', async () => {
    const { positionId } = await newFilled();
    const page = await harness.enter();
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^Options/).click();
    expect(await dialog.getByLabel('Duration').isVisible()).toBe(false);
    await dialog.getByLabel('Expires').selectOption({ label: 'Custom' });
    await dialog.getByLabel('Opened in a browser').selectOption({ label: 'Alerts only' });
    await dialog.getByText('Browsers see a confirm button.').waitFor();
    for (const wrong of ['tomorrow', '1.5h', '0']) {
      await dialog.getByLabel('Duration').fill(wrong);
      await dialog.getByRole('button', { name: 'Create link' }).click();
      await dialog
        .getByRole('alert')
        .getByText(/expiresIn: expected seconds, or a duration such as "90m", "12h" or "7d"/)
        .waitFor();
    }
    expect((await environment.admin('links.list', { positionId })).links).toEqual([]);
    await dialog.getByLabel('Duration').fill('36h');
    await dialog.getByRole('button', { name: 'Create link' }).click();
    await dialog.getByText(/open the link in a browser. Press the button to confirm/).waitFor();
    const [link] = (await environment.admin('links.list', { positionId })).links;
    expect(link).toMatchObject({ methods: 'post-only', confirm: false });
    const hours = (Date.parse(link?.expiresAt ?? '') - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(35.9);
    expect(hours).toBeLessThanOrEqual(36);
  });

  it.each([
    { given: {}, text: 'Without an alert: open the link in a browser. It acts immediately.' },
    { given: { uses: '3' }, text: 'Without an alert: open the link in a browser. It acts immediately.' },
    {
      given: { browser: 'Asks for confirmation' },
      text: 'Without an alert: open the link in a browser. Press the button to confirm.',
    },
    { given: { percent: '50' }, text: 'Without an alert: open the link in a browser. It acts immediately.' },
    {
      given: { percent: '50', uses: '2' },
      text: 'Without an alert: open the link in a browser. Press the button to confirm.',
    },
    {
      given: { from: 'TradingView only' },
      text: 'Only TradingView can use this link. A browser is refused.',
    },
    {
      given: { from: 'Specific IP addresses', addresses: '203.0.113.7', browser: 'Asks for confirmation' },
      text: 'Without an alert: open the link in a browser at an allowed IP address. Press the button to confirm.',
    },
  ])('describes how to use a link with $given without an alert', async ({ given, text }) => {
    const { positionId } = await newFilled();
    const page = await harness.enter();
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^Options/).click();
    const { uses, browser, percent, from, addresses } = given as Record<string, string | undefined>;
    if (percent !== undefined) await dialog.getByLabel('Close part (%)').fill(percent);
    if (uses !== undefined) await dialog.getByLabel('Maximum uses').fill(uses);
    if (browser !== undefined)
      await dialog.getByLabel('Opened in a browser').selectOption({ label: browser });
    if (from !== undefined) await dialog.getByLabel('Allowed sources').selectOption({ label: from });
    if (addresses !== undefined) await dialog.getByLabel('IP addresses or ranges').fill(addresses);
    await dialog.getByRole('button', { name: 'Create link' }).click();
    await dialog.getByText(/^Webhooks need a paid TradingView plan/).waitFor();
    await dialog.getByText(text, { exact: true }).waitFor();
    const listed = dialog.getByText(/^TradingView sends alerts from its own IP addresses/);
    expect(await listed.count()).toBe(addresses === undefined ? 0 : 1);
    expect((await environment.admin('links.list', { positionId })).links).toHaveLength(1);
  });

  it('warns before a dialog closes without its link copied', async () => {
    await newFilled();
    const page = await harness.enter();
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

  it('previews a link, shows its history and revokes it', async () => {
    const { positionId } = await newFilled();
    const url = await environment.newLink(positionId, 'keep');
    await fire(url, { body: 'a message' });
    const page = await harness.enter();
    await go(page, 'Links');
    await choose(page, /^Actions for link/, 'What would it do now?');
    await page.getByText('If fired now: leaves the filled 0.999 ETH open.').waitFor();
    await page.keyboard.press('Escape');
    await choose(page, /^Actions for link/, 'History');
    await page
      .getByRole('dialog')
      .getByText(/The request has a body, so nothing was done/)
      .waitFor();
    await page.keyboard.press('Escape');
    await choose(page, /^Actions for link/, 'Revoke…');
    await page.getByRole('button', { name: 'Revoke link' }).click();
    await page.getByText('No armed links').waitFor();
    await page.getByRole('button', { name: /^All/ }).click();
    await page.getByRole('row', { name: /ETH\/USDT Revoked/ }).waitFor();
    expect(await fire(url)).toMatchObject({ status: 410 });
  });

  it('pauses every link with one click, and asks before it resumes them', async () => {
    const { positionId } = await newFilled();
    const url = await environment.newLink(positionId, 'close');
    const page = await harness.enter();
    await page.getByRole('button', { name: 'Pause all links' }).click();
    await page.getByText('All links are paused.', { exact: true }).waitFor();
    expect(await fire(url)).toMatchObject({ status: 409, json: { status: 'paused' } });
    await page.getByRole('button', { name: 'Resume links' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume links' }).click();
    await page.getByRole('button', { name: 'Pause all links' }).waitFor();
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });
});
