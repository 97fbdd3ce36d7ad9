import { styleText } from 'node:util';
import { describePauseEffect } from '../console/pause-text.ts';
import type { CommandResult, HitView, LinkView } from '../lib/admin/contract/commands.ts';
import { refusalTexts } from '../lib/link/refusal.ts';
import { commandHint, type Target } from './command-hint.ts';
import { formatMinute } from './format.ts';
import { type Column, drawTable } from './table.ts';
import { asPlainText } from './terminal.ts';

/** Whether the link can still act. */
export function isArmed({ state, positionClosed }: LinkView): boolean {
  return state === 'armed' && positionClosed !== true;
}

export function formatState(link: LinkView): string {
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

export function formatAction({ action, percent, toPercent, byPercent, stop, follows }: LinkView): string {
  const after = follows === undefined ? '' : ', follows';
  if (toPercent !== undefined) return `reduce to ${toPercent} %${after}`;
  if (byPercent !== undefined) return `reduce by ${byPercent} %`;
  if (stop !== undefined) return `stop ${formatStop(stop)}`;
  return `${percent === undefined ? action : `${action} ${percent} %`}${after}`;
}

export function formatStop(stop: NonNullable<LinkView['stop']>): string {
  if ('breakEven' in stop) return 'break-even';
  return 'price' in stop ? stop.price : `trail ${stop.trailPercent} %`;
}

/** A position's id, or which positions it matches. */
function formatScope({ positionId, scope }: LinkView): string {
  const { tag, account, symbol, side } = scope;
  if (tag !== undefined) return `tag ${tag}`;
  if (account === undefined) return positionId ?? '';
  return symbol === undefined ? `all on ${account}` : `${account} ${symbol} ${side}`;
}

/** The name of a scope in a sentence. */
export function nameScope({ positionId, scope }: LinkView): string {
  const { tag, account, symbol, side } = scope;
  if (tag !== undefined) return `every position with the tag "${tag}"`;
  if (account === undefined) return positionId ?? 'its position';
  return symbol === undefined
    ? `every position that Ripcord knows on ${account}`
    : `every ${symbol} ${side} on ${account}`;
}

function formatWatch({ watch }: LinkView): string {
  if (watch === undefined) return '';
  return watch.asleep === true ? `${watch.state}, asleep` : watch.state;
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
  const isMarketNamed = symbol === undefined || positionId === undefined;
  const market = isMarketNamed ? '' : `, ${symbol} ${side}`;
  const url = tokenEnd === undefined ? '' : `, URL ends with ${tokenEnd}`;
  const name = label === undefined ? '' : ` (${label})`;
  return `${linkId}: ${formatAction(link)} ${formatScope(link)}${market}${url}${name}`;
}

/** @returns what a link is now. */
export function describeChangedLink(link: LinkView): string {
  const { expiresAt } = link;
  const end = link.positionId === undefined ? 'until it is revoked' : 'until its position closes';
  const until = expiresAt === undefined ? end : `until ${formatMinute(expiresAt)}`;
  const works = isArmed(link) ? `It works ${until}.` : `It doesn't work: ${formatState(link)}.`;
  return `${asPlainText(nameLink(link))}\n${works}`;
}

const columns: Column<ListedLink>[] = [
  { head: 'LINK', text: ({ linkId }) => linkId },
  { head: 'SCOPE', text: formatScope },
  {
    head: 'MARKET',
    text: ({ symbol, side, positionId }) =>
      symbol === undefined || positionId === undefined ? '' : `${symbol} ${side}`,
    dropRank: 4,
  },
  { head: 'ACTION', text: formatAction },
  { head: 'URL', text: ({ tokenEnd }) => (tokenEnd === undefined ? '' : `…${tokenEnd}`) },
  {
    head: 'STATE',
    text: formatState,
    paint: (text, link) => styleText(isArmed(link) ? 'green' : 'dim', text),
  },
  { head: 'MATCHES', text: ({ matches }) => String(matches ?? ''), right: true, dropRank: 4 },
  { head: 'WATCH', text: formatWatch },
  { head: 'USES', text: formatUses },
  { head: 'EXPIRES', text: ({ expiresAt }) => formatMinute(expiresAt) ?? '' },
  { head: 'FROM', text: formatSources },
  { head: 'HOW', text: formatGuards, dropRank: 3 },
  { head: 'LAST HIT', text: formatLastHit },
  { head: 'CREATED', text: ({ createdAt }) => formatMinute(createdAt) ?? '', dropRank: 1 },
  { head: 'LABEL', text: ({ label }) => label ?? '', dropRank: 2 },
];

/** Columns of standing links are shown if there are any. */
function toColumns(links: LinkView[]): Column<ListedLink>[] {
  const left = [
    ...(links.some(({ matches }) => matches !== undefined) ? [] : ['MATCHES']),
    ...(links.some(({ watch }) => watch !== undefined) ? [] : ['WATCH']),
  ];
  return columns.filter(({ head }) => !left.includes(head));
}

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
      : drawTable(toColumns(links), listed);
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

function describeMaxUses({ maxUses, uses }: LinkView): string[] {
  if (maxUses === undefined) return [];
  return [`acts ${maxUses === 1 ? 'once' : `at most ${maxUses} times`}, ${uses ?? 0} so far`];
}

function describeAllowedSources({ sources }: LinkView): string[] {
  if (sources === 'any') return [];
  return [`only from ${sources === 'tradingview' ? "TradingView's addresses" : sources.join(', ')}`];
}

/** @returns what the owner may not have meant, a line each. */
export function describeWarnings(warnings: readonly string[] = []): string[] {
  return warnings.map((warning) => `${styleText('yellow', 'Note:')} ${asPlainText(warning)}`);
}

/** What limits a link: its time, uses, methods and sources. */
export function describeLimits(link: LinkView): string[] {
  const { expiresAt, methods, confirm } = link;
  return [
    ...(expiresAt === undefined ? [] : [`until ${formatMinute(expiresAt)}`]),
    ...describeMaxUses(link),
    ...(methods === 'any' ? [] : ['only by a POST, as alerts send it']),
    ...(confirm ? ['asks for confirmation in a browser'] : []),
    ...describeAllowedSources(link),
  ];
}
