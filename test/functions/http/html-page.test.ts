import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../../functions/http/html-page.ts';
import { toJsonBody } from '../../../functions/http/public-response.ts';
import { Fault, type FaultCode } from '../../../lib/fault.ts';
import type { PositionLink } from '../../../lib/link/link.ts';
import type { Failure, Outcome, Position } from '../../../lib/position/position.ts';
import { confirmationRequired, withPosition } from '../../../lib/trigger/confirmation.ts';
import {
  expired,
  ignored,
  notFound,
  notRun,
  paused,
  refusedMethod,
  removed,
  revoked,
  usedUp,
  wrongSource,
} from '../../../lib/trigger/refusals.ts';
import { type HitResponse, toResponse } from '../../../lib/trigger/response.ts';
import { summarize } from '../../../lib/trigger/standing/summarize.ts';
import { launchBrowser, noBrowser } from '../../browser.ts';
import { examplePosition, examplePositionIn } from '../../lib/position/example-position.ts';

const axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const browser: Browser | undefined = await launchBrowser();

const outcome: Outcome = {
  outcome: 'closed',
  closedBy: 'ripcord',
  action: 'close',
  actor: 'link',
  linkId: 'lnk_0123456789abcdef',
  detail: 'Closed 0.4995 BTC with MARKET order 4712 at 60000 USDT.',
  entryFilled: '0.5',
  closedAmount: '0.4995',
  averagePrice: '60000',
  remaining: '0',
  closeOrderId: '4712',
  canceledEntryOrderIds: [],
  canceledExitOrderIds: [],
  claimedAt: '2026-11-22T19:00:00.000Z',
  settledAt: '2026-11-22T19:00:01.000Z',
};

function ended(state: Position['state'], differing: Partial<Position> = {}): HitResponse {
  return toResponse({ position: examplePositionIn(state, differing), result: undefined });
}
function settled(result: Outcome['outcome'], detail: string): HitResponse {
  return toResponse({
    position: examplePosition,
    result: { kind: 'settled', outcome: { ...outcome, outcome: result, detail }, reopens: false },
  });
}
function released(code: FaultCode): HitResponse {
  return toResponse({
    position: examplePosition,
    result: { kind: 'released', fault: new Fault(code, 'binance: no answer') },
  });
}
const link: PositionLink = {
  linkId: 'lnk_0123456789abcdef',
  tokenHash: '0'.repeat(64),
  positionId: examplePosition.positionId,
  action: 'close',
  createdAt: outcome.claimedAt,
  confirm: true,
  methods: 'any',
  sources: 'any',
};
const keep: PositionLink = { ...link, action: 'keep' };
const part: PositionLink = { ...link, percent: 20 };
const confirm = withPosition(confirmationRequired(link, 'confirm'), link, examplePosition);
const failure: Failure = {
  source: 'exchange',
  actor: 'link',
  code: '-2010',
  message: 'Account has <b>insufficient</b> balance. (-2010)',
  linkId: outcome.linkId,
  at: outcome.settledAt,
  canceledExitOrderIds: [],
};

const { positionId } = examplePosition;
const answers = [
  { positionId, progress: 'done', response: settled('closed', outcome.detail) },
  { positionId: 'pos_second000001', progress: 'done', response: ended('closed', { outcome }) },
] as const;
const refusedAnswer = { positionId, progress: 'refused', response: ended('failed', { failure }) } as const;
const standingConfirm: HitResponse = {
  ...confirmationRequired({ ...link, positionId: undefined, scope: { account: 'main' } }, 'standing'),
  headline: 'Close every BTC/USDT long?',
  confirm: { action: 'close', scope: 'every BTC/USDT long' },
  positions: [{ positionId, symbol: 'BTC/USDT', side: 'long', would: 'sells 0.4995 BTC at market.' }],
};

