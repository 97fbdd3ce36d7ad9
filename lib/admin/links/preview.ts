import { isPositive } from '../../amount.ts';
import { isFinal, type Position } from '../../position/position.ts';
import { computeTotals, isFeeUnknown } from '../../position/totals.ts';
import type { LinkView } from '../contract/commands.ts';

/** What a link would do to a position as the exchange has just told it, in one sentence. */
export function previewOf(
  link: LinkView,
  position: Position,
  paused: boolean,
): { fires: boolean; would: string } {
  const no = (would: string) => ({ fires: false, would });
  const yes = (would: string) => ({ fires: true, would });
  if (link.state !== 'armed') return no(`Nothing: the link is ${link.state}.`);
  if (paused) return no('Nothing: all links are paused.');
  if (isFinal(position.state))
    return no(`Nothing: the position is ${position.state}. ${position.outcome?.detail ?? ''}`.trim());
  if (position.state === 'needs-attention')
    return no(`Nothing: a person has to look. ${position.attentionReason ?? ''}`.trim());
  if (position.state === 'claimed') return no('Nothing more: another request is at it.');
  const { amount, filled, remaining, entriesDone } = computeTotals(position);
  const { base } = position.market;
  const live = position.exitOrders.filter((exit) => exit.status === 'live').length;
  if (!isPositive(filled)) {
    if (entriesDone) return yes('It would find the entry cancelled, and say so.');
    return yes(`It would cancel the unfilled entry of ${amount} ${base}${live > 0 ? ' and its exits' : ''}.`);
  }
  const rest = entriesDone ? '' : ' cancel the rest of the entry and';
  if (!isPositive(remaining)) return yes('It would find the position closed by its exits, and say so.');
  if (link.action === 'keep') return yes(`It would${rest || ''} leave the filled ${remaining} ${base} open.`);
  const exits = live > 0 ? ` cancel ${live} exit order${live > 1 ? 's' : ''} and` : '';
  const what =
    link.percent === undefined ? `${remaining} ${base}` : `${link.percent} % of ${remaining} ${base}`;
  return yes(
    `It would${rest}${exits} ${position.side === 'long' ? 'sell' : 'buy'} ${what}${isFeeUnknown(position) ? ', less the fee taken from it,' : ''} at MARKET.`,
  );
}
