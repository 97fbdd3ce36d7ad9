import { isEndedOutside, toExitKey } from '../../lib/exits/plan-exits.ts';
import type { OrderRecord, Position } from '../../lib/position/position.ts';
import { computeProfit } from '../../lib/position/profit.ts';
import { leaseMs } from '../../lib/position/timing.ts';
import { type Evidence, isOutside } from './invariants.ts';
import { type ModelBook, type ModelOrder, toText } from './model-exchange.ts';
import type { Plan } from './plan.ts';

/** @returns the live adopted exits that only reduce and could together take more than what remains. */
export function findLarger(book: ModelBook): string[] {
  if (!book.plan.exitsOnlyReduce) return [];
  const live = book.of('exit').filter((order) => order.live && order.exit === undefined);
  const open = live.reduce((total, { amount, filled }) => total + amount - filled, 0);
  return open > book.positionLeft() ? live.map(({ orderId }) => orderId) : [];
}

/** 14. Once a part is closed and the sweeps have run, no exits that only reduce could take more than what remains. */
export function exitsTakeNoMore({ book, plan, position }: Evidence): string[] {
  const isActive = ['open', 'kept', 'failed'].includes(position?.state ?? '');
  const isPart = [...book.of('close'), ...book.of('exit')].some((order) => order.filled > 0);
  const entriesDone = book.of('entry').every((order) => !order.live);
  const least = 2 * book.of('exit').filter((order) => order.live).length;
  // Nothing is left for exits to protect, or less than their minimums, or the position ended elsewhere.
  if (
    !isActive ||
    !isPart ||
    !entriesDone ||
    book.positionLeft() < Math.max(least, 2) ||
    plan.events.some(isOutside)
  )
    return [];
  return findLarger(book).map(
    (orderId) =>
      `14: exit ${orderId} is, alone or with others, larger than the ${toText(book.positionLeft())} that remain`,
  );
}

/** 15. A response about a partial close names all exits that could together take more than what remains. */
export function largerExitsAreNamed({ hits, plan }: Evidence): string[] {
  const fills = plan.events.some((event) => event.kind === 'fill' && event.book === 'exitOrders');
  // The exits of a plan are replaced.
  if (fills || plan.exits !== undefined || plan.events.some(isOutside)) return [];
  return hits.flatMap(({ answer, durable, largerExits = [] }) => {
    const { percent, toPercent, outcome, detail = '' } = answer?.outcome ?? {};
    const isPart = percent !== undefined || (toPercent !== undefined && outcome === 'closed');
    const isCurrent = durable?.state === 'open' && durable.outcome?.detail === detail;
    if (!isPart || !isCurrent) return [];
    return largerExits
      .filter((orderId) => !new RegExp(`${orderId}\\b[^.]* larger`).test(detail))
      .map((orderId) => `15: exit ${orderId} is larger than what remains, and the answer does not say so`);
  });
}

const sumLeft = (orders: ModelOrder[]) =>
  orders.reduce((total, { amount, filled }) => total + amount - filled, 0);

/** 16. Once the sweeps have run, the stop is for exactly what remains, and the targets together for no more. */
export function exitsRest({ book, plan, position }: Evidence): string[] {
  const { exits } = plan;
  if (exits === undefined || position === undefined) return [];
  const live = (kind: 'stop-loss' | 'take-profit') =>
    book.of('exit').filter((order) => order.live && order.exit?.kind === kind);
  const [stops, targets] = [live('stop-loss'), live('take-profit')];
  const left = book.positionLeft();
  const isActive = ['open', 'kept', 'failed'].includes(position.state);
  const { stopLoss, takeProfits = [] } = position.exitPlan ?? {};
  const removed = [stopLoss, ...takeProfits].filter((exit) => exit?.removed === true).length;
  const canceled = plan.events.filter(({ kind }) => kind === 'cancel-outside').length;
  const isWanted = exits.hasStop && stopLoss?.removed !== true && left >= 2;
  const wrong = book.surplus.map((text) => `16: ${text}`);
  const expect = (isTrue: boolean, text: string) => isTrue || wrong.push(`16: ${text}`);
  // One cancel ends both orders of a list.
  const most = plan.market === 'spot' ? 2 * canceled : canceled;
  expect(removed <= most, 'an exit counts as removed that its owner did not cancel');
  expect(sumLeft(targets) <= Math.max(0, left), `targets of ${sumLeft(targets)} for ${left}`);
  for (const record of position.exitOrders.filter(
    (order) =>
      toExitKey(order) !== undefined && isEndedOutside(order) && !hasFilledCompanion(position, order),
  )) {
    const ended = book.orders.find(({ orderId }) => orderId === record.orderId);
    const again = [...stops, ...targets].find(
      ({ exit, placedAt }) =>
        exit?.kind === ended?.exit?.kind &&
        exit?.price === ended?.exit?.price &&
        placedAt > (ended?.endedAt ?? 0) &&
        // The parts of a ladder have stops at the same price.
        !(plan.market === 'spot' && exit?.kind === 'stop-loss'),
    );
    expect(
      again === undefined,
      `order ${again?.orderId} replaces ${record.orderId}, which its owner removed`,
    );
  }
  if (isActive) {
    const expected = isWanted ? left : 0;
    // On spot, the owner may have removed the stop of one part.
    const isRight =
      plan.market === 'spot' && canceled > 0 ? sumLeft(stops) <= left : sumLeft(stops) === expected;
    expect(isRight, `stops of ${sumLeft(stops)} for ${left}, expected ${expected}`);
  }
  return wrong;
}