/** Every response that a visitor can get, and its headline. */
const responses: [name: string, response: HitResponse, headline: string][] = [
  ['a close', settled('closed', outcome.detail), 'Closed'],
  ['a partial close', ended('open', { outcome: { ...outcome, percent: 20 } }), 'Closed 20 %'],
  ['a close to a target', ended('open', { outcome: { ...outcome, toPercent: '20' } }), 'Reduced to 20 %'],
  [
    'a close to a target that is reached',
    ended('open', { outcome: { ...outcome, outcome: 'kept', toPercent: '20' } }),
    'Nothing to reduce',
  ],
  [
    'a partial close of all that was left',
    ended('closed', { outcome: { ...outcome, percent: 20 } }),
    'Closed',
  ],
  ['a cancel', settled('canceled', 'The entry was unfilled and has been canceled.'), 'Canceled'],
  ['a keep', settled('kept', 'The position of 0.5 BTC stays open.'), 'Kept open'],
  ['dust', settled('dust', '0.000001 BTC is below the minimum.'), 'Too little left to close'],
  ['a repeat', ended('closed', { outcome }), 'Closed'],
  ['a claim in progress', ended('claimed'), 'In progress'],
  ['a refusal by the exchange', ended('failed', { failure }), 'The exchange refused'],
  [
    'a stop by Ripcord',
    ended('failed', { failure: { ...failure, source: 'ripcord', code: 'above-maximum' } }),
    'Nothing was closed',
  ],
  ['a position for its owner', ended('needs-attention'), 'Needs your attention'],
  ['another link at work', notRun.busy, 'Another action is in progress'],
  ['paused links', paused, 'All links are paused'],
  ['a revoked link', revoked, 'This link no longer works'],
  ['an expired link', expired, 'This link no longer works'],
  ['a used-up link', usedUp, 'This link no longer works'],
  ['a removed position', removed, 'This link no longer works'],
  ['a wrong source', wrongSource, "This address isn't allowed"],
  ['a body', ignored, 'Nothing was done'],
  ['no link', notFound, 'Link not found'],
  ['a close to confirm', confirm, 'Close BTC/USDT long?'],
  [
    'a partial close to confirm',
    withPosition(confirmationRequired(part, 'repeatable'), part, examplePosition),
    'Close 20 % of BTC/USDT long?',
  ],
  [
    'a keep to confirm',
    withPosition(confirmationRequired(keep, 'confirm'), keep, examplePosition),
    'Keep BTC/USDT long?',
  ],
  ['a close that a bot opened', confirmationRequired(link, 'bot'), 'Close this position?'],
  ['a hit of a standing link', summarize(answers), 'Done'],
  ['a hit of which one is refused', summarize([...answers, refusedAnswer]), 'Not done for every position'],
  ['a hit with nothing in scope', summarize([]), 'Nothing to do'],
  ['a standing link to confirm', standingConfirm, 'Close every BTC/USDT long?'],
  ['another method', refusedMethod, 'Nothing was done'],
  ['an unreachable exchange', released('exchange-unreachable'), "The exchange isn't available"],
  ['unreadable accounts', released('accounts-unreadable'), "The account isn't available"],
  ['denied accounts', released('accounts-denied'), "The account isn't available"],
  ['an invalid account', released('account-invalid'), "The account isn't available"],
  ['an unknown account', released('account-not-found'), "The account isn't available"],
  ['an unreachable table', released('table-unreachable'), "Ripcord isn't available"],
  ['a conflict', released('conflict'), 'Something else came first'],
  ['an unexpected error', released('internal'), 'Unexpected error'],
];

describe.skipIf(browser === undefined)(browser === undefined ? noBrowser : 'the page', () => {
  let page: Page | undefined;
  beforeAll(async () => {
    page = await browser?.newPage({ viewport: { width: 390, height: 844 } });
  });
  afterAll(() => browser?.close());

  it.each(responses)(
    'for %s has one headline, at every width and without a script',
    async (_, response, headline) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        if (page === undefined) throw new Error('the browser has no page');
        await page.emulateMedia({ colorScheme });
        const html = renderHtml(response);
        expect(html).not.toContain('<script');
        expect(html).not.toContain('<b>');
        await page.setContent(html.replace(/<meta http-equiv="refresh"[^>]*>/, ''));
        expect(await page.locator('h1').textContent()).toBe(headline);
        for (const width of [360, 768, 1024, 1440]) {
          await page.setViewportSize({ width, height: 844 });
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        }
        await page.evaluate(axe);
        const { violations } = await page.evaluate<{ violations: { id: string; impact: string }[] }>(
          'axe.run()',
        );
        expect(violations.filter(({ impact }) => impact !== 'minor')).toEqual([]);
      }
    },
  );
});

