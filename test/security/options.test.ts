import { request as httpRequest } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { createAdmin } from '../../functions/admin.ts';
import { createAlarm } from '../../functions/alarm.ts';
import { createServices } from '../../functions/services.ts';
import { createSweep } from '../../functions/sweep.ts';
import { createTrigger } from '../../functions/trigger.ts';
import type { LinkView } from '../../lib/admin/contract/commands.ts';
import { isAllowedSource } from '../../lib/link/ip-allow-list.ts';
import { fire, hit, ledgerSince, markOf, startEnvironment } from '../end-to-end/environment.ts';
import {
  adopt,
  newTrader,
  perpetualLong,
  placeEntry,
  placeExits,
  spotLong,
  type Trader,
} from '../end-to-end/trader.ts';
import { navigation } from './header-sets.ts';

/** The options of a link, each tested from HTTP to the exchange's ledger. */

let aheadMs = 0;
let tableEndpoint: string | undefined;
const environment = await startEnvironment({
  handlers: (environment) => {
    tableEndpoint = environment.RIPCORD_TABLE_ENDPOINT;
    const build: typeof createServices = (given) => {
      const { services, accounts } = createServices(given);
      return { accounts, services: { ...services, now: () => Date.now() + aheadMs } };
    };
    return {
      trigger: createTrigger(environment, build),
      admin: createAdmin(environment, build),
      sweep: createSweep(environment, build),
      alarm: createAlarm(environment),
    };
  },
});
const { core } = environment;
afterEach(() => {
  aheadMs = 0;
});

const { accept, ...person } = navigation('chromeWindows', 'none');
function byPerson(url: string) {
  return hit(url, { headers: person });
}
const second = 1_000;
const day = 86_400 * second;

async function newPosition(kind = spotLong): Promise<Trader & { positionId: string; mark: number }> {
  const trader = await newTrader(environment, kind);
  const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
  return { ...trader, positionId, mark: markOf(core) };
}
async function newLink(positionId: string, options: object = {}): Promise<{ url: string; link: LinkView }> {
  return await environment.admin('links.create', { positionId, action: 'close', ...options });
}
async function linkNow(link: LinkView) {
  return (await environment.admin('links.list', { positionId: link.positionId })).links.find(
    ({ linkId }) => linkId === link.linkId,
  );
}
function ordersSince(mark: number) {
  return ledgerSince(core, mark).orders;
}
async function hitsOf(positionId: string) {
  return (await environment.admin('history.list', { positionId })).hits;
}

/** Sends the trigger's own event, for addresses that this machine does not have. */
async function invoke(url: string, sourceIp: string | undefined, headers: Record<string, string> = {}) {
  const answer = (await environment.invoke('ripcord-trigger', {
    requestContext: { http: { method: 'POST', ...(sourceIp === undefined ? {} : { sourceIp }) } },
    pathParameters: { token: new URL(url).pathname.split('/').at(-1) },
    headers,
  })) as { statusCode: number; body: string };
  return { status: answer.statusCode, json: JSON.parse(answer.body) as Record<string, unknown> };
}

describe('a link without options', () => {
  it('is listed with all of its options', async () => {
    const { positionId } = await newPosition();
    const { link } = await newLink(positionId);
    expect(await environment.admin('links.list', { positionId })).toEqual({
      paused: false,
      links: [
        {
          linkId: link.linkId,
          positionId,
          scope: { positionId },
          action: 'close',
          createdAt: expect.any(String),
          confirm: false,
          methods: 'any',
          sources: 'any',
          state: 'armed',
          positionClosed: false,
          symbol: 'ETH/USDT',
          side: 'long',
          tokenEnd: expect.stringMatching(/^\w{4}$/),
        },
      ],
    });
  });
});

