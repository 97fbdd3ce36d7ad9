import { createServer } from 'node:http';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../infra/loopback/listen.ts';
import { noBrowser } from '../browser.ts';
import { fire, startEnvironment } from '../end-to-end/environment.ts';
import { adopt, newTrader, placeEntry, placeExits, spotLong } from '../end-to-end/trader.ts';
import { choose, createLink, findings, go, startHarness } from './harness.ts';

/** What browsers, screen readers and pages of other servers see of the page. */

const environment = await startEnvironment();
const harness = await startHarness(environment, '--host-resolver-rules=MAP evil.example 127.0.0.1');
const here = harness.browser === undefined ? noBrowser : 'the console';

async function newPosition() {
  const trader = await newTrader(environment, spotLong);
  const entry = placeEntry(trader, { filled: 'all' });
  const { takeProfit, stop } = placeExits(trader, '0.999');
  return adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit, stop] });
}

const windows = [
  ['light', 1440],
  ['dark', 1024],
  ['light', 768],
  ['dark', 360],
] as const;

/** Collects what axe finds, by the name of what is looked at. */
function startLooking(page: Page, width: number) {
  const found: Record<string, string[]> = {};
  const look = async (name: string) => {
    // No view is wider than its window.
    expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, width]);
    // Nor is a dialog wider than itself.
    const inside =
      'Math.max(0, ...[...document.querySelectorAll("dialog")].map((each) => each.scrollWidth - each.clientWidth))';
    expect([name, await page.evaluate(inside)]).toEqual([name, 0]);
    found[name] = await findings(page);
  };
  return { found, look };
}

