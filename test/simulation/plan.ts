import { itemVersion } from '../../lib/store/item-version.ts';
import { Random } from './random.ts';

/** Amounts are whole units of a thousandth, so that the model needs no decimals of its own. */
export type Units = number;

export interface PlannedOrder {
  amount: Units;
  /** Filled before the position is adopted. */
  filled: Units;
}

/** Something that happens at a time, in milliseconds after the start. */
export type PlannedEvent = { at: number } & (
  | ({ kind: 'hit'; link: number; skewMs: number } & Versioned)
  | ({ kind: 'sweep'; skewMs: number } & Versioned)
  /** The last link reduces the position to a target, or its watch closes all. */
  | ({ kind: 'act'; by: 'link' | 'watch'; toPercent?: string; skewMs: number } & Versioned)
  | ({ kind: 'revoke'; link: number; skewMs: number } & Versioned)
  | { kind: 'fill'; book: 'entryOrders' | 'exitOrders'; index: number; amount: Units }
  | { kind: 'cancel-outside'; book: 'entryOrders' | 'exitOrders'; index: number }
  | { kind: 'close-outside'; cause: 'trade' | 'liquidation' | 'settlement' }
  /** Spot longs: the trader sells some of the free coins, and places an order that holds some of the rest. */
  | { kind: 'sell-outside'; sold: Units; locked: Units }
  /** Perpetuals: the trader closes part of the position. */
  | { kind: 'reduce-outside'; amount: Units }
  /** Perpetuals: the account is shown without its position, although it holds it. */
  | { kind: 'seem-flat'; forMs: number }
  /** After it was closed outside, the trader opens another of the same side. */
  | { kind: 'next-position'; amount: Units }
  | { kind: 'flip' }
);

/** A process of another version of Ripcord than the one that wrote the position; absent: of the same. */
interface Versioned {
  version?: number | undefined;
}

/** The version that a deployment brings. */
export const upgradedVersion = itemVersion + 1;

/**
 * A fault at one step of one actor: hits, sweeps and revokes in the order of the plan, then the sweeps of the schedule.
 * Steps are the moments before and after each request of theirs, and after each sleep. A pause holds up one part of
 * a process, a freeze all of it.
 */
export interface PlannedFault {
  actor: number;
  step: number;
  kind: 'crash' | 'pause' | 'freeze' | 'lose' | 'late';
  /** For a pause, a freeze and for lateness. */
  ms: number;
}

/** The exits that Ripcord places. The position is a perpetual, and its exits are orders of their own. */
export interface PlannedExits {
  /** Of each target. */
  percents: number[];
  hasStop: boolean;
  /** What the account holds on the position's side besides the position. */
  foreign: Units;
  /** How long the list of open orders lacks each exit. */
  unlistedMs: number;
  /** What fees are paid in. */
  feeCoin: 'USDT' | 'BNB';
}

/** Everything that a run depends on. What can be taken away without the failure going away, was not its cause. */
export interface Plan {
  seed: number;
  market: 'spot' | 'perpetual';
  side: 'long' | 'short';
  /** Whether a cancel's and a create's answer tell what filled (Binance), or only acknowledge (Bybit). */
  tells: boolean;
  /** OKX: it only acknowledges, and the id of an order that has ended can be used again. */
  reusesIds?: true | undefined;
  /** Gate spot: only lists have the client order id of an ended order, this long after its end. */
  endListedMs?: number | undefined;
  exchangeSkewMs: number;
  /** Perpetuals: each exit is an order of its own that only reduces. Otherwise the exits are one list. */
  exitsOnlyReduce: boolean;
  /** How old entries and exits are. Look-ups forget an unfilled order some days after its creation. */
  orderAgeMs: number;
  /** How long look-ups miss live exits. */
  exitMissedMs: number;
  /** Whether sweeps read the account in lists; and how much older these are than the exchange. Absent: they do not. */
  listLag?: { ordersMs: number; holdingsMs: number } | undefined;
  /** Whether the sweeps of the schedule run from the start, and not only if a claim is pending. */
  isWatched?: true | undefined;
  /** How long the trades of orders can't be read. */
  tradesOutageMs?: number | undefined;
  /** How long the account looks as it was before a fill of the entry. */
  holdingLagMs: number;
  feePerMille: number;
  /** Base currency in the account that is none of the position's. */
  foreign: Units;
  /** What a MARKET order finds in the book; undefined: enough. */
  liquidity: Units | undefined;
  /** How long a look-up misses each close order, in the order in which they arrive. */
  lagsMs: number[];
  entryOrders: PlannedOrder[];
  exitOrders: PlannedOrder[];
  exits?: PlannedExits | undefined;
  /** `half` closes 50 per cent, once. `reduce` is the link of the plan's acts, and is not hit itself. */
  links: ('close' | 'keep' | 'half' | 'reduce')[];
  events: PlannedEvent[];
  faults: PlannedFault[];
}

