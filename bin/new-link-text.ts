import { styleText } from 'node:util';
import type { CommandResult, LinkView, PositionView } from '../lib/admin/contract/commands.ts';
import {
  isReachableByTradingView,
  onlyHere,
  otherMarket,
  paidPlan,
  toTradingViewSymbol,
} from '../lib/link/tradingview.ts';
import { commandHint, type Target } from './command-hint.ts';
import { describeLimits, describeWarnings, formatStop, nameScope } from './link-text.ts';
import { asPlainText } from './terminal.ts';

function describeEffect(link: LinkView): string {
  const { action, percent, toPercent, byPercent, stop } = link;
  if (action === 'heartbeat') return 'Heartbeat: it only shows that alerts arrive.';
  if (stop !== undefined)
    return `Stop: it moves ${describeTarget(stop)}, if that is better than the present stop.`;
  if (byPercent !== undefined)
    return `Reduce: an unfilled entry is canceled; ${byPercent} % of what is left is closed, once per position.`;
  if (toPercent !== undefined)
    return `Reduce: an unfilled entry is canceled; at most ${toPercent} % of what filled is left.`;
  if (action === 'keep') return 'Keep: an unfilled entry is canceled; a filled position stays open.';
  const part = percent === undefined ? 'the remaining amount' : `${percent} % of the remaining amount`;
  return `Close: an unfilled entry is canceled; ${part} is closed with a MARKET order.`;
}

function describeTarget(stop: NonNullable<LinkView['stop']>): string {
  return 'trailPercent' in stop
    ? `to ${stop.trailPercent} % from the price at each hit`
    : `to ${formatStop(stop)}`;
}

/** @returns what the link does, and its URL alone on a line so that it is easy to copy. */
export function describeNewLink({ url, link, warnings }: CommandResult<'links.create'>): string {
  return [
    asPlainText(
      `Link ${link.linkId} for ${nameScope(link)} is ${describeStart(link)}. ${describeEffect(link)}`,
    ),
    ...describeLimits(link).map((limit) => `  ${limit}`),
    ...describeWarnings(warnings),
    '',
    url,
    '',
    styleText(
      'yellow',
      "You won't see this URL again. Anyone who has it can use it: keep it like a password.",
    ),
  ].join('\n');
}

function describeStart({ state }: LinkView): string {
  return state === 'rehearsal' ? 'in rehearsal: it only reports what it would do' : 'armed';
}

/** Whether it always asks in a browser. */
function isStanding({ positionId, action }: LinkView): boolean {
  return positionId === undefined || !['close', 'keep'].includes(action);
}

function describeFiringByHand(link: LinkView): string {
  const { confirm, methods, percent, maxUses, sources } = link;
  if (link.follows !== undefined) return 'Only a message fires it, not a browser.';
  if (sources === 'tradingview')
    return "You can't fire it by hand: only TradingView's addresses are allowed.";
  // A link that may close several parts asks each time, because browsers reload pages on their own.
  const asks =
    isStanding(link) || confirm || methods === 'post-only' || (percent !== undefined && maxUses !== 1);
  const from = sources === 'any' ? '' : ` from ${sources.join(' or ')}`;
  return `To fire it by hand, open the URL in a browser${from}${asks ? ' and press the button' : ''}.`;
}

const plainSteps = [
  '  2. Click Alert and set the conditions in the Settings tab.',
  '     Greater Than or Less Than with Once Per Bar Close comes again if an alert is lost. Crossing with Only Once does not.',
  '  3. Message tab: clear all existing content.',
];
const orderFills = "     Don't use a strategy's order-fills alert: it fires at entries too.";
const followSteps = [
  '  2. Add the indicator of docs/guide/strategy-links.md, or its lines for a strategy script.',
  '  3. Click Alert and choose the script, with the condition Any alert() function call;',
  '     for a strategy, alert() function calls only.',
];

/** A heartbeat needs a condition that is always true. */
function toAlertSteps(links: LinkView[]): string[] {
  if (links.some(({ follows }) => follows !== undefined)) return followSteps;
  const [set = '', lasting = '', message = ''] = plainSteps;
  const actions = links.map(({ action }) => action);
  if (actions.includes('heartbeat'))
    return [set, '     Choose one that is always true, with Once Per Bar Close.', message];
  const closes = actions.includes('close') || actions.includes('reduce');
  return [set, lasting, ...(closes ? [orderFills] : []), message];
}

/** @returns how to put the URLs into TradingView alerts. Without the position, the market has no name. */
export function describeSteps(
  created: CommandResult<'links.create'>[],
  position: PositionView | undefined,
  target: Target,
): string {
  const chart = position === undefined ? undefined : toTradingViewSymbol(position);
  const named = chart === undefined ? '' : `: ${chart.symbol} on ${chart.exchange}`;
  const isForMany = created.some(({ link }) => link.positionId === undefined);
  const market = asPlainText(
    isForMany ? 'the market of your alert' : `the same market and exchange as the position${named}`,
  );
  const isListed = created.some(({ link }) => typeof link.sources !== 'string');
  const byHand = [...new Set(created.map(({ link }) => describeFiringByHand(link)))];
  return [
    ...(created.every(({ url }) => isReachableByTradingView(url)) ? [] : [styleText('yellow', onlyHere), '']),
    isListed
      ? "To fire it from a TradingView alert, if its allowed sources include TradingView's addresses:"
      : 'To fire it from a TradingView alert:',
    paidPlan,
    `  1. In Supercharts, click Search and choose ${market}.`,
    ...(isForMany ? [] : [`     ${otherMarket}`]),
    ...toAlertSteps(created.map(({ link }) => link)),
    '  4. Notifications tab: tick Webhook URL and paste the URL.',
    '  5. Click Create. Alerts expire: note the date that TradingView shows.',
    ...byHand,
    ...created.map(({ link }) => {
      const which = created.length === 1 ? 'it' : `the ${link.action} link`;
      return `To revoke ${which}: ${commandHint(`links revoke ${link.linkId}`, target)}`;
    }),
  ].join('\n');
}
