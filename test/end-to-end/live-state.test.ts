import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import { fire, startEnvironment } from './environment.ts';
import { adopt, kinds, movePrice, newTrader, placeEntry, placeExits, spotLong } from './trader.ts';

/** What is shown of positions and links, and what is kept of them. */

const environment = await startEnvironment();
const { core } = environment;

describe('while the exchange is down', () => {
  /** A position of 1 ETH at an exchange of its own, which fills after its adoption; with or without a live exit. */
  const stage = async (exitOrders: boolean) => {
    const exchange = await startSimulatedExchange();
    onTestFinished(() => exchange.stop());
    const apart = { ...environment, exchange, core: exchange.core };
    const trader = await newTrader(apart, spotLong, 'ETH', { core: exchange.core, baseUrl: exchange.url });
    const entry = placeEntry(trader);
    const { positionId } = await adopt(trader, {
      entryOrders: [entry],
      exitOrders: exitOrders ? [placeExits(trader, '0.999').stop] : [],
    });
    onTestFinished(async () => void (await environment.admin('positions.forget', { positionId })));
    exchange.core.fill({ orderId: entry.id });
    await environment.invoke('ripcord-sweep', {});
    await exchange.stop();
    return positionId;
  };

  it('shows what the sweep has seen last, and why that is not newer', async () => {
    const positionId = await stage(true);
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'open',
      fillStatus: 'filled',
      remaining: '0.999',
      openExitOrders: 1,
      staleReason: expect.stringContaining('There was no connection to Binance'),
    });
  });

  it('does not say that it has seen the exchange just now', async () => {
    const positionId = await stage(false);
    const before = await environment.positionNow(positionId);
    expect(before).toMatchObject({ fillStatus: 'filled', remaining: '0.999', markPrice: '3000' });
    expect(await environment.positionNow(positionId)).toMatchObject({ lastSyncedAt: before.lastSyncedAt });
  });
});

it('lists positions of one account, newest first, without those that are over where only open ones are asked for', async () => {
  const trader = await newTrader(environment, spotLong);
  const { account } = trader;
  const older = await adopt(trader, { amount: '1' });
  const newer = await adopt(trader, { amount: '2' });
  const ids = async (input: object) =>
    (await environment.admin('positions.list', { account, ...input })).positions.map(
      ({ positionId }) => positionId,
    );
  expect(await ids({})).toEqual([newer.positionId, older.positionId]);
  await fire(await environment.newLink(newer.positionId, 'close'));
  expect(await ids({ open: true })).toEqual([older.positionId]);
  expect(await ids({})).toEqual([newer.positionId, older.positionId]);
  // The sweep puts away what is over; it is listed all the same.
  await environment.invoke('ripcord-sweep', {});
  expect(await ids({})).toEqual([newer.positionId, older.positionId]);
  expect(await ids({ open: true })).toEqual([older.positionId]);
});

describe.each(kinds)('$name', (kind) => {
  const isLong = kind.side === 'long';

  it('shows fill, average entry, mark price, profit and open exits as they are now', async () => {
    const trader = await newTrader(environment, kind);
    const first = placeEntry(trader, { amount: '0.5', filled: 'all' });
    const second = placeEntry(trader, { amount: '0.5', price: isLong ? '2800' : '3200' });
    const { takeProfit, stop } = placeExits(trader, '0.4');
    const position = await adopt(trader, {
      entryOrders: [first, second],
      exitOrders: [takeProfit, stop],
      label: 'swing',
    });
    expect(position).toMatchObject({
      status: 'open',
      fillStatus: 'partly-filled',
      amount: '1',
      filled: '0.5',
      averageEntry: isLong ? '2900' : '3100',
      openExitOrders: 2,
      label: 'swing',
      quote: 'USDT',
    });

    core.fill({ orderId: second.id });
    movePrice(trader, isLong ? '3050' : '2950');
    const now = await environment.positionNow(position.positionId);
    const remaining = kind === spotLong ? '0.999' : '1';
    // 200 a coin between 2850 and 3050, or between 3150 and 2950.
    expect(now).toMatchObject({
      status: 'open',
      fillStatus: 'filled',
      filled: '1',
      remaining,
      averageEntry: isLong ? '2850' : '3150',
      markPrice: isLong ? '3050' : '2950',
      unrealizedProfit: kind === spotLong ? '199.8' : '200',
      unrealizedProfitPercent: isLong ? '7.02' : '6.35',
      openExitOrders: 2,
      entryOrders: [{ status: 'done' }, { status: 'done' }],
    });
  });

  it('shows that it is over before any link has said so', async () => {
    const trader = await newTrader(environment, kind);
    const filled = placeEntry(trader, { filled: 'all' });
    const { takeProfit, stop } = placeExits(trader, kind === spotLong ? '0.999' : '1');
    const closed = await adopt(trader, { entryOrders: [filled], exitOrders: [takeProfit, stop] });
    movePrice(trader, isLong ? '3300' : '2700');
    expect(await environment.positionNow(closed.positionId)).toMatchObject({
      status: 'closed',
      fillStatus: 'closed',
      remaining: '0',
    });
    const entry = placeEntry(trader, { price: isLong ? '2000' : '4000' });
    const canceled = await adopt(trader, { entryOrders: [entry] });
    core.cancelOrder({ orderId: entry.id });
    expect(await environment.positionNow(canceled.positionId)).toMatchObject({
      status: 'canceled',
      fillStatus: 'unfilled',
    });
  });
});

describe('a link', () => {
  it('is told once, as an address with 256 random bits and a checksum', async () => {
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adopt(trader, { amount: '1' });
    const input = { positionId, action: 'close', label: 'stop line' } as const;
    const { url, link } = await environment.admin('links.create', input);
    expect(url).toMatch(new RegExp(`^${environment.url}/l/rc_[0-9A-Za-z]{49}$`));
    expect(link).toMatchObject({ positionId, action: 'close', label: 'stop line', state: 'armed' });
    const { links } = await environment.admin('links.list', { positionId });
    expect(links).toMatchObject([{ linkId: link.linkId, label: 'stop line', state: 'armed' }]);
    expect(JSON.stringify(links)).not.toContain('rc_');
    expect(await environment.positionNow(positionId)).toMatchObject({ links: 1 });
  });

  it('is revoked for good, and a second time changes nothing', async () => {
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adopt(trader, { amount: '1' });
    const { link } = await environment.admin('links.create', { positionId, action: 'keep' });
    const first = await environment.admin('links.revoke', { linkId: link.linkId });
    expect(first.link).toMatchObject({ state: 'revoked', revokedAt: expect.any(String) });
    expect((await environment.admin('links.revoke', { linkId: link.linkId })).link.revokedAt).toBe(
      first.link.revokedAt,
    );
    expect(await environment.positionNow(positionId)).toMatchObject({ links: 0 });
  });

  it('has its token nowhere in the table, before it is fired and after', async () => {
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adopt(trader, { amount: '1' });
    const url = await environment.newLink(positionId, 'close');
    const client = new DynamoDBClient({
      endpoint: environment.tableEndpoint,
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    onTestFinished(() => client.destroy());
    const token = url.slice(url.lastIndexOf('/') + 1);
    const scan = async () =>
      JSON.stringify((await client.send(new ScanCommand({ TableName: 'ripcord' }))).Items);
    expect(await scan()).toContain(positionId);
    expect(await scan()).not.toContain(token);
    await fire(url);
    expect(await scan()).not.toContain(token);
    for (const secret of [trader.apiKey, trader.secret]) expect(await scan()).not.toContain(secret);
  });
});