/** Every clock is right within this: half of the engine's margin. */
const skewBoundMs = 1_000;

/** When hits come: at once, as TradingView resends, or later, around leases and fences. */
const hitTimes = [0, 0, 0, 5, 50, 300, 5_000, 10_000, 12_500, 15_000, 20_000, 40_000, 90_000];

function makeOrders(random: Random, count: number, fillChance: number): PlannedOrder[] {
  return Array.from({ length: count }, () => {
    const amount = random.between(1, 500) * 2;
    if (!random.chance(fillChance)) return { amount, filled: 0 };
    return { amount, filled: random.chance(0.6) ? amount : random.between(1, amount) };
  });
}

/** @returns the plan that a seed stands for. */
export function makePlan(seed: number): Plan {
  const random = new Random(seed);
  const skew = () => random.between(-skewBoundMs, skewBoundMs);
  const market = random.pick(['spot', 'perpetual'] as const);
  const entryOrders = makeOrders(random, random.pick([1, 1, 1, 2, 3]), 0.75);
  const exitOrders = makeOrders(random, random.pick([0, 0, 1, 2]), 0);
  const links: Plan['links'] = Array.from({ length: random.between(1, 3) }, () =>
    random.pick(['close', 'close', 'close', 'keep', 'half'] as const),
  );
  const events: PlannedEvent[] = [];
  const hits = random.between(1, 4);
  for (let hit = 0; hit < hits; hit += 1)
    events.push({
      at: random.pick(hitTimes),
      kind: 'hit',
      link: random.between(0, links.length - 1),
      skewMs: skew(),
    });
  for (let sweeps = random.between(0, 3); sweeps > 0; sweeps -= 1)
    events.push({ at: random.between(0, 60_000), kind: 'sweep', skewMs: skew() });
  if (random.chance(0.3))
    events.push({
      at: random.pick([0, 1, 20, 100, 5_000, 12_500]),
      kind: 'revoke',
      link: random.between(0, links.length - 1),
      skewMs: skew(),
    });
  for (let fills = random.pick([0, 0, 1, 2]); fills > 0; fills -= 1) {
    const book =
      exitOrders.length > 0 && random.chance(0.4) ? ('exitOrders' as const) : ('entryOrders' as const);
    const orders = book === 'exitOrders' ? exitOrders : entryOrders;
    events.push({
      at: random.pick([0, 10, 30, 60, 120, 500, 5_000]) + random.between(0, 40),
      kind: 'fill',
      book,
      index: random.between(0, orders.length - 1),
      amount: random.between(1, 1_000),
    });
  }
  if (random.chance(0.1))
    events.push({
      at: random.between(0, 200),
      kind: 'cancel-outside',
      book: 'entryOrders',
      index: random.between(0, entryOrders.length - 1),
    });
  if (exitOrders.length > 0 && random.chance(0.1))
    events.push({ at: random.between(0, 20_000), kind: 'cancel-outside', book: 'exitOrders', index: 0 });
  if (random.chance(0.07)) {
    const at = random.between(0, 20_000);
    events.push({
      at,
      kind: 'close-outside',
      cause: random.pick(['trade', 'liquidation', 'settlement'] as const),
    });
    if (market === 'perpetual' && random.chance(0.5))
      events.push({
        at: at + random.between(1, 30_000),
        kind: 'next-position',
        amount: random.between(1, 500),
      });
  }
  if (market === 'perpetual' && random.chance(0.04))
    events.push({ at: random.between(0, 20_000), kind: 'flip' });
  if (market === 'spot') events.push(...sellOutside(seed));
  addActs({ links, events }, seed);
  events.sort((a, b) => a.at - b.at);
  upgradeDuring(events, seed);

  const tells = random.chance(0.6);
  const actors = events.filter(isActor).length;
  const faults: PlannedFault[] = [];
  for (let count = random.pick([0, 1, 1, 2, 2, 3, 4]); count > 0; count -= 1)
    faults.push({
      actor: random.between(0, actors - 1),
      step: random.between(0, 24),
      kind: random.pick(['crash', 'crash', 'pause', 'lose', 'lose', 'late'] as const),
      ms: random.pick([200, 1_000, 3_000, 6_000, 9_000, 13_000, 30_000, 100_000]) + random.between(0, 900),
    });
  faults.push(...makeFreezes(seed, actors));
  return withExits({
    ...makeListLag(seed),
    seed,
    market,
    side: random.pick(['long', 'short'] as const),
    tells,
    exchangeSkewMs: skew(),
    exitsOnlyReduce: market === 'perpetual' && new Random(seed ^ 0x3c6ef372).chance(0.6),
    orderAgeMs: random.pick([0, 0, 4 * 86_400_000]),
    exitMissedMs: random.pick([0, 0, 0, 1_000, 20_000, 40_000]),
    holdingLagMs: random.pick([0, 0, 300, 3_000]),
    feePerMille: random.pick([0, 1]),
    foreign: random.pick([0, 0, 5_000]),
    liquidity: random.chance(0.05) ? random.between(1, 300) : undefined,
    lagsMs: Array.from({ length: 4 }, () =>
      random.chance(0.3) ? random.between(0, tells ? 60_000 : 115_000) : 0,
    ),
    entryOrders,
    exitOrders,
    links,
    events,
    faults,
  });
}

