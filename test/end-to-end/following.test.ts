import { describe, expect, it } from 'vitest';
import { send } from '../infra/loopback/running-server.ts';
import { testMarkets } from '../lib/exchange/test-markets.ts';
import { fire, markOf, startEnvironment } from './environment.ts';
import { adopt, kinds, movePrice, newTrader, perpetualLong, placeEntry, spotLong } from './trader.ts';

/** What a page that follows Ripcord reads: changes, stored positions, and the prices of many markets at once. */

const environment = await startEnvironment();
const { core } = environment;

/** How many requests reached the exchange during `run`. */
async function countRequests(run: () => Promise<unknown>): Promise<number> {
  const mark = markOf(core);
  await run();
  return core.ledger({ since: mark }).filter(({ type }) => type === 'request').length;
}

describe.each(kinds)('the price of $name', (kind) => {
  it('that can not be read is shown with its time and the reason', async () => {
    const trader = await newTrader(environment, kind);
    const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    const before = await environment.positionNow(positionId);
    expect(before).not.toHaveProperty('staleReason');
    expect(before.markPriceAt).toMatch(/^\d{4}-/);
    for (const path of ['/api/v3/ticker/price', '/fapi/v1/premiumIndex'])
      core.addFault({ kind: 'html', match: { path }, times: 9 });
    const after = await environment.positionNow(positionId);
    core.clearFaults();
    expect(after).toMatchObject({
      markPrice: before.markPrice,
      staleReason: 'The current price could not be read.',
      protection: before.protection,
    });
    expect(Date.parse(after.markPriceAt ?? '')).toBeLessThanOrEqual(Date.parse(before.markPriceAt ?? ''));
  });
});

describe('prices', () => {
  it.each(testMarkets)(
    'of many markets of $name take one request',
    async ({ exchange, market, marketId }) => {
      const kind = market === 'spot' ? 'spot' : 'perpetual';
      const toId = (base: string) => marketId.replace(/BTC|XBT/, base);
      const { account } = await environment.newAccount({ exchange });
      const ask = (marketIds: string[]) =>
        environment.admin('positions.prices', { account, kind, marketIds });
      const marketIds = [marketId, toId('ETH'), toId('NONE')];
      expect(await countRequests(() => ask(marketIds))).toBe(1);
      const { prices } = await ask(marketIds);
      expect(prices).toHaveLength(2);
      for (const { price } of prices) expect(price).toMatch(/^\d+(\.\d+)?$/);
      expect((await ask([marketId])).prices).toEqual([{ marketId, price: expect.any(String) }]);
    },
  );
});

describe('stored positions', () => {
  it('are listed without a request to the exchange', async () => {
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    movePrice(trader, '3100');
    let listed: unknown;
    const requests = await countRequests(async () => {
      listed = await environment.admin('positions.list', {
        live: false,
        open: true,
        account: trader.account,
      });
    });
    expect(requests).toBe(0);
    expect(listed).toMatchObject({ positions: [{ positionId, markPrice: '3000', marketId: 'ETHUSDT' }] });
  });
});

describe('changes', () => {
  it('contain each hit once it is recorded, the pause and the last sweep', async () => {
    const { sweptAt: before = '' } = await environment.admin('changes.list', {});
    const trader = await newTrader(environment, perpetualLong);
    const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    const url = await environment.newLink(positionId, 'close');
    await fire(url);
    const { hits } = await environment.admin('changes.list', {});
    expect(hits[0]).toMatchObject({ positionId, decision: 'fired', outcome: 'closed' });
    const since = hits[0]?.at ?? '';
    await environment.admin('links.pause', {});
    await environment.invoke('ripcord-sweep', {});
    const later = await environment.admin('changes.list', { since });
    await environment.admin('links.resume', {});
    expect(later).toMatchObject({ paused: true, sweptAt: expect.stringMatching(/^\d{4}-/) });
    expect((later.sweptAt ?? '') > before).toBe(true);
    expect(later.hits.length).toBeLessThanOrEqual(1);
  });
});

describe('the page of a close that is under way', () => {
  const browser = {
    accept: 'text/html',
    'user-agent': 'Mozilla/5.0 Firefox/140.0',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  };

  it('looks again without a record for each look, and is recorded when it acts', async () => {
    const trader = await newTrader(environment, perpetualLong);
    const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    const url = await environment.newLink(positionId, 'close');
    const look = (query = '') => send(url, { path: `${new URL(url).pathname}${query}`, headers: browser });
    const decisions = async () =>
      (await environment.admin('history.list', { positionId })).hits.map(({ decision }) => decision);
    core.addFault({ kind: 'drop-after', match: { method: 'POST', path: '/fapi/v1/order' }, times: 1 });
    core.addFault({ kind: 'html', match: { method: 'GET', path: '/fapi/v1/order' }, times: 99 });
    const first = await look();
    expect(first.status).toBe(202);
    expect(first.body).toContain('<meta http-equiv="refresh" content="3; url=?waiting">');
    const recorded = await decisions();
    for (let count = 0; count < 3; count += 1) expect((await look('?waiting')).status).toBe(202);
    expect(await decisions()).toEqual(recorded);
    core.clearFaults();
    await expect.poll(async () => (await look('?waiting')).status, { timeout: 20_000 }).toBe(200);
    const settled = await decisions();
    expect((await look('?waiting')).status).toBe(200);
    expect(await decisions()).toEqual(settled);
    // Whoever opens the link again without the page's query is in the history.
    await look();
    expect(await decisions()).toEqual(['duplicate', ...settled]);
  });

  it('is recorded like any other if it fires', async () => {
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    const url = await environment.newLink(positionId, 'close');
    const fired = await send(url, { path: `${new URL(url).pathname}?waiting`, headers: browser });
    expect(fired.status).toBe(200);
    const { hits } = await environment.admin('history.list', { positionId });
    expect(hits).toMatchObject([{ decision: 'fired', outcome: 'closed' }]);
  });
});
