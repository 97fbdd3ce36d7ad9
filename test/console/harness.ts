import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach } from 'vitest';
import { launchBrowser } from '../browser.ts';
import type { Environment } from '../end-to-end/environment.ts';

type ContextOptions = Parameters<Browser['newContext']>[0];

export interface Harness {
  browser: Browser | undefined;
  /** A new window with a session of its own, past its address. */
  enter(options?: ContextOptions): Promise<Page>;
}

/** Longer than the page's longest pause between two polls, on a busy machine. */
const patienceMs = 12_000;

/** A browser for the tests of a file. After each test it closes every window and forgets every position. */
export async function startHarness(environment: Environment, ...flags: string[]): Promise<Harness> {
  const browser = await launchBrowser(...flags);
  const contexts: BrowserContext[] = [];
  const pageErrors: string[] = [];

  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    await environment.admin('links.resume', {});
    const { positions } = await environment.admin('positions.list', {});
    for (const { positionId } of positions) await environment.admin('positions.forget', { positionId });
    const found = pageErrors.splice(0);
    if (found.length > 0) throw new Error(`The page reported errors: ${found.join('; ')}`);
  });
  afterAll(async () => {
    await browser?.close();
  });
  return {
    browser,
    async enter(options = { viewport: { width: 1280, height: 860 } }) {
      if (browser === undefined) throw new Error('no browser');
      const context = await browser.newContext(options);
      contexts.push(context);
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const page = await context.newPage();
      page.setDefaultTimeout(patienceMs);
      // An error of the page, or a violation of its policy, fails the test that caused it.
      page.on('pageerror', (error) => pageErrors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') pageErrors.push(message.text());
      });
      await page.goto(environment.consoleAddress());
      await page.getByRole('heading', { level: 1 }).waitFor();
      return page;
    },
  };
}

/** Opens a three-dot menu and chooses from it. */
export async function choose(place: Page | Locator, menu: RegExp, item: string): Promise<void> {
  await place.getByRole('button', { name: menu }).click();
  await place.getByRole('menuitem', { name: item, exact: true }).click();
}

export async function go(page: Page, to: 'Dashboard' | 'My Positions' | 'Links'): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: to }).click();
  await page.getByRole('heading', { level: 1, name: to }).waitFor();
}

/** Creates a link in the open dialog: choosing what it does creates it. */
export async function createLink(page: Page, option: string): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: option }).click();
}

/** Creates a link in the open dialog and copies it by its icon. @returns what the clipboard holds. */
export async function copyLink(page: Page, option: string): Promise<string> {
  const dialog = page.getByRole('dialog');
  await createLink(page, option);
  await dialog.getByRole('button', { name: 'Copy webhook link' }).click();
  await dialog.getByText('Copied', { exact: true }).waitFor();
  const copied = await page.evaluate<string>('navigator.clipboard.readText()');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await dialog.waitFor({ state: 'detached' });
  return copied;
}

const axe = readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

interface Finding {
  id: string;
  impact: string | null;
  nodes: { html: string }[];
}

/** @returns what axe finds, except minor findings. */
export async function findings(page: Page) {
  await page.evaluate(await axe);
  const { violations } = await page.evaluate<{ violations: Finding[] }>('axe.run()');
  return violations
    .filter(({ impact }) => impact !== 'minor')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
