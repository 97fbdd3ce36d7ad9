import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser } from '../browser.ts';
import { startEnvironment } from '../end-to-end/environment.ts';
import { atEveryWidth, findings, findLayoutFaults, looksRight, startHarness } from './harness.ts';
import { closeDialogs, type Screen, type Seeded, screens, seedScreens } from './screens.ts';

/** Every screen and dialog, at every width, light and dark. */

const environment = await startEnvironment({ table: 'model' });
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : 'every screen';

async function readKinds(file: string, pattern: RegExp): Promise<string[]> {
  const text = await readFile(new URL(`../../console/app/${file}`, import.meta.url), 'utf8');
  return [...text.matchAll(pattern)].flatMap(([, kinds = '']) =>
    [...kinds.matchAll(/'([\w-]+)'/g)].map(([, kind = '']) => kind),
  );
}

it('the list of screens has every view and every dialog', async () => {
  const all = [
    ...(await readKinds('route.ts', /\| \{ view: ([^;}]+)/g)),
    ...(await readKinds('dialog-name.ts', /\| \{ kind: ([^;}]+)/g)),
  ];
  expect(all).toEqual(expect.arrayContaining(['dashboard', 'revoke-many', 'adopt', 'resume']));
  const listed = new Set(screens.map(({ of }) => of));
  expect(all.filter((kind) => !listed.has(kind))).toEqual([]);
});

/** Where axe looks: both layouts and both color schemes, in half of the time that all four pairs would take. */
const schemes: Record<number, 'light' | 'dark'> = { 360: 'dark', 1440: 'light' };

/** The layout at every width, and what axe finds. */
async function look(page: Page, screen: Screen, seeded: Seeded): Promise<string[]> {
  await screen.open(page, seeded);
  const byAxe: string[] = [];
  const layout = await findLayoutFaults(page, async (width) => {
    const colorScheme = schemes[width];
    if (colorScheme === undefined) return;
    await page.emulateMedia({ colorScheme });
    for (const found of await findings(page)) byAxe.push(`At ${width} px, ${colorScheme}: ${found}`);
  });
  return [...layout, ...byAxe];
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it('has no finding of axe, no sideways scroll and no hidden action', async () => {
    const seeded = await seedScreens(environment);
    const page = await harness.enter({ viewport: { width: 1440, height: 860 } });
    const found: Record<string, string[]> = {};
    for (const screen of screens) {
      const faults = await look(page, screen, seeded).catch((thrown: Error) => [thrown.message]);
      if (faults.length > 0) found[screen.name] = faults;
      await closeDialogs(page);
    }
    expect(found).toEqual({});
  }, 300_000);

  it('that refuses a browser has none either', async () => {
    const page = await harness.enter();
    // The browser reports the status of the pages.
    page.removeAllListeners('console');
    await page.context().clearCookies();
    for (const [path, heading] of [
      ['/console/', 'Locked'],
      ['/?key=used', 'This address was already used'],
      ['/console/nothing', 'Not found'],
    ] as const) {
      await page.goto(`${environment.url}${path}`);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      await looksRight(page);
    }
  });

  it.each([1440, 360])('shows what to do if there is nothing yet, %i wide', async (width) => {
    const page = await harness.enter({ viewport: { width, height: 860 } });
    await page.getByText('No open positions').waitFor();
    await page.getByText('No hits yet.').waitFor();
    expect(await findings(page)).toEqual([]);
    for (const [hash, text] of [
      ['#/positions', 'No positions yet'],
      ['#/trades', 'No closed trades yet'],
      ['#/links', 'No armed links'],
    ]) {
      await page.evaluate(`location.hash = '${hash}'`);
      await page.getByText(text ?? '').waitFor();
      await atEveryWidth(page);
      expect(await findings(page)).toEqual([]);
    }
  });
});
