import type { Evidence } from './invariants.ts';
import { drawListLag, makePlan, type Plan, type PlannedEvent } from './plan.ts';
import { Random } from './random.ts';

/**
 * Plans in which the sweeps of the schedule watch a position that changes outside Ripcord, and read the account in lists.
 * Alerts come late or never, so that only a sweep can find out.
 */

const minuteMs = 60_000;
/** A sweep reads fees again and again, in part for an hour only. */
const tradesOutageMs = 65 * minuteMs;

/** @returns the plan that a seed of the simulation stands for: one in six is a watch. */
export function drawPlan(seed: number): Plan {
  return withWatch(makePlan(seed));
}

/** How a lost order is proven: OKX only acknowledges and takes ids again; Bybit takes the order again; Gate has lists. */
export const proofs = ['absence', 'replay', 'list'] as const;

/** @returns the same plan at an exchange with this proof. */
export function withProof(plan: Plan, proof: (typeof proofs)[number]): Plan {
  if (proof === 'replay') return { ...plan, tells: false };
  if (proof === 'absence') return { ...plan, tells: false, reusesIds: true };
  const random = new Random(plan.seed ^ 0x2545f491);
  return { ...plan, tells: true, endListedMs: random.chance(0.3) ? random.between(0, 50_000) : 2_000 };
}

function withWatch(plan: Plan): Plan {
  const random = new Random(plan.seed ^ 0x68e31da4);
  if (!random.chance(1 / 6)) return plan;
  const watched: Plan = {
    ...plan,
    isWatched: true,
    listLag: drawListLag(random),
    market: 'perpetual',
    exits: undefined,
    exitOrders: plan.exits === undefined ? plan.exitOrders : [],
    entryOrders: plan.entryOrders.map(({ amount }) => ({ amount, filled: amount })),
    links: ['close'],
    events: [],
    faults: random.chance(1 / 3) ? plan.faults : [],
  };
  if (random.chance(1 / 8)) return withUnknownFees(watched);
  const at = random.between(45_000, 6 * minuteMs);
  const events = drawChanges(random, watched, at);
  const last = Math.max(...events.map((event) => event.at));
  if (random.chance(0.5))
    events.push({ at: last + 4 * minuteMs, kind: 'hit', link: 0, skewMs: random.between(-1_000, 1_000) });
  return { ...watched, events };
}

function drawChanges(random: Random, { entryOrders }: Plan, at: number): PlannedEvent[] {
  const cause = random.pick(['trade', 'liquidation', 'settlement'] as const);
  const close: PlannedEvent = { at, kind: 'close-outside', cause };
  const total = entryOrders.reduce((sum, { amount }) => sum + amount, 0);
  const reduce = { at, kind: 'reduce-outside', amount: random.between(1, total - 1) } as const;
  // As much as it was, or another amount.
  const amount = random.pick([total, random.between(1, 500)]);
  const next = { at: at + random.between(1, 150_000), kind: 'next-position', amount } as const;
  const seemFlat = (after: number) =>
    ({ at: at + after, kind: 'seem-flat', forMs: random.between(15_000, longestFlatMs) }) as const;
  return random.pick<PlannedEvent[]>([
    [close],
    [close, next],
    [close, next],
    [reduce],
    [reduce, { ...close, at: at + random.between(1, 4 * minuteMs) }],
    [seemFlat(0), seemFlat(random.between(4 * minuteMs, 6 * minuteMs))],
    [seemFlat(0), seemFlat(random.between(4 * minuteMs, 6 * minuteMs))],
  ]);
}

/** One read may lag. Two that are 45 s apart end a position. */
const longestFlatMs = 40_000;

/** The account's trades can't be read for so long that a sweep reads them only because a fee is unknown. */
function withUnknownFees(plan: Plan): Plan {
  return {
    ...plan,
    ...{ market: 'spot', side: 'long', feePerMille: 1, tradesOutageMs, exitsOnlyReduce: false, faults: [] },
    exitOrders: [],
    // A fee that is known when the position is adopted is stored.
    entryOrders: plan.entryOrders.map(({ amount }) => ({ amount, filled: 0 })),
    events: plan.entryOrders.map(({ amount }, index) => ({
      ...{ at: 10_000, kind: 'fill', book: 'entryOrders', index, amount },
    })),
  };
}

/** How long a sweep takes at most if nothing holds it up. */
const sweepMs = 15_000;

/**
 * 14. What the lists of an account show has consequences within two sweeps: the first finds it, and the second, which is 45 s
 * later, confirms it.
 */
export function findsOutInTime(evidence: Evidence): string[] {
  if (evidence.plan.isWatched !== true) return [];
  return [...endsInTime(evidence), ...readsFees(evidence)];
}

function endsInTime({ plan, book, position, endedAt, sweeps, faults }: Evidence): string[] {
  const { closedAt } = book;
  const isExternal = position?.outcome?.closedBy === 'external';
  if (isExternal && endedAt !== undefined && (closedAt === undefined || endedAt < closedAt))
    return ['14: a position ended before it was closed outside'];
  if (closedAt === undefined || faults.some(({ at, ms }) => at + ms >= closedAt)) return [];
  const shownAt = closedAt + (plan.listLag?.holdingsMs ?? 0);
  const [, second] = sweeps.filter((at) => at >= shownAt);
  const isInTime = endedAt !== undefined && second !== undefined && endedAt <= second + sweepMs;
  const after = endedAt === undefined ? 'never ended' : `ended ${endedAt - shownAt} ms later`;
  return isInTime ? [] : [`14: the lists showed that the position was closed outside, and it ${after}`];
}

function readsFees({ plan, position }: Evidence): string[] {
  if (plan.tradesOutageMs === undefined || plan.market !== 'spot') return [];
  const unread = position?.entryOrders.filter(({ baseFee }) => baseFee === undefined) ?? [];
  return unread.map(({ orderId }) => `14: the fee of ${orderId} can be read, and is not known`);
}
