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
  refused: 'It was refused. Edit the exits to change it.',
  removed: 'Ended outside Ripcord. Edit the exits to place it again.',
  merged: "Below the market's minimum, so a neighboring target includes it.",
};

/** @returns why an exit does not simply rest; undefined if it does, or has filled. */
export function describeState({
  state,
  reason,
}: Pick<PositionView['takeProfits'][number], 'state' | 'reason'>) {
  return reason === undefined ? why[state] : `${toSentence(reason)} Edit the exits to change it.`;
}

function toSentence(reason: string): string {
  return reason.endsWith('.') ? reason : `${reason}.`;
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
  // A stop that the owner wants and that does not rest needs the owner's attention.
  if (protection === 'none' && stopLoss !== null) return { word: 'Stop not placed', tone: 'warn' };
  return protections[protection];
}

const overStates: ReadonlySet<ExitState> = new Set(['filled', 'removed', 'ended']);

/** @returns what became of exits that were sent. */
export function describeExits(position: PositionView): { text: string; tone: 'good' | 'bad' } {
  const { takeProfits, stopLoss, priceStep, fillStatus } = position;
  const exits = [
    ...takeProfits.map((exit) => ({ name: 'Target', exit })),
    ...(stopLoss === null ? [] : [{ name: 'Stop', exit: stopLoss }]),
  ].filter(({ exit }) => !overStates.has(exit.state));
  const troubled = exits.filter(({ exit: { state } }) => state === 'refused' || state === 'unconfirmed');
  if (troubled.length > 0) {
    const sentences = troubled.map(
      ({ name, exit }) => `${name} ${formatPrice(exit.price, priceStep)}: ${describeState(exit)}`,
    );
    return { text: sentences.join(' '), tone: 'bad' };
  }
  if (exits.length === 0) return { text: 'No exits.', tone: 'good' };
  if (fillStatus === 'unfilled') return { text: 'The exits are placed when the entry fills.', tone: 'good' };
  const resting = exits.filter(({ exit }) => exit.state === 'resting').length;
  return { text: describeCount(resting, exits.length), tone: 'good' };
}

function describeCount(resting: number, all: number): string {
  if (resting < all)
    return `${resting} of ${all} exits rest at the exchange. The page of the position shows each one.`;
  return all === 1 ? 'The exit rests at the exchange.' : `All ${all} exits rest at the exchange.`;
}
