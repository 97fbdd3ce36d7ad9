import type { AccountHealth } from '../health/account-health.ts';
import type { Unreported } from '../health/refusals.ts';
import type { Hit } from '../link/hit.ts';
import type { Link } from '../link/link.ts';
import type { Pause } from '../link/pause.ts';
import { refusalQuietMs, refusalTexts } from '../link/refusal.ts';
import { describeScope } from '../link/scope.ts';
import { addNotice, type Notice } from '../position/notice.ts';
import { isFinal, type Position } from '../position/position.ts';
import { formatMinute, toSafeLine } from './notice-text.ts';

/** What the owner knows a link by, as far as it is still stored. */
export interface RefusalSubject {
  linkId: string;
  link: Link | undefined;
  position: Position | undefined;
  /** The kill switch when the notice was written. */
  pause: Pause;
}

/** So many are named at a time, and the others counted: many refusals must not displace every other notice. */
export const namedRefusals = 4;
const maxRefusalNotices = 8;

/** @returns the health with the notices, to be stored in one write. */
export function appendRefusals(
  health: AccountHealth,
  unreported: Unreported[],
  subjects: Map<string, RefusalSubject>,
  now: number,
): AccountHealth {
  const named = unreported.filter(({ linkId }) => subjects.has(linkId)).slice(0, namedRefusals);
  const others = unreported.filter((each) => !named.includes(each));
  const describe = (each: Unreported): string[] => {
    const subject = subjects.get(each.linkId);
    return subject === undefined ? [] : [describeRefusal(each, subject, now)];
  };
  const { kept: known, unsent } = keepLatest(health.notices, maxRefusalNotices - named.length - 1);
  const texts = [...named.flatMap(describe), ...describeOthers(others, unsent)];
  const notices = texts.reduce((all, text, index) => {
    const noticeId = `ntc_refused_${health.revision + 1}_${index + 1}`;
    return addNotice(all, { noticeId, at: now, event: 'refused', text: toSafeLine(text), delivered: {} });
  }, known);
  return { ...health, notices };
}

/** @returns the notices with the latest ones about refusals, and how many of the others no channel got. */
function keepLatest(notices: Notice[], count: number): { kept: Notice[]; unsent: number } {
  const refused = notices.filter(({ event }) => event === 'refused');
  const isSent = ({ delivered }: Notice) => Object.values(delivered).some(({ state }) => state === 'sent');
  const sentFirst = [...refused.filter(isSent), ...refused.filter((notice) => !isSent(notice))];
  const surplus = new Set(sentFirst.slice(0, Math.max(0, refused.length - count)));
  return {
    kept: notices.filter((notice) => !surplus.has(notice)),
    unsent: [...surplus].filter((notice) => !isSent(notice)).length,
  };
}

/** @param unsent how many notices were displaced before a channel got them: each is about at least one hit. */
function describeOthers(others: Unreported[], unsent: number): string[] {
  const count = others.flatMap(({ hits }) => hits).length + unsent;
  if (count === 0) return [];
  const isComplete = unsent === 0 && others.every((each) => each.isComplete);
  const least = isComplete ? '' : 'at least ';
  return [
    `Links refused ${least}${count} more ${count === 1 ? 'hit' : 'hits'}. To see them, run: ripcord history`,
  ];
}

/** @returns such as `Alert refused: link lnk_… for ETH/USDT long on main has expired. Nothing was done. …`. */
function describeRefusal(refused: Unreported, subject: RefusalSubject, now: number): string {
  const { cause, hits } = refused;
  const { reason, advice, concernsPart } = refusalTexts[cause];
  const { linkId, position } = subject;
  const positionIds = [...new Set(hits.flatMap(({ positionId }) => positionId ?? []))];
  const { sourceIp, action } = hits.at(-1) ?? {};
  const hit = { linkId, action, sourceIp, positionIds };
  const pauseEnd = cause === 'paused' ? describePauseEnd(subject.pause, advice(hit)) : undefined;
  // A sender at another address has no alert that the owner could delete.
  const hasEnded = cause !== 'wrong-source' && position !== undefined && isFinal(position.state);
  const next = hasEnded ? describeEnded(hits) : (pauseEnd ?? advice(hit));
  if (concernsPart === true) return `Not done: ${nameLink(subject)} ${reason(hit)}. ${next}`;
  return `${describeCount(refused, now)}: ${nameLink(subject)} ${reason(hit)}. Nothing was done. ${next}`;
}

function describeEnded(hits: Hit[]): string {
  return areAlerts(hits)
    ? 'Its position has ended: delete the alert in TradingView.'
    : 'Its position has ended, so nothing is left to do.';
}

/** TradingView sends POST; a browser sends GET. */
function areAlerts(hits: Hit[]): boolean {
  return hits.every(({ method }) => method === 'POST');
}

/** @returns what is different if the pause has ended, or ends by itself. */
function describePauseEnd({ paused, pausedUntil }: Pause, advice: string): string | undefined {
  if (!paused) return 'The pause has ended, so links work again.';
  if (pausedUntil === undefined) return undefined;
  return `The pause ends at ${formatMinute(pausedUntil)}. ${advice}`;
}

function describeCount({ hits, isComplete }: Unreported, now: number): string {
  const [noun, title] = areAlerts(hits) ? ['alert', 'Alert'] : ['hit', 'Hit'];
  const [first] = hits;
  if (first === undefined) return `${title} refused`;
  const isOld = now - Date.parse(first.at) > refusalQuietMs;
  const least = isComplete ? '' : 'At least ';
  const isOne = hits.length === 1;
  if (isOne && isComplete) return `${title} refused${isOld ? ` at ${formatTime(first.at, now)}` : ''}`;
  return `${least}${hits.length} ${noun}${isOne ? '' : 's'} refused since ${formatTime(first.at, now)}`;
}

/** @returns such as "12:03 UTC", with the date if that is not today's. */
function formatTime(at: string, now: number): string {
  const isToday = new Date(now).toISOString().startsWith(at.slice(0, 10));
  return isToday ? `${at.slice(11, 16)} UTC` : formatMinute(at);
}

function nameLink({ linkId, link, position }: RefusalSubject): string {
  const label = link?.label === undefined ? '' : ` "${link.label}"`;
  const scope = link?.scope === undefined ? '' : ` for ${describeScope(link)}`;
  return `link ${linkId}${label}${position === undefined ? scope : ` for ${namePosition(position)}`}`;
}

function namePosition({ symbol, side, label, account }: Position): string {
  return `${symbol} ${side}${label === undefined ? '' : ` "${label}"`} on ${account}`;
}
