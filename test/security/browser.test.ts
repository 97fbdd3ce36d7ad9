import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { launchBrowser, noBrowser } from '../browser.ts';
import { ledgerSince, markOf, startEnvironment } from '../end-to-end/environment.ts';
import { adopt, newTrader, placeEntry, spotLong } from '../end-to-end/trader.ts';
import { startFront } from './browser-origins.ts';

/** What a real Chromium sends to a link, and what comes of it at the exchange. */

const environment = await startEnvironment();
const { core } = environment;
const front = await startFront(environment.url);

/** The user agent of a browser with a window. With it, this headless one passes for a person's. */
const agent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36';
const metadata = {
  brands: [
    { brand: 'Chromium', version: '153' },
    { brand: 'Google Chrome', version: '153' },
  ],
  platform: 'Linux',
  platformVersion: '6.1',
  architecture: 'x86',
  model: '',
  mobile: false,
};

const browser = await launchBrowser();

afterAll(async () => {
  await browser?.close();
  await front.stop();
});

describe.skipIf(browser === undefined)('a real browser', () => {
  let context: BrowserContext;
  let page: Page;
  let positionId: string;
  let mark: number;

  beforeEach(async () => {
    front.arrivals.length = 0;
    const trader = await newTrader(environment, spotLong);
    ({ positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] }));
    mark = markOf(core);
    context = await (browser as Browser).newContext();
    page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setUserAgentOverride', {
      userAgent: agent,
      userAgentMetadata: metadata,
    });
    return () => context.close();
  });

  const newUrl = async (options: object = {}) => {
    const { url } = await environment.admin('links.create', { positionId, action: 'close', ...options });
    return front.own + new URL(url).pathname;
  };
  const orders = () => ledgerSince(core, mark).orders;
  const headline = () => page.locator('h1').textContent();
  const show = (name: string, html: string) => {
    front.pages.set(name, `<!doctype html><title>${name}</title>${html}`);
    return name;
  };
  const arrived = (path: string, count: number) =>
    vi.waitFor(() => expect(front.arrivals.filter((one) => path.endsWith(one.path)).length).toBe(count), {
      timeout: 8_000,
    });
  const decisions = async () => {
    const { hits } = await environment.admin('history.list', { positionId });
    return hits.map(({ decision, why }) => `${decision}: ${why}`).toReversed();
  };

  it('fires once when the address is typed, and reports the outcome again on a reload', async () => {
    const url = await newUrl();
    await page.goto(url);
    expect(await headline()).toBe('Closed');
    expect(orders()).toHaveLength(1);
    for (let times = 0; times < 3; times += 1) {
      await page.reload();
      expect(await page.locator('main').textContent()).toContain('Nothing happened this time');
    }
    expect(orders()).toHaveLength(1);
    expect(front.arrivals).toHaveLength(4);
  });

  it('fires once however often its user goes back and forward', async () => {
    const url = await newUrl();
    await page.goto(`${front.other}/page/${show('before', '<h1>Before</h1>')}`);
    await page.goto(url);
    for (let times = 0; times < 3; times += 1) {
      await page.goBack();
      expect(await headline()).toBe('Before');
      await page.goForward();
      expect(await headline()).toBe('Closed');
    }
    expect(orders()).toHaveLength(1);
  });

  it('fires by a click on another site, which learns nothing of it', async () => {
    const url = await newUrl();
    await page.goto(`${front.other}/page/${show('click', `<a href="${url}">close</a>`)}`);
    await page.click('a');
    expect(await headline()).toBe('Closed');
    expect(orders()).toHaveLength(1);
    expect(front.arrivals).toMatchObject([
      { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-user': '?1' } },
    ]);
  });

  it('closes no second part by a reload, though its link may act three times', async () => {
    const url = await newUrl({ percent: 25, maxUses: 3 });
    await page.goto(url);
    expect(await headline()).toBe('Close 25 % of ETH/USDT long?');
    await page.click('button');
    expect(await headline()).toBe('Closed 25 %');
    await page.goto(url);
    await page.reload();
    expect(await headline()).toBe('Close 25 % of ETH/USDT long?');
    expect(orders()).toHaveLength(1);
  });

  const rules = (kind: 'prefetch' | 'prerender', url: string) =>
    `<script type="speculationrules">${JSON.stringify({ [kind]: [{ urls: [url], eagerness: 'immediate' }] })}</script>`;

  const aheadOfTime = [
    { title: 'prerendered', purpose: 'prefetch;prerender', html: (url: string) => rules('prerender', url) },
    { title: 'prefetched', purpose: 'prefetch', html: (url: string) => rules('prefetch', url) },
    {
      title: 'prefetched by a <link>',
      purpose: 'prefetch',
      html: (url: string) => `<link rel="prefetch" href="${url}">`,
    },
  ];

  it.each(aheadOfTime)(
    'does not fire a link that is $title, and asks the person who then opens it',
    async ({ title, purpose, html }) => {
      const url = await newUrl();
      const name = show(title.replace(/\W/g, ''), `${html(url)}<h1>Rules</h1><a href="${url}">close</a>`);
      await page.goto(`${front.own}/page/${name}`);
      await arrived(url, 1);
      expect(front.arrivals[0]?.headers['sec-purpose']).toBe(purpose);
      await vi.waitFor(async () =>
        expect(await decisions()).toEqual([expect.stringMatching(/^confirmation-required: .*ahead of time/)]),
      );
      expect(orders()).toEqual([]);

      // The prepared page has the button. If the browser requests the link again instead, it fires.
      await page.click('a');
      await page.waitForURL(url);
      if ((await headline()) === 'Close this position?') {
        expect(orders()).toEqual([]);
        await page.click('button');
      }
      expect(await headline()).toBe('Closed');
      expect(orders()).toHaveLength(1);
    },
  );

  it('does not fire by <link rel=prerender>, which it may ignore', async () => {
    const url = await newUrl();
    await page.goto(`${front.own}/page/${show('old', `<link rel="prerender" href="${url}"><h1>Old</h1>`)}`);
    await page.waitForTimeout(1_000);
    expect(orders()).toEqual([]);
  });

  const embeds: { title: string; html(url: string): string }[] = [
    { title: '<img>', html: (url) => `<img src="${url}">` },
    { title: '<iframe>', html: (url) => `<iframe src="${url}"></iframe>` },
    { title: '<embed>', html: (url) => `<embed src="${url}" type="text/html">` },
    { title: '<object>', html: (url) => `<object data="${url}" type="text/html"></object>` },
    { title: '<script>', html: (url) => `<script src="${url}"></script>` },
    { title: '<video>', html: (url) => `<video src="${url}" preload="auto"></video>` },
    { title: 'a style sheet', html: (url) => `<link rel="stylesheet" href="${url}">` },
    { title: 'an icon of the page', html: (url) => `<style>p{background:url(${url})}</style><p>x</p>` },
    { title: 'fetch()', html: (url) => `<script>fetch('${url}').catch(() => 0)</script>` },
    {
      title: 'fetch() without CORS',
      html: (url) => `<script>fetch('${url}', { mode: 'no-cors' }).catch(() => 0)</script>`,
    },
  ];

  it.each(embeds)('does not fire by $title on a page of another origin', async ({ title, html }) => {
    const url = await newUrl();
    await page.goto(`${front.other}/page/${show(title.replace(/\W/g, ''), `<h1>Other</h1>${html(url)}`)}`);
    await arrived(url, 1);
    await vi.waitFor(async () =>
      expect(await decisions()).toEqual([
        expect.stringMatching(/^confirmation-required: .*embedded or fetched/),
      ]),
    );
    expect(orders()).toEqual([]);
  });

  it('shows nothing of a link in a frame, so that no visitor is tricked into pressing its button', async () => {
    const url = await newUrl();
    await page.goto(`${front.other}/page/${show('framed', `<iframe src="${url}"></iframe>`)}`);
    await arrived(url, 1);
    await vi.waitFor(() => expect(page.frames()).toHaveLength(2));
    const [, frame] = page.frames();
    await vi.waitFor(() => expect(frame?.url()).toMatch(/^chrome-error:/));
    expect(await frame?.locator('button').count()).toBe(0);
  });

  it('never fires a link to be confirmed by a GET, and fires it once by its button', async () => {
    const troubles: string[] = [];
    page.on('console', (message) => troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(error.message));
    for (const options of [{ confirm: true }, { methods: 'post-only' }]) {
      const url = await newUrl(options);
      await page.goto(url);
      await page.reload();
      expect(await headline()).toBe('Close ETH/USDT long?');
    }
    expect(orders()).toEqual([]);
    await page.dblclick('button');
    await vi.waitFor(async () => expect(await headline()).toBe('Closed'), { timeout: 8_000 });
    expect(orders()).toHaveLength(1);
    // The page has loaded nothing, broken no rule of its own, and sent its address nowhere.
    expect(troubles).toEqual([]);
    for (const { headers } of front.arrivals) expect(headers).not.toHaveProperty('referer');
    // Without the query of a page that waited for the outcome: that page doesn't say what was done earlier.
    const [path = ''] = front.arrivals.at(-1)?.path.split('?') ?? [];
    await page.goto(`${front.own}${path}`);
    expect(await page.locator('main').textContent()).toContain('Nothing happened this time');
    expect(orders()).toHaveLength(1);
  });

  it('does not pass for a person if its user agent or only its brands say that it is headless', async () => {
    for (const userAgent of [undefined, agent]) {
      const url = await newUrl();
      const headless = await (browser as Browser).newContext(userAgent === undefined ? {} : { userAgent });
      const tab = await headless.newPage();
      await tab.goto(url);
      expect(await tab.locator('h1').textContent()).toBe('Close this position?');
      await headless.close();
    }
    expect(orders()).toEqual([]);
    expect(await decisions()).toEqual(
      Array(2).fill(expect.stringMatching(/^confirmation-required: .*by a bot or preview/)),
    );
  });
});

if (browser === undefined) it('needs a browser', ({ skip }) => skip(noBrowser));
