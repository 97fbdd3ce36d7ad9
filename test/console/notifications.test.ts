import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { noBrowser } from '../browser.ts';
import { fire, startEnvironment } from '../end-to-end/environment.ts';
import { adopt, newTrader, placeEntry, spotLong } from '../end-to-end/trader.ts';
import { startLoopback } from '../lib/notify/loopback.ts';
import { choose, findings, startHarness } from './harness.ts';

/** The channels of notices on the dashboard. */

const lines: string[] = [];
const environment = await startEnvironment({ table: 'model', log: (line) => lines.push(line) });
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : 'the notification channels';
const file = join(environment.data, 'notify.json');
const token = '123456:bot-secret-hidden-hidden';
const urlPath = '/services/T0/hiddenhiddenhidden4321';

beforeEach(() => writeFile(file, '[]'));

function card(page: Page) {
  return page.locator('section', { has: page.getByRole('heading', { name: 'Notifications' }) });
}

async function openForm(page: Page) {
  await card(page).getByRole('button', { name: 'Add channel' }).click();
  return page.getByRole('dialog', { name: 'Add a notification channel' });
}

async function fillTelegram(page: Page, baseUrl: string) {
  const dialog = await openForm(page);
  await dialog.getByLabel('Bot token').fill(token);
  await dialog.getByLabel('Chat id').fill('-1007');
  await dialog.getByText(/^Options/).click();
  await dialog.getByLabel('Bot API server').fill(baseUrl);
  return dialog;
}

async function stored(): Promise<object[]> {
  return JSON.parse(await readFile(file, 'utf8'));
}

