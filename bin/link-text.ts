import { styleText } from 'node:util';
import type { CommandResult, LinkView, PositionView } from '../lib/admin/contract/commands.ts';
import {
  isReachableByTradingView,
  onlyHere,
  paidPlan,
  toTradingViewSymbol,
} from '../lib/link/tradingview.ts';
import { moment } from './format.ts';
import { suggested, type Target } from './options.ts';
import { namePosition } from './position-text.ts';
import { type Column, drawFacts, drawTable } from './table.ts';
import { asPlainText } from './terminal.ts';

function guardsOf({ confirm, methods }: LinkView): string {
  return [...(methods === 'any' ? [] : [methods]), ...(confirm ? ['confirm'] : [])].join(', ');
}

/** A link that can still act. */
export function isArmed({ state, positionClosed }: LinkView): boolean {
  return state === 'armed' && positionClosed !== true;
}

function stateText(link: LinkView): string {
  return link.state === 'armed' && !isArmed(link) ? 'spent' : link.state;
}

const columns: Column<LinkView>[] = [
  { head: 'LINK', text: ({ linkId }) => linkId },
  { head: 'POSITION', text: ({ positionId }) => positionId },
  {
    head: 'ACTION',
    text: ({ action, percent }) => (percent === undefined ? action : `${action} ${percent} %`),
  },
  {
    head: 'STATE',
    text: stateText,
    paint: (text, link) => styleText(isArmed(link) ? 'green' : 'dim', text),
  },
  { head: 'USES', text: ({ uses, maxUses }) => (maxUses === undefined ? '' : `${uses ?? 0}/${maxUses}`) },
  { head: 'EXPIRES', text: ({ expiresAt }) => moment(expiresAt) ?? '' },
  { head: 'FROM', text: ({ sources }) => shortSources(sources) },
  { head: 'HOW', text: guardsOf, spare: 3 },
  { head: 'CREATED', text: ({ createdAt }) => moment(createdAt) ?? '', spare: 1 },
  { head: 'LABEL', text: ({ label }) => label ?? '', spare: 2 },
];

/** The first of several ranges stands for all. */
function shortSources(sources: LinkView['sources']): string {
  if (typeof sources === 'string') return sources;
  return sources.length > 1 ? `${sources[0]} +${sources.length - 1}` : (sources[0] ?? '');
}

/** @returns the list, or what to do when there is none. */
export function describeLinks({ links, paused }: CommandResult<'links.list'>, target: Target): string {
  const remark = paused
    ? [
        '',
        `${styleText('yellow', 'All links are paused:')} none fires until "${suggested('links resume', target)}".`,
      ]
    : [];
  const list =
    links.length === 0
      ? `no links yet: make one with "${suggested('links create <positionId> close', target)}"`
      : drawTable(columns, links);
  return [list, ...remark].join('\n');
}

/** @returns what a link would do now. */
export function describePreview({ link, position, fires, would }: CommandResult<'links.preview'>): string {
  const facts = drawFacts([
    [
      'Link',
      `${link.linkId}, ${stateText(link)}${link.label === undefined ? '' : asPlainText(` (${link.label})`)}`,
    ],
    ['Position', asPlainText(namePosition(position))],
    ['Limits', limitsOf(link).join('; ') || undefined],
    ['Fires', fires ? styleText('green', 'yes') : styleText('yellow', 'no')],
  ]);
  return `${facts}\n\n${asPlainText(would)} Nothing has been done.`;
}

/** What keeps a link from firing always, for anybody. */
function limitsOf({ expiresAt, maxUses, uses, methods, confirm, sources }: LinkView): string[] {
  return [
    ...(expiresAt === undefined ? [] : [`until ${moment(expiresAt)}`]),
    ...(maxUses === undefined
      ? []
      : [`acts ${maxUses === 1 ? 'once' : `${maxUses} times`}, so far ${uses ?? 0}`]),
    ...(methods === 'any' ? [] : ['only by a POST, as an alert sends it']),
    ...(confirm ? ['asks first in a browser'] : []),
    ...(sources === 'any'
      ? []
      : [`only from ${sources === 'tradingview' ? "TradingView's addresses" : sources.join(', ')}`]),
  ];
}

function effectOf({ action, percent }: LinkView): string {
  if (action === 'keep')
    return 'Keep: an entry that has not filled is canceled; a position that has filled stays as it is.';
  const what = percent === undefined ? 'what has filled' : `${percent} % of what has filled`;
  return `Close: an entry that has not filled is canceled; ${what} is closed at once with a MARKET order.`;
}

/** @returns the URL alone on its line, for copying, with what it does. */
export function describeUrl({ url, link }: CommandResult<'links.create'>): string {
  return [
    `Link ${link.linkId} for ${link.positionId} is armed. ${effectOf(link)}`,
    ...limitsOf(link).map((limit) => `  ${limit}`),
    '',
    url,
    '',
    styleText(
      'yellow',
      'This URL is shown only now, and whoever has it can fire it. Keep it like a password.',
    ),
  ].join('\n');
}

function byHand({ confirm, methods, percent, maxUses, sources }: LinkView): string {
  if (sources === 'tradingview') return "By hand it does not fire: only TradingView's addresses may.";
  // One that may close several parts asks, so that opening it again closes no other.
  const asks = confirm || methods === 'post-only' || (percent !== undefined && maxUses !== 1);
  const from = sources === 'any' ? '' : ` from ${sources.join(' or ')}`;
  return `To fire it by hand, open the URL in a browser${from}${asks ? ' and press the button' : ''}.`;
}

/** @returns how to put the URL into a TradingView alert. Without the position, its market stays unnamed. */
export function describeSteps(
  { url, link }: CommandResult<'links.create'>,
  position: PositionView | undefined,
  target: Target,
): string {
  const chart = position === undefined ? undefined : toTradingViewSymbol(position);
  const named = chart === undefined ? '' : `: ${chart.symbol} on ${chart.exchange}`;
  const market = asPlainText(`the same market and exchange as the position${named}`);
  return [
    ...(isReachableByTradingView(url) ? [] : [styleText('yellow', onlyHere), '']),
    typeof link.sources === 'string'
      ? 'To fire it from a TradingView alert:'
      : "To fire it from a TradingView alert, which is refused unless TradingView's addresses are among its own:",
    `  1. In Supercharts, click Search and choose ${market}.`,
    '  2. Click Alert and set the conditions in the Settings tab.',
    '  3. Message tab: clear all existing content.',
    '  4. Notifications tab: tick Webhook URL and paste the URL.',
    '  5. Click Create.',
    paidPlan,
    byHand(link),
    `To make it useless: ${suggested(`links revoke ${link.linkId}`, target)}`,
  ].join('\n');
}
