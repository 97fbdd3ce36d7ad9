import { describe, expect, it } from 'vitest';
import { noBrowser } from '../browser.ts';
import { fire, startEnvironment } from '../end-to-end/environment.ts';
import { adopt, adoptFilled, movePrice, newTrader, perpetualLong, spotLong } from '../end-to-end/trader.ts';
import { download, findings, go, startHarness } from './harness.ts';

/** The closed trades: what each brought, totals by currency, filters and a file. */

const environment = await startEnvironment({ table: 'model' });
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : 'the closed trades';

/** A spot position closed by a link, a perpetual by hand, and one that is still open. */
async function closeTwo() {
  const spot = await newTrader(environment, spotLong);
  const perpetual = await newTrader(environment, perpetualLong);
  const first = await adoptFilled(spot, '=weekly');
  await adoptFilled(spot, 'still open');
  const second = await adoptFilled(perpetual, 'by hand');
  const { url, link } = await environment.admin('links.create', {
    positionId: first.positionId,
    action: 'close',
    label: 'stop alert',
  });
  movePrice(spot, '3100');
  expect(await fire(url)).toMatchObject({ status: 200 });
  movePrice(perpetual, '2800');
  await environment.admin('positions.close', { positionId: second.positionId });
  movePrice(perpetual, '3000');
  // The sweep reads the fees of the close orders.
  await environment.invoke('ripcord-sweep', {});
  return { spot, perpetual, link, url, first };
}

async function enterTrades(width = 1280) {
  const page = await harness.enter({ viewport: { width, height: 860 } });
  await go(page, 'Trades');
  return page;
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it('lists what closed with how it ended, its net profit and a total', async () => {
    const { link } = await closeTwo();
    const { positions } = await environment.admin('positions.list', { live: false });
    const nets = positions
      .filter(({ status }) => status === 'closed')
      .map(({ netProfit }) => Number(netProfit));
    const page = await enterTrades();
    const won = page.getByRole('row', { name: /=weekly/ });
    await won.getByText(`Link …${link.tokenEnd} (stop alert)`).waitFor();
    expect(await won.getByRole('cell').allTextContents()).toEqual(
      expect.arrayContaining(['1.0000 ETH', '2,900.00to 3,100.00']),
    );
    const lost = page.getByRole('row', { name: /by hand/ });
    await lost.getByText('Manual close').waitFor();
    await lost.getByText(/^funding 0.00/).waitFor();
    expect(await page.getByRole('row', { name: /still open/ }).count()).toBe(0);
    const total = page.getByRole('definition').first();
    expect((await total.textContent())?.replaceAll(/[,\u2212]/g, (sign) => (sign === ',' ? '' : '-'))).toBe(
      `${nets.reduce((a, b) => a + b) > 0 ? '+' : ''}${nets.reduce((a, b) => a + b).toFixed(2)} USDT`,
    );
    await page.getByText('50 %').waitFor();
    await page.getByText('1 of 2 with a net profit').waitFor();
  });

  it('filters by account, market and period, and keeps filters and sorting on Back and reload', async () => {
    const { spot, perpetual } = await closeTwo();
    const page = await enterTrades();
    const rows = () => page.locator('tbody tr').count();
    expect(await rows()).toBe(2);
    await page.getByLabel('Account').selectOption(spot.account);
    await expect.poll(rows).toBe(1);
    await page.getByLabel('Market').selectOption({ label: 'ETH/USDT perp' });
    await page.getByText('No matching trades').waitFor();
    await page.getByLabel('Account').selectOption('');
    await expect.poll(rows).toBe(1);
    await page.getByLabel('Period').selectOption({ label: 'Last 7 days' });
    await page.getByRole('button', { name: 'Net profit' }).click();
    await page.getByRole('link', { name: 'ETH/USDT perp' }).click();
    await page.getByRole('heading', { level: 1, name: /ETH\/USDT perp/ }).waitFor();
    for (const back of [() => page.goBack(), () => page.reload()]) {
      await back();
      await page.getByRole('row', { name: /by hand/ }).waitFor();
      expect(await rows()).toBe(1);
      expect(await page.getByLabel('Period').inputValue()).toBe('7d');
      expect(await page.getByRole('columnheader', { name: 'Net profit' }).getAttribute('aria-sort')).toBe(
        'ascending',
      );
    }
    expect(perpetual.account).not.toBe(spot.account);
  });

  it('counts a trade with an unknown profit apart, and adds it to no total', async () => {
    await closeTwo();
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adopt(trader, { amount: '1', label: 'declared' });
    await environment.admin('positions.close', { positionId });
    const page = await enterTrades();
    const row = page.getByRole('row', { name: /declared/ });
    await row.getByText('unknown').first().waitFor();
    await page.getByText('1 trade with unknown profit not included').first().waitFor();
    await page.getByText('1 of 2 with a net profit').waitFor();
  });

  it('saves the listed trades as a file without a formula and without a link', async () => {
    const { url, first, spot } = await closeTwo();
    const page = await enterTrades();
    await page.getByLabel('Account').selectOption(spot.account);
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    const { name, lines, text } = await download(page);
    expect(name).toMatch(/^trades-\d{4}-\d\d-\d\d\.csv$/);
    expect(lines[0]?.replace('\uFEFF', '')).toMatch(/^position_id,account,exchange,market,side,label,/);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(
      `${first.positionId},${spot.account},binance,ETH/USDT,long,'=weekly,1,ETH,2900,`,
    );
    expect(text).not.toContain(url.split('/l/')[1]);
    expect(text).not.toContain('rc_');
  });

  it('shows what will appear while there is none', async () => {
    const page = await enterTrades();
    await page.getByText('No closed trades yet').waitFor();
    expect(await page.getByRole('button', { name: 'Export CSV' }).isDisabled()).toBe(true);
  });

  it.each([
    [360, 'dark'],
    [768, 'light'],
    [1024, 'dark'],
    [1440, 'light'],
  ] as const)('fits and passes axe at %i px, %s', async (width, colorScheme) => {
    await closeTwo();
    const page = await harness.enter({ colorScheme, viewport: { width, height: 860 } });
    await go(page, 'Trades');
    await page.getByRole('row', { name: /by hand/ }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await findings(page)).toEqual([]);
    // No column is hidden to the right of the window.
    const hidden =
      'document.querySelector(".table-place").scrollWidth - document.querySelector(".table-place").clientWidth';
    expect(await page.evaluate(hidden)).toBe(0);
  });
});
