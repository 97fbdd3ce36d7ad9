import { atMostOnce, isGeneric } from '../account/account.ts';
import { isPositive } from '../amount.ts';
import { exchangeName } from '../exchange/exchange-name.ts';
import { toExitKey } from '../exits/plan-exits.ts';
import { isRestorable, nameExit } from '../exits/restore-exits.ts';
import type { Part } from '../position/part.ts';
import type { Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';
import { computePart } from './order-size.ts';
import { type ActionPlan, planAction } from './plan.ts';
import type { PlannedAction } from './step.ts';

/** @returns what an action would do to a position now, in words that follow "If fired now:". */
export function describePlan(position: Position, planned: PlannedAction): string {
  const plan = planAction(position, planned);
  const steps = [
    describeCancels(position, plan, 'entryOrders'),
    describeCancels(position, plan, 'exitOrders'),
    describeEnd(position, planned, plan),
    describeRest(position, plan),
    describeGuarantee(position, plan),
  ].filter((step) => step !== '');
  return `${steps.join('; ')}.`;
}

function describeGuarantee({ exchange }: Position, { order }: ActionPlan): string {
  return order !== undefined && isGeneric(exchange) ? `${exchangeName(exchange)} is ${atMostOnce}` : '';
}

function describeCancels(position: Position, plan: ActionPlan, book: 'entryOrders' | 'exitOrders'): string {
  const count = plan.cancels.filter((cancel) => cancel.book === book).length;
  if (count === 0) return '';
  if (book === 'exitOrders')
    return `cancels ${count === 1 ? 'the exit order' : `${count} exit orders`}${describeLost(plan)}`;
  const { amount, filled } = computeTotals(position);
  return isPositive(filled)
    ? 'cancels the rest of the entry'
    : `cancels the unfilled entry of ${amount} ${position.market.base}`;
}

/** Named before they are canceled: if something remains, they do not return. */
function describeLost({ cancels }: ActionPlan): string {
  const lost = cancels.filter(({ book, order }) => book === 'exitOrders' && !isRestorable(order));
  if (lost.length === 0) return '';
  return `, of which Ripcord can't place ${lost.map(({ order }) => nameExit(order)).join(', ')} again`;
}

const verbs = { sell: 'sells', buy: 'buys back' } as const;

function describeEnd(position: Position, part: Part, plan: ActionPlan): string {
  const { base } = position.market;
  if (plan.order !== undefined) {
    const { side, amount, lessFee } = plan.order;
    const { percent, toPercent } = part;
    const target = toPercent === undefined ? '' : `reduces to ${toPercent} % of what filled: `;
    const share = percent === undefined ? '' : ` (${percent} %)`;
    return `${target}${verbs[side]} ${amount} ${base}${share} at market${lessFee ? ' (minus the entry fee)' : ''}`;
  }
  return plan.end === undefined ? '' : describeNoOrder(position, part, { ...plan, end: plan.end });
}

/** What becomes of the exits of a position that stays open. Ripcord sizes those of its own plan again. */
function describeRest({ exitOrders }: Position, { cancels, leavesPart }: ActionPlan): string {
  const open = exitOrders.filter(({ status }) => status !== 'done');
  if (leavesPart !== true || open.length === 0) return '';
  const isPlanned = open.some((exit) => toExitKey(exit) !== undefined);
  if (!cancels.some(({ book }) => book === 'exitOrders'))
    return isPlanned
      ? 'then reduces the exits to the rest'
      : 'leaves the exit orders open, reduced to the rest if the exchange allows it';
  if (isPlanned) return 'then places exits for the rest';
  return open.some(isRestorable) ? 'then places exits for the rest again, if it can' : '';
}

function describeNoOrder(
  position: Position,
  part: Part,
  { end, cancels }: Pick<Required<ActionPlan>, 'end' | 'cancels'>,
): string {
  const { remaining } = computeTotals(position);
  const { base } = position.market;
  const amount = `${describeShare(position, part)} ${base}`;
  switch (end) {
    case 'canceled':
      return cancels.length > 0 ? '' : 'nothing changes; the entry is already canceled';
    case 'exits-closed':
      return 'no order is sent; exit orders already closed the position';
    case 'too-small':
      return `no order is sent; ${amount} is below the exchange's minimum`;
    case 'above-maximum':
      return `nothing changes; ${amount} is above the market's maximum for one order`;
    case 'market-closed':
      return 'nothing changes; the market is not open for MARKET orders';
    case 'kept':
      return `leaves the filled ${remaining} ${base} open`;
    case 'missing':
      return 'no order is sent; the account holds too little of it';
    case 'reached':
      return describeReached(position, part);
  }
}

/** What the order would be for. */
function describeShare(position: Position, part: Part): string {
  if (part.toPercent !== undefined) return computePart(position, part);
  const { remaining } = computeTotals(position);
  return part.percent === undefined ? remaining : `${part.percent} % of ${remaining}`;
}

function describeReached(position: Position, part: Part): string {
  const excess = computePart(position, part);
  return isPositive(excess)
    ? `no order is sent; only ${excess} ${position.market.base} more than ${part.toPercent} % of what filled is left, which is too small for an order`
    : `no order is sent; at most ${part.toPercent} % of what filled is left already`;
}
