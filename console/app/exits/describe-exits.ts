import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { formatPrice } from '../format.ts';
import { hasEnded, type Label } from '../labels.ts';

type ExitState = PositionView['takeProfits'][number]['state'];

export const exitStates: Record<ExitState, Label> = {
  waiting: { word: 'Waiting', tone: 'plain' },
  unconfirmed: { word: 'Unconfirmed', tone: 'busy' },
  resting: { word: 'Resting', tone: 'gain' },
  filled: { word: 'Filled', tone: 'gain' },
  refused: { word: 'Refused', tone: 'warn' },
  removed: { word: 'Removed', tone: 'warn' },
  merged: { word: 'Merged', tone: 'over' },
  ended: { word: 'Ended', tone: 'over' },
};

const why: Partial<Record<ExitState, string>> = {
  waiting: 'No order rests at the exchange yet.',
  unconfirmed: 'Sent; the exchange has not confirmed it yet.',
  refused: 'The exchange refused it. The sweep tries again.',
  removed: 'Ended outside Ripcord. Edit the exits to place it again.',
  merged: "Below the market's minimum, so a neighbor includes it.",
};

/** @returns why an exit does not simply rest; undefined if it does, or has filled. */
export function describeState({
  state,
  reason,
}: Pick<PositionView['takeProfits'][number], 'state' | 'reason'>) {
  return reason === undefined ? why[state] : `${reason} The sweep tries again.`;
}

const protections: Record<PositionView['protection'], Label> = {
  full: { word: 'Protected', tone: 'gain' },
  partial: { word: 'Partly protected', tone: 'warn' },
  none: { word: 'No stop', tone: 'plain' },
  unknown: { word: 'Protection unknown', tone: 'busy' },
};

/** @returns undefined while the position holds nothing that a stop could protect. */
export function toProtection(position: PositionView): Label | undefined {
  const { protection, stopLoss, fillStatus } = position;
  if (hasEnded(position) || fillStatus === 'unfilled' || fillStatus === 'closed') return undefined;
  // A stop that the owner wants and that does not rest needs a look.
  if (protection === 'none' && stopLoss !== null) return { word: 'Stop not placed', tone: 'warn' };
  return protections[protection];
}

/** @returns what became of exits that were sent. */
export function describeExits(position: PositionView): { text: string; tone: 'good' | 'bad' } {
  const { takeProfits, stopLoss, priceStep, fillStatus } = position;
  const open = takeProfits.filter(({ state }) => state !== 'filled' && state !== 'removed');
  const exits = [
    ...open.map((target) => ({ name: `Target ${formatPrice(target.price, priceStep)}`, ...target })),
    ...(stopLoss === null ? [] : [{ ...stopLoss, name: `Stop ${formatPrice(stopLoss.price, priceStep)}` }]),
  ];
  const troubled = exits.filter(({ state }) => state === 'refused' || state === 'unconfirmed');
  if (troubled.length > 0)
    return { text: troubled.map((exit) => `${exit.name}: ${describeState(exit)}`).join(' '), tone: 'bad' };
  if (exits.length === 0) return { text: 'No exits.', tone: 'good' };
  if (fillStatus === 'unfilled') return { text: 'The exits protect what the entry fills.', tone: 'good' };
  const isWaiting = exits.some(({ state }) => state === 'waiting');
  const what = exits.length === 1 ? 'The exit' : `All ${exits.length} exits`;
  const verb = exits.length === 1 ? 'rests' : 'rest';
  return {
    text: isWaiting ? 'Some exits are not placed yet.' : `${what} ${verb} at the exchange.`,
    tone: 'good',
  };
}
