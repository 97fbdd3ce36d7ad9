import type { AccountHealth } from '../health/account-health.ts';
import type { Link, Watch } from '../link/link.ts';
import type { WatchNews } from '../link/link-state.ts';
import { describeScope } from '../link/scope.ts';
import { addNotice } from '../position/notice.ts';
import { toSafeLine } from './notice-text.ts';

/** What became of one watch. */
export interface WatchReport {
  link: Link & { watch: Watch };
  news: WatchNews;
}

/** So many are named at a time, and the others counted: if TradingView sends nothing, every watch has news. */
const namedWatches = 4;

/** @returns the health with the notices that it does not have yet, to be stored in one write; undefined if it has all. */
export function appendWatchNotices(
  health: AccountHealth,
  reports: readonly WatchReport[],
): AccountHealth | undefined {
  const isKnown = (report: WatchReport) =>
    health.notices.some(({ noticeId }) => noticeId === toNoticeId(report));
  const fresh = reports.filter((report) => !isKnown(report));
  if (fresh.length === 0) return undefined;
  const named = fresh.slice(0, namedWatches);
  const others = fresh.slice(namedWatches);
  const texts = named.map((report) => ({
    noticeId: toNoticeId(report),
    at: report.news.at,
    text: describeNews(report),
  }));
  const [first] = others;
  if (first !== undefined)
    texts.push({
      noticeId: toNoticeId(first),
      at: first.news.at,
      text: `The watches of ${others.length} more ${others.length === 1 ? 'link' : 'links'} have news. To see them, run: ripcord links list`,
    });
  const notices = texts.reduce(
    (all, { text, ...notice }) =>
      addNotice(all, { ...notice, event: 'watch', text: toSafeLine(text), delivered: {} }),
    health.notices,
  );
  return { ...health, notices };
}

function toNoticeId({ link: { linkId }, news: { event, at } }: WatchReport): string {
  return `ntc_watch_${linkId}_${event}_${at}`;
}

function describeNews({ link, news }: WatchReport): string {
  const { watch, linkId } = link;
  const name = nameLink(link);
  const silence = formatSpan(news.ms ?? 0);
  switch (news.event) {
    case 'no-beat':
      return `No alert yet: ${name}. One is due every ${watch.every}, and its watch does nothing until the first one arrives. Check the alert and its webhook URL in TradingView.`;
    case 'late':
      return `No alert for ${silence}: ${name}. One is due every ${watch.every}. ${describeNext(link)} Check the alert in TradingView.`;
    case 'back':
      return `Alerts are back after ${silence}: ${name}.`;
    case 'held':
      return `Ripcord's own address does not respond, so alerts can't arrive. The watch of ${name} does nothing until it responds again. Run: ripcord doctor`;
    case 'tripped':
      return `No alert for ${silence}: ${name}. ${describeCulprit(news)} ${describeAction(link, news)} To watch again, run: ripcord links arm ${linkId}`;
  }
}

/** @returns what happens if no alert arrives. */
function describeNext({ watch: { missed, then }, rehearsal }: WatchReport['link']): string {
  if (rehearsal === true) return 'The link is in rehearsal, so its watch only notifies.';
  const what = {
    tell: 'notifies once more',
    'stop-break-even': 'moves the stops of open positions to break-even',
    close: 'closes the open positions',
  }[then];
  return `After ${missed} missing ${missed === 1 ? 'alert' : 'alerts'}, Ripcord ${what}.`;
}

function describeCulprit({ culprit }: WatchNews): string {
  switch (culprit) {
    case 'tradingview':
      return 'No watched alert arrives, so TradingView is the likely cause.';
    case 'alert':
      return 'Other alerts arrive, so this alert has probably stopped or expired.';
    default:
      return 'TradingView sends nothing, or the alert has stopped or expired.';
  }
}

function describeAction(
  { watch: { then }, rehearsal }: WatchReport['link'],
  { positions = 0 }: WatchNews,
): string {
  const these = `${positions} ${positions === 1 ? 'position' : 'positions'}`;
  if (then === 'tell') return 'Nothing was done. Check your positions and the alert.';
  if (positions === 0) return 'No position was followed, so nothing was done. Check your positions.';
  const stops = `the stops of ${these} to break-even`;
  if (rehearsal === true)
    return `If the link were armed, Ripcord would ${then === 'close' ? `close ${these}` : `move ${stops}`}.`;
  return `Ripcord is ${then === 'close' ? `closing ${these}` : `moving ${stops}`}.`;
}

function nameLink(link: Link): string {
  const label = link.label === undefined ? '' : ` "${link.label}"`;
  return `link ${link.linkId}${label} for ${describeScope(link)}`;
}

/** @returns such as "14 min" or "26 h". */
function formatSpan(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