/** Within the look-up lag of Binance. */
const longestLagMs = 60_000;

/** Up to what look-ups of one order are known to lag: lib/exchange/venues/binance-base.ts. */
const longestListLagMs = 62_000;

/** Orders and positions come from two services of an exchange. */
export function drawListLag(random: Random): NonNullable<Plan['listLag']> {
  const draw = () => random.pick([0, 0, 500, 5_000, 30_000, random.between(0, longestListLagMs)]);
  return { ordersMs: draw(), holdingsMs: draw() };
}

/** In two plans of three, sweeps read the account in lists. */
function makeListLag(seed: number): Pick<Plan, 'listLag'> {
  const random = new Random(seed ^ 0x2545f491);
  return random.chance(1 / 3) ? {} : { listLag: drawListLag(random) };
}

/** In one of three plans that nothing ends outside, Ripcord places the exits: on spot, lists of a target and a stop. */
function withExits(plan: Plan): Plan {
  const random = new Random(plan.seed ^ 0x51ed270b);
  const isEnded = plan.events.some(
    ({ kind }) => kind === 'close-outside' || kind === 'flip' || kind === 'sell-outside',
  );
  if (isEnded || !random.chance(1 / 3)) return plan;
  const exits: PlannedExits = {
    percents: random.pick([[], [50], [100], [50, 50], [33, 33, 34], [25, 25], [1, 98]]),
    hasStop: random.chance(0.8),
    foreign: random.pick([0, 0, 700]),
    unlistedMs: 0,
    feeCoin: 'USDT',
  };
  const events = plan.events.filter((event) => !('book' in event) || event.book === 'entryOrders');
  const at = () => random.pick([100, 30_000, 61_000, 90_000, 130_000, 200_000]) + random.between(0, 3_000);
  const exit = () => ({ at: at(), book: 'exitOrders', index: random.between(0, 5) }) as const;
  for (let fills = random.pick([0, 0, 1, 2, 3]); fills > 0; fills -= 1)
    events.push({ ...exit(), kind: 'fill', amount: random.pick([1_000, random.between(1, 300)]) });
  if (random.chance(0.15)) events.push({ ...exit(), kind: 'cancel-outside' });
  events.sort((a, b) => a.at - b.at);
  const longest = plan.tells || plan.market === 'spot' ? longestLagMs : 115_000;
  const exitMissedMs = random.pick([plan.exitMissedMs, 0, random.between(0, longest)]);
  exits.unlistedMs = random.pick([0, exitMissedMs]);
  exits.feeCoin = random.pick(['USDT', 'BNB'] as const);
  const withPlan = { ...plan, exits, exitsOnlyReduce: true, exitOrders: [], exitMissedMs, events };
  if (plan.market === 'perpetual') return withPlan;
  // Only Binance has lists, and only a long holds coins.
  const lagsMs = plan.lagsMs.map((ms) => Math.min(ms, longestLagMs));
  return { ...withPlan, side: 'long', tells: true, exitsOnlyReduce: false, lagsMs };
}

