import { isGeneric } from '../account/account.ts';
import type { Fault } from '../fault.ts';
import { addNotice, type Notice } from '../position/notice.ts';
import { partTitle } from '../position/part.ts';
import type { Actor, Claim, Failure, Outcome, Position } from '../position/position.ts';
import { computeProtection } from '../position/protection.ts';
import { computeTotals } from '../position/totals.ts';
import { describeFailure, describeProgress, toSentence } from '../position/wording.ts';

/** The content of a notice. */
export type NoticeContent =
  | { kind: 'settled'; outcome: Outcome; reopens?: boolean | undefined }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'attention'; reason: string }
  /** An exit that rested at the exchange ended, or one was not placed. */
  | { kind: 'exits'; reason: string }
  /** A link adopted the position, and these orders that can close it belong to none. */
  | { kind: 'unadopted'; orderIds: readonly string[] }
  /** A stop that it had is missing at the exchange. */
  | { kind: 'naked'; since: number }
  /** A hit or a watch sent nothing, so the position may have to be closed otherwise. */
  | { kind: 'released'; actor: Claim['actor']; linkId: string; reason: string }
  /** A claim without a result for this long, in milliseconds. */
  | { kind: 'overdue'; forMs: number; claim: Claim };

/** @param at ISO 8601. @returns such as `2026-11-27 13:00 UTC`. */
export function formatMinute(at: string): string {
  return `${at.slice(0, 16).replace('T', ' ')} UTC`;
}

type PositionEvent = Exclude<Notice['event'], 'accounts' | 'alarm' | 'halted' | 'refused' | 'watch'>;

const headlines = {
  closed: 'Closed',
  'part-closed': 'Partly closed',
  canceled: 'Canceled',
  kept: 'Kept open',
  dust: 'Too small to close',
  failed: 'Failed',
  'needs-attention': 'Needs your attention',
  overdue: 'Not confirmed yet',
  exits: 'Exits changed',
} as const satisfies Record<PositionEvent, string>;

function toEvent(content: NoticeContent): PositionEvent {
  switch (content.kind) {
    case 'settled':
      return content.reopens === true && content.outcome.outcome === 'closed'
        ? 'part-closed'
        : content.outcome.outcome;
    case 'attention':
      return 'needs-attention';
    case 'failed':
    case 'released':
      return 'failed';
    case 'overdue':
    case 'exits':
      return content.kind;
    // Earlier versions read the same record, and know no event of its own.
    case 'naked':
    case 'unadopted':
      return 'exits';
  }
}

function noticeText(content: NoticeContent, position: Position): string {
  const { positionId, market } = position;
  // Only its owner can state what became of a close order there.
  const word = isGeneric(position.exchange) ? ' --sold AMOUNT --apply' : '';
  const resolve = `Check the exchange, then run: ripcord positions resolve ${positionId}${word}`;
  switch (content.kind) {
    case 'settled': {
      const { detail, remaining } = content.outcome;
      return content.reopens === true ? `${detail} ${remaining} ${market.base} stays open.` : detail;
    }
    case 'failed':
      return `${describeFailure(content.failure, position)} The position is still open. ${describeRetry(content.failure.actor, position)}`;
    case 'attention':
      return `${toSentence(content.reason)} ${resolve}`;
    case 'exits':
      return `${content.reason} ${describeProtection(position)}`;
    case 'naked':
      return describeNaked(position, content.since);
    case 'unadopted':
      return describeUnadopted(content.orderIds);
    case 'released':
      return toReleasedText(content, position);
    case 'overdue':
      return `${describeProgress(content.claim)} Ripcord has been asking for ${Math.round(content.forMs / 60_000)} minutes. ${resolve}`;
  }
}

/** So many are named: a market may have hundreds. */
const namedOrders = 5;

function describeUnadopted(orderIds: readonly string[]): string {
  const more = orderIds.length - namedOrders;
  const named = orderIds.slice(0, namedOrders).join(', ');
  return `A link adopted this position. Open exit orders that belong to no position: ${named}${more > 0 ? ` and ${more} more` : ''}. They stay open when it ends, and can close what is opened there next. Cancel them at the exchange if you do not want that.`;
}

function describeNaked({ positionId, exitPlan }: Position, since: number): string {
  const { price, removed, refusal } = exitPlan?.stopLoss ?? {};
  const refused =
    refusal === undefined || removed === true
      ? ''
      : ` The stop at ${price} is not placed: ${toSentence(refusal.message)}`;
  return `The position has had no stop at the exchange since ${formatMinute(new Date(since).toISOString())}.${refused} Set one, or close the position: ripcord positions exits ${positionId} --stop-loss PRICE`;
}

