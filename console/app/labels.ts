import type { LinkView, PositionView } from '../../lib/admin/contract/commands.ts';
import type { Part } from '../../lib/position/part.ts';
import { isOver } from '../state.ts';
import { computeShare } from './format.ts';

export { exchangeLabel as exchangeName } from '../../lib/exchange/exchange-name.ts';

/** What a link for one position does. */
export type Action = 'close' | 'keep';
/** A class name of the style sheet. */
export type Tone = 'gain' | 'warn' | 'busy' | 'plain' | 'over';
export interface Label {
  word: string;
  tone: Tone;
}

/** A position's status as one word for the owner: its state and its fill in one. */
export type DisplayStatus =
  | 'unfilled'
  | 'partly-filled'
  | 'filled'
  | 'closing'
  | 'needs-attention'
  | 'closed'
  | 'canceled';

export function toDisplayStatus({ status, fillStatus }: PositionView): DisplayStatus {
  return status === 'needs-attention' || status === 'closing' || status === 'canceled' || status === 'closed'
    ? status
    : fillStatus;
}

export const displayStatuses: Record<DisplayStatus, Label> = {
  'needs-attention': { word: 'Needs attention', tone: 'warn' },
  closing: { word: 'Closing', tone: 'busy' },
  filled: { word: 'Filled', tone: 'gain' },
  'partly-filled': { word: 'Partly filled', tone: 'busy' },
  unfilled: { word: 'Unfilled', tone: 'plain' },
  closed: { word: 'Closed', tone: 'over' },
  canceled: { word: 'Canceled', tone: 'over' },
};

/** @returns "Partly filled 40 %", or the word of another status. */
export function statusLabel(position: PositionView): string {
  const status = toDisplayStatus(position);
  const filled = status === 'partly-filled' ? ` ${computeShare(position.filled, position.amount)} %` : '';
  return `${displayStatuses[status].word}${filled}`;
}

/** Whether a position is closed or canceled, so that no link can act on it. */
export function hasEnded(position: PositionView): boolean {
  return isOver(position);
}

/** Whether a close has something to do: not while one is under way, and not before the owner has resolved it. */
export function canClose(position: PositionView): boolean {
  return canEditExits(position);
}

/** Whether exits can be replaced: Ripcord refuses it while the position is closing, and once it has ended. */
export function canEditExits(position: PositionView): boolean {
  return ['unfilled', 'partly-filled', 'filled'].includes(toDisplayStatus(position));
}

export function toBaseCurrency(symbol: string): string {
  return symbol.split('/')[0] ?? symbol;
}

/** "BTC/USDT", and "BTC/USDT perp" for a perpetual. */
export function marketName(symbol: string): string {
  return symbol.replace(/:.*$/, ' perp');
}

const actionTitles = {
  close: 'Close with MARKET order',
  keep: 'Keep the Position Open',
  reduce: 'Reduce with MARKET order',
  stop: 'Move the stop',
  heartbeat: 'Heartbeat',
} as const satisfies Record<LinkView['action'], string>;

type Titled = Pick<LinkView, 'action'> & Partial<Pick<LinkView, 'byPercent' | 'stop'>> & Part;

/** What a link does, as a title. */
export function actionTitle({ action, percent, toPercent, byPercent, stop }: Titled): string {
  if (percent !== undefined) return `Close ${percent} % with MARKET order`;
  if (toPercent !== undefined) return `Reduce to ${toPercent} % with MARKET order`;
  if (byPercent !== undefined) return `Reduce by ${byPercent} % with MARKET order`;
  return stop === undefined ? actionTitles[action] : stopTitle(stop);
}

function stopTitle(stop: NonNullable<LinkView['stop']>): string {
  if ('price' in stop) return `Move the stop to ${stop.price}`;
  return 'trailPercent' in stop ? `Trail the stop by ${stop.trailPercent} %` : 'Move the stop to break-even';
}

/** Whether a link chooses its positions at each hit. */
export function isStanding({ positionId, scope }: Pick<LinkView, 'positionId' | 'scope'>): boolean {
  return positionId === undefined && scope.positionId === undefined;
}

/** What an action does to any position. */
export function describeAction(action: Action, percent: number | undefined): string {
  const ifUnfilled = 'If the entry order has not been filled, the position will be canceled.';
  if (action === 'keep') return `No action will be taken on a filled position. ${ifUnfilled}`;
  const whole = percent === undefined ? 'a filled position' : `${percent} % of a filled position`;
  return `This will immediately close ${whole} using a market order. ${ifUnfilled}`;
}

const linkStates: Record<LinkView['state'], Label> = {
  armed: { word: 'Armed', tone: 'gain' },
  rehearsal: { word: 'Rehearsal', tone: 'busy' },
  paused: { word: 'Paused', tone: 'over' },
  revoked: { word: 'Revoked', tone: 'over' },
  expired: { word: 'Expired', tone: 'over' },
  'used-up': { word: 'Limit reached', tone: 'over' },
};

/** Whether a link can still act: armed, and its position has not ended. A standing link can act on the next one. */
export function isArmed(link: LinkView, position: PositionView | undefined): boolean {
  return link.state === 'armed' && (isStanding(link) || (position !== undefined && !hasEnded(position)));
}

export function linkStateLabel(link: LinkView, position: PositionView | undefined): Label {
  if (link.state !== 'armed' || isArmed(link, position)) return linkStates[link.state];
  const ended = position === undefined ? 'removed' : statusLabel(position).toLowerCase();
  return { word: `Position ${ended}`, tone: 'over' };
}

/** @returns the options that a link's owner chose, in a few words each. */
export function formatLimits(link: LinkView, formatTime: (iso: string) => string): string[] {
  const { maxUses, uses = 0, expiresAt, percent, toPercent, sources }: LinkView & Part = link;
  return [
    ...(link.follows === undefined ? [] : ['follows the strategy']),
    ...(link.adopt === true ? ['adopts'] : []),
    ...(percent === undefined ? [] : [`closes ${percent} %`]),
    ...(toPercent === undefined ? [] : [`reduces to ${toPercent} %`]),
    ...(expiresAt === undefined ? [] : [`until ${formatTime(expiresAt)}`]),
    ...(maxUses === undefined ? [] : [`${uses} of ${maxUses} uses`]),
    ...(link.confirm ? ['asks first'] : []),
    ...(link.methods === 'post-only' ? ['alerts only'] : []),
    ...(sources === 'any' ? [] : [formatSources(sources)]),
  ];
}

function formatSources(sources: 'tradingview' | string[]): string {
  return sources === 'tradingview' ? 'only from TradingView' : `only from ${sources.join(', ')}`;
}

/** How to use a link without an alert, and whether it asks first: as lib/trigger/fire.ts decides it. */
export function describeManualUse(link: LinkView): string {
  const { confirm, methods, percent, maxUses, sources } = link;
  if (link.follows !== undefined) return 'Only a message acts. In a browser, this link does nothing.';
  if (sources === 'tradingview') return 'Only TradingView can use this link. A browser is refused.';
  const asks =
    isStanding(link) || confirm || methods === 'post-only' || (percent !== undefined && maxUses !== 1);
  const where = sources === 'any' ? '' : ' at an allowed IP address';
  const effect = asks ? 'Press the button to confirm.' : 'It acts immediately.';
  return `Without an alert: open the link in a browser${where}. ${effect}`;
}