/** In one plan of six, so that the other plans stay what they were. */
function sellOutside(seed: number): PlannedEvent[] {
  const random = new Random(seed ^ 0x2c1b3c6d);
  if (!random.chance(1 / 6)) return [];
  return [
    {
      at: random.pick([0, 1, 20, 100, 5_000, 20_000]),
      kind: 'sell-outside',
      sold: random.pick([0, random.between(1, 500), 5_000]),
      locked: random.pick([0, 0, random.between(1, 500)]),
    },
  ];
}

/** In one plan of four, a link reduces to targets, in any order. In some of them only such a link acts. */
function addActs({ links, events }: Pick<Plan, 'links' | 'events'>, seed: number): void {
  const random = new Random(seed ^ 0x510e527f);
  if (!random.chance(1 / 4)) return;
  const skew = () => random.between(-skewBoundMs, skewBoundMs);
  const isAlone = random.chance(0.6);
  if (isAlone)
    events.splice(0, Infinity, ...events.filter(({ kind }) => kind === 'fill' || kind === 'sweep'));
  const link = links.push('reduce') - 1;
  for (let acts = random.between(1, 4); acts > 0; acts -= 1)
    events.push({
      at: random.pick(hitTimes),
      kind: 'act',
      by: 'link',
      toPercent: random.pick(['75', '50', '50', '33.3', '25', '10', '1']),
      skewMs: skew(),
    });
  if (random.chance(0.2))
    events.push({ at: random.pick(hitTimes), kind: 'act', by: 'watch', skewMs: skew() });
  if (random.chance(0.15))
    events.push({ at: random.pick([0, 20, 5_000, 12_500]), kind: 'revoke', link, skewMs: skew() });
}

/** In one plan of six, functions of two versions run together: mostly older ones at first, mostly newer ones later. */
function upgradeDuring(events: PlannedEvent[], seed: number): void {
  const random = new Random(seed ^ 0x1b873593);
  if (!random.chance(1 / 6)) return;
  const upgradeAt = random.pick([0, 1, 20, 100, 5_000, 12_500, 20_000]);
  for (const event of events)
    if (isActor(event) && random.chance(event.at >= upgradeAt ? 0.7 : 0.2)) event.version = upgradedVersion;
}

/** How long a process that AWS or its machine has frozen stands still. */
export const freezeTimesMs = [1_000, 60_000, 3_600_000] as const;

/** In one plan of four, processes freeze: as often as not those that take a claim over on schedule. */
function makeFreezes(seed: number, actors: number): PlannedFault[] {
  const random = new Random(seed ^ 0x7f4a7c15);
  if (!random.chance(0.25)) return [];
  return Array.from({ length: random.pick([1, 1, 2]) }, () => ({
    actor: random.chance(0.5) ? random.between(0, actors - 1) : actors + random.between(0, 3),
    step: random.between(0, 24),
    kind: 'freeze',
    ms: random.pick(freezeTimesMs),
  }));
}

/** Hits, acts, sweeps and revokes are processes of ours; the rest happens at the exchange. */
export function isActor(event: PlannedEvent): event is PlannedEvent & { skewMs: number } & Versioned {
  return 'skewMs' in event;
}