describe('expiresIn', () => {
  it('lets a link fire until its time, and refuses every request from then on', async () => {
    const { positionId, mark } = await newPosition();
    const { url, link } = await newLink(positionId, { expiresIn: '1h' });
    expect(Date.parse(link.expiresAt ?? '') - Date.parse(link.createdAt)).toBe(3_600 * second);
    aheadMs = Date.parse(link.expiresAt ?? '') - Date.now() + 1;
    for (const answer of [await fire(url), await byPerson(url), await hit(url)])
      expect(answer).toMatchObject({ status: 410, json: { status: 'gone', message: /expired/ } });
    expect(await linkNow(link)).toMatchObject({ state: 'expired' });
    expect(await environment.admin('links.preview', { linkId: link.linkId })).toMatchObject({ fires: false });
    expect(ordersSince(mark)).toEqual([]);
    expect(await hitsOf(positionId)).toMatchObject(
      Array(3).fill({ decision: 'refused', status: 410, requests: [] }),
    );
    aheadMs -= 5 * second;
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });

  it.each([
    [90, 90],
    ['90', 90],
    ['45s', 45],
    ['90m', 5_400],
    ['12h', 43_200],
    ['7d', 604_800],
  ])('takes %j as %i seconds', async (expiresIn, seconds) => {
    const { positionId } = await newPosition();
    const { link } = await newLink(positionId, { expiresIn });
    expect(Date.parse(link.expiresAt ?? '') - Date.parse(link.createdAt)).toBe(seconds * second);
  });

  it.each([0, -1, 1.5, '1w', '', '0d', '1e3', '367d'])('refuses %j', async (expiresIn) => {
    const { positionId } = await newPosition();
    const payload = { command: 'links.create', positionId, action: 'close', expiresIn };
    expect(await environment.refusal(payload)).toMatchObject({ code: 'invalid-input', message: /expiresIn/ });
  });
});

describe('maxUses', () => {
  it('lets a link act that often, and not once more', async () => {
    const { positionId, mark } = await newPosition(perpetualLong);
    const { url, link } = await newLink(positionId, { percent: 50, maxUses: 2 });
    for (const closedAmount of ['0.5', '0.25'])
      expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed', closedAmount } });
    expect(await linkNow(link)).toMatchObject({ state: 'used-up', uses: 2 });
    // A resend is not refused: it reports the link's own last outcome.
    expect(await fire(url)).toMatchObject({ status: 200, json: { repeated: true } });
    await fire((await newLink(positionId, { percent: 10 })).url);
    expect(await fire(url)).toMatchObject({ status: 410, json: { status: 'gone' } });
    expect(ordersSince(mark)).toHaveLength(3);
  });

  it('does not count what executed nothing', async () => {
    const { positionId } = await newPosition();
    const { url, link } = await newLink(positionId, { maxUses: 1 });
    const match = { method: 'POST', path: '/api/v3/order' };
    const msg = 'This action is disabled on this account.';
    core.addFault({ kind: 'status', status: 400, code: -2010, msg, match });
    expect(await fire(url)).toMatchObject({ status: 422 });
    expect(await linkNow(link)).toMatchObject({ state: 'armed', uses: 0 });
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(await linkNow(link)).toMatchObject({ uses: 1 });
  });

  it('closes one part however many hits come at once', async () => {
    const { positionId, mark } = await newPosition(perpetualLong);
    const { url } = await newLink(positionId, { percent: 20 });
    await Promise.all(Array.from({ length: 50 }, () => fire(url)));
    expect(ordersSince(mark)).toMatchObject([{ amount: '0.2' }]);
  });
});

