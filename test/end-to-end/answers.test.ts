import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import { mintToken } from '../../lib/link/token.ts';
import { send } from '../infra/loopback/running-server.ts';
import { navigation } from '../security/header-sets.ts';
import { fire, hit, ledgerSince, markOf, startEnvironment } from './environment.ts';
import { adopt, holdingOf, newTrader, perpetualLong, placeEntry, spotLong, type Trader } from './trader.ts';

/** What a link answers to which sender, and that only a hit on an armed link acts. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;

/** A filled position of 1 ETH on spot, of which 0.999 can be sold. */
async function newPosition(kind = spotLong): Promise<Trader & { positionId: string }> {
  const trader = await newTrader(environment, kind);
  const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
  return { ...trader, positionId };
}

async function newCloseLink() {
  const position = await newPosition();
  return { ...position, url: await environment.newLink(position.positionId, 'close') };
}

/** A close link whose order can be held up at the exchange, which has a clock of its own. */
async function newSlowLink() {
  let ahead = 0;
  const exchange = await startSimulatedExchange({ clock: () => Date.now() + ahead });
  onTestFinished(() => exchange.stop());
  const apart = { ...environment, exchange, core: exchange.core };
  const trader = await newTrader(apart, spotLong, 'ETH', { core: exchange.core, baseUrl: exchange.url });
  const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
  const url = await environment.newLink(positionId, 'close');
  const delay = { kind: 'delay', ms: 1_000, match: { method: 'POST' } } as const;
  const fireHeldUp = async () => {
    exchange.core.addFault(delay);
    const first = fire(url);
    await vi.waitFor(() => expect(exchange.core.timers.pending).toBe(1), { interval: 5, timeout: 10_000 });
    const release = () => {
      ahead += delay.ms;
      exchange.core.runDue();
    };
    return { first, release };
  };
  return { url, positionId, fireHeldUp };
}

/** The headers of a browser whose user opened an address. */
const browser = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

function linkOf(token: string) {
  return `${environment.url}/l/${token}`;
}

function ordersSince(mark: number) {
  return ledgerSince(core, mark).orders;
}

describe('a hit', () => {
  it('is answered with amounts, average price, order ids and times', async () => {
    const { url, positionId } = await newCloseLink();
    const mark = markOf(core);
    const { status, json } = await fire(url);
    const [order] = ordersSince(mark);
    const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
    expect(status).toBe(200);
    expect(json).toEqual({
      outcome: 'closed',
      closedBy: 'ripcord',
      action: 'close',
      actor: 'link',
      linkId: expect.stringMatching(/^lnk_[0-9a-z]{16}$/),
      positionId,
      symbol: 'ETH/USDT',
      side: 'long',
      detail: `Closed 0.999 ETH with MARKET order ${order?.id} at 3000 USDT.`,
      entryFilled: '1',
      closedAmount: '0.999',
      averagePrice: '3000',
      remaining: '0',
      closeOrderId: order?.id,
      closeClientOrderId: core.state.order(Number(order?.id)).clientOrderId,
      canceledEntryOrderIds: [],
      canceledExitOrderIds: [],
      claimedAt: expect.stringMatching(iso),
      sentAt: expect.stringMatching(iso),
      settledAt: new Date(core.state.order(Number(order?.id)).updatedAt).toISOString(),
    });
    expect(json.closeClientOrderId).toMatch(/^[0-9A-Za-z]{1,18}$/);
    const times = [json.claimedAt, json.sentAt, json.settledAt];
    expect(times.toSorted()).toEqual(times);
  });

  it('fires by a POST without a body', async () => {
    const { url } = await newCloseLink();
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });

  it('fires by a GET of a person', async () => {
    const { url } = await newCloseLink();
    expect(await hit(url, { headers: browser })).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });

  const others = [
    { title: 'of a program', headers: { 'user-agent': 'curl/8.5.0' } },
    { title: 'that is a prefetch', headers: { ...browser, 'sec-purpose': 'prefetch;prerender' } },
    {
      title: 'of an image in a page',
      headers: { ...browser, 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' },
    },
    {
      title: 'of a chat that shows previews',
      headers: { ...browser, 'user-agent': 'Slackbot-LinkExpanding 1.0' },
    },
  ];

  it.each(others)('by a GET $title asks, and does nothing', async ({ headers }) => {
    const { url } = await newCloseLink();
    const mark = markOf(core);
    expect(await hit(url, { headers })).toMatchObject({
      status: 200,
      json: { status: 'confirm', message: expect.stringContaining('Nothing has happened yet') },
    });
    expect(core.ledger({ since: mark })).toEqual([]);
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });
});

describe('a hit after the end', () => {
  it('by the same link reports the recorded outcome, and does nothing', async () => {
    const { url } = await newCloseLink();
    const first = await fire(url);
    const mark = markOf(core);
    for (const request of [
      { method: 'POST' },
      { method: 'GET', headers: { ...navigation('chromeWindows', 'none'), accept: 'application/json' } },
    ])
      expect(await hit(url, request)).toMatchObject({
        status: 200,
        json: { ...first.json, repeated: true },
      });
    // Chats show what they find behind a link, so they don't get what was traded.
    const { status, json } = await hit(url, {
      method: 'GET',
      headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0' },
    });
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        status: 'closed',
        repeated: true,
        message: expect.stringContaining('Nothing happened this time'),
      },
    });
    expect(ledgerSince(core, mark)).toEqual({ orders: [], canceled: [], requests: [] });
    expect(first.json).not.toHaveProperty('repeated');
  });

  it.each(['close', 'keep'] as const)('by another link, %s, reports the same', async (action) => {
    const { url, positionId } = await newCloseLink();
    const other = await environment.newLink(positionId, action);
    const first = await fire(url);
    const mark = markOf(core);
    expect(await fire(other)).toMatchObject({ status: 200, json: { ...first.json, repeated: true } });
    expect(ledgerSince(core, mark).requests).toEqual([]);
  });

  it('can still close a position that was kept', async () => {
    const { positionId } = await newPosition();
    const [keep, close] = [
      await environment.newLink(positionId, 'keep'),
      await environment.newLink(positionId, 'close'),
    ];
    const kept = await fire(keep);
    expect(kept).toMatchObject({ status: 200, json: { outcome: 'kept', remaining: '0.999' } });
    expect(await fire(keep)).toMatchObject({ status: 200, json: { ...kept.json, repeated: true } });
    const mark = markOf(core);
    const closed = await fire(close);
    expect(closed).toMatchObject({ status: 200, json: { outcome: 'closed', closedAmount: '0.999' } });
    expect(closed.json).not.toHaveProperty('repeated');
    expect(ordersSince(mark)).toHaveLength(1);
    expect(await fire(keep)).toMatchObject({ status: 200, json: { ...closed.json, repeated: true } });
  });
});

