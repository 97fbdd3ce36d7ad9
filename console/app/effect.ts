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
      return `${cancel([entry(position), exits(position)])}; nothing has filled.`;
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
  const send = `${verb} ${withUnit(amount, position)}${part} at market${lessFee}`;
  const all = then([cancel([entry(position), exits(position)]), send]);
  if (percent === undefined || position.openExitOrders === 0) return `${all}.`;
  // On spot, exits hold the coins that are sold. A partial close of a perpetual keeps exits that only reduce it.
  if (!isPerpetual(position))
    return hasPlan(position)
      ? `${all}, then places exits for the rest.`
      : `${all}; Ripcord then places exits for the rest again, if it can.`;
  const keeping = then([cancel([entry(position)]), send]);
  return hasPlan(position)
    ? `${keeping}; Ripcord then reduces the exits to the rest.`
    : `${keeping}; exit orders stay open if they only reduce the position.`;
}

/** Whether Ripcord placed the exits, so that it sizes them again. */
function hasPlan({ exitOrders }: PositionView): boolean {
  return exitOrders.some(({ rung, isStop }) => rung !== undefined || isStop === true);
}

function describeKeep(position: PositionView): string {
  const filled = withUnit(position.remaining, position);
  const rest = cancel([entry(position)]);
  if (rest !== '') return `${rest}; leaves the filled ${filled} open.`;
  return position.openExitOrders > 0
    ? `nothing changes; ${filled} and ${exits(position)} stay open.`
    : `nothing changes; ${filled} stays open.`;
}

/** "cancels the entry of 1 ETH and 2 exit orders"; empty without any. */
function cancel(targets: string[]): string {
  const needed = targets.filter((target) => target !== '');
  return needed.length === 0 ? '' : `cancels ${needed.join(' and ')}`;
}

function then(steps: string[]): string {
  return steps.filter((step) => step !== '').join(', then ');
}

/** The part of the entry that has not filled; empty if there is none. */
function entry(position: PositionView): string {
  const open = position.entryOrders.filter(({ status }) => status !== 'done');
  if (open.length === 0) return '';
  const rest = withUnit(sum(open.map(({ amount, filled }) => subtract(amount, filled))), position);
  return isPositive(position.filled) ? `the unfilled ${rest}` : `the entry of ${rest}`;
}

function exits({ openExitOrders: count }: PositionView): string {
  if (count === 0) return '';
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
