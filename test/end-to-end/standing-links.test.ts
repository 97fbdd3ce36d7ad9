import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { navigation } from '../security/header-sets.ts';
import { fire, hit, ledgerSince, markOf, startEnvironment } from './environment.ts';
import { adopt, newTrader, perpetualLong, placeEntry, spotLong, type Trader } from './trader.ts';

/** One link for every position of a market, a tag or an account, through the real functions. */

const environment = await startEnvironment();
const { core, admin } = environment;

/** A filled position of 1 ETH. */
async function open(trader: Trader, tag?: string) {
  const entryOrders = [placeEntry(trader, { filled: 'all' })];
  return adopt(trader, { entryOrders, ...(tag === undefined ? {} : { tag }) });
}

async function newMarketLink(kind = spotLong) {
  const trader = await newTrader(environment, kind);
  const { account } = trader;
  const scope = { account, symbol: kind.symbolOf('ETH'), side: kind.side };
  const { url, link } = await admin('links.create', { ...scope, action: 'close' });
  return { trader, url, linkId: link.linkId };
}

it('A link for a market closes both of its positions, and answers for each', async () => {
  const { trader, url, linkId } = await newMarketLink();
  const [first, second] = [await open(trader), await open(trader)];
  const mark = markOf(core);
  const { status, json } = await fire(url);
  const { orders } = ledgerSince(core, mark);
  expect(orders).toHaveLength(2);
  const row = {
    outcome: 'closed',
    symbol: 'ETH/USDT',
    side: 'long',
    closedAmount: '0.999',
    closeOrderId: expect.stringMatching(/^\d+$/),
    detail: expect.stringContaining('Closed 0.999 ETH with MARKET order'),
  };
  expect({ status, json }).toEqual({
    status: 200,
    json: {
      status: 'done',
      message: 'Done for 2 of 2 positions.',
      positions: expect.arrayContaining([
        { ...row, positionId: first.positionId },
        { ...row, positionId: second.positionId },
      ]),
    },
  });
  expect(await fire(url)).toMatchObject({ status: 200, json: { status: 'nothing-open', positions: [] } });
  expect((await admin('history.list', { linkId })).hits).toMatchObject([
    { decision: 'nothing-open', status: 200 },
    { decision: 'fired', positions: [{ outcome: 'closed' }, { outcome: 'closed' }] },
  ]);
});

it('A link for a tag closes what has the tag, in every account', async () => {
  const [spot, perpetual] = [
    await newTrader(environment, spotLong),
    await newTrader(environment, perpetualLong),
  ];
  await open(spot, 'trend');
  await open(perpetual, 'trend');
  const other = await open(spot, 'other');
  const { url } = await admin('links.create', { tag: 'trend', action: 'close' });
  expect(await fire(url)).toMatchObject({ status: 200, json: { status: 'done' } });
  expect(await environment.positionNow(other.positionId)).toMatchObject({ status: 'open' });
});

it('A GET by a person shows the positions and a button, and the button closes them', async () => {
  const { trader, url } = await newMarketLink();
  const { positionId } = await open(trader);
  const mark = markOf(core);
  const headers = navigation('chromeWindows', 'none');
  const page = await hit(url, { headers });
  expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
  expect(page.body).toContain('Close every ETH/USDT long?');
  expect(page.body).toContain('<button>Close these positions</button>');
  expect(page.body).toContain('sells 0.999 ETH at market.');
  expect(ledgerSince(core, mark).requests).toEqual([]);
  const result = await fire(url, { headers });
  expect(result.body).toContain('<h1>Done</h1>');
  expect(result.body).toContain(positionId);
});

it('What a hit could not begin is finished by the sweep', async () => {
  const { trader, url } = await newMarketLink();
  const { positionId } = await open(trader);
  const file = join(environment.data, 'accounts.json');
  const accounts = await readFile(file);
  await writeFile(file, '{');
  expect(await fire(url)).toMatchObject({
    status: 503,
    headers: { 'retry-after': '5' },
    json: { status: 'retrying', positions: [{ positionId, outcome: 'accounts-unreadable' }] },
  });
  await writeFile(file, accounts);
  await environment.invoke('ripcord-sweep', {});
  expect(await environment.positionNow(positionId)).toMatchObject({ status: 'closed' });
});

it('A revoked link closes nothing', async () => {
  const { trader, url, linkId } = await newMarketLink();
  const { positionId } = await open(trader);
  await admin('links.revoke', { linkId });
  expect(await fire(url)).toMatchObject({ status: 410, json: { status: 'gone' } });
  expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open' });
});

it('A link in rehearsal reports what it would do, and acts once it is armed', async () => {
  const trader = await newTrader(environment, perpetualLong);
  const { positionId } = await open(trader);
  const { url, link } = await admin('links.create', {
    ...{ account: trader.account, symbol: 'ETH/USDT:USDT', side: 'long' },
    ...{ action: 'close', rehearsal: true },
  });
  expect(await fire(url)).toMatchObject({
    status: 200,
    json: {
      status: 'rehearsed',
      positions: [{ positionId, outcome: 'rehearsed', would: 'sells 1 ETH at market.' }],
    },
  });
  expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open' });
  await admin('links.arm', { linkId: link.linkId });
  expect(await fire(url)).toMatchObject({ status: 200, json: { status: 'done' } });
});
