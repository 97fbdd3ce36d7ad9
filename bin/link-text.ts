import { styleText } from 'node:util';
import { describePauseEffect } from '../console/pause-text.ts';
import type { CommandResult, HitView, LinkView, PositionView } from '../lib/admin/contract/commands.ts';
import { refusalTexts } from '../lib/link/refusal.ts';
import {
  isReachableByTradingView,
  onlyHere,
  otherMarket,
  paidPlan,
  toTradingViewSymbol,
} from '../lib/link/tradingview.ts';
import type { Part } from '../lib/position/part.ts';
import { commandHint, type Target } from './command-hint.ts';
import { formatMinute } from './format.ts';
import { namePosition } from './position-text.ts';
import { type Column, drawFacts, drawTable } from './table.ts';
import { asPlainText } from './terminal.ts';

/** Whether the link can still act. */
export function isArmed({ state, positionClosed }: LinkView): boolean {
  return state === 'armed' && positionClosed !== true;
}

function formatState(link: LinkView): string {
  return link.state === 'armed' && !isArmed(link) ? 'position ended' : link.state;
}

function formatUses({ uses, maxUses }: LinkView): string {
  return maxUses === undefined ? '' : `${uses ?? 0}/${maxUses}`;
}

function formatGuards({ confirm, methods }: LinkView): string {
  return [...(methods === 'any' ? [] : [methods]), ...(confirm ? ['confirm'] : [])].join(', ');
}

/** Only the first of several ranges, and how many there are beside it. */
function formatSources({ sources }: LinkView): string {
  if (typeof sources === 'string') return sources;
  return sources.length > 1 ? `${sources[0]} +${sources.length - 1}` : (sources[0] ?? '');
}

function formatAction({ action, percent, toPercent }: LinkView & Part): string {
  if (toPercent !== undefined) return `reduce to ${toPercent} %`;
  return percent === undefined ? action : `${action} ${percent} %`;
}

/** A link with its last hit, if that is among those that were read. */
type ListedLink = LinkView & { lastHit?: HitView | undefined };

function formatLastHit({ lastHit }: ListedLink): string {
  if (lastHit === undefined) return '';
  const { at, outcome, decision, refusal } = lastHit;
  const cause = refusal === undefined ? '' : ` (${refusalTexts[refusal].word})`;
  return `${formatMinute(at)}: ${outcome ?? decision}${cause}`;
}

/** @returns a link on one line, for confirmations: how it differs from the others of its position. */
export function nameLink(link: LinkView): string {
  const { linkId, positionId, symbol, side, label, tokenEnd } = link;
  const market = symbol === undefined ? '' : `, ${symbol} ${side}`;
  const url = tokenEnd === undefined ? '' : `, URL ends with ${tokenEnd}`;
  const name = label === undefined ? '' : ` (${label})`;
  return `${linkId}: ${formatAction(link)} ${positionId}${market}${url}${name}`;
}

/** @returns what a link is now. */
export function describeChangedLink(link: LinkView): string {
  const { expiresAt } = link;
  const until = expiresAt === undefined ? 'until its position closes' : `until ${formatMinute(expiresAt)}`;
  const works = isArmed(link) ? `It works ${until}.` : `It doesn't work: ${formatState(link)}.`;
  return `${asPlainText(nameLink(link))}\n${works}`;
}

const columns: Column<ListedLink>[] = [
  { head: 'LINK', text: ({ linkId }) => linkId },
  { head: 'POSITION', text: ({ positionId }) => positionId ?? '' },
  {
    head: 'MARKET',
    text: ({ symbol, side }) => (symbol === undefined ? '' : `${symbol} ${side}`),
    dropRank: 4,
  },
  { head: 'ACTION', text: formatAction },
  { head: 'URL', text: ({ tokenEnd }) => (tokenEnd === undefined ? '' : `…${tokenEnd}`) },
  {
    head: 'STATE',
    text: formatState,
    paint: (text, link) => styleText(isArmed(link) ? 'green' : 'dim', text),
  },
  { head: 'USES', text: formatUses },
  { head: 'EXPIRES', text: ({ expiresAt }) => formatMinute(expiresAt) ?? '' },
  { head: 'FROM', text: formatSources },
  { head: 'HOW', text: formatGuards, dropRank: 3 },
  { head: 'LAST HIT', text: formatLastHit },
  { head: 'CREATED', text: ({ createdAt }) => formatMinute(createdAt) ?? '', dropRank: 1 },
  { head: 'LABEL', text: ({ label }) => label ?? '', dropRank: 2 },
];

/**
 * @param hits newest first.
 * @returns the list, or what to do if it is empty.
 */
export function describeLinks(
  { links, paused, pausedUntil, halted }: CommandResult<'links.list'>,
  hits: HitView[],
  target: Target,
): string {
  const listed = links.map((link) => ({
    ...link,
    lastHit: hits.find(({ linkId }) => linkId === link.linkId),
  }));
  const list =
    links.length === 0
      ? `No links yet. Create one with "${commandHint('links create <positionId> close', target)}".`
      : drawTable(columns, listed);
  const remarks = [
    ...(halted === true ? [describeHalt(target)] : []),
    ...(paused ? [describePauseRemark(links, pausedUntil, target)] : []),
  ];
  return [list, ...remarks].join('\n\n');
}

/** @param pausedUntil ISO 8601. */
function describePauseRemark(links: LinkView[], pausedUntil: string | undefined, target: Target): string {
  const remark = styleText('yellow', 'All links are paused:');
  const resume = commandHint('links resume', target);
  const until = pausedUntil === undefined ? '' : `${formatMinute(pausedUntil)} or `;
  return `${remark} none fires until ${until}"${resume}". ${describePauseEffect(links, describePauseEnd(pausedUntil))}`;
}