/** Another server on this machine, which serves one page. */
async function startStranger(html: string): Promise<number> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(html);
  });
  onTestFinished(() => void server.close());
  return listen(server, 0);
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it.each([360, 641, 768, 900, 1024, 1440])('shows the three dots of every place at %i px', async (width) => {
    const { positionId } = await newPosition();
    await environment.admin('links.create', { positionId, action: 'keep' });
    const page = await harness.enter({ viewport: { width, height: 860 } });
    const seen = async (name: RegExp) => {
      const dots = page.getByRole('button', { name });
      await dots.first().waitFor();
      for (const each of await dots.all()) {
        const box = await each.boundingBox();
        expect(box?.x).toBeGreaterThanOrEqual(0);
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
        // Nothing lies over it.
        await each.click({ trial: true });
      }
    };
    await seen(/^Actions for ETH/);
    await go(page, 'My Positions');
    await seen(/^Actions for ETH/);
    await page.getByRole('link', { name: 'ETH/USDT' }).click();
    await page.getByRole('heading', { level: 1, name: /ETH/ }).waitFor();
    await seen(/^Actions for (ETH|link)/);
    await go(page, 'Links');
    await seen(/^Actions for link/);
  });

  it.each(windows)('passes the checks of axe, %s and %i wide', async (colorScheme, width) => {
    const { positionId } = await newPosition();
    const { url } = await environment.admin('links.create', { positionId, action: 'keep', label: 'fired' });
    expect(await fire(url)).toMatchObject({ status: 200 });
    const page = await harness.enter({ colorScheme, viewport: { width, height: 860 } });
    const { found, look } = startLooking(page, width);
    await look('Dashboard');
    await go(page, 'My Positions');
    await look('My Positions');
    await page.getByRole('button', { name: /^Actions for ETH/ }).click();
    await look('menu');
    await page.getByRole('menuitem', { name: 'Create Webhook Link' }).click();
    await page.getByText(/^Options/).click();
    await look('Create Webhook Link');
    await createLink(page, 'Both links');
    await page.getByRole('textbox', { name: 'Keep link' }).waitFor();
    await page.getByText('QR code').first().click();
    await look('Your webhook links');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'ETH/USDT' }).click();
    await page.getByRole('heading', { name: 'History' }).waitFor();
    await look('Position Info');
    await go(page, 'Links');
    await look('Links');
    for (const [item, name] of [
      ['Rename or extend…', 'Rename or extend this link'],
      ['What would it do now?', 'What would it do now?'],
      ['Revoke…', 'Revoke this link?'],
    ] as const) {
      await choose(page, /^Actions for link fired/, item);
      await page.getByRole('dialog', { name }).waitFor();
      await look(name);
      await page.keyboard.press('Escape');
    }
    await choose(page, /^Actions for link fired/, 'History');
    await page.getByText(/requests? to the exchange/).click();
    await look('History of this link');
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, []])));
  });

  it.each(windows)(
    'passes the checks of axe in the forms of exits, %s and %i wide',
    async (colorScheme, width) => {
      await newPosition();
      const page = await harness.enter({ colorScheme, viewport: { width, height: 860 } });
      const { found, look } = startLooking(page, width);
      await page.getByRole('link', { name: 'ETH/USDT' }).click();
      await page.getByRole('button', { name: 'Edit exits' }).click();
      await page.getByLabel('Estimate').waitFor();
      await look('Edit exits');
      await page.keyboard.press('Escape');
      await go(page, 'My Positions');
      await page.getByRole('button', { name: 'Open', exact: true }).first().click();
      await page.getByLabel('Market').fill('ETH/USDT');
      await page.getByText(/^now 3,000.00/).waitFor();
      await page.getByRole('button', { name: 'Add target' }).click();
      await page.getByRole('button', { name: 'Add stop' }).click();
      await page.getByRole('spinbutton', { name: 'Stop line' }).waitFor();
      await look('Open a position');
      await page.keyboard.press('Escape');
      expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, []])));
    },
  );

  it('works with the keyboard alone', async () => {
    await newPosition();
    const page = await harness.enter();
    await go(page, 'My Positions');
    const focused = () =>
      page.evaluate<string>('document.activeElement.ariaLabel ?? document.activeElement.textContent');
    await page.getByRole('button', { name: /^Actions for ETH/ }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('Create Webhook Link');
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toBe('Forget…');
    await page.keyboard.press('Escape');
    expect(await focused()).toMatch(/^Actions for ETH/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.evaluate('document.querySelector("dialog").contains(document.activeElement)')).toBe(
      true,
    );
    await page.getByText(/^If fired now: cancels 2 exit orders/).waitFor();
    await page.keyboard.press('Tab');
    expect(await focused()).toMatch(/^Close with MARKET order/);
    await page.keyboard.press('Tab');
    expect(await focused()).toMatch(/^Keep the Position Open/);
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Webhook link' }).waitFor();
    expect(await focused()).toBe('Copy webhook link');
    await page.keyboard.press('Enter');
    await page.getByText('Copied', { exact: true }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/\/l\/rc_/);
  });

  it('shows times in local time, with UTC as a tooltip', async () => {
    const { createdAt } = await newPosition();
    const page = await harness.enter({ timezoneId: 'Asia/Tokyo', locale: 'en-GB' });
    await page.getByRole('link', { name: 'ETH/USDT' }).click();
    const time = page.locator(`time[datetime="${createdAt}"]`);
    const hours = (new Date(createdAt).getUTCHours() + 9) % 24;
    expect(await time.textContent()).toMatch(new RegExp(`^${String(hours).padStart(2, '0')}:`));
    expect(await time.getAttribute('title')).toBe(`${createdAt.slice(0, 19).replace('T', ' ')} UTC`);
  });

  it('says what to do if there is nothing yet', async () => {
    const page = await harness.enter();
    await page.getByText('No open positions').waitFor();
    await page.getByText('No hits yet.').waitFor();
    await go(page, 'My Positions');
    await page.getByText('No positions yet').waitFor();
    await go(page, 'Links');
    await page.getByText('No armed links').waitFor();
  });

  it('accepts no command from a page of another server, although the browser has a session', async () => {
    const page = await harness.enter();
    const body = `JSON.stringify({ command: 'links.pause' })`;
    const target = `${environment.url}/console/command`;
    const port = await startStranger(`<!doctype html><title>stranger</title>
      <form method="post" enctype="text/plain" action="${target}"><input name='{"command":"links.pause","x":"' value='"}'></form>
      <iframe src="${environment.url}/console/"></iframe>`);
    for (const name of ['127.0.0.1', 'localhost', 'evil.example']) {
      const stranger = await page.context().newPage();
      await stranger.goto(`http://${name}:${port}/`);
      for (const options of [
        `{ method: 'POST', mode: 'no-cors', credentials: 'include', body: ${body} }`,
        `{ method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' }, body: ${body} }`,
      ])
        await stranger.evaluate(`fetch('${target}', ${options}).catch(() => undefined)`);
      expect(stranger.frames()[1]?.url()).not.toContain('/console/');
      await Promise.all([stranger.waitForURL(target), stranger.evaluate('document.forms[0].submit()')]);
      await stranger.close();
    }
    expect((await environment.admin('links.list', {})).paused).toBe(false);
  });

  it('serves nothing to a foreign name that resolves to this machine', async () => {
    const page = await harness.enter();
    const address = new URL(environment.consoleAddress());
    const other = await page.context().newPage();
    for (const path of ['/console/', address.pathname + address.search]) {
      const answer = await other.goto(`http://evil.example:${address.port}${path}`);
      expect(answer?.status()).toBe(403);
      expect(await other.getByRole('heading').textContent()).toBe("This address isn't allowed");
    }
    // The key was not used up.
    await other.goto(environment.consoleAddress());
    await other.getByRole('heading', { name: 'Dashboard' }).waitFor();
  });
});
