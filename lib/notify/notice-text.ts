import type { Fault } from '../fault.ts';
import { addNotice, type Notice } from '../position/notice.ts';
import type { Failure, Outcome, Position } from '../position/position.ts';

/** What there is to tell, before it is words. */
export type NoticeContent =
  | { kind: 'settled'; outcome: Outcome; reopens?: boolean | undefined }
  | { kind: 'failed'; failure: Failure; action: 'close' | 'keep' }
  | { kind: 'attention'; reason: string }
  /** A link was fired and nothing was sent, so that it may have to be fired again. */
  | { kind: 'released'; linkId: string; reason: string }
  /** A claim that has found no end for so long, in milliseconds. */
  | { kind: 'overdue'; forMs: number };

const headlines = {
  closed: 'Closed',
  'part-closed': 'Partly closed',
  canceled: 'Canceled',
  kept: 'Kept open',
  dust: 'Too little left to close',
  failed: 'NOT DONE',
  'needs-attention': 'NEEDS A PERSON',
  overdue: 'NOT SETTLED YET',
} as const satisfies Record<Notice['event'], string>;

function eventOf(news: NoticeContent): Notice['event'] {
  if (news.kind === 'settled') return news.reopens === true ? 'part-closed' : news.outcome.outcome;
  if (news.kind === 'released') return 'failed';
  return news.kind === 'attention' ? 'needs-attention' : news.kind;
}

function noticeText(news: NoticeContent, { positionId, market }: Position): string {
  switch (news.kind) {
    case 'settled': {
      const { detail, remaining } = news.outcome;
      return news.reopens === true ? `${detail} ${remaining} ${market.base} stays open.` : detail;
    }
    case 'failed': {
      const { message, canceledExitOrderIds: exits } = news.failure;
      const unguarded =
        exits.length === 0 ? '' : ` Its exit orders ${exits.join(', ')} were cancelled, so it is unguarded.`;
      const what =
        news.failure.source === 'exchange'
          ? `The exchange refused to ${news.action === 'close' ? 'close' : 'cancel'} it`
          : 'Nothing was closed';
      return `${what}: ${ended(message)}${unguarded} It is as open as before: look at the exchange, or fire the link again.`;
    }
    case 'attention':
      return `${ended(news.reason)} Look at the exchange, then run: ripcord positions resolve ${positionId}`;
    case 'released':
      return `A link was fired and nothing was sent: ${ended(news.reason)} It is as open as before: fire the link again, or close it at the exchange.`;
    case 'overdue':
      return `For ${Math.round(news.forMs / 60_000)} minutes the exchange has not told what came of it. Ripcord goes on asking; look at the exchange, then run: ripcord positions resolve ${positionId}`;
  }
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** Of a token as links have it, with the address around it: a label or an exchange's words may repeat one. */
const linkShape = /\S*rc_[0-9A-Za-z]{49}\S*/g;
/** What every channel takes, with room to spare: Discord's 2,000 characters are the fewest. */
const textLength = 700;

/** Labels and the exchange's words come from elsewhere: one line, nothing turned round or hidden, no key to anything. */
function asOneLine(text: string): string {
  return text
    .replaceAll(/\p{Cf}+/gu, '')
    .replaceAll(linkShape, '(a link)')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, textLength);
}

/** @returns the position's notices with this news, to be written together with what it tells. */
export function appendNotice(position: Position, news: NoticeContent, now: number): Notice[] {
  const { positionId, symbol, side, label, account, revision, notices } = position;
  const event = eventOf(news);
  const name = `${symbol} ${side}${label === undefined ? '' : ` "${label}"`} on ${account}`;
  // The resend of an alert has done what its first try could not: nobody needs to hear of that one any more.
  const isOldNews = ({ linkId, delivered }: Notice) =>
    news.kind === 'settled' && linkId !== undefined && Object.keys(delivered).length === 0;
  return addNotice(
    notices?.filter((notice) => !isOldNews(notice)),
    {
      noticeId: `ntc_${positionId.slice('pos_'.length)}_${revision + 1}`,
      at: now,
      event,
      ...(news.kind === 'released' ? { linkId: news.linkId } : {}),
      text: asOneLine(`${headlines[event]}: ${name}. ${noticeText(news, position)}`),
      delivered: {},
    },
  );
}

/** An alert is sent up to four times within half a minute, and again at the next bar: its person is told once. */
const sameFailureMs = 10 * 60_000;

/** @returns the position's notices with one that a link has come to nothing; undefined where that was told just now. */
export function appendFailureNotice(
  position: Position,
  linkId: string,
  { message }: Fault,
  now: number,
): Notice[] | undefined {
  const last = position.notices?.at(-1);
  const isTold = last?.linkId === linkId && now - last.at < sameFailureMs;
  return isTold ? undefined : appendNotice(position, { kind: 'released', linkId, reason: message }, now);
}