describe('a post-only link', () => {
  it('never fires by a GET, and fires by a POST', async () => {
    const { positionId, mark } = await newPosition();
    const { url } = await newLink(positionId, { methods: 'post-only' });
    for (const answer of [await byPerson(url), await hit(url)])
      expect(answer).toMatchObject({
        status: 200,
        json: { status: 'confirm', message: /doesn't fire just by being opened/ },
      });
    expect(ordersSince(mark)).toEqual([]);
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });
});

describe('sources', () => {
  const tradingView = ['52.89.214.238', '34.212.75.30', '54.218.53.128', '52.32.178.7'];

  it('of TradingView lets its four addresses fire and no other', async () => {
    for (const address of tradingView) {
      const { positionId, mark } = await newPosition();
      const { url } = await newLink(positionId, { sources: 'tradingview' });
      for (const other of ['52.89.214.239', '127.0.0.1', '2600:1f14::1', '', undefined])
        expect(await invoke(url, other)).toMatchObject({ status: 403, json: { status: 'wrong-source' } });
      expect(ordersSince(mark)).toEqual([]);
      expect(await invoke(url, address)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    }
  });

  const forged = [
    { 'x-forwarded-for': '52.89.214.238' },
    { 'x-forwarded-for': '52.89.214.238, 34.212.75.30' },
    { 'x-real-ip': '52.89.214.238' },
    { forwarded: 'for=52.89.214.238;proto=https' },
    { 'cf-connecting-ip': '52.89.214.238' },
    { 'true-client-ip': '52.89.214.238' },
  ];

  it.each(forged)('are not read from a header: %j', async (headers) => {
    const { positionId, mark } = await newPosition();
    const { url } = await newLink(positionId, { sources: 'tradingview' });
    expect(await fire(url, { headers })).toMatchObject({ status: 403 });
    expect(await invoke(url, '203.0.113.9', headers)).toMatchObject({ status: 403 });
    expect(ordersSince(mark)).toEqual([]);
    expect(await hitsOf(positionId)).toMatchObject([
      { decision: 'refused', status: 403, sourceIp: '203.0.113.9' },
      { decision: 'refused', status: 403, sourceIp: '127.0.0.1' },
    ]);
  });

  it('by range are compared with the address that the connection comes from', async () => {
    const { positionId, mark } = await newPosition();
    const { url } = await newLink(positionId, { sources: ['127.0.0.2/31', '2001:db8::/32'] });
    const from = (localAddress: string) =>
      new Promise<number>((resolve, reject) => {
        const request = httpRequest(url, { method: 'POST', localAddress }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        request.on('error', reject).end();
      });
    expect([await from('127.0.0.1'), await from('127.0.0.4')]).toEqual([403, 403]);
    expect(ordersSince(mark)).toEqual([]);
    expect(await from('127.0.0.3')).toBe(200);
    expect(ordersSince(mark)).toHaveLength(1);
  });

  const cases: [sources: string[], address: string, may: boolean][] = [
    [['203.0.113.7'], '203.0.113.7', true],
    [['203.0.113.7'], '203.0.113.8', false],
    [['203.0.113.0/24'], '203.0.113.255', true],
    [['203.0.113.0/24'], '203.0.114.0', false],
    [['203.0.113.7'], '::ffff:203.0.113.7', true],
    [['2001:db8::/32'], '2001:db8:1::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['203.0.113.0/24'], '2001:db8::1', false],
    [['203.0.113.0/24'], 'not an address', false],
    [['203.0.113.0/24'], '203.0.113.7, 52.89.214.238', false],
    [['203.0.113.0/24'], '', false],
  ];
  it.each(cases)('%j and the address "%s": %s', (sources, address, may) => {
    expect(isAllowedSource(sources, address)).toBe(may);
  });

  it.each([[[]], [['203.0.113.0/33']], [['everywhere']], ['aws'], [['203.0.113.300']]])(
    'refuse %j',
    async (sources) => {
      const { positionId } = await newPosition();
      const payload = { command: 'links.create', positionId, action: 'close', sources };
      expect(await environment.refusal(payload)).toMatchObject({ code: 'invalid-input', message: /sources/ });
    },
  );
});

describe('percent', () => {
  it.each([
    { kind: spotLong, closed: '0.2497', remaining: '0.7493' },
    { kind: perpetualLong, closed: '0.25', remaining: '0.75' },
  ])('closes a part of $kind.name and leaves the rest open', async ({ kind, closed, remaining }) => {
    const { positionId, mark } = await newPosition(kind);
    const { url, link } = await newLink(positionId, { percent: 25 });
    expect(link).toMatchObject({ percent: 25, maxUses: 1 });
    expect(await byPerson(url)).toMatchObject({
      status: 200,
      json: { outcome: 'closed', percent: 25, closedAmount: closed },
    });
    expect(ordersSince(mark)).toMatchObject([{ side: 'sell', amount: closed }]);
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open', remaining });
    expect(await fire((await newLink(positionId)).url)).toMatchObject({ json: { closedAmount: remaining } });
  });

  it("leaves a perpetual's exits to protect the rest", async () => {
    const trader = await newTrader(environment, perpetualLong);
    const entry = placeEntry(trader, { filled: 'all' });
    const { takeProfit, stop } = placeExits(trader, '1');
    const { positionId } = await adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit, stop] });
    const mark = markOf(core);
    await fire((await newLink(positionId, { percent: 25 })).url);
    expect(ledgerSince(core, mark).canceled).toEqual([]);
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'open',
      openExitOrders: 2,
      remaining: '0.75',
    });
  });

  it('closes no second part by a GET, though it may act again: it asks', async () => {
    const { positionId, mark } = await newPosition(perpetualLong);
    const { url } = await newLink(positionId, { percent: 25, maxUses: 3 });
    await fire(url);
    expect(await byPerson(url)).toMatchObject({ json: { status: 'confirm', message: /more than once/ } });
    expect(ordersSince(mark)).toHaveLength(1);
  });

  it.each([0, 100, 12.5, '25'])('refuses %j', async (percent) => {
    const { positionId } = await newPosition();
    const payload = { command: 'links.create', positionId, action: 'close', percent };
    expect(await environment.refusal(payload)).toMatchObject({ code: 'invalid-input', message: /percent/ });
  });
});