function describePauseEnd(pausedUntil: string | undefined): string {
  return `until ${formatMinute(pausedUntil) ?? 'you resume links'}`;
}

/** @returns that links are paused, and what that costs if the links are known. */
export function describePause(
  { pausedUntil }: CommandResult<'links.pause'>,
  links: LinkView[] | undefined,
  target: Target,
): string {
  const effect = links === undefined ? '' : ` ${describePauseEffect(links, describePauseEnd(pausedUntil))}`;
  const resume = `"${commandHint('links resume', target)}"`;
  return `All links are paused; hits are refused.${effect} Resume with ${resume}.`;
}

function describeHalt(target: Target): string {
  const remark = styleText('yellow', 'Links are halted:');
  return `${remark} a backup is being restored, and no link or sweep acts until "${commandHint('restore', target)}" has finished.`;
}

/** @returns what a link would do now. */
export function describePreview({ link, position, fires, would }: CommandResult<'links.preview'>): string {
  const label = link.label === undefined ? '' : asPlainText(` (${link.label})`);
  const facts = drawFacts([
    ['Link', `${link.linkId}, ${formatState(link)}${label}`],
    ['URL', link.tokenEnd === undefined ? undefined : `ends with ${link.tokenEnd}`],
    ['Position', position === undefined ? undefined : asPlainText(namePosition(position))],
    ['Limits', describeLimits(link).join('; ') || undefined],
    ['Fires', fires ? styleText('green', 'yes') : styleText('yellow', 'no')],
  ]);
  return `${facts}\n\n${asPlainText(would)} Nothing has been done.`;
}

function describeMaxUses({ maxUses, uses }: LinkView): string[] {
  if (maxUses === undefined) return [];
  return [`acts ${maxUses === 1 ? 'once' : `at most ${maxUses} times`}, ${uses ?? 0} so far`];
}

function describeAllowedSources({ sources }: LinkView): string[] {
  if (sources === 'any') return [];
  return [`only from ${sources === 'tradingview' ? "TradingView's addresses" : sources.join(', ')}`];
}

/** What limits a link: its time, uses, methods and sources. */
function describeLimits(link: LinkView): string[] {
  const { expiresAt, methods, confirm } = link;
  return [
    ...(expiresAt === undefined ? [] : [`until ${formatMinute(expiresAt)}`]),
    ...describeMaxUses(link),
    ...(methods === 'any' ? [] : ['only by a POST, as alerts send it']),
    ...(confirm ? ['asks for confirmation in a browser'] : []),
    ...describeAllowedSources(link),
  ];
}

function describeEffect({ action, percent, toPercent }: LinkView & Part): string {
  if (toPercent !== undefined)
    return `Reduce: an unfilled entry is canceled; at most ${toPercent} % of what filled is left.`;
  if (action === 'keep') return 'Keep: an unfilled entry is canceled; a filled position stays open.';
  const part = percent === undefined ? 'the remaining amount' : `${percent} % of the remaining amount`;
  return `Close: an unfilled entry is canceled; ${part} is closed with a MARKET order.`;
}

/** @returns what the link does, and its URL alone on a line so that it is easy to copy. */
export function describeNewLink({ url, link }: CommandResult<'links.create'>): string {
  return [
    `Link ${link.linkId} for ${link.positionId} is armed. ${describeEffect(link)}`,
    ...describeLimits(link).map((limit) => `  ${limit}`),
    '',
    url,
    '',
    styleText(
      'yellow',
      "You won't see this URL again. Anyone who has it can use it: keep it like a password.",
    ),
  ].join('\n');
}

function describeFiringByHand({ confirm, methods, percent, maxUses, sources }: LinkView): string {
  if (sources === 'tradingview')
    return "You can't fire it by hand: only TradingView's addresses are allowed.";
  // A link that may close several parts asks each time, because browsers reload pages on their own.
  const asks = confirm || methods === 'post-only' || (percent !== undefined && maxUses !== 1);
  const from = sources === 'any' ? '' : ` from ${sources.join(' or ')}`;
  return `To fire it by hand, open the URL in a browser${from}${asks ? ' and press the button' : ''}.`;
}

/** @returns how to put the URLs into TradingView alerts. Without the position, the market has no name. */
export function describeSteps(
  created: CommandResult<'links.create'>[],
  position: PositionView | undefined,
  target: Target,
): string {
  const chart = position === undefined ? undefined : toTradingViewSymbol(position);
  const named = chart === undefined ? '' : `: ${chart.symbol} on ${chart.exchange}`;
  const market = asPlainText(`the same market and exchange as the position${named}`);
  const isListed = created.some(({ link }) => typeof link.sources !== 'string');
  const byHand = [...new Set(created.map(({ link }) => describeFiringByHand(link)))];
  return [
    ...(created.every(({ url }) => isReachableByTradingView(url)) ? [] : [styleText('yellow', onlyHere), '']),
    isListed
      ? "To fire it from a TradingView alert, if its allowed sources include TradingView's addresses:"
      : 'To fire it from a TradingView alert:',
    paidPlan,
    `  1. In Supercharts, click Search and choose ${market}.`,
    `     ${otherMarket}`,
    '  2. Click Alert and set the conditions in the Settings tab.',
    '  3. Message tab: clear all existing content.',
    '  4. Notifications tab: tick Webhook URL and paste the URL.',
    '  5. Click Create.',
    ...byHand,
    ...created.map(({ link }) => {
      const which = created.length === 1 ? 'it' : `the ${link.action} link`;
      return `To revoke ${which}: ${commandHint(`links revoke ${link.linkId}`, target)}`;
    }),
  ].join('\n');
}