describe('hits at the same time', () => {
  it.each([spotLong, perpetualLong])('on two links of $name make one order between them', async (kind) => {
    const { positionId } = await newPosition(kind);
    const urls = [
      await environment.newLink(positionId, 'close'),
      await environment.newLink(positionId, 'close'),
    ];
    const mark = markOf(core);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 3 === 0 ? hit(urls[index % 2] ?? '', { headers: browser }) : fire(urls[index % 2] ?? ''),
      ),
    );
    expect(ledgerSince(core, mark).requests).toHaveLength(1);
    expect(ordersSince(mark)).toHaveLength(1);
    for (const { status, json } of answers)
      expect(`${status} ${json.outcome ?? json.status}`).toBeOneOf(['200 closed', '202 in-progress']);
    expect(answers.filter(({ json }) => json.outcome === 'closed' && !json.repeated)).toHaveLength(1);
  });

  it('report that a close is in progress', async () => {
    const { url, positionId, fireHeldUp } = await newSlowLink();
    const { first, release } = await fireHeldUp();
    expect(await fire(url)).toMatchObject({
      status: 202,
      json: { status: 'in-progress', positionId, message: expect.any(String) },
    });
    release();
    expect(await first).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });
});

describe('a POST with a body', () => {
  const bodies = [
    { title: 'one letter', body: 'x' },
    { title: 'one letter as text', body: 'x', headers: { 'content-type': 'text/plain; charset=utf-8' } },
    { title: 'JSON', body: '{}', headers: { 'content-type': 'application/json; charset=utf-8' } },
    { title: 'a form', body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    { title: 'bytes that are no text', body: Buffer.from([0xff, 0x00]), headers: {} },
  ];

  it.each(bodies)('of $title is ignored, and the link stays armed', async ({ body, headers = {} }) => {
    const { url } = await newCloseLink();
    const mark = markOf(core);
    expect(await fire(url, { body, headers })).toMatchObject({
      status: 400,
      json: { status: 'ignored', message: expect.stringContaining("Clear the alert's message") },
    });
    expect(core.ledger({ since: mark })).toEqual([]);
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });

  const blanks = [
    { title: 'white space without a type', body: ' \r\n\t ' },
    { title: 'white space as text', body: '\n', headers: { 'content-type': 'text/plain; charset=utf-8' } },
    { title: 'white space as JSON', body: ' ', headers: { 'content-type': 'application/json' } },
    { title: 'nothing, of length 0', headers: { 'content-length': '0' } },
    { title: 'nothing, as a form', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  ];

  it.each(blanks)('of $title fires', async ({ body, headers = {} }) => {
    const { url } = await newCloseLink();
    expect(await fire(url, { headers, ...(body === undefined ? {} : { body }) })).toMatchObject({
      status: 200,
      json: { outcome: 'closed' },
    });
  });
});

describe('a link that does not exist', () => {
  const malformed = (token: string) => [
    { title: 'with a wrong checksum', token: token.replace(/.$/, (last) => (last === '0' ? '1' : '0')) },
    { title: 'with two characters exchanged', token: `rc_${token[4]}${token[3]}${token.slice(5)}` },
    { title: 'cut short', token: token.slice(0, -1) },
    { title: 'with something after it', token: `${token}0` },
    { title: 'without its prefix', token: token.slice(3) },
    { title: 'of other characters', token: `rc_${'%F0%9F%92%A5'.repeat(4)}` },
  ];

  it.each(malformed(mintToken()))('is not found: $title', async ({ token }) => {
    expect(await fire(linkOf(token))).toMatchObject({ status: 404, json: { status: 'not-found' } });
  });

  it('is not found if its token is well formed', async () => {
    expect(await fire(linkOf(mintToken()))).toMatchObject({ status: 404, json: { status: 'not-found' } });
  });

  it('is gone if it was revoked', async () => {
    const { url, positionId } = await newCloseLink();
    const [link] = (await environment.admin('links.list', { positionId })).links;
    await environment.admin('links.revoke', { linkId: link?.linkId ?? '' });
    const mark = markOf(core);
    expect(await fire(url)).toMatchObject({
      status: 410,
      json: { status: 'gone', message: 'This link was revoked. Nothing was done.' },
    });
    expect(core.ledger({ since: mark })).toEqual([]);
    const other = await environment.newLink(positionId, 'close');
    expect(await fire(other)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(await fire(url)).toMatchObject({ status: 410 });
  });

  it('is gone if its position was forgotten', async () => {
    const { url, positionId } = await newCloseLink();
    expect(await environment.admin('positions.forget', { positionId })).toEqual({
      positionId,
      linksRevoked: 1,
    });
    const mark = markOf(core);
    expect(await fire(url)).toMatchObject({ status: 410, json: { status: 'gone' } });
    expect(core.ledger({ since: mark })).toEqual([]);
    expect(await environment.refusal({ command: 'positions.get', positionId })).toMatchObject({
      code: 'position-not-found',
    });
  });
});

describe('what the exchange refuses for good', () => {
  it('is answered with its error if the coins are gone and no trade shows why, and can be tried again', async () => {
    const { url, ...trader } = await newCloseLink();
    const setEth = (amount: string) =>
      core.setBalance({ apiKey: trader.apiKey, market: 'spot', asset: 'ETH', amount });
    setEth('0.001');
    const mark = markOf(core);
    const refused = await fire(url);
    expect(refused).toMatchObject({
      status: 422,
      json: {
        status: 'refused',
        message: expect.stringContaining('Account has insufficient balance for requested action. (-2010)'),
      },
    });
    expect(ordersSince(mark)).toEqual([]);
    expect(holdingOf(trader)).toBe('0.001');
    expect(await environment.positionNow(trader.positionId)).toMatchObject({
      status: 'open',
      failure: { code: '-2010', message: expect.stringContaining('insufficient balance') },
    });
    setEth('0.999');
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(await environment.positionNow(trader.positionId)).not.toHaveProperty('failure');
  });

  it.each([spotLong, perpetualLong])(
    'is answered with its error if the key may not trade $name',
    async (kind) => {
      const { positionId, apiKey } = await newPosition(kind);
      const url = await environment.newLink(positionId, 'close');
      const { permissions } = core.accountOf(apiKey);
      permissions.trade = false;
      const mark = markOf(core);
      expect(await fire(url)).toMatchObject({
        status: 422,
        json: {
          status: 'refused',
          message: expect.stringContaining('Invalid API-key, IP, or permissions for action. (-2015)'),
        },
      });
      expect(ordersSince(mark)).toEqual([]);
      permissions.trade = true;
      expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    },
  );

  it.each(['close', 'keep'] as const)(
    'is answered with its error if the key may not cancel for %s',
    async (action) => {
      const trader = await newTrader(environment, spotLong);
      const entry = placeEntry(trader, { filled: '0.4' });
      const { positionId } = await adopt(trader, { entryOrders: [entry] });
      const url = await environment.newLink(positionId, action);
      const { permissions } = core.accountOf(trader.apiKey);
      permissions.trade = false;
      const mark = markOf(core);
      expect(await fire(url)).toMatchObject({
        status: 422,
        json: { status: 'refused', message: expect.stringContaining('(-2015)') },
      });
      expect(ledgerSince(core, mark)).toMatchObject({ orders: [], canceled: [] });
      permissions.trade = true;
      expect(await fire(url)).toMatchObject({ status: 200 });
      expect(ledgerSince(core, mark).canceled).toEqual([String(entry.id)]);
    },
  );
});

describe('an exchange that is down', () => {
  const cases = [
    { title: 'close a filled position', action: 'close', filled: 'all', outcome: 'closed' },
    { title: 'close a partly filled position', action: 'close', filled: '0.4', outcome: 'closed' },
    { title: 'close an unfilled position', action: 'close', outcome: 'canceled' },
    { title: 'keep a filled position', action: 'keep', filled: 'all', outcome: 'kept' },
    { title: 'keep a partly filled position', action: 'keep', filled: '0.4', outcome: 'kept' },
  ] as const;

  it.each(
    cases.flatMap((given) => [spotLong, perpetualLong].map((kind) => ({ ...given, kind, name: kind.name }))),
  )(
    'lets a hit to $title, $name, be tried again, and executes it when it is back',
    async ({ kind, action, outcome, ...given }) => {
      const snapshotPath = join(tmpdir(), `ripcord-exchange-${mintToken()}.json`);
      onTestFinished(() => rm(snapshotPath, { force: true }));
      const before = await startSimulatedExchange({ snapshotPath });
      onTestFinished(() => before.stop());
      const apart = { ...environment, exchange: before, core: before.core };
      const trader = await newTrader(apart, kind, 'ETH', { core: before.core, baseUrl: before.url });
      const entry = placeEntry(trader, 'filled' in given ? { filled: given.filled } : {});
      const { positionId } = await adopt(trader, { entryOrders: [entry] });
      const url = await environment.newLink(positionId, action);
      await before.stop();

      const answer = await fire(url);
      expect(answer).toMatchObject({ status: 503, json: { message: expect.any(String), positionId } });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);

      const after = await startSimulatedExchange({ snapshotPath, port: Number(new URL(before.url).port) });
      onTestFinished(() => after.stop());
      expect(await fire(url)).toMatchObject({ status: 200, json: { outcome } });
      const sells = after.core.ledger().filter((entry) => entry.type === 'order' && entry.side === 'sell');
      expect(sells).toHaveLength(outcome === 'closed' ? 1 : 0);
    },
  );
});

describe('other methods', () => {
  const methods = ['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'];

  it.each(methods)('%s never acts, whichever state the link is in', async (method) => {
    const { url, positionId } = await newCloseLink();
    const revoked = await environment.newLink(positionId, 'close');
    const { links } = await environment.admin('links.list', { positionId });
    const kept = await newPosition();
    const keptUrl = await environment.newLink(kept.positionId, 'keep');
    await fire(keptUrl);
    await environment.admin('links.revoke', { linkId: links[0]?.linkId ?? '' });
    const states = [url, revoked, keptUrl, linkOf(mintToken()), linkOf('rc_0')];
    const mark = markOf(core);
    for (const state of states) expect((await hit(state, { method })).status).toBeOneOf([404, 405]);
    expect(core.ledger({ since: mark })).toEqual([]);
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open' });
  });

  it.each(methods)(
    '%s is refused by the function too, should the gateway ever pass it on',
    async (method) => {
      const { url, positionId } = await newCloseLink();
      const token = url.split('/').at(-1);
      const event = { requestContext: { http: { method } }, pathParameters: { token } };
      const mark = markOf(core);
      expect(await environment.invoke('ripcord-trigger', event)).toMatchObject({ statusCode: 405 });
      expect(core.ledger({ since: mark })).toEqual([]);
      expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open' });
    },
  );
});

/** Every kind of answer that a link can give, and how to come by it. */
const answerKinds: {
  status: number;
  title: string;
  provoke(headers: Record<string, string>): ReturnType<typeof hit>;
}[] = [
  { status: 200, title: 'closed', provoke: async (headers) => fire((await newCloseLink()).url, { headers }) },
  {
    status: 200,
    title: 'duplicate',
    provoke: async (headers) => {
      const { url } = await newCloseLink();
      await fire(url);
      return fire(url, { headers });
    },
  },
  {
    status: 202,
    title: 'in progress',
    provoke: async (headers) => {
      const { url, fireHeldUp } = await newSlowLink();
      const { first, release } = await fireHeldUp();
      const answer = await fire(url, { headers });
      release();
      await first;
      return answer;
    },
  },
  {
    status: 400,
    title: 'ignored',
    provoke: async (headers) => fire((await newCloseLink()).url, { headers, body: 'x' }),
  },
  {
    status: 200,
    title: 'to be confirmed',
    provoke: async (headers) => hit((await newCloseLink()).url, { headers }),
  },
  { status: 404, title: 'malformed', provoke: (headers) => fire(linkOf('rc_0'), { headers }) },
  { status: 404, title: 'unknown', provoke: (headers) => fire(linkOf(mintToken()), { headers }) },
  {
    status: 410,
    title: 'gone',
    provoke: async (headers) => {
      const { url, positionId } = await newCloseLink();
      await environment.admin('positions.forget', { positionId });
      return fire(url, { headers });
    },
  },
  {
    status: 422,
    title: 'refused',
    provoke: async (headers) => {
      const { url, apiKey } = await newCloseLink();
      core.setBalance({ apiKey, market: 'spot', asset: 'ETH', amount: '0' });
      return fire(url, { headers });
    },
  },
  {
    status: 503,
    title: 'try again',
    provoke: async (headers) => {
      const { positionId } = await newPosition();
      core.addFault({ kind: 'status', status: 503, match: { path: '/api/v3/account' } });
      return fire(await environment.newLink(positionId, 'keep'), { headers });
    },
  },
];

describe('every response', () => {
  const safety = {
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringMatching(/^default-src 'none'/),
    'x-robots-tag': expect.stringContaining('noindex'),
  };

  it.each(answerKinds)(
    'of $status, $title, is JSON that may not be stored or framed',
    async ({ status, provoke }) => {
      const answer = await provoke({});
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({ ...safety, 'content-type': 'application/json; charset=utf-8' });
      expect(answer.json).toMatchObject(
        status === 200 && !('status' in answer.json)
          ? { outcome: expect.any(String) }
          : { status: expect.any(String), message: expect.any(String) },
      );
    },
  );

  it.each(answerKinds)('of $status, $title, is a page for a browser', async ({ status, provoke }) => {
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const answer = await provoke({ accept });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({ ...safety, 'content-type': 'text/html; charset=utf-8' });
    expect(answer.body).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(answer.body).toMatch(/<h1>[^<]+<\/h1><p>[^<]+<\/p>/);
    // The address is the key: nothing of it may be in a page, and a page may load nothing.
    expect(answer.body).not.toMatch(/rc_|\bhref=|\bsrc=|<script/);
  });
});

describe('the page that waits for an outcome', () => {
  const open = async (url: string) => {
    const { pathname, search } = new URL(url);
    const headers = { ...browser, accept: 'text/html' };
    return (await send(url, { headers, path: `${pathname}${search}` })).body;
  };

  it('reloads without a record of its own, until it shows the outcome', async () => {
    const { url, positionId, fireHeldUp } = await newSlowLink();
    const decisions = async () =>
      (await environment.admin('history.list', { positionId })).hits.map(({ decision }) => decision);
    const { first, release } = await fireHeldUp();
    const [, reload = ''] = /http-equiv="refresh" content="3; url=([^"]+)"/.exec(await open(url)) ?? [];
    expect(await decisions()).toEqual(['in-progress']);
    const reloaded = new URL(reload, url).href;
    expect(new URL(reloaded).pathname).toBe(new URL(url).pathname);
    for (let count = 0; count < 3; count += 1)
      expect(await open(reloaded)).toContain('This page updates by itself.');
    expect(await decisions()).toEqual(['in-progress']);
    release();
    expect(await first).toMatchObject({ json: { outcome: 'closed' } });
    const known = await decisions();
    expect(known.toSorted()).toEqual(['fired', 'in-progress']);
    const page = await open(reloaded);
    expect(page).toContain('<h1>Closed</h1>');
    expect(page).not.toContain('Already done earlier');
    expect(await decisions()).toEqual(known);
    expect(await open(url)).toContain('Already done earlier');
    expect(await decisions()).toEqual(['duplicate', ...known]);
  });
});
