import { describe, expect, it } from 'vitest';
import { createDynamoStore } from '../../lib/store/dynamo-store.ts';
import { noBrowser } from '../browser.ts';
import { startEnvironment } from '../end-to-end/environment.ts';
import { adoptFilled, newTrader, perpetualLong, spotLong, type Trader } from '../end-to-end/trader.ts';
import { choose, startHarness } from './harness.ts';

/** What a console shows of silence: a watch that has acted, and a stop that is missing. */

const environment = await startEnvironment();
const harness = await startHarness(environment);
const here = harness.browser === undefined ? noBrowser : "the console's watches";
const store = createDynamoStore({ tableName: 'ripcord', endpoint: environment.tableEndpoint });

function scopeOf({ account }: Trader) {
  return { account, symbol: 'ETH/USDT', side: 'long' } as const;
}

describe.skipIf(harness.browser === undefined)(here, () => {
  it('refuses to arm a link that has not heard its own side, and states what to wait for', async () => {
    const trader = await newTrader(environment, perpetualLong);
    const label = `follows ${trader.account}`;
    const symbol = 'ETH/USDT:USDT';
    await environment.admin('links.create', {
      ...scopeOf(trader),
      symbol,
      action: 'close',
      follows: 'market-position',
      rehearsal: true,
      label,
    });
    const page = await harness.enter();
    await page.evaluate(`location.hash = '#/links?search=${trader.account}'`);
    await page.getByRole('button', { name: /^Rehearsal/ }).click();
    await choose(page.getByRole('row', { name: new RegExp(label) }), /^Actions for link/, 'Arm…');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Arm link' }).click();
    await dialog.getByText(/has received no message of its own side yet.* It stays in rehearsal/).waitFor();
    const { links } = await environment.admin('links.list', {});
    expect(links.find((link) => link.label === label)).toMatchObject({ state: 'rehearsal' });
  });

  it('shows a watch that has acted, and starts it again', async () => {
    const trader = await newTrader(environment, spotLong);
    await adoptFilled(trader);
    const label = `beat of ${trader.account}`;
    const watch = { every: '5m', missed: 2, then: 'tell' } as const;
    const { link } = await environment.admin('links.create', {
      ...scopeOf(trader),
      action: 'heartbeat',
      watch,
      label,
    });
    const state = await store.readLinkState(link.linkId);
    const at = Date.now() - 900_000;
    await store.saveLinkState({
      ...state,
      beats: { firstAt: at, lastAt: at, count: 1 },
      watch: { state: 'tripped', since: at },
    });
    const page = await harness.enter();
    await page.evaluate(`location.hash = '#/links?search=${trader.account}'`);
    const row = page.getByRole('row', { name: new RegExp(label) });
    await row.getByText('Watch: Tripped').waitFor();
    await choose(row, /^Actions for link/, 'Re-arm…');
    await page.getByRole('dialog').getByRole('button', { name: 'Start watch' }).click();
    await page.getByText('The watch waits for the next alert.').waitFor();
    await row.getByText('Watch: Waiting').waitFor();
    const { links } = await environment.admin('links.list', {});
    expect(links.find((each) => each.label === label)?.watch).toMatchObject({ state: 'waiting' });
  });

  it('shows at a position since when its stop is missing at the exchange', async () => {
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adoptFilled(trader, 'naked');
    const position = await store.readPosition(positionId);
    if (position === undefined) throw new Error('The position was not stored.');
    await store.savePosition(position, { naked: { since: Date.now() - 180_000 } });
    const page = await harness.enter();
    await page.evaluate(`location.hash = '#/positions/${positionId}'`);
    await page.getByText('No stop at the exchange').waitFor();
    await page.getByText(/The stop that Ripcord knows is gone. Set another one with Edit exits./).waitFor();
  });
});
