import { isPositive } from '../../amount.ts';
import { isCloseOrderOf } from '../../position/client-order-id.ts';
import { isFinal, type OrderRecord, type Position } from '../../position/position.ts';
import { computeTotals } from '../../position/totals.ts';
import type { CommandResult } from '../contract/commands.ts';
import type { ResolveFacts } from './resolve-facts.ts';

/** A position's result by the exchange's record, and why. */
export type Assessment = Pick<CommandResult<'positions.resolve'>, 'verdict' | 'reason'>;

/** Pure: facts in, assessment out. The first line that applies decides. */
export function assess(facts: ResolveFacts): Assessment {
  const { position, external, unknownFills } = facts;
  const { market, state } = position;
  const { filled, remaining, entriesDone } = computeTotals(position);
  const liveClose = listCloseOrders(position).find(({ status }) => status !== 'done');
  const closes = describeCloseOrders(position);

  if (isFinal(state)) return unknown(`The position is already ${state}. There is nothing to resolve.`);
  if (liveClose)
    return unknown(`Close order ${liveClose.orderId} is not known to have ended. Check again in a moment.`);
  if (unknownFills.length > 0) return unknown(`${unknownFills.join('. ')}. Check it at the exchange.`);
  if (entriesDone && !isPositive(filled))
    return { verdict: 'canceled', reason: join('The entry ended without a fill.', `${closes}.`, facts) };
  if (entriesDone && !isPositive(remaining)) {
    const entry = `The entry filled ${filled} ${market.base}, and all of it is closed.`;
    return { verdict: 'closed', reason: join(entry, `${closes}.`, facts) };
  }
  if (entriesDone && external !== undefined)
    return { verdict: 'closed', reason: join(external.detail, `${closes}.`, facts) };
  const open = `${closes}; ${remaining} ${market.base} is still open.`;
  return { verdict: 'open', reason: join(open, describeLinks(position), facts) };
}

/** @returns Ripcord's own close orders of a position. */
export function listCloseOrders(position: Position): OrderRecord[] {
  return position.exitOrders.filter((exit) => isCloseOrderOf(position, exit));
}

function unknown(reason: string): Assessment {
  return { verdict: 'unknown', reason };
}

function join(first: string, second: string, facts: ResolveFacts): string {
  return [first, second, ...describeOtherOrders(facts)].join(' ');
}

function describeCloseOrders(position: Position): string {
  const orders = listCloseOrders(position);
  if (orders.length === 0) return 'The exchange has no close order from Ripcord';
  const fills = orders.map(({ orderId, filled }) => `${orderId} filled ${filled} ${position.market.base}`);
  return `Close order ${fills.join(', close order ')}`;
}

function describeLinks({ state }: Position): string {
  return state === 'needs-attention' || state === 'claimed'
    ? 'Apply this result so that its links work again.'
    : 'Its links still work.';
}

function describeOtherOrders({ position, lostOrderIds }: ResolveFacts): string[] {
  const liveExits = position.exitOrders.flatMap(({ status, orderId }) =>
    status === 'live' && orderId !== undefined ? [orderId] : [],
  );
  return [
    ...(lostOrderIds.length === 0
      ? []
      : [`Not found at the exchange and counted as ended: ${lostOrderIds.join(', ')}.`]),
    ...(liveExits.length === 0 ? [] : [`Exit orders that are still live: ${liveExits.join(', ')}.`]),
  ];
}