/** A watch acts once, so its failure leaves nothing to open again. */
function describeRetry(actor: Actor, { positionId }: Position): string {
  return actor === 'watch'
    ? `Check it at the exchange, or run: ripcord positions close ${positionId}`
    : 'Check it at the exchange, or open the link again.';
}

function toReleasedText(
  { actor, linkId, reason }: Extract<NoticeContent, { kind: 'released' }>,
  { positionId }: Position,
): string {
  const why = `but nothing was executed: ${toSentence(reason)} The position is unchanged.`;
  return actor === 'watch'
    ? `The watch of link ${linkId} acted, ${why} Close it at the exchange, or run: ripcord positions close ${positionId}`
    : `A link was opened, ${why} Open the link again, or close the position at the exchange.`;
}

function describeProtection(position: Position): string {
  const rest = `the remaining ${computeTotals(position).remaining} ${position.market.base}`;
  const { removed, refusal, uncovered, price } = position.exitPlan?.stopLoss ?? {};
  const set =
    price !== undefined && removed !== true && refusal === undefined && uncovered === undefined
      ? `Ripcord places the stop at ${price} for it.`
      : `Set a stop, or close the position: ripcord positions exits ${position.positionId} --stop-loss PRICE`;
  return {
    full: `A stop at the exchange covers ${rest}.`,
    partial: `A stop at the exchange covers only a part of ${rest}. ${set}`,
    none: `No stop protects ${rest}. ${set}`,
    unknown: `It is not confirmed yet whether a stop protects ${rest}.`,
  }[computeProtection(position)];
}

/** A link's token with the URL around it: a label or an exchange's message may repeat one. */
const linkPattern = /\S*rc_[0-9A-Za-z]{49}\S*/g;
/** Below the limit of every channel; Discord's 2,000 characters are the lowest. */
const maxTextLength = 700;

/**
 * Labels and exchange messages come from outside. The text becomes one line without control and bidirectional
 * characters, which could hide or reorder it, and without links, which would give access to a position.
 */
export function toSafeLine(text: string, maxLength = maxTextLength): string {
  return text
    .replaceAll(/\p{Cf}+/gu, '')
    .replaceAll(linkPattern, '(a link)')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, maxLength);
}

/** @returns the position's notices with a new one, to be stored by the write that makes its content true. */
export function appendNotice(position: Position, content: NoticeContent, now: number): Notice[] {
  const { positionId, symbol, side, label, account, revision, notices } = position;
  const event = toEvent(content);
  const name = `${symbol} ${side}${label === undefined ? '' : ` "${label}"`} on ${account}`;
  return addNotice(content.kind === 'settled' ? withoutObsolete(notices) : notices, {
    noticeId: `ntc_${positionId.slice('pos_'.length)}_${revision + 1}`,
    at: now,
    event,
    ...(content.kind === 'released' ? { linkId: content.linkId } : {}),
    text: toSafeLine(`${toHeadline(content)}: ${name}. ${noticeText(content, position)}`),
    delivered: {},
  });
}

function toHeadline(content: NoticeContent): string {
  if (content.kind === 'naked') return 'No stop';
  if (content.kind === 'unadopted') return 'Orders not adopted';
  const event = toEvent(content);
  const target = content.kind === 'settled' ? content.outcome.toPercent : undefined;
  const title = event === 'part-closed' ? partTitle({ toPercent: target }) : undefined;
  return title ?? headlines[event];
}

/**
 * TradingView resends an alert. If the resend settles the claim, the unsent notice of the first hit is obsolete.
 * @returns the other notices.
 */
export function withoutObsolete(notices: Notice[] | undefined): Notice[] | undefined {
  return notices?.filter(
    ({ linkId, delivered }) => linkId === undefined || Object.keys(delivered).length > 0,
  );
}

/** TradingView sends an alert up to four times within 30 s, and again at the next bar: the owner gets one notice. */
const sameFailureMs = 10 * 60_000;

/** @returns the notices with one about a hit that sent nothing; undefined if the last notice reports the same. */
export function appendFailureNotice(
  position: Position,
  { actor, linkId }: { actor: Claim['actor']; linkId: string },
  { message }: Fault,
  now: number,
): Notice[] | undefined {
  const last = position.notices?.at(-1);
  const isReported = last?.linkId === linkId && now - last.at < sameFailureMs;
  return isReported
    ? undefined
    : appendNotice(position, { kind: 'released', actor, linkId, reason: message }, now);
}
