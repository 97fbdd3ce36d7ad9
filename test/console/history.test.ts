import { describe, expect, it } from 'vitest';
import { type Hit, hitsKeptMs } from '../../lib/link/hit.ts';
import { inParallel } from '../../lib/parallel.ts';
import { createDynamoStore } from '../../lib/store/dynamo-store.ts';
import { noBrowser } from '../browser.ts';
import { fire, startEnvironment } from '../end-to-end/environment.ts';
import { adoptFilled, newTrader, spotLong } from '../end-to-end/trader.ts';
import { choose, download, go, startHarness } from './harness.ts';

/** All hits of 90 days: filters, pages and a file. Hits outlive their positions, so each test sees those of the others. */

const environment = await startEnvironment();
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : 'the history';

const hourMs = 3_600_000;

/** Stores hits, one an hour into the past. */
async function storeHits(positionId: string, count: number, over: Partial<Hit>): Promise<void> {
  const store = createDynamoStore({ tableName: 'ripcord', endpoint: environment.tableEndpoint });
  const refused = {
    actor: 'link',
    action: 'keep',
    method: 'POST',
    decision: 'refused',
    status: 409,
  } as const;
  const hits = Array.from(
    { length: count },
    (_, index): Hit => ({
      ...refused,
      hitId: `hit_${positionId.slice(-6)}${String(index).padStart(6, '0')}`,
      at: new Date(Date.now() - (index + 1) * hourMs).toISOString(),
      positionId,
      why: `Refused, number ${index} of ${positionId}.`,
      requests: [],
      ...over,
    }),
  );
  await inParallel(hits, 10, (hit) => store.recordHit(hit, Date.now() + hitsKeptMs));
}

async function newFilled(label: string) {
  return adoptFilled(await newTrader(environment, spotLong), label);
}

async function enterHistory(width = 1024) {
  const page = await harness.enter({ viewport: { width, height: 860 } });
  await go(page, 'History');
  return page;
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it('lists all hits page by page, also of a position that was forgotten, and shows a new one at once', async () => {
    const { positionId } = await newFilled('kept');
    const forgotten = await newFilled('gone');
    await storeHits(positionId, 230, { sourceIp: '203.0.113.7' });
    await storeHits(forgotten.positionId, 10, {
      why: 'Of the forgotten one.',
      decision: 'duplicate',
      status: 200,
    });
    await environment.admin('positions.forget', { positionId: forgotten.positionId });
    const url = await environment.newLink(positionId, 'keep');
    const page = await enterHistory();
    const rows = page.locator('.hits > li');
    await page.getByText(`Refused, number 0 of ${positionId}.`).waitFor();
    await page.getByText(forgotten.positionId).first().waitFor();
    await expect.poll(() => rows.count()).toBe(50);
    await fire(url);
    await rows.first().getByText('Fired').waitFor();
    const more = page.getByRole('button', { name: 'Load more' });
    const oldest = page.getByText(`Refused, number 229 of ${positionId}.`);
    const isLast = async () => (await oldest.count()) > 0;
    for (let shown = 100; !(await isLast()); shown += 50) {
      await more.click();
      await expect.poll(async () => (await isLast()) || (await rows.count()) === shown).toBe(true);
    }
    const texts = await rows.allTextContents();
    expect(texts.filter((text) => text.includes(`of ${positionId}.`))).toHaveLength(230);
    expect(texts.filter((text) => text.includes('Of the forgotten one.'))).toHaveLength(10);
  });

  it('filters by position, link, result, source and period, in its address', async () => {
    const first = await newFilled('first');
    const second = await newFilled('second');
    await storeHits(first.positionId, 30, { sourceIp: '203.0.113.9' });
    await storeHits(second.positionId, 220, { sourceIp: '203.0.113.8' });
    const { url, link } = await environment.admin('links.create', {
      positionId: first.positionId,
      action: 'keep',
      label: 'the link',
    });
    await fire(url);
    await environment.admin('positions.close', { positionId: second.positionId });
    const page = await enterHistory();
    const rows = page.locator('.hits > li');
    await page.getByText(`Refused, number 0 of ${first.positionId}.`).waitFor();
    await page.getByLabel('Position').selectOption({ label: 'ETH/USDT long · first' });
    await expect.poll(() => rows.count()).toBe(31);
    await page.getByLabel('Link').selectOption({ label: `Keep the link …${link.tokenEnd}` });
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel('Link').selectOption('');
    await page.getByLabel('Result').selectOption({ label: 'Refused' });
    await expect.poll(() => rows.count()).toBe(30);
    await page.getByLabel('Period').selectOption({ label: 'Last 7 days' });
    await page.getByLabel('Position').selectOption('');
    await expect.poll(() => rows.count()).toBe(50);
    await page.reload();
    await expect.poll(() => rows.count()).toBe(50);
    expect(await page.getByLabel('Result').inputValue()).toBe('refused');
    await page.getByLabel('Result').selectOption('');
    await page.getByLabel('Source').selectOption({ label: 'Manual close' });
    await expect.poll(() => rows.count()).toBe(1);
    await rows.getByText('manual close').waitFor();
    await page.getByLabel('Source').selectOption({ label: '203.0.113.9' });
    await expect.poll(() => rows.count()).toBe(30);
    await page.getByLabel('Result').selectOption({ label: 'In progress' });
    await page.getByText('No matching hits').waitFor();
  });

  it('saves every matching hit as a file, also those that are not shown yet', async () => {
    const { positionId } = await newFilled('=1+1');
    await storeHits(positionId, 220, { userAgent: '=cmd', sourceIp: '203.0.113.7' });
    const url = await environment.newLink(positionId, 'keep');
    const page = await enterHistory();
    await page.getByLabel('Position').selectOption({ label: 'ETH/USDT long · =1+1' });
    await page.getByText(`Refused, number 0 of ${positionId}.`).waitFor();
    const { name, text } = await download(page);
    expect(name).toMatch(/^history-\d{4}-\d\d-\d\d\.csv$/);
    expect(text.match(/Refused, number/g)).toHaveLength(220);
    expect(text).toContain(",203.0.113.7,'=cmd,");
    expect(text).not.toContain('rc_');
    expect(text).not.toContain(url.split('/l/')[1]);
  });

  it('is reached from the dashboard and from a link, and shows what will appear while it is empty', async () => {
    const { positionId } = await newFilled('kept');
    const url = await environment.newLink(positionId, 'keep');
    const page = await enterHistory();
    await page.getByLabel('Position').selectOption(positionId);
    await page.getByText('No hits yet').waitFor();
    await fire(url);
    await page.locator('.hits > li').getByText('Fired').waitFor();
    await go(page, 'Dashboard');
    await page.getByRole('main').getByRole('link', { name: 'History' }).click();
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor();
    await page.locator('.hits > li').first().waitFor();
    await go(page, 'Links');
    await choose(page, /^Actions for link/, 'History');
    await page.getByRole('link', { name: 'All hits of this link' }).click();
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor();
    await expect.poll(() => page.locator('.hits > li').count()).toBe(1);
    expect(await page.getByLabel('Link').inputValue()).toMatch(/^lnk_/);
  });
});
