import type { Page } from 'playwright-core';
import { decodeQR } from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { noBrowser } from '../browser.ts';
import { fire, startEnvironment } from '../end-to-end/environment.ts';
import { adopt, newTrader, placeEntry, placeExits, spotLong } from '../end-to-end/trader.ts';
import { choose, copyLink, createLink, go, startHarness } from './harness.ts';

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

/** @returns the code that a path of dark cells draws, each cell 4 pixels wide. */
function toPicture(path: string, viewBox: string | null) {
  const size = Number(viewBox?.split(' ')[2]);
  const dark = new Set([...path.matchAll(/M(\d+) (\d+)/g)].map(([, x, y]) => `${x} ${y}`));
  const scale = 4;
  const width = size * scale;
  const data = new Uint8Array(width * width * 4).fill(255);
  for (let y = 0; y < width; y += 1)
    for (let x = 0; x < width; x += 1)
      if (dark.has(`${Math.floor(x / scale)} ${Math.floor(y / scale)}`))
        data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
  return { width, height: width, data };
}

describe.skipIf(harness.browser === undefined)(here, () => {
  describe.each(Object.keys(places))('from %s', (place) => {
    it('creates, copies and fires a close link, and shows the result without a reload', async () => {
      const { positionId } = await newFilled();
      const page = await harness.enter();
      await places[place]?.(page, positionId);
      await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
      await page
        .getByRole('dialog')
        .getByText('If fired now: cancels 2 exit orders; sells 0.999 ETH at market.')
        .waitFor();
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
        await page.getByRole('button', { name: 'Dismiss ETH/USDT long: Closed' }).click();
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
      const option = page.getByRole('dialog').getByRole('button', { name: 'Keep the Position Open' });
      await option.getByText('If fired now: cancels the unfilled entry of 1 ETH.').waitFor();
      const url = await copyLink(page, 'Keep the Position Open');
      expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'canceled', action: 'keep' } });
      if (place === 'Position Info') {
        await page.getByRole('heading', { level: 1 }).getByText('Canceled', { exact: true }).waitFor();
        return;
      }
      await page.getByRole('button', { name: 'Dismiss ETH/USDT long: Canceled' }).click();
      await page.getByText(place === 'Dashboard' ? 'No open positions' : 'No matching positions').waitFor();
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
    await createLink(page, 'Close with MARKET order');
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
    const option = dialog.getByRole('button', { name: 'Close with MARKET order' });
    await option
      .getByText(
        'cancels 2 exit orders; sells 0.4995 ETH (50 %) at market; then places exits for the rest again, if it can.',
      )
      .waitFor();
    expect(await option.textContent()).toContain('This will immediately close 50 % of a filled position');
    await createLink(page, 'Close with MARKET order');
    await dialog
      .getByText(
        'Close 50 % with MARKET order. If fired now: cancels 2 exit orders; sells 0.4995 ETH (50 %) at market; then places exits for the rest again, if it can.',
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
    await createLink(page, 'Close with MARKET order');
    await dialog
      .locator('.field-error')
      .getByText('Expected addresses such as 203.0.113.7 or ranges such as 203.0.113.0/24.')
      .waitFor();
    await dialog.getByText('Nothing was sent. Correct the marked fields.').waitFor();
    expect(await dialog.getByLabel('IP addresses or ranges').getAttribute('aria-invalid')).toBe('true');
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
      await createLink(page, 'Close with MARKET order');
      await dialog.getByText(/expected seconds, or a duration such as "90m", "12h" or "7d"/i).waitFor();
    }
    expect((await environment.admin('links.list', { positionId })).links).toEqual([]);
    await dialog.getByLabel('Duration').fill('36h');
    await createLink(page, 'Close with MARKET order');
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
    await createLink(page, 'Close with MARKET order');
    await dialog.getByText(/^A paid TradingView plan, such as Premium, is required/).waitFor();
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
    await createLink(page, 'Close with MARKET order');
    await dialog.getByRole('textbox', { name: 'Webhook link' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.getByText(/^Not copied yet/).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.ariaLabel')).toMatch(/^Actions for ETH/);
  });

  it('counts a link as copied by the keyboard, and closes with Done', async () => {
    await newFilled();
    const page = await harness.enter();
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    await createLink(page, 'Close with MARKET order');
    const field = dialog.getByRole('textbox', { name: 'Webhook link' });
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.getByText(/^Not copied yet/).waitFor();
    await field.focus();
    await page.keyboard.press('Control+c');
    await dialog.getByText(/^Not copied yet/).waitFor({ state: 'detached' });
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await field.inputValue());
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.ariaLabel')).toMatch(/^Actions for ETH/);
  });

  it('creates both links in one step, each to be copied', async () => {
    const { positionId } = await newFilled();
    const page = await harness.enter();
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    await createLink(page, 'Both links');
    await dialog.getByRole('button', { name: 'Copy close link' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.getByText(/^Not copied yet/).waitFor();
    await dialog.getByRole('button', { name: 'Copy keep link' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { links } = await environment.admin('links.list', { positionId });
    expect(links.map(({ action }) => action).toSorted()).toEqual(['close', 'keep']);
  });

  it('takes no more clicks than the guide: dots, Create Webhook Link, the option, Copy', async () => {
    await newFilled();
    const page = await harness.enter();
    await page.evaluate('window.clicks = 0; addEventListener("click", () => { window.clicks += 1; }, true)');
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: /MARKET|Open/ }).allTextContents()).toEqual([
      expect.stringMatching(
        /^Close with MARKET orderThis will immediately close a filled position using a market order\. If the entry order has not been filled, the position will be canceled\./,
      ),
      expect.stringMatching(
        /^Keep the Position OpenNo action will be taken on a filled position\. If the entry order has not been filled, the position will be canceled\./,
      ),
    ]);
    await createLink(page, 'Keep the Position Open');
    await dialog.getByRole('button', { name: 'Copy webhook link' }).click();
    await dialog.getByText('Copied', { exact: true }).waitFor();
    expect(await page.evaluate('window.clicks')).toBe(4);
    const text = (await dialog.textContent()) ?? '';
    const notes = [
      'A paid TradingView plan, such as Premium',
      'Products › Supercharts',
      'on a different market',
    ];
    const places = notes.map((note) => text.indexOf(note));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('draws a QR code of the link when it is asked for', async () => {
    await newFilled();
    const page = await harness.enter();
    await choose(page, /^Actions for ETH\/USDT long/, 'Create Webhook Link');
    const dialog = page.getByRole('dialog');
    await createLink(page, 'Close with MARKET order');
    const url = await dialog.getByRole('textbox', { name: 'Webhook link' }).inputValue();
    const code = dialog.getByRole('img', { name: 'QR code of the webhook link' });
    expect(await code.count()).toBe(0);
    await dialog.getByText('QR code').click();
    const path = (await code.locator('path').getAttribute('d')) ?? '';
    expect(decodeQR(toPicture(path, await code.getAttribute('viewBox')))).toBe(url);
  });

  it('shows links that can be told apart, with their last hit, and finds one by its last 4 characters', async () => {
    const { positionId } = await newFilled();
    const create = (options: { label?: string; percent?: number }) =>
      environment.admin('links.create', { positionId, action: 'close', ...options });
    const [half, whole] = [await create({ percent: 50, label: 'half' }), await create({})];
    await fire(half.url, { body: 'a message' });
    const page = await harness.enter();
    await go(page, 'Links');
    const end = half.url.slice(-4);
    const row = page.getByRole('row', {
      name: new RegExp(`Close 50 % with MARKET order half · …${end} ETH/USDT long`),
    });
    await row.getByText('Refused: the alert has a message', { exact: true }).waitFor();
    const other = page.getByRole('row', { name: new RegExp(`…${whole.url.slice(-4)}`) });
    await other.getByText('never').waitFor();
    await page.getByRole('searchbox', { name: 'Search links' }).fill(end);
    await other.waitFor({ state: 'detached' });
    await row.waitFor();
    await page.reload();
    await row.waitFor();
    expect(await other.count()).toBe(0);
  });

  it('revokes the links that a search lists together, after a typed confirmation', async () => {
    const { positionId } = await newFilled();
    for (const label of ['old 1', 'old 2', 'new'])
      await environment.admin('links.create', { positionId, action: 'keep', label });
    const page = await harness.enter();
    await go(page, 'Links');
    await page.getByRole('button', { name: 'Revoke these 3…' }).waitFor();
    await page.getByRole('searchbox').fill('old');
    await page.getByRole('button', { name: 'Revoke these 2…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Revoke these links?' });
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual([
      expect.stringContaining('old'),
      expect.stringContaining('old'),
    ]);
    const armed = async () =>
      (await environment.admin('links.list', { positionId })).links.filter(({ state }) => state === 'armed');
    await dialog.getByRole('button', { name: 'Revoke 2 links' }).click();
    expect(await armed()).toHaveLength(3);
    await dialog.getByLabel('Type revoke 2 to confirm').fill('revoke 2');
    await dialog.getByRole('button', { name: 'Revoke 2 links' }).click();
    await dialog.getByText('2 of 2 processed.').waitFor();
    expect((await armed()).map(({ label }) => label)).toEqual(['new']);
  });

  it('renames and extends a link', async () => {
    const { positionId } = await newFilled();
    const { link } = await environment.admin('links.create', { positionId, action: 'keep', expiresIn: 60 });
    const page = await harness.enter();
    await go(page, 'Links');
    await choose(page, /^Actions for link/, 'Rename or extend…');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Label (only you see it)').fill('weekly level');
    await dialog.getByLabel('Expires').selectOption({ label: '7 days from now' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Link changed. Its URL is the same.').waitFor();
    await page.getByRole('row', { name: /weekly level/ }).waitFor();
    const [changed] = (await environment.admin('links.list', { positionId })).links;
    expect(changed).toMatchObject({ linkId: link.linkId, label: 'weekly level', state: 'armed' });
    expect(Date.parse(changed?.expiresAt ?? '') - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    await choose(page, /^Actions for link weekly level/, 'Rename or extend…');
    await dialog.getByLabel('Expires').selectOption({ label: 'When the position closes' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const [unlimited] = (await environment.admin('links.list', { positionId })).links;
    expect(unlimited).toMatchObject({ label: 'weekly level' });
    expect(unlimited?.expiresAt).toBeUndefined();
  });

  it('previews a link, shows its history and revokes it', async () => {
    const { positionId } = await newFilled();
    const url = await environment.newLink(positionId, 'keep');
    await fire(url, { body: 'a message' });
    const page = await harness.enter();
    await go(page, 'Links');
    await page.getByText('Refused: the alert has a message', { exact: true }).waitFor();
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
    await page.getByRole('row', { name: /ETH\/USDT long .* Revoked/ }).waitFor();
    expect(await fire(url)).toMatchObject({ status: 410 });
  });

  it('pauses every link with one click, and asks before it resumes them', async () => {
    const { positionId } = await newFilled();
    const url = await environment.newLink(positionId, 'close');
    const page = await harness.enter();
    await page.getByRole('button', { name: 'Pause all links' }).click();
    await page.getByText('All links are paused.', { exact: true }).waitFor();
    expect(await fire(url)).toMatchObject({ status: 409, json: { status: 'paused' } });
    await page.getByText('1 open position loses its links until you resume links.').waitFor();
    await choose(page, /^When the pause ends/, 'In 1 hour');
    await page.getByText(/^Links work again at /).waitFor();
    await page.getByText(/1 open position loses its links until .*\d\d:\d\d/).waitFor();
    const { pausedUntil = '' } = await environment.admin('links.list', {});
    expect(Date.parse(pausedUntil) - Date.now()).toBeGreaterThan(59 * 60_000);
    await choose(page, /^When the pause ends/, 'Only when I resume');
    await page.getByText('1 open position loses its links until you resume links.').waitFor();
    await page.getByRole('button', { name: 'Resume links' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume links' }).click();
    await page.getByRole('button', { name: 'Pause all links' }).waitFor();
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });
});
