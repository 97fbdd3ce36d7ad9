import { expect, test } from 'vitest';
import { mintToken } from '../../../lib/link/token.ts';
import { appendNotice, type NoticeContent } from '../../../lib/notify/notice-text.ts';
import { toMessage } from '../../../lib/notify/notifier.ts';
import { addNotice, type Notice } from '../../../lib/position/notice.ts';
import type { Failure, Position } from '../../../lib/position/position.ts';
import { exampleOutcome, examplePosition } from '../position/example-position.ts';

const position: Position = { ...examplePosition, label: 'weekly level' };
const failure: Failure = {
  source: 'exchange',
  actor: 'link',
  code: 'x',
  message: 'Margin is insufficient',
  linkId: 'l',
  at: '',
  canceledExitOrderIds: [],
};
function lastText(content: NoticeContent, from = position): string {
  return appendNotice(from, content, 1_000).at(-1)?.text ?? '';
}
const name = 'BTC/USDT long "weekly level" on main';

test.each<[string, NoticeContent, string]>([
  [
    'a close',
    { kind: 'settled', outcome: exampleOutcome, reopens: false },
    `Closed: ${name}. Sold 0.4995 BTC at 60100 on average.`,
  ],
  [
    'a partial close',
    { kind: 'settled', outcome: { ...exampleOutcome, remaining: '0.25' }, reopens: true },
    `Partly closed: ${name}. Sold 0.4995 BTC at 60100 on average. 0.25 BTC stays open.`,
  ],
  [
    'a rejected close',
    { kind: 'failed', failure },
    `Failed: ${name}. The exchange refused to close: Margin is insufficient. The position is still open. Check it at the exchange, or open the link again.`,
  ],
  [
    'a rejected close after canceled exit orders',
    { kind: 'failed', failure: { ...failure, canceledExitOrderIds: ['7', '8'] } },
    `Failed: ${name}. The exchange refused to close: Margin is insufficient. Exit orders 7, 8 were canceled and no longer protect the position. The position is still open. Check it at the exchange, or open the link again.`,
  ],
  [
    'a position that needs attention',
    { kind: 'attention', reason: '0.1 BTC is left.' },
    `Needs your attention: ${name}. 0.1 BTC is left. Check the exchange, then run: ripcord positions resolve ${position.positionId}`,
  ],
  [
    'an exit that ended',
    { kind: 'exits', reason: 'The stop at 50000 was canceled.' },
    `Exits changed: ${name}. The stop at 50000 was canceled. No stop protects the remaining 0.4995 BTC. Set a stop, or close the position: ripcord positions exits ${position.positionId} --stop-loss PRICE`,
  ],
])('%s is reported in one line with what to do next', (_, content, text) => {
  expect(lastText(content)).toBe(text);
});

test('a stop that Ripcord is about to place again is not asked of the owner', () => {
  const exitPlan = { takeProfits: [], stopLoss: { price: '50000' }, changedAt: 0, exited: '0' };
  expect(lastText({ kind: 'exits', reason: 'A target has filled.' }, { ...position, exitPlan })).toMatch(
    /No stop protects the remaining 0\.4995 BTC\. Ripcord places the stop at 50000 for it\.$/,
  );
});

test('invisible and bidirectional characters are removed, and a token behind them is hidden too', () => {
  const token = mintToken();
  const label = `gnol\u202e short\u2066 ${token.slice(0, 20)}\u200b${token.slice(20)}`;
  const text = lastText({ kind: 'attention', reason: 'It said so' }, { ...position, label });
  expect(text).toContain('"gnol short (a link)');
  expect(text).not.toMatch(/\p{Cf}/u);
  expect(text).not.toContain(token);
});

test('a text contains no link, no token and no line break', () => {
  const token = mintToken();
  const label = `see\u2028https://x.example/l/${token}?a=1\n\u0007or ${token} 🎯`;
  const text = lastText({ kind: 'attention', reason: `It said ${token}` }, { ...position, label });
  expect(text).not.toContain(token);
  expect(text).not.toContain('x.example');
  expect(text).toContain('"see (a link) or (a link) 🎯"');
  expect(text).not.toMatch(/[\p{Cc}\u2028]/u);
  const { subject } = toMessage({ text });
  expect(subject).toBe('Ripcord: Needs your attention: BTC/USDT long "see (a link) or (a link) ??" on main');
});

test('a text fits every channel, and a subject fits an e-mail', () => {
  const long = lastText(
    { kind: 'attention', reason: 'x'.repeat(5_000) },
    { ...position, label: 'y'.repeat(80) },
  );
  expect(long.length).toBeLessThanOrEqual(700);
  expect(toMessage({ text: 'z'.repeat(500) }).subject.length).toBeLessThanOrEqual(99);
});

test('each notice has its own id, from the revision that added it', () => {
  const first = appendNotice(position, { kind: 'attention', reason: 'a' }, 1);
  const second = appendNotice(
    { ...position, revision: 5, notices: first },
    { kind: 'attention', reason: 'b' },
    2,
  );
  expect(second.map(({ noticeId }) => noticeId)).toEqual(['ntc_0123456789ab_1', 'ntc_0123456789ab_6']);
});

test('a position keeps twenty notices, and delivered ones make room first', () => {
  const noticeAt = (at: number, state?: 'sent'): Notice => ({
    noticeId: `ntc_${at}`,
    at,
    event: 'kept',
    text: 'x',
    delivered: state === undefined ? {} : { slack: { state, at, tries: 1 } },
  });
  const waiting = Array.from({ length: 19 }, (_, at) => noticeAt(at));
  const full = [...waiting, noticeAt(19, 'sent')];
  const kept = addNotice(full, noticeAt(20));
  expect(kept.map(({ at }) => at)).toEqual([...waiting.map(({ at }) => at), 20]);
  expect(addNotice(kept, noticeAt(21)).map(({ at }) => at)).toEqual([
    ...kept.slice(1).map(({ at }) => at),
    21,
  ]);
});