describe('a confirmation', () => {
  it('asks a person to press the button, and a program to send a POST', () => {
    expect(toJsonBody(confirm)).toMatchObject({
      status: 'confirm',
      action: 'close',
      message: expect.stringMatching(
        / Nothing has happened yet\. To confirm, send a POST with an empty body\.$/,
      ),
    });
    const html = renderHtml(confirm);
    expect(html).toContain(
      ' Nothing has happened yet. Press the button to confirm.</p><form method="post"><button>',
    );
    expect(html).not.toContain('POST');
  });

  it.each([
    [link, 'Close the position'],
    [part, 'Close 20 % of the position'],
    [keep, 'Cancel the unfilled entry'],
  ])('has a button that names what it does: %#', (linkToConfirm, label) => {
    expect(renderHtml(confirmationRequired(linkToConfirm, 'confirm'))).toContain(`<button>${label}</button>`);
  });
});

describe('the page of an outcome', () => {
  it('has a row for each amount, price, order and time that there is', () => {
    const dust = settled('dust', 'Too little.');
    const html = renderHtml({ ...dust, outcome: { ...outcome, remaining: '0.00001' } });
    const rows = [...html.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)].map(([, label, value]) => [
      label,
      value,
    ]);
    expect(rows).toEqual([
      ['Market', 'BTC/USDT'],
      ['Side', 'long'],
      ['Entry filled', '0.5'],
      ['Closed', '0.4995'],
      ['Average price', '60000'],
      ['Remaining', '0.00001'],
      ['Close order', '4712'],
      ['Time (UTC)', '2026-11-22T19:00:01.000Z'],
    ]);
  });

  it('says of a repeat that nothing happened this time', () => {
    const sentence = 'Already done earlier. Nothing happened this time.';
    expect(renderHtml(ended('closed', { outcome }))).toContain(sentence);
    expect(renderHtml(settled('closed', outcome.detail))).not.toContain(sentence);
  });
});

describe('the page of a standing link', () => {
  it('has a row for each position, with the columns that have a value', () => {
    const html = renderHtml(summarize([answers[0]]));
    const texts = (tag: string) =>
      [...html.matchAll(new RegExp(`<${tag}(?: scope="col")?>(.*?)</${tag}>`, 'g'))].map(([, text]) => text);
    expect(texts('th')).toEqual(['Market', 'Side', 'Result', 'Closed', 'Close order', 'Details', 'Position']);
    expect(texts('td')).toEqual([
      ...['BTC/USDT', 'long', 'closed', '0.4995', '4712'],
      ...['Closed 0.4995 BTC with MARKET order 4712 at 60000 USDT.', positionId],
    ]);
  });

  it('has a button that names what it does to all of them', () => {
    expect(renderHtml(standingConfirm)).toContain('<button>Close these positions</button>');
  });

  it('does not ask a program to open the link again while something is in progress', () => {
    const going = { positionId, progress: 'going', response: ended('claimed') } as const;
    expect(toJsonBody(summarize([going]))).toMatchObject({
      status: 'in-progress',
      message: 'Done for 0 of 1 position. In progress: 1. Ripcord continues automatically.',
    });
  });

  it('states the same facts as JSON', () => {
    const { positions = [] } = summarize(answers);
    expect(toJsonBody(summarize(answers))).toMatchObject({ status: 'done', positions });
    expect(toJsonBody(standingConfirm)).toMatchObject({
      status: 'confirm',
      action: 'close',
      scope: 'every BTC/USDT long',
      positions: [{ would: 'sells 0.4995 BTC at market.' }],
    });
  });
});

it('the page updates by itself while a claim is in progress, and only then', () => {
  const refreshing = responses.filter(([, response]) =>
    renderHtml(response).includes('http-equiv="refresh"'),
  );
  expect(refreshing.map(([name]) => name)).toEqual(['a claim in progress']);
  expect(renderHtml(ended('claimed'))).toContain(
    '<p>The result of the close is not confirmed yet. This page updates by itself.</p>',
  );
});

it('no renderer shows the detail that is for the owner', () => {
  for (const [, response] of responses) {
    const secret = { ...response, detail: 'Account "main" in /home/owner/accounts.json' };
    expect(renderHtml(secret) + JSON.stringify(toJsonBody(secret))).not.toContain('/home/owner');
  }
});
