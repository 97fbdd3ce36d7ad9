import type { LinkView, PositionView } from '../../lib/admin/contract/commands.ts';
import { amount, isPositive, minusOf, share, total } from './format.ts';

export { exchangeName } from '../../lib/exchange/exchange-name.ts';

export type Action = LinkView['action'];
export type Tone = 'gain' | 'warn' | 'busy' | 'plain' | 'over';

/** What a position is, for a person, in a word or two. */
export type Stage = 'unfilled' | 'partly' | 'filled' | 'closing' | 'attention' | 'closed' | 'canceled';

export function stageOf({ status, fillStatus }: PositionView): Stage {
  if (status === 'needs-attention') return 'attention';
  if (status === 'closing' || status === 'canceled' || status === 'closed') return status;
  if (fillStatus === 'closed') return 'closed';
  return fillStatus === 'partly-filled' ? 'partly' : fillStatus;
}

export const stages: Record<Stage, { word: string; tone: Tone }> = {
  attention: { word: 'Needs a person', tone: 'warn' },
  closing: { word: 'Closing', tone: 'busy' },
  filled: { word: 'Filled', tone: 'gain' },
  partly: { word: 'Partly filled', tone: 'busy' },
  unfilled: { word: 'Unfilled', tone: 'plain' },
  closed: { word: 'Closed', tone: 'over' },
  canceled: { word: 'Cancelled', tone: 'over' },
};

export function stageWords(position: PositionView): string {
  const stage = stageOf(position);
  const filled = stage === 'partly' ? ` ${share(position.filled, position.amount)} %` : '';
  return `${stages[stage].word}${filled}`;
}

export function isOver(position: PositionView): boolean {
  return stages[stageOf(position)].tone === 'over';
}

export function baseOf(symbol: string): string {
  return symbol.split('/')[0] ?? symbol;
}

/** "BTC/USDT", and "BTC/USDT perp" for a perpetual. */
export function marketName(symbol: string): string {
  return symbol.replace(/:.*$/, ' perp');
}

export const actions: Record<Action, { title: string; short: string; rule: string }> = {
  close: {
    title: 'Close with MARKET order',
    short: 'Close',
    rule: 'Closes a filled position at once with a MARKET order. If the entry has not filled, the position is cancelled.',
  },
  keep: {
    title: 'Keep the position open',
    short: 'Keep open',
    rule: 'Leaves a filled position alone. If the entry has not filled, the position is cancelled.',
  },
};

function orders(count: number): string {
  return count === 1 ? '1 exit order' : `${count} exit orders`;
}

function effectOnFilled(
  action: Action,
  { remaining, amountStep, symbol, side, openExitOrders }: PositionView,
): string {
  const all = `${amount(remaining, amountStep)} ${baseOf(symbol)}`;
  const exits = openExitOrders > 0 ? orders(openExitOrders) : undefined;
  if (action === 'keep')
    return exits === undefined
      ? `Now it does nothing: ${all} stays open.`
      : `Now it does nothing: ${all} and ${exits} stay as they are.`;
  const verb = side === 'long' ? 'sells' : 'buys back';
  return `Now it ${exits === undefined ? '' : `cancels ${exits} and `}${verb} ${all} at MARKET.`;
}

/** Exchanges tell the fee of a bought amount, which comes out of it, only once its entry is done. */
function awaitsFee({ symbol, side, entryOrders }: PositionView): boolean {
  return (
    !symbol.includes(':') &&
    side === 'long' &&
    entryOrders.some(({ filled, baseFee }) => isPositive(filled) && baseFee === undefined)
  );
}

/** What a link fired at this moment would do to a position, in a sentence. */
export function effectNow(action: Action, position: PositionView): string {
  const base = baseOf(position.symbol);
  const of = (value: string) => `${amount(value, position.amountStep)} ${base}`;
  const exits = position.openExitOrders;
  const verb = position.side === 'long' ? 'sells' : 'buys back';
  switch (stageOf(position)) {
    case 'unfilled':
      return `Now it cancels the entry of ${of(position.amount)}${exits > 0 ? ` and ${orders(exits)}` : ''}; nothing has filled.`;
    case 'partly': {
      const waiting = position.entryOrders.filter(({ status }) => status !== 'done');
      const rest = of(total(waiting.map((entry) => minusOf(entry.amount, entry.filled))));
      if (waiting.length === 0) return effectOnFilled(action, position);
      return action === 'close'
        ? `Now it cancels the ${rest} still waiting${exits > 0 ? ` and ${orders(exits)}` : ''}, then ${verb} ${of(position.remaining)}${awaitsFee(position) ? ', less the fee taken from it,' : ''} at MARKET.`
        : `Now it cancels the ${rest} still waiting and leaves the ${of(position.remaining)} that filled open.`;
    }
    case 'filled':
      return effectOnFilled(action, position);
    case 'attention':
      return 'Now it does nothing until the position has been resolved.';
    case 'closing':
      return 'Now it does nothing more: the position is being closed.';
    default:
      return 'The position is over: it does nothing.';
  }
}

export const linkStates: Record<LinkView['state'], { word: string; tone: Tone }> = {
  armed: { word: 'Armed', tone: 'gain' },
  revoked: { word: 'Revoked', tone: 'over' },
  expired: { word: 'Expired', tone: 'over' },
  'used-up': { word: 'Used up', tone: 'over' },
};

/** A link that can still act: armed, and its position not over. */
export function isArmed(link: LinkView, position: PositionView | undefined): boolean {
  return link.state === 'armed' && position !== undefined && !isOver(position);
}

/** What its maker chose beside the action, in words; nothing where nothing was. */
export function limitsOf(link: LinkView, time: (iso: string) => string): string[] {
  const { maxUses, uses = 0, expiresAt, percent, sources } = link;
  return [
    ...(percent === undefined ? [] : [`${percent} % only`]),
    ...(expiresAt === undefined ? [] : [`until ${time(expiresAt)}`]),
    ...(maxUses === undefined ? [] : [`${uses} of ${maxUses} uses`]),
    ...(link.confirm ? ['asks first'] : []),
    ...(link.methods === 'post-only' ? ['POST only'] : []),
    ...(sources === 'any'
      ? []
      : sources === 'tradingview'
        ? ['from TradingView']
        : [`from ${sources.join(', ')}`]),
  ];
}

/** How a person fires a link without an alert, and whether it asks first: as lib/trigger/fire.ts decides it. */
export function byHand({ confirm, methods, percent, maxUses, sources }: LinkView): string {
  if (sources === 'tradingview') return "It can't be fired by hand: only TradingView's addresses may.";
  const asks = confirm || methods === 'post-only' || (percent !== undefined && maxUses !== 1);
  const where = sources === 'any' ? 'a browser' : 'a browser at an address that you listed';
  return `To fire it by hand, open the link in ${where}${asks ? ' and press the button' : ': it acts at once'}.`;
}

/** Whether a price is where the position loses: a stop rather than a target. */
export function exitName(at: string | undefined, position: PositionView): string {
  if (at === undefined || position.averageEntry === undefined) return 'Exit';
  const above = isPositive(minusOf(at, position.averageEntry));
  return above === (position.side === 'long') ? 'Take profit' : 'Stop';
}