describe('the kill switch', () => {
  it('stops every link until it is off and is in the history, but does not stop the owner', async () => {
    const [first, second] = [await newPosition(), await newPosition()];
    const urls = [(await newLink(first.positionId)).url, (await newLink(second.positionId)).url];
    expect(await environment.admin('links.pause', {})).toEqual({ paused: true });
    const { mark } = second;
    for (const url of urls) {
      for (const answer of [await fire(url), await byPerson(url), await hit(url)])
        expect(answer).toMatchObject({ status: 409, json: { status: 'paused' } });
    }
    expect(await environment.admin('links.list', {})).toMatchObject({ paused: true });
    expect(ordersSince(mark)).toEqual([]);
    expect(await hitsOf(first.positionId)).toMatchObject(
      Array(3).fill({ decision: 'refused', status: 409, why: 'All links are paused. Nothing was done.' }),
    );
    const closed = await environment.admin('positions.close', { positionId: first.positionId });
    expect(closed).toMatchObject({ status: 200, outcome: 'closed' });
    expect(await environment.admin('links.resume', {})).toEqual({ paused: false });
    expect(await fire(urls[1] ?? '')).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(ordersSince(mark)).toHaveLength(2);
  });
});

describe('a preview', () => {
  it('shows what a link would do and does nothing', async () => {
    const { positionId, mark } = await newPosition();
    const links = [
      await newLink(positionId),
      await newLink(positionId, { percent: 50 }),
      await newLink(positionId, { action: 'keep' }),
      await newLink(positionId, { confirm: true, methods: 'post-only', sources: 'tradingview' }),
    ];
    for (const { link } of links)
      expect(await environment.admin('links.preview', { linkId: link.linkId })).toMatchObject({
        fires: true,
      });
    const revoked = links[0]?.link.linkId ?? '';
    await environment.admin('links.revoke', { linkId: revoked });
    expect(await environment.admin('links.preview', { linkId: revoked })).toMatchObject({ fires: false });
    await environment.admin('links.pause', {});
    const [, half] = links;
    const preview = () => environment.admin('links.preview', { linkId: half?.link.linkId ?? '' });
    expect(await preview()).toMatchObject({ fires: false, would: expect.stringContaining('paused') });
    await environment.admin('links.resume', {});
    expect(ledgerSince(core, mark)).toEqual({ orders: [], canceled: [], requests: [] });
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open', remaining: '0.999' });
    expect(await hitsOf(positionId)).toEqual([]);
  });
});

