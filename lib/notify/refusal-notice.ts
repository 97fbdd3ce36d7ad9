import type { AccountHealth } from '../health/account-health.ts';
import type { Unreported } from '../health/refusals.ts';
import type { Link } from '../link/link.ts';
import type { Pause } from '../link/pause.ts';
import { maxRecordedRefusals, refusalTexts } from '../link/refusal.ts';
import { addNotice, type Notice } from '../position/notice.ts';
import { isFinal, type Position } from '../position/position.ts';
import { toSafeLine } from './notice-text.ts';

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
  const others = unreported.filter((each) => !named.includes(each)).flatMap(({ hits }) => hits).length;
  const texts = [
    ...named.flatMap((each) => {
      const subject = subjects.get(each.linkId);
      return subject === undefined ? [] : describeRefusal(each, subject);
    }),
    ...(others === 0 ? [] : [`Links refused ${others} more hits. To see them, run: ripcord history`]),
  ];
  const known = keepLatest(health.notices, maxRefusalNotices - texts.length);
  const notices = texts.reduce((all, text, index) => {
    const noticeId = `ntc_refused_${health.revision + 1}_${index + 1}`;
    return addNotice(all, { noticeId, at: now, event: 'refused', text: toSafeLine(text), delivered: {} });
  }, known);
  return { ...health, notices };
}

function keepLatest(notices: Notice[], count: number): Notice[] {
  const refused = notices.filter(({ event }) => event === 'refused');
  const surplus = new Set(refused.slice(0, Math.max(0, refused.length - count)));
  return notices.filter((notice) => !surplus.has(notice));
}

/** @returns such as `Alert refused: link lnk_… for ETH/USDT long on main has expired. Nothing was done. …`. */
function describeRefusal({ cause, hits }: Unreported, subject: RefusalSubject): string {
  const { reason, advice } = refusalTexts[cause];
  const { linkId, position } = subject;
  const hit = { linkId, sourceIp: hits.at(-1)?.sourceIp };
  const hasEnded = position !== undefined && isFinal(position.state);
  const now = cause === 'paused' ? describePauseEnd(subject.pause) : undefined;
  const next = hasEnded ? 'Its position has ended: delete the alert in TradingView.' : (now ?? advice(hit));
  return `${describeCount(hits)}: ${nameLink(subject)} ${reason(hit)}. Nothing was done. ${next}`;
}

/** @returns what is different if the pause has ended, or ends by itself. */
function describePauseEnd({ paused, pausedUntil }: Pause): string | undefined {
  if (!paused) return 'The pause has ended, so links work again.';
  if (pausedUntil === undefined) return undefined;
  const end = `${pausedUntil.slice(0, 16).replace('T', ' ')} UTC`;
  return `The pause ends at ${end}. ${refusalTexts.paused.advice({ linkId: '' })}`;
}

function describeCount(hits: Unreported['hits']): string {
  const noun = hits.every(({ method }) => method === 'POST') ? 'alert' : 'hit';
  const [first] = hits;
  if (first === undefined || hits.length === 1) return `${noun === 'alert' ? 'Alert' : 'Hit'} refused`;
  const since = first.at.slice(11, 16);
  const least = hits.length >= maxRecordedRefusals ? 'At least ' : '';
  return `${least}${hits.length} ${noun}s refused since ${since} UTC`;
}

function nameLink({ linkId, link, position }: RefusalSubject): string {
  const label = link?.label === undefined ? '' : ` "${link.label}"`;
  return `link ${linkId}${label}${position === undefined ? '' : ` for ${namePosition(position)}`}`;
}

function namePosition({ symbol, side, label, account }: Position): string {
  return `${symbol} ${side}${label === undefined ? '' : ` "${label}"`} on ${account}`;
}
