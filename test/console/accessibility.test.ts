import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../infra/loopback/listen.ts';
import { noBrowser } from '../browser.ts';
import { startEnvironment } from '../end-to-end/environment.ts';
import { adopt, newTrader, placeEntry, placeExits, spotLong } from '../end-to-end/trader.ts';
import { go, startHarness } from './harness.ts';

/** What the keyboard, screen readers and pages of other servers see of the page. screens.test.ts has every screen. */

const environment = await startEnvironment({ table: 'model' });
const harness = await startHarness(environment, '--host-resolver-rules=MAP evil.example 127.0.0.1');
const here = harness.browser === undefined ? noBrowser : 'the console';

async function newPosition() {
  const trader = await newTrader(environment, spotLong);
  const entry = placeEntry(trader, { filled: 'all' });
  const { takeProfit, stop } = placeExits(trader, '0.999');
  return adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit, stop] });
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