/** All that the server sends to the page, except what the page is made of. */
function listen(page: Page) {
  const answers: Promise<string>[] = [];
  const requests: { url: string; method: string; body: string }[] = [];
  page.on('request', (request) => {
    requests.push({ url: request.url(), method: request.method(), body: request.postData() ?? '' });
  });
  page.on('response', (response) => {
    if (response.url().endsWith('/command')) answers.push(response.text());
  });
  return { requests, answers: async () => (await Promise.all(answers)).join('\n') };
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it('shows what is missed without a channel, and adds one after its test message was accepted', async () => {
    const chat = await startLoopback();
    chat.behave(401);
    const page = await harness.enter();
    await card(page).getByText('No channels yet').waitFor();
    await card(page)
      .getByText(/Failed closes, missing stops and refused API keys show only here/)
      .waitFor();
    const dialog = await fillTelegram(page, chat.url);
    await dialog.getByRole('button', { name: 'Add channel' }).click();
    await dialog
      .getByText(/^The test message was not accepted: responded 401\. The channel was not stored\./)
      .waitFor();
    expect(await stored()).toEqual([]);
    chat.behave(200);
    await dialog.getByRole('button', { name: 'Add channel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Channel telegram added. Check that its test message arrived.').waitFor();
    await card(page).getByText('Telegram · chat -1007, bot 123456').waitFor();
    await card(page).getByText('No notice yet').waitFor();
    expect(await stored()).toEqual([{ kind: 'telegram', token, chatId: '-1007', baseUrl: chat.url }]);
    expect(chat.received.map(({ path }) => path)).toEqual(Array(2).fill(`/bot${token}/sendMessage`));
  });

  it('adds a webhook without a test, tests it, and removes it after a confirmation', async () => {
    const chat = await startLoopback();
    const page = await harness.enter();
    const dialog = await openForm(page);
    await dialog.getByRole('button', { name: 'Slack' }).click();
    await dialog.getByText('Activate Incoming Webhooks').waitFor();
    await dialog.getByLabel('Webhook URL').fill(chat.url + urlPath);
    await dialog.getByRole('checkbox').uncheck();
    await dialog.getByRole('button', { name: 'Add channel' }).click();
    await card(page)
      .getByText(`Slack · ${new URL(chat.url).host} …4321`)
      .waitFor();
    expect(chat.received).toEqual([]);
    const test = card(page).getByRole('button', { name: 'Test channel slack' });
    await test.click();
    await card(page).getByText('The service accepted a test message. Check that it arrived.').waitFor();
    expect(chat.received).toHaveLength(1);
    chat.behave(404);
    await test.click();
    await card(page).getByText('The test message was not accepted: responded 404.').waitFor();
    await choose(card(page), /^Actions for channel slack/, 'Remove…');
    const question = page.getByRole('dialog', { name: 'Remove this channel?' });
    await question
      .getByText('The token or webhook itself stays valid. Revoke it where it was issued.')
      .waitFor();
    await question.getByRole('button', { name: 'Remove channel' }).click();
    await card(page).getByText('No channels yet').waitFor();
    expect(await stored()).toEqual([]);
  });

  it('shows when each channel last got a notice, and why one did not', async () => {
    const [good, bad] = [await startLoopback(), await startLoopback()];
    bad.behave(403);
    await environment.admin('notify.add', { channel: { kind: 'slack', url: good.url + urlPath } });
    await environment.admin('notify.add', { channel: { kind: 'discord', url: bad.url + urlPath } });
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    await fire(await environment.newLink(positionId, 'close'));
    await environment.invoke('ripcord-sweep', {});
    const page = await harness.enter();
    await card(page)
      .getByText(/^Last notice sent \d/)
      .waitFor();
    await card(page)
      .getByText(/^Last notice failed .*: responded 403\. Ripcord retries each notice for 24 hours\.$/)
      .waitFor();
  });

  it('marks what is wrong at its field, and sends nothing to the service', async () => {
    const chat = await startLoopback();
    await environment.admin('notify.add', {
      channel: { kind: 'telegram', token, chatId: '7', baseUrl: chat.url },
    });
    const page = await harness.enter();
    const dialog = await fillTelegram(page, chat.url);
    await dialog.getByLabel('Chat id').fill('me');
    await dialog.getByLabel('Bot token').fill('hidden');
    await dialog.getByRole('button', { name: 'Add channel' }).click();
    await dialog.getByText('Nothing was sent. Correct the marked fields.').waitFor();
    await dialog.getByText('Expected a bot token such as "123456:ABC-DEF…".').waitFor();
    await dialog.getByText(/^Expected a number such as/).waitFor();
    expect(await page.evaluate('document.activeElement.type')).toBe('password');
    await dialog.getByLabel('Chat id').fill('8');
    await dialog.getByLabel('Bot token').fill(token);
    await dialog.getByRole('button', { name: 'Add channel' }).click();
    await dialog.getByText(/^Channel "telegram" already exists\./).waitFor();
    expect(chat.received).toEqual([]);
    expect(await stored()).toHaveLength(1);
  });

  it('sends a secret to the server once, and nothing shows, stores, answers or logs it', async () => {
    const chat = await startLoopback();
    const page = await harness.enter();
    const { requests, answers } = listen(page);
    const dialog = await fillTelegram(page, chat.url);
    expect(await dialog.getByLabel('Bot token').getAttribute('type')).toBe('password');
    expect(await dialog.getByLabel('Bot token').getAttribute('autocomplete')).toBe('off');
    await dialog.getByRole('button', { name: 'Add channel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await card(page).getByRole('button', { name: 'Test channel telegram' }).click();
    await card(page)
      .getByText(/^The service accepted/)
      .waitFor();
    const again = await openForm(page);
    expect(await again.getByLabel('Bot token').inputValue()).toBe('');
    await page.reload();
    await card(page).getByText('bot 123456').waitFor();
    const withSecret = requests.filter(({ url, body }) => (url + body).includes('hidden'));
    expect(withSecret.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual([
      'POST /console/command',
    ]);
    expect(await answers()).toContain('bot 123456');
    const kept = await page.evaluate<string>(
      'document.documentElement.outerHTML + JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])',
    );
    expect((await answers()) + kept + lines.join()).not.toContain('hidden-hidden');
    for (const name of ['app.js', 'app.css', '']) {
      const bundle = await page.evaluate<string>(
        `fetch('/console/${name}').then((response) => response.text())`,
      );
      expect(bundle).not.toContain('hidden-hidden');
    }
  });

  it.each([
    ['light', 1440],
    ['dark', 1024],
    ['light', 768],
    ['dark', 360],
  ] as const)('pass the checks of axe, %s and %i wide', async (colorScheme, width) => {
    await environment.admin('notify.add', {
      channel: { kind: 'sns', topicArn: `arn:aws:sns:eu-west-1:123456789012:${'long'.repeat(20)}` },
    });
    const chat = await startLoopback();
    const page = await harness.enter({ colorScheme, viewport: { width, height: 860 } });
    await environment.admin('notify.add', { channel: { kind: 'slack', url: chat.url + urlPath } });
    await page.reload();
    await card(page).getByRole('button', { name: 'Test channel slack' }).click();
    await card(page)
      .getByText(/^The service accepted/)
      .waitFor();
    const found: Record<string, string[]> = {};
    const look = async (name: string) => {
      expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, width]);
      const inside =
        'Math.max(0, ...[...document.querySelectorAll("dialog")].map((each) => each.scrollWidth - each.clientWidth))';
      expect([name, await page.evaluate(inside)]).toEqual([name, 0]);
      found[name] = await findings(page);
    };
    await look('Dashboard');
    const dialog = await openForm(page);
    await dialog.getByText(/^Options/).click();
    await dialog.getByRole('button', { name: 'Add channel' }).click();
    await dialog.getByText('Nothing was sent. Correct the marked fields.').waitFor();
    await look('Add a Telegram channel');
    for (const kind of ['Slack', 'Discord', 'SNS']) {
      await dialog.getByRole('button', { name: kind, exact: true }).click();
      await look(`Add a ${kind} channel`);
    }
    await page.keyboard.press('Escape');
    await choose(card(page), /^Actions for channel slack/, 'Remove…');
    await look('Remove this channel?');
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, []])));
  });

  it('work with the keyboard alone', async () => {
    const chat = await startLoopback();
    const page = await harness.enter();
    await card(page).getByText('No channels yet').waitFor();
    await card(page).getByRole('button', { name: 'Add channel' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Telegram' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    for (let tabs = 0; tabs < 4; tabs += 1) await page.keyboard.press('Tab');
    await page.keyboard.type(chat.url + urlPath);
    await page.keyboard.press('Enter');
    await card(page).getByRole('button', { name: 'Test channel slack' }).waitFor();
    expect(chat.received).toHaveLength(1);
    await page.waitForFunction('document.activeElement.textContent === "Add channel"');
  });
});
