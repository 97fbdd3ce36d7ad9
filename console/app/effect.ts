import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { formatAmount, isPositive, subtract, sum, takePercent } from './format.ts';
import { type Action, toBaseCurrency, toDisplayStatus } from './labels.ts';

interface Planned {
  action: Action;
  /** Closes only this part of the remaining amount. */
  percent?: number | undefined;
}

/**
 * What an action would do now, in words that follow "If fired now:". For a choice that has no link yet: a link's
 * effect comes from the engine's own plan, by `links.preview`.
 */
export function describeEffect(planned: Planned, position: PositionView): string {
  switch (toDisplayStatus(position)) {
    case 'unfilled':
      return `${joinSteps([cancelsEntry(position), cancelsExits(position)])}; nothing has filled.`;
    case 'partly-filled':
    case 'filled':
      return planned.action === 'close' ? describeClose(planned, position) : describeKeep(position);
    case 'needs-attention':
      return 'nothing changes until the position is resolved.';
    case 'closing':
      return 'nothing changes; the position is already closing.';
    default:
      return 'nothing changes; the position has ended.';
  }
}

function describeClose({ percent }: Planned, position: PositionView): string {
  const { remaining, amountStep, side } = position;
  const amount = percent === undefined ? remaining : takePercent(remaining, percent, amountStep);
  if (!isPositive(amount)) return `nothing changes; ${percent} % is less than the market's smallest step.`;
  const verb = side === 'long' ? 'sells' : 'buys back';
  const part = percent === undefined ? '' : ` (${percent} %)`;
  const lessFee = awaitsFee(position) ? ' (minus the entry fee)' : '';
  const sends = `${verb} ${withUnit(amount, position)}${part} at market${lessFee}`;
  // A partial close of a perpetual keeps exits that only reduce it; otherwise it cancels all of them.
  const mayKeepExits = percent !== undefined && isPerpetual(position) && position.openExitOrders > 0;
  return mayKeepExits
    ? `${joinSteps([cancelsEntry(position), sends])}; exit orders stay open if they only reduce the position.`
    : `${joinSteps([cancelsEntry(position), cancelsExits(position), sends])}.`;
}

function describeKeep(position: PositionView): string {
  const filled = withUnit(position.remaining, position);
  const entry = cancelsEntry(position);
  if (entry !== '') return `${entry} and leaves the filled ${filled} open.`;
  return position.openExitOrders > 0
    ? `nothing changes; ${filled} and ${exitOrders(position)} stay open.`
    : `nothing changes; ${filled} stays open.`;
}

function cancelsEntry(position: PositionView): string {
  const waiting = position.entryOrders.filter(({ status }) => status !== 'done');
  if (waiting.length === 0) return '';
  const rest = withUnit(sum(waiting.map((entry) => subtract(entry.amount, entry.filled))), position);
  return isPositive(position.filled) ? `cancels the unfilled ${rest}` : `cancels the entry of ${rest}`;
}

function cancelsExits(position: PositionView): string {
  return position.openExitOrders > 0 ? `cancels ${exitOrders(position)}` : '';
}

/** "cancels the entry of 1 ETH, cancels 2 exit orders and sells …", without the steps that are not needed. */
function joinSteps(steps: string[]): string {
  const needed = steps.filter((step) => step !== '');
  const last = needed.pop() ?? '';
  return needed.length === 0 ? last : `${needed.join(', ')} and ${last}`;
}

function exitOrders({ openExitOrders: count }: PositionView): string {
  return count === 1 ? '1 exit order' : `${count} exit orders`;
}

function withUnit(amount: string, { amountStep, symbol }: PositionView): string {
  return `${formatAmount(amount, amountStep)} ${toBaseCurrency(symbol)}`;
}

function isPerpetual({ symbol }: PositionView): boolean {
  return symbol.includes(':');
}

/** Exchanges take the fee of a spot purchase out of the bought amount, and report it once the entry is done. */
function awaitsFee(position: PositionView): boolean {
  return (
    !isPerpetual(position) &&
    position.side === 'long' &&
    position.entryOrders.some(({ filled, baseFee }) => isPositive(filled) && baseFee === undefined)
  );
}
