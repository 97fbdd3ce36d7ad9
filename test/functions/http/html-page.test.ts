import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../../functions/http/html-page.ts';
import { Fault, type FaultCode } from '../../../lib/fault.ts';
import type { Link } from '../../../lib/link/link.ts';
import type { Failure, Outcome, Position } from '../../../lib/position/position.ts';
import {
  busy,
  confirmationRequired,
  expired,
  type HitResponse,
  ignored,
  notFound,
  paused,
  refusedMethod,
  removed,
  revoked,
  toResponse,
  usedUp,
  wrongSource,
} from '../../../lib/trigger/response.ts';
import { launchBrowser, noBrowser } from '../../browser.ts';
import { examplePosition, examplePositionIn } from '../../lib/position/example-position.ts';

const axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const browser: Browser | undefined = await launchBrowser();

const outcome: Outcome = {
  outcome: 'closed',
  closedBy: 'link',
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
  return toResponse({ position: examplePositionIn(state, differing), ending: undefined }, 'close');
}
function told(word: Outcome['outcome'], detail: string): HitResponse {
  return toResponse(
    {
      position: examplePosition,
      ending: { kind: 'settled', outcome: { ...outcome, outcome: word, detail }, reopens: false },
    },
    'close',
  );
}
function released(code: FaultCode): HitResponse {
  return toResponse(
    { position: examplePosition, ending: { kind: 'released', fault: new Fault(code, 'binance: no answer') } },
    'close',
  );
}
const link: Link = {
  linkId: 'lnk_0123456789abcdef',
  tokenHash: '0'.repeat(64),
  positionId: examplePosition.positionId,
  action: 'close',
  createdAt: outcome.claimedAt,
  confirm: true,
  methods: 'any',
  sources: 'any',
};
const confirm = confirmationRequired(link, 'it wants to be confirmed');
const failure: Failure = {
  source: 'exchange',
  actor: 'link',
  code: '-2010',
  message: 'Account has <b>insufficient</b> balance. (-2010)',
  linkId: outcome.linkId,
  at: outcome.settledAt,
  canceledExitOrderIds: [],
};

/** Every answer that a visitor can meet, and the line that says it. */
const answers: [name: string, answer: HitResponse, headline: string][] = [
  ['closed', told('closed', outcome.detail), 'Closed'],
  ['canceled', told('canceled', 'The entry had not been filled and was cancelled.'), 'Cancelled'],
  ['kept', told('kept', 'The position of 0.5 BTC stays open.'), 'Kept open'],
  ['dust', told('dust', '0.000001 BTC is below the minimum.'), 'Too little left to close'],
  ['duplicate', ended('closed', { outcome }), 'Closed'],
  ['in progress', ended('claimed'), 'In progress'],
  ['refused', ended('failed', { failure }), 'The exchange refused'],
  [
    'needing a person',
    ended('needs-attention', { attentionReason: 'Executed in part.' }),
    'A person has to look',
  ],
  ['busy', busy, 'Busy'],
  ['paused', paused, 'All links are paused'],
  ['revoked', revoked, 'This link is over'],
  ['expired', expired, 'This link is over'],
  ['used up', usedUp, 'This link is over'],
  ['removed', removed, 'This link is over'],
  ['from elsewhere', wrongSource, 'Not from here'],
  ['with a message', ignored, 'Nothing was done'],
  ['not found', notFound, 'No such link'],
  ['to be confirmed', confirm, 'Fire this link?'],
  ['with another method', refusedMethod, 'Nothing was done'],
  ['no exchange', released('exchange-unreachable'), 'The exchange can not be reached'],
  ['no accounts', released('accounts-unreadable'), 'The account can not be used'],
  ['an unknown account', released('account-not-found'), 'The account can not be used'],
  ['no table', released('table-unreachable'), 'Ripcord is out of reach'],
  ['something else first', released('conflict'), 'Something else came first'],
  ['a failure inside', released('internal'), 'Something failed'],
];

describe.skipIf(browser === undefined)(browser === undefined ? noBrowser : 'the page a visitor sees', () => {
  afterAll(() => browser?.close());

  it.each(answers)('says %s in one line, on a phone and without a script', async (_, answer, headline) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser?.newPage({ colorScheme, viewport: { width: 390, height: 844 } });
      if (page === undefined) return;
      const html = renderHtml(answer);
      expect(html).not.toContain('<script');
      expect(html).not.toContain('<b>');
      await page.setContent(html.replace(/<meta http-equiv="refresh"[^>]*>/, ''));
      expect(await page.locator('h1').textContent()).toBe(headline);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
      await page.evaluate(axe);
      const { violations } = await page.evaluate<{ violations: { id: string; impact: string }[] }>(
        'axe.run()',
      );
      expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
      await page.close();
    }
  });

  it('tells a person to press its button, where a program is told to send a POST', () => {
    expect(confirm.body).toMatchObject({
      message: expect.stringMatching(/ To do it, send a POST with an empty body\.$/),
    });
    const html = renderHtml(confirm);
    expect(html).toContain('To do it, press the button.</p><form method="post"><button>');
    expect(html).not.toContain('POST');
  });

  it('asks again by itself while somebody is at it, and only then', () => {
    const refreshing = answers.filter(([, answer]) => renderHtml(answer).includes('http-equiv="refresh"'));
    expect(refreshing.map(([name]) => name)).toEqual(['in progress']);
  });
});