/** The fill of one order of a list ends the other. */
function hasFilledCompanion({ exitOrders }: Position, { pair, isStop }: OrderRecord): boolean {
  return exitOrders.some(
    (other) => pair !== undefined && other.pair === pair && other.isStop !== isStop && other.filled !== '0',
  );
}

/** 17. What a target is for executes once: its share of the entry, and what a neighbor or the rounding adds. */
export function targetsFillOnce({ book, plan }: Evidence): string[] {
  const entered = book.of('entry').reduce((total, { filled }) => total + filled, 0);
  return (plan.exits?.percents ?? []).flatMap((percent, index) => {
    const price = toTargetPrice(plan, index);
    const orders = book.of('exit').filter(({ exit }) => exit?.kind === 'take-profit' && exit.price === price);
    const filled = orders.reduce((total, order) => total + order.filled, 0);
    const most = Math.ceil((entered * percent) / 100) + 6;
    return filled <= most ? [] : [`17: the target at ${price} filled ${filled}, and is for ${most}`];
  });
}

/** The price of everything is 100. */
export function toTargetPrice({ side }: Pick<Plan, 'side'>, index: number): string {
  return String(side === 'long' ? 110 + index : 90 - index);
}

/** A claim's lease, and the sweep after it. */
const recoveryMs = leaseMs + 63_000;
/**
 * How long a lost order takes to be proven absent. Binance: the first sweep comes within a minute and needs two more
 * look-ups, 12 s apart, which takes longer than window, margin and lag. Bybit: those, and the time for sending it again.
 * OKX: those, and its longer window. Gate: as Bybit's lag, without the time for sending again.
 */
const provenMs = { tells: 90_000, acknowledges: 187_000, reusesIds: 215_000 };

function venueOf({ tells, reusesIds, endListedMs }: Plan): keyof typeof provenMs {
  if (reusesIds) return 'reusesIds';
  return tells && endListedMs === undefined ? 'tells' : 'acknowledges';
}

/**
 * 18. Without a stop at most 3 s after one has ended, and at most a sweep after the lists show that the entry has filled.
 * Stops are for more than what remains at most for a sweep after the lists show it. Each process that died or stood still and each answer that was lost adds a
 * recovery and, at most, the venue's proof time.
 */
export function stopsFit({ book, plan, faults }: Evidence): string[] {
  if (plan.exits?.hasStop !== true) return [];
  const lags = plan.exitMissedMs > 0 || plan.lagsMs.some((ms) => ms > 0);
  return book.cover.spans.flatMap(({ kind, from, to, hadStop }) => {
    const delays = faults.filter(({ at }) => at <= to && at >= from - recoveryMs).length + (lags ? 1 : 0);
    const delayMs = Math.max(recoveryMs, provenMs[venueOf(plan)]);
    const sweptMs = recoveryMs + (plan.listLag?.ordersMs ?? 0);
    const limitMs = (kind === 'bare' && hadStop ? 3_000 : sweptMs) + delays * delayMs;
    const state = kind === 'bare' ? 'without a stop' : 'with stops for more than what remains';
    return to - from <= limitMs ? [] : [`18: ${to - from} ms ${state}, and at most ${limitMs} are allowed`];
  });
}

/** 19. The P&L is the ledger's to the last digit, once the sweeps have run. */
export function profitIsTrue({ book, plan, position }: Evidence): string[] {
  if (plan.exits === undefined || position === undefined) return [];
  const { realizedProfit, fees, netProfit } = computeProfit(position);
  const [shown, expected] = [{ realizedProfit, fees, netProfit }, book.ledger.profit()].map((profit) =>
    JSON.stringify(profit),
  );
  return shown === expected ? [] : [`19: the P&L is ${shown}, and by the ledger ${expected}`];
}
