import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, expect } from 'vitest';
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

/** A browser for the tests of a file. After each test it closes every window, forgets every position and revokes every standing link. */
export async function startHarness(environment: Environment, ...flags: string[]): Promise<Harness> {
  const browser = await launchBrowser(...flags);
  const contexts: BrowserContext[] = [];
  const pageErrors: string[] = [];

  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    await environment.admin('links.resume', {});
    const { positions } = await environment.admin('positions.list', {});
    for (const { positionId } of positions) await environment.admin('positions.forget', { positionId });
    const { links } = await environment.admin('links.list', {});
    const standing = links.filter((link) => link.positionId === undefined && link.state !== 'revoked');
    for (const { linkId } of standing) await environment.admin('links.revoke', { linkId });
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

export async function go(
  page: Page,
  to: 'Dashboard' | 'My Positions' | 'Trades' | 'History' | 'Links',
): Promise<void> {
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

/** From a phone to a large screen, with the widths between at which a table is narrow. */
const widths = [360, 741, 768, 900, 1024, 1440, 1920] as const;

interface Layout {
  scrollWidth: number;
  /** How much of tables and dialogs shows only after scrolling them sideways. */
  hidden: string[];
  /** What is cut off or outside of the window, by its name. */
  clipped: string[];
}

/** Primary buttons and three dots, of the open dialog if there is one. */
const measureLayout = `(() => {
  const place = document.querySelector('dialog[open]') ?? document;
  const shown = [...place.querySelectorAll('button.primary, button[aria-haspopup="menu"]')]
    .filter((each) => each.checkVisibility());
  const isClipped = (each) => {
    const { left, right, width } = each.getBoundingClientRect();
    if (width === 0 || left < 0 || right > innerWidth || each.scrollWidth > each.clientWidth + 1) return true;
    for (let around = each.parentElement; around !== null; around = around.parentElement) {
      if (getComputedStyle(around).overflowX === 'visible') continue;
      const box = around.getBoundingClientRect();
      if (left < box.left - 1 || right > box.right + 1) return true;
    }
    return false;
  };
  return {
    scrollWidth: document.documentElement.scrollWidth,
    hidden: [...place.querySelectorAll('.dialog-box, .table-place')]
      .map((each) => ({ px: each.scrollWidth - each.clientWidth, text: each.textContent.slice(0, 40) }))
      .filter(({ px }) => px > 0).map(({ px, text }) => px + ' px of "' + text + '…"'),
    clipped: shown.filter(isClipped).map((each) => each.ariaLabel ?? each.textContent),
  };
})()`;

/** Resizes the page to each width. @returns where it scrolls sideways or cuts off a primary action or three dots. */
export async function findLayoutFaults(
  page: Page,
  check?: (width: number) => Promise<void>,
): Promise<string[]> {
  const before = page.viewportSize();
  const faults: string[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 860 });
    // The page draws its tables as cards below some width.
    await page.evaluate(twoFrames);
    const { scrollWidth, hidden, clipped } = await page.evaluate<Layout>(measureLayout);
    if (scrollWidth !== width) faults.push(`At ${width} px it is ${scrollWidth} px wide.`);
    for (const part of hidden) faults.push(`At ${width} px a table or dialog hides ${part} at its side.`);
    for (const name of clipped) faults.push(`At ${width} px "${name}" is cut off.`);
    await check?.(width);
  }
  if (before !== null) await page.setViewportSize(before);
  return faults;
}

/** No width may scroll sideways, or cut off a primary action or three dots. */
export async function atEveryWidth(page: Page): Promise<void> {
  expect(await findLayoutFaults(page)).toEqual([]);
}

const axe = readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

interface Finding {
  id: string;
  impact: string | null;
  nodes: { html: string }[];
}

const twoFrames = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';
/** Colors in the middle of a transition are no colors of the design. */
const endTransitions = 'for (const each of document.getAnimations()) each.cancel()';

/** @returns what axe finds, except minor findings. */
export async function findings(page: Page) {
  await page.evaluate(twoFrames);
  await page.evaluate(endTransitions);
  await page.evaluate(await axe);
  const { violations } = await page.evaluate<{ violations: Finding[] }>('axe.run()');
  return violations
    .filter(({ impact }) => impact !== 'minor')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** No fault of the layout at any width, and no finding of axe, light and dark. */
export async function looksRight(page: Page): Promise<void> {
  await atEveryWidth(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await findings(page)).toEqual([]);
  }
}

/** Saves the page's list as a file. */
export async function download(page: Page): Promise<{ name: string; lines: string[]; text: string }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  const text = await readFile(await file.path(), 'utf8');
  return { name: file.suggestedFilename(), text, lines: text.trimEnd().split('\r\n') };
}
