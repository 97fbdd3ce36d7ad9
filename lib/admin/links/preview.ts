import { isPositive } from '../../amount.ts';
import { isFinal, type Position } from '../../position/position.ts';
import { awaitsFee, tallyOf } from '../../position/totals.ts';
import type { LinkView } from '../contract/commands.ts';

/** What a link would do to a position as the exchange has just told it, in one sentence. */
export const previewOf = (
  link: LinkView,
  position: Position,
  paused: boolean,
): { fires: boolean; would: string } => {
  const no = (would: string) => ({ fires: false, would });
  const yes = (would: string) => ({ fires: true, would });
  if (link.state !== 'armed') return no(`Nothing: the link is ${link.state}.`);
  if (paused) return no('Nothing: all links are paused.');
  if (isFinal(position.state))
    return no(`Nothing: the position is ${position.state}. ${position.outcome?.detail ?? ''}`.trim());
  if (position.state === 'needs-attention')
    return no(`Nothing: a person has to look. ${position.attention ?? ''}`.trim());
  if (position.state === 'claimed') return no('Nothing more: another request is at it.');
  const { amount, filled, left, entriesDone } = tallyOf(position);
  const { base } = position.market;
  const live = position.exits.filter((exit) => exit.status === 'live').length;
  if (!isPositive(filled)) {
    if (entriesDone) return yes('It would find the entry cancelled, and say so.');
    return yes(`It would cancel the unfilled entry of ${amount} ${base}${live > 0 ? ' and its exits' : ''}.`);
  }
  const rest = entriesDone ? '' : ' cancel the rest of the entry and';
  if (!isPositive(left)) return yes('It would find the position closed by its exits, and say so.');
  if (link.action === 'keep') return yes(`It would${rest || ''} leave the filled ${left} ${base} open.`);
  const exits = live > 0 ? ` cancel ${live} exit order${live > 1 ? 's' : ''} and` : '';
  const what = link.percent === undefined ? `${left} ${base}` : `${link.percent} % of ${left} ${base}`;
  return yes(
    `It would${rest}${exits} ${position.side === 'long' ? 'sell' : 'buy'} ${what}${awaitsFee(position) ? ', less the fee taken from it,' : ''} at MARKET.`,
  );
};