describe('the history', () => {
  it('has every hit with its decision and its reason, refused hits included', async () => {
    const { positionId, mark } = await newPosition();
    const [open, expiring, revoked, bound] = [
      await newLink(positionId),
      await newLink(positionId, { expiresIn: '1s' }),
      await newLink(positionId),
      await newLink(positionId, { sources: 'tradingview' }),
    ];
    await environment.admin('links.revoke', { linkId: revoked.link.linkId });
    await hit(open.url, { headers: { 'user-agent': 'curl/8.7.1' } });
    await fire(open.url, { body: 'x' });
    await fire(bound.url);
    await fire(revoked.url);
    aheadMs = 2 * second;
    await fire(expiring.url);
    await fire(open.url, { headers: { 'user-agent': 'Go-http-client/1.1' } });
    await byPerson(open.url);
    const [order] = ordersSince(mark);
    const hits = await hitsOf(positionId);
    expect(hits.map(({ method, decision, status, why }) => ({ method, decision, status, why }))).toEqual([
      { method: 'GET', decision: 'duplicate', status: 200, why: expect.stringContaining('Closed 0.999') },
      { method: 'POST', decision: 'fired', status: 200, why: expect.stringContaining('Closed 0.999') },
      { method: 'POST', decision: 'refused', status: 410, why: expect.stringContaining('expired') },
      { method: 'POST', decision: 'refused', status: 410, why: expect.stringContaining('revoked') },
      { method: 'POST', decision: 'refused', status: 403, why: expect.stringContaining('this address') },
      { method: 'POST', decision: 'refused', status: 400, why: expect.stringContaining('has a body') },
      {
        method: 'GET',
        decision: 'confirmation-required',
        status: 200,
        why: expect.stringContaining('without proof of a person'),
      },
    ]);
    const [, fired] = hits;
    expect(fired).toMatchObject({
      linkId: open.link.linkId,
      sourceIp: '127.0.0.1',
      userAgent: 'Go-http-client/1.1',
      outcome: 'closed',
      resend: 0,
    });
    expect(fired?.requests).toContainEqual({
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      request: 'sell 0.999 at MARKET',
      ms: expect.any(Number),
      orderId: order?.id,
      answer: 'accepted, done, filled 0.999 of 0.999',
    });
  });

  it('strips a user agent of what could move a cursor or fill a screen', async () => {
    const { positionId } = await newPosition();
    const { url } = await newLink(positionId);
    // One byte that clears a screen on some terminals, and that HTTP lets through.
    await hit(url, { headers: { 'user-agent': `a\t\u009b2J\u00e9${'x'.repeat(500)}` } });
    const [only] = await hitsOf(positionId);
    expect(only?.userAgent).toMatch(/^[\x20-\x7e]{1,200}$/);
  });

  it('is kept 90 days, and then deleted by the table itself', async () => {
    const { positionId } = await newPosition();
    await hit((await newLink(positionId)).url);
    const client = new DynamoDBClient({
      endpoint: tableEndpoint ?? '',
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const { Items: items = [] } = await client.send(new ScanCommand({ TableName: 'ripcord' }));
    client.destroy();
    const rows = items.filter(({ pk }) => pk === `hits#${positionId}`);
    expect(rows).toHaveLength(1);
    for (const { at, expiresAt } of rows)
      expect(Number(expiresAt) * second - Date.parse(String(at))).toBeOneOf(
        Array.from({ length: 2_001 }, (_, late) => 90 * day + late),
      );
    // A number is what DynamoDB deletes by. A link's own end is text, so that it stays to be shown and refused.
    expect(items.filter(({ expiresAt, sk }) => sk === 'link' && typeof expiresAt === 'number')).toEqual([]);
  });
});
