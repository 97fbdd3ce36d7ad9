import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../../functions/http/html-page.ts';
import { toJsonBody } from '../../../functions/http/public-response.ts';
import type { ActionResult } from '../../../lib/close/action-result.ts';
import { saveResult } from '../../../lib/close/save-result.ts';
import { Fault } from '../../../lib/fault.ts';
import { appendNotice } from '../../../lib/notify/notice-text.ts';
import type { Position } from '../../../lib/position/position.ts';
import { toPositionView } from '../../../lib/position/position-view.ts';
import { recordHit } from '../../../lib/trigger/record-hit.ts';
import { toResponse } from '../../../lib/trigger/response.ts';
import { newTrader } from '../notify/trader.ts';
import {
  exampleClaim,
  exampleFailure,
  exampleOutcome,
  examplePositionIn,
  positionIdAt,
} from '../position/example-position.ts';

/** A hit's sender and the owner read the same of it, on every face. */

const claim = { ...exampleClaim, linkId: 'lnk_0123456789abcdef' };

/** What each face shows of a result, as text. */
interface Faces {
  json: string;
  page: string;
  history: string;
  notice: string;
  position: string;
}

async function facesOf(result: ActionResult): Promise<Faces & { saved: Position }> {
  const { services, ended, read } = newTrader();
  const held = await ended(1, { state: 'claimed', claim, outcome: undefined, notices: [] });
  const { position, result: saved } = await saveResult(services, held, claim, {
    result,
    position: held,
    requests: [],
  });
  const response = toResponse({ position, result: saved, claim });
  const hit = { actor: 'link', linkId: claim.linkId, positionId: positionIdAt(1), action: 'close' } as const;
  await recordHit(services, hit, response, []);
  const [record] = await services.store.listHits(positionIdAt(1), 1);
  const stored = await read(1);
  const notices = stored.state === 'claimed' ? appendOverdue(stored, services.now()) : stored.notices;
  return {
    json: JSON.stringify(toJsonBody(response)),
    page: renderHtml(response),
    history: record?.why ?? '',
    notice: notices?.at(-1)?.text ?? '',
    position: JSON.stringify(toPositionView(stored)),
    saved: stored,
  };
}

/** A claim without a result gets a notice when it is overdue. */
function appendOverdue(position: Position, now: number) {
  return position.claim === undefined
    ? []
    : appendNotice(position, { kind: 'overdue', forMs: 300_000, claim: position.claim }, now);
}

const reopened = { ...exampleOutcome, percent: 50, remaining: '0.25' };
const refusal = {
  ...exampleFailure,
  action: 'close',
  code: '-1013',
  message: 'Market is closed. (-1013)',
} as const;

const results: [title: string, result: ActionResult, words: string[]][] = [
  ['a close', { kind: 'settled', outcome: exampleOutcome, reopens: false }, [exampleOutcome.detail]],
  ['a close of a part', { kind: 'settled', outcome: reopened, reopens: true }, [reopened.detail]],
  [
    'a keep',
    {
      kind: 'settled',
      outcome: { ...exampleOutcome, outcome: 'kept', detail: 'The position of 1 BTC stays open.' },
      reopens: false,
    },
    ['The position of 1 BTC stays open.'],
  ],
  [
    'dust',
    {
      kind: 'settled',
      outcome: { ...exampleOutcome, outcome: 'dust', detail: '0.00001 BTC stays in the account.' },
      reopens: false,
    },
    ['0.00001 BTC stays in the account.'],
  ],
  ['a refusal by the exchange', { kind: 'failed', failure: refusal }, ['Market is closed. (-1013)', '4713']],
  [
    'a stop by Ripcord',
    { kind: 'failed', failure: { ...refusal, source: 'ripcord', message: 'The order is too large.' } },
    ['The order is too large.'],
  ],
  [
    'a close order of unknown result',
    {
      kind: 'pending',
      reason: 'Timeout waiting for response. (-1007)',
      exchangeMessage: 'Timeout waiting for response. (-1007)',
    },
    ['The result of the close is not confirmed yet.', 'Timeout waiting for response. (-1007)'],
  ],
  ['a close order that is not done', { kind: 'pending', reason: 'It is not done' }, ['not confirmed yet.']],
  [
    'a close that Ripcord retries',
    { kind: 'retry', reason: 'Order 7 is not confirmed as ended' },
    // A sweep may send it before the answer arrives, so only the record says "yet".
    ['not sent'],
  ],
];

describe('Every face reports the same', () => {
  it.each(results)('of %s', async (_, result, words) => {
    const { saved, ...faces } = await facesOf(result);
    for (const [face, text] of Object.entries(faces))
      for (const word of words) expect(text, face).toContain(word);
    for (const [face, text] of Object.entries(faces)) expect(text, face).not.toMatch(/another request/i);
  });

  it("of a request that was given back, with the exchange's words", async () => {
    const fault = new Fault('exchange-unreachable', 'Binance rejected it: Too many requests. (-1003)');
    const { json, page, history, notice, saved } = await facesOf({ kind: 'released', fault });
    for (const text of [json, page, history, notice]) expect(text).toContain('Too many requests. (-1003)');
    expect(saved).toMatchObject({ state: 'open' });
    expect(saved).not.toHaveProperty('claim');
  });
});

describe("What is the owner's own is on the owner's faces only", () => {
  const secret = 'In /home/owner/accounts.json there is no "main"';

  it.each<[string, ActionResult]>([
    ['a request that was given back', { kind: 'released', fault: new Fault('accounts-unreadable', secret) }],
    ['a close that Ripcord retries', { kind: 'retry', reason: secret }],
    ['a close without a result', { kind: 'pending', reason: secret }],
    ['a position that needs attention', { kind: 'attention', reason: secret }],
  ])('for %s', async (_, result) => {
    const { json, page, history } = await facesOf(result);
    for (const text of [json, page]) expect(text).not.toMatch(/\/home|"main"|accounts\.json/);
    expect(history).toContain(secret);
  });
});

it('A refused cancel is not reported as a refused close, whichever link asks', async () => {
  const failure = { ...refusal, action: 'keep' } as const;
  const faces = await facesOf({ kind: 'failed', failure });
  for (const text of [faces.json, faces.page, faces.history, faces.notice])
    expect(text).toContain('The exchange refused to cancel: Market is closed. (-1013)');
});

it('A hit whose own claim the sweep has completed is not told that it was done earlier', () => {
  const outcome = { ...exampleOutcome, claimedAt: new Date(claim.claimedAt).toISOString() };
  const position = examplePositionIn('closed', { outcome });
  const own = toResponse({ position, result: undefined, claim });
  expect(own).toMatchObject({ status: 'closed', decision: 'fired' });
  expect(own).not.toHaveProperty('repeated');
  const other = toResponse({ position, result: undefined, claim: { ...claim, claimedAt: 1 } });
  expect(other).toMatchObject({ status: 'closed', repeated: true, decision: 'duplicate' });
});
