import { decimal, toAmount } from '../../lib/amount.ts';
import { timeLeft } from '../../lib/deadline.ts';
import type {
  CancelResult,
  CreateResult,
  Exchange,
  ExchangeOrder,
  ExchangePosition,
  ExitList,
  ExitOrder,
  ExitSupport,
  MarketOrder,
  MarketRules,
  OrderRef,
  ReduceResult,
  Side,
  StopLossOrder,
  Trade,
  TradeCause,
  TradeRange,
} from '../../lib/exchange/exchange.ts';
import { Fault } from '../../lib/fault.ts';
import { Cover } from './cover.ts';
import type { Environment } from './environment.ts';
import { Ledger } from './ledger.ts';
import type { Plan, Units } from './plan.ts';

/** What the exchange itself knows: the truth that every run is judged by. */
export interface ModelOrder {
  orderId: string;
  clientOrderId: string | undefined;
  role: 'entry' | 'exit' | 'close';
  side: 'buy' | 'sell';
  amount: Units;
  filled: Units;
  baseFee: Units;
  live: boolean;
  placedAt: number;
  /** True time. */
  endedAt?: number;
  /** True time from which a look-up finds it. */
  visibleFrom: number;
  /** True time from which the list of open orders shows it. */
  listedFrom: number;
  createdAt: number;
  changedAt: number;
  /** The prices of an exit that Ripcord sent. */
  exit?: Pick<ExitOrder, 'kind' | 'price'> & { triggerPrice?: string };
  /** What it was at which true time: lists may lag. */
  history: { at: number; live: boolean; amount: Units; filled: Units; average: string; changedAt: number }[];
  /** The list that it is a leg of. Both legs lock their coins once, and the first that fills ends the other. */
  pair?: string;
}

/** How long after its timestamp a request is accepted: at Binance and Bybit, and at OKX. */
const fenceMs = { usual: 5_000, okx: 30_000 };
const absenceMs = 65_000;
const dayMs = 86_400_000;
/** As Binance's futures keep them. */
const retention = { unfilledMs: 3 * dayMs, anyMs: 90 * dayMs };
const okxRetention = { unfilledMs: dayMs / 12, anyMs: 90 * dayMs };

function fenceOf({ reusesIds }: Plan): number {
  return reusesIds ? fenceMs.okx : fenceMs.usual;
}
function retentionOf({ reusesIds, endListedMs }: Plan) {
  if (endListedMs !== undefined) return { unfilledMs: Number.POSITIVE_INFINITY };
  return reusesIds ? okxRetention : retention;
}
/** Bybit documents no figure for it. */
const acknowledgedAbsenceMs = 120_000;
const replayMs = 60_000;
/** No longer than this is an id known to be taken: what is sent again within the replay time arrives before. */
const idKeptMs = 70_000;
/** How long a caller waits for an answer that never comes. */
const callDeadlineMs = 2_500;
const step = '0.001';

export function toText(units: Units): string {
  const sign = units < 0 ? '-' : '';
  const digits = String(Math.abs(units)).padStart(4, '0');
  return `${sign}${digits.slice(0, -3)}.${digits.slice(-3)}`.replace(/\.?0+$/, '');
}
function toUnits(text: string): Units {
  return Math.round(Number(text) * 1_000);
}

export function rules(plan: Plan): MarketRules {
  return {
    symbol: plan.market === 'spot' ? 'BTC/USDT' : 'BTC/USDT:USDT',
    id: 'BTCUSDT',
    kind: plan.market,
    base: 'BTC',
    quote: 'USDT',
    amountStep: step,
    // Two steps, so that a single one is dust.
    amountMin: '0.002',
    priceStep: '0.01',
  };
}

function toType({ role, exit }: ModelOrder): string {
  if (exit?.kind === 'stop-loss') return 'stop_market';
  return role === 'close' ? 'market' : 'limit';
}

/** What the account holds of a perpetual, since when, and what a unit of it has cost. */
interface Held {
  at: number;
  units: Units;
  average: string;
}

/** The trader opens the next position at another price. */
const nextPrice = '101';

/** @returns what a unit costs on average after a trade: an entry changes it, an exit does not. */
function toAverage({ units, average }: Omit<Held, 'at'>, change: Units, price: string): string {
  const after = units + change;
  if (units === 0 || Math.sign(after) !== Math.sign(units)) return price;
  if (Math.abs(after) <= Math.abs(units)) return average;
  const cost = decimal(average)
    .times(Math.abs(units))
    .plus(decimal(price).times(Math.abs(change)));
  return toAmount(cost.dividedBy(Math.abs(after)).decimalPlaces(8));
}

interface TradeFacts {
  orderId?: string;
  fee?: Units;
  entry?: boolean;
  cause?: TradeCause;
  price?: string;
}

/** How one step of a caller may go wrong. */
export type Interrupt = (
  kind: 'request' | 'answer',
  name: string,
) => Promise<'pass' | 'lose' | { lateMs: number }>;

interface Refusal {
  reason: 'clock' | 'insufficient' | 'would-not-reduce' | 'duplicate-id' | 'would-trigger';
}

/** Orders of every form, in one book. */
const exitSupport: ExitSupport = {
  forms: new Set(['take-profit', 'stop-loss', 'list']),
  stopRef: { conditional: false, type: 'stop_market' },
};

/** The exchange's book, ledger and holdings, with no caller and no fault. */
export class ModelBook {
  readonly orders: ModelOrder[] = [];
  /** Every execution and funding fee in the account, oldest first. */
  readonly trades: Trade[] = [];
  /** Perpetual: signed position. Spot: base currency in the account. */
  holding: Units;
  nextOpenedAt: number | undefined;
  /** True time from which the trades of an order can be read. */
  readonly tradesFrom: number;
  readonly plan: Plan;
  readonly environment: Environment;
  /** Exits that were accepted although they were too many: what no race explains. */
  readonly surplus: string[] = [];
  readonly cover = new Cover();
  readonly ledger: Ledger;
  /** When an end outside Ripcord left nothing of it. */
  closedAt: number | undefined;
  readonly #holdings: Held[] = [];
  /** When the account is shown without what it holds. */
  readonly #flat: { from: number; to: number }[] = [];
  /** What one unit of the perpetual position has cost. */
  #average = '100';
  #closes = 0;
  #unseen: Units = 0;
  #liquidity: Units | undefined;
  /** Base currency that an order of the trader's own holds. */
  #lockedOutside: Units = 0;

  constructor(plan: Plan, environment: Environment) {
    this.plan = plan;
    this.ledger = new Ledger(plan);
    this.environment = environment;
    this.tradesFrom = environment.time + (plan.tradesOutageMs ?? 0);
    const { foreign = 0 } = plan.exits ?? {};
    const held = plan.side === 'long' ? foreign : -foreign;
    this.holding = plan.market === 'spot' ? plan.foreign : held;
    // A spot short sells what the account had.
    if (plan.market === 'spot' && plan.side === 'short')
      this.holding += plan.entryOrders.reduce((total, entry) => total + entry.amount, 0);
    this.#liquidity = plan.liquidity;
    for (const entry of plan.entryOrders) this.place('entry', entry.amount, undefined);
    for (const [index, entry] of plan.entryOrders.entries()) this.fill('entryOrders', index, entry.filled);
    for (const exit of plan.exitOrders) this.place('exit', exit.amount, undefined);
  }

  get clock(): number {
    return this.environment.time + this.plan.exchangeSkewMs;
  }

  /** The price of everything. */
  readonly price = 100;
  /** Two steps, so that a single one is dust. */
  readonly least = 2;

  of(role: ModelOrder['role']): ModelOrder[] {
    return this.orders.filter((order) => order.role === role);
  }

  place(role: ModelOrder['role'], amount: Units, clientOrderId: string | undefined): ModelOrder {
    const opens = role === 'entry';
    const ageMs = clientOrderId === undefined ? this.plan.orderAgeMs : 0;
    const order: ModelOrder = {
      orderId: String(1_000 + this.orders.length),
      clientOrderId,
      role,
      side: (this.plan.side === 'long') === opens ? 'buy' : 'sell',
      amount,
      filled: 0,
      baseFee: 0,
      live: true,
      // Look-ups miss some exits for a while although they are live.
      visibleFrom: this.environment.time + (role === 'exit' ? this.plan.exitMissedMs : 0),
      listedFrom: this.environment.time + (role === 'exit' ? (this.plan.exits?.unlistedMs ?? 0) : 0),
      placedAt: this.environment.time,
      createdAt: this.clock - ageMs,
      changedAt: this.clock - ageMs,
      history: [],
    };
    this.orders.push(order);
    this.#remember(order);
    return order;
  }

  #remember(order: ModelOrder): void {
    const { live, amount, filled, changedAt } = order;
    const average = this.ledger.average(order.orderId);
    order.history.push({ at: this.environment.time, live, amount, filled, average, changedAt });
  }

  /** An order as the list of all markets shows it: as it was some time ago. */
  asListed(order: ModelOrder): ModelOrder['history'][number] | undefined {
    const at = this.environment.time - (this.plan.listLag?.ordersMs ?? 0);
    return order.history.findLast((known) => known.at <= at) ?? order.history[0];
  }

  /** Executes part of an order, and ends it when it is full. Exits never do more than is there to exit. */
  execute(order: ModelOrder, amount: Units): void {
    let units = Math.min(amount, order.amount - order.filled);
    if (order.role !== 'entry') units = Math.min(units, this.reducible(order.side));
    if (units <= 0 || !order.live) return;
    order.filled += units;
    const takesFee = this.plan.market === 'spot' && order.side === 'buy' && order.role === 'entry';
    // A fee of a thousandth leaves whole units only where the model rounds it up.
    const fee =
      takesFee && this.plan.feePerMille > 0 ? Math.ceil((order.filled * this.plan.feePerMille) / 1_000) : 0;
    const feeNow = fee - order.baseFee;
    order.baseFee = fee;
    const { orderId, role, exit } = order;
    // A target fills at its price, a stop at what the market gives.
    const limit = exit?.kind === 'take-profit' ? exit.price : undefined;
    const price = this.ledger.note({ orderId, role, price: limit, baseFee: feeNow }, units, this.clock);
    this.trade(order.side, units, { orderId, fee: feeNow, entry: role === 'entry', price });
    order.changedAt = this.clock;
    if (order.filled === order.amount) order.live = false;
    this.#remember(order);
    this.cover.note(this);
  }

  /** Changes what the account holds, and lists it. */
  trade(
    side: 'buy' | 'sell',
    units: Units,
    { orderId, fee = 0, entry = false, cause = 'trade', price = '100' }: TradeFacts = {},
  ): void {
    const change = side === 'buy' ? units - fee : -units;
    const before = this.seenHolding;
    if (this.#holdings.length === 0) this.#holdings.push({ at: 0, units: before, average: this.#average });
    this.#average = toAverage({ units: this.holding, average: this.#average }, change, price);
    this.holding += change;
    this.#holdings.push({ at: this.environment.time, units: this.holding, average: this.#average });
    if (entry && this.plan.holdingLagMs > 0) {
      this.#unseen += change;
      this.environment.schedule(this.plan.holdingLagMs, () => {
        if (this.#unseen !== 0) this.#unseen -= change;
      });
    }
    this.trades.push({ orderId, side, amount: toText(units), price, cause, at: this.clock });
  }

  /** What the account is said to hold: a look may lag behind a fill of the entry. */
  get seenHolding(): Units {
    const seen = this.holding - this.#unseen;
    // Whatever has been sold since is missing too.
    return Math.sign(seen) === Math.sign(this.holding) ? seen : 0;
  }

  /** What a look-up of the position shows. */
  get shownPosition(): Pick<Held, 'units' | 'average'> {
    return { units: this.#seemsFlat(this.environment.time) ? 0 : this.seenHolding, average: this.#average };
  }

  /** What the list of all positions shows: the account as it was some time ago. */
  get listedPosition(): Pick<Held, 'units' | 'average'> {
    const { holdingsMs = 0 } = this.plan.listLag ?? {};
    const at = this.environment.time - holdingsMs;
    if (this.#seemsFlat(at)) return { units: 0, average: this.#average };
    const known = holdingsMs === 0 ? undefined : this.#holdings.findLast((held) => held.at <= at);
    return known ?? this.shownPosition;
  }

  #seemsFlat(at: number): boolean {
    return this.#flat.some(({ from, to }) => from <= at && at < to);
  }

  /** The account is shown without its position for a while. */
  seemFlat(forMs: number): void {
    this.#flat.push({ from: this.environment.time, to: this.environment.time + forMs });
  }

  /** Funding is listed among the executions, and it is never a trade. */
  tradesIn({ since, until, orderId }: TradeRange): Trade[] {
    const exit = this.plan.side === 'long' ? 'sell' : 'buy';
    const funding: Trade[] =
      this.plan.market === 'spot' || orderId !== undefined
        ? []
        : [{ orderId: undefined, side: exit, amount: '0.1', price: '100', cause: 'funding', at: until }];
    const listed = this.trades.filter(
      (trade) =>
        trade.at >= since && trade.at <= until && (orderId === undefined || trade.orderId === orderId),
    );
    return [...listed, ...funding];
  }

  /** Something closes all of a perpetual position, or takes all coins away. */
  closeOutside(cause: TradeCause): void {
    if (this.holding > 0) this.trade('sell', this.holding, { cause });
    else if (this.plan.market === 'perpetual' && this.holding < 0)
      this.trade('buy', -this.holding, { cause });
    this.closedAt ??= this.environment.time;
  }

  /** The trader closes a part of a perpetual position. */
  reduceOutside(amount: Units): void {
    const side = this.plan.side === 'long' ? 'sell' : 'buy';
    const units = Math.min(amount, this.reducible(side));
    if (units > 0) this.trade(side, units);
  }

  /** The trader sells coins that are free, and places an order that holds others. */
  sellOutside(sold: Units, locked: Units): void {
    if (this.plan.side === 'short') return;
    const units = Math.min(sold, this.holding - this.locked());
    if (units > 0) this.trade('sell', units);
    this.#lockedOutside += Math.max(0, Math.min(locked, this.holding - this.locked()));
  }

  /** The trader's next position. Its opening is what a late close must not touch. */
  openNext(amount: Units): void {
    if (this.holding !== 0) return;
    this.nextOpenedAt = this.environment.time;
    this.trade(this.plan.side === 'long' ? 'buy' : 'sell', amount, { price: nextPrice });
  }

  /** How much an order of that side can take away from what is held. */
  reducible(side: 'buy' | 'sell'): Units {
    if (this.plan.market === 'spot')
      return side === 'sell' ? Math.max(0, this.holding) : Number.MAX_SAFE_INTEGER;
    return side === 'sell' ? Math.max(0, this.holding) : Math.max(0, -this.holding);
  }

  /** A fill as the market makes it. If the exits are one list, one that fills ends the others. */
  fill(book: 'entryOrders' | 'exitOrders', index: number, amount: Units): void {
    const order = this.of(book === 'entryOrders' ? 'entry' : 'exit')[index];
    if (order === undefined || !order.live) return;
    if (book === 'exitOrders') {
      this.execute(order, Math.min(amount, this.positionLeft()));
      if (order.filled > 0) for (const other of this.companions(order)) this.end(other);
    } else this.execute(order, amount);
  }

  /** What ends with an exit: the other leg of its list. Adopted exits of spot are one list. */
  companions(order: ModelOrder): ModelOrder[] {
    const others = this.of('exit').filter((other) => other !== order);
    if (order.exit !== undefined)
      return others.filter(({ pair }) => pair !== undefined && pair === order.pair);
    return this.plan.exitsOnlyReduce ? [] : others;
  }

  end(order: ModelOrder): void {
    if (!order.live) return;
    order.live = false;
    order.endedAt = this.environment.time;
    order.changedAt = this.clock;
    this.#remember(order);
    this.cover.note(this);
  }

  /** Changes what an order is for. One that has filled more ends, and one that has ended stays as it is. */
  resize(order: ModelOrder, amount: Units): void {
    if (!order.live) return;
    order.amount = Math.max(amount, order.filled);
    order.changedAt = this.clock;
    this.#remember(order);
    this.cover.note(this);
    if (order.filled === order.amount) this.end(order);
  }

  /** What is the position's own, by the ledger: entryOrders less fees, less exitOrders, less closes. */
  positionLeft(): Units {
    return this.net() - sumFilled(this.of('exit')) - sumFilled(this.of('close'));
  }

  /** What the entries have filled, less their fees in base. */
  net(): Units {
    const entries = this.of('entry');
    const fees = this.plan.side === 'long' ? entries.reduce((total, { baseFee }) => total + baseFee, 0) : 0;
    return sumFilled(entries) - fees;
  }

  /** Base currency that resting sales hold back. */
  locked(): Units {
    if (this.plan.market !== 'spot') return 0;
    const exitOrders = this.of('exit').filter((order) => order.live && order.side === 'sell');
    const entryOrders = this.of('entry').filter((order) => order.live && order.side === 'sell');
    const rest = (order: ModelOrder) => order.amount - order.filled;
    // A list locks once.
    const lists = Map.groupBy(exitOrders, ({ exit, pair, orderId }) => exit && (pair ?? orderId));
    const inLists = [...lists.values()].map((legs) => Math.max(...legs.map(rest)));
    return (
      this.#lockedOutside +
      inLists.reduce((total, units) => total + units, 0) +
      entryOrders.reduce((total, order) => total + rest(order), 0)
    );
  }

  /** The venue's judgment of a close order that has arrived, signed at `signedAt` by the sender's clock. */
  accept(order: MarketOrder, signedAt: number): ModelOrder | Refusal {
    const refusal = this.#refuse(order, signedAt);
    if (refusal !== undefined) return refusal;
    const placed = this.place('close', toUnits(order.amount), order.clientOrderId);
    placed.visibleFrom = this.environment.time + (this.plan.lagsMs[this.#closes] ?? 0);
    this.#closes += 1;
    // The account shows what a close order was matched against.
    this.#unseen = 0;
    // An acknowledged order takes effect a little later.
    if (this.plan.tells) this.#match(placed);
    else this.environment.schedule(120, () => this.#match(placed));
    return placed;
  }

  /** The venue's judgment of an exit that has arrived. It rests until `fill` or a cancel. */
  acceptExit(order: ExitOrder, signedAt: number): ModelOrder | Refusal {
    const refusal = this.#refuse(order, signedAt);
    if (refusal !== undefined) return refusal;
    if (order.kind === 'stop-loss' && this.#hasPassed(order)) return { reason: 'would-trigger' };
    const placed = this.place('exit', toUnits(order.amount), order.clientOrderId);
    const { kind, price } = order;
    placed.exit = kind === 'stop-loss' ? { kind, price, triggerPrice: order.triggerPrice } : { kind, price };
    this.#noteSurplus(placed);
    this.cover.note(this);
    return placed;
  }

  /** The venue's judgment of a list that has arrived. Its ids are unique among open orders only. */
  acceptList(list: ExitList, signedAt: number): [ModelOrder, ModelOrder] | Refusal {
    const { takeProfit, stopLoss, side, amount, listClientOrderId: pair } = list;
    for (const { clientOrderId } of [takeProfit, stopLoss]) {
      const refusal = this.#refuse({ clientOrderId, side, amount }, signedAt);
      if (refusal !== undefined) return refusal;
    }
    if (this.of('exit').some((order) => order.live && order.pair === pair)) return { reason: 'duplicate-id' };
    if (this.#hasPassed({ side, triggerPrice: stopLoss.triggerPrice })) return { reason: 'would-trigger' };
    const place = (clientOrderId: string, exit: NonNullable<ModelOrder['exit']>) => {
      const placed = this.place('exit', toUnits(amount), clientOrderId);
      Object.assign(placed, { exit, pair });
      this.#noteSurplus(placed);
      return placed;
    };
    const { triggerPrice, price } = stopLoss;
    const target = place(takeProfit.clientOrderId, { kind: 'take-profit', price: takeProfit.price });
    const stop = place(stopLoss.clientOrderId, { kind: 'stop-loss', price, triggerPrice });
    this.cover.note(this);
    return [target, stop];
  }

  /** A close or a stop that fills while an exit is on its way, and a fill that no look-up shows yet, leave less than the exit was for. */
  #noteSurplus({ orderId, exit }: ModelOrder): void {
    const alike = this.of('exit').filter((order) => order.live && order.exit?.kind === exit?.kind);
    const total = alike.reduce((sum, order) => sum + order.amount - order.filled, 0);
    const isRace = [...this.of('close'), ...this.of('exit')].some(
      ({ filled, exit: kind, visibleFrom }) =>
        filled > 0 && (kind?.kind !== 'take-profit' || visibleFrom > this.environment.time),
    );
    const left = this.positionLeft();
    // A stop and the one that it replaces can't sell twice if the account holds no more than the position.
    const isHarmless = exit?.kind === 'stop-loss' && Math.abs(this.holding) === left && alike.length <= 2;
    if (!isRace && !isHarmless && total > left)
      this.surplus.push(`${exit?.kind} ${orderId} makes ${total} of ${left}`);
  }

  #hasPassed({ side, triggerPrice }: Pick<StopLossOrder, 'side' | 'triggerPrice'>): boolean {
    return side === 'sell' ? this.price <= Number(triggerPrice) : this.price >= Number(triggerPrice);
  }

  #refuse(
    order: Pick<MarketOrder, 'clientOrderId' | 'amount' | 'side'>,
    signedAt: number,
  ): Refusal | undefined {
    if (this.clock > signedAt + fenceOf(this.plan) || signedAt > this.clock + 2_100)
      return { reason: 'clock' };
    const same = this.orders.filter((known) => known.clientOrderId === order.clientOrderId);
    // Binance and OKX refuse an id only while its order is open, Bybit longer.
    const isKept = ({ placedAt }: ModelOrder) =>
      !this.plan.tells && !this.plan.reusesIds && this.environment.time - placedAt < idKeptMs;
    const isDuplicate = same.some((known) => known.live || isKept(known));
    if (isDuplicate && (this.plan.tells || this.plan.reusesIds)) return { reason: 'duplicate-id' };
    const amount = toUnits(order.amount);
    if (this.plan.market === 'perpetual') {
      if (this.reducible(order.side) <= 0) return { reason: 'would-not-reduce' };
    } else if (order.side === 'sell' && this.holding - this.locked() < amount)
      return { reason: 'insufficient' };
    // What it judges first is not documented: a refusal of the size says nothing about an order with this id.
    return isDuplicate ? { reason: 'duplicate-id' } : undefined;
  }

  #match(order: ModelOrder): void {
    const amount = Math.min(order.amount, this.#liquidity ?? order.amount);
    if (this.#liquidity !== undefined) this.#liquidity -= amount;
    this.execute(order, amount);
    this.end(order);
  }
}

/** One caller's connection: the port, over the book, with transit times and faults on the way. */
export function modelExchange(
  book: ModelBook,
  actor: { now(): number; transitMs(): number; interrupt: Interrupt; begins?: (name: string) => void },
): Exchange {
  const { plan, environment } = book;

  /** A round trip: request, effect at the exchange, answer. Either way can be lost. */
  const ask = async <Answer>(name: string, effect: () => Answer, keepsOn = false): Promise<Answer> => {
    if (timeLeft() <= 0) throw new Fault('exchange-unreachable', 'no time left');
    actor.begins?.(name);
    const fate = await actor.interrupt('request', name);
    if (fate === 'lose') return unanswered();
    if (typeof fate === 'object') {
      // It arrives, but nobody is waiting for the answer any more.
      if (keepsOn) environment.schedule(fate.lateMs, () => void effect());
      return unanswered();
    }
    if (timeLeft() <= 0) {
      // Frozen between the last check and the wire: the request is aborted when the process thaws, or leaves just before.
      if (keepsOn && actor.transitMs() % 2 === 0) environment.schedule(0, () => void effect());
      return unanswered();
    }
    await environment.sleep(actor.transitMs());
    const answer = effect();
    await environment.sleep(actor.transitMs());
    if ((await actor.interrupt('answer', name)) !== 'pass') return unanswered();
    // What arrived while the process was frozen may be read or not.
    if (timeLeft() <= 0 && actor.transitMs() % 2 === 0) return unanswered();
    return answer;
  };
  const unanswered = async (): Promise<never> => {
    await environment.sleep(Math.max(0, Math.min(callDeadlineMs, timeLeft())));
    await actor.interrupt('answer', 'given up');
    throw new Fault('exchange-unreachable', 'no answer');
  };

  const isNamed = (order: ModelOrder, name: OrderRef) =>
    name.orderId === undefined ? order.clientOrderId === name.clientOrderId : order.orderId === name.orderId;
  const isForgotten = (order: ModelOrder) =>
    !order.live && order.filled === 0 && book.clock - order.createdAt > retentionOf(book.plan).unfilledMs;
  const isUnlisted = ({ live, history }: ModelOrder) =>
    plan.endListedMs !== undefined &&
    !live &&
    environment.time < (history.at(-1)?.at ?? Number.NEGATIVE_INFINITY) + plan.endListedMs;
  const isMissed = (order: ModelOrder, { orderId }: OrderRef) =>
    (orderId === undefined && isUnlisted(order)) ||
    (order.visibleFrom > environment.time && (order.role === 'close' || order.live));
  const find = (name: OrderRef): ModelOrder | undefined =>
    book.orders.find((order) => isNamed(order, name) && !isMissed(order, name) && !isForgotten(order));

  const view = (order: ModelOrder): ExchangeOrder => ({
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    symbol: rules(plan).symbol,
    side: order.side,
    type: toType(order),
    price: order.exit?.price,
    triggerPrice: order.exit?.triggerPrice,
    status: order.live ? 'live' : 'done',
    amount: toText(order.amount),
    filled: toText(order.filled),
    average: order.filled > 0 ? book.ledger.average(order.orderId) : undefined,
    conditional: false,
    reduceOnly: order.role === 'exit' && plan.exitsOnlyReduce,
    createdAt: order.createdAt,
    updatedAt: order.changedAt,
  });

  type Rejected = Exclude<CreateResult, { kind: 'accepted' }>;
  const create = async <Placed extends ModelOrder | [ModelOrder, ModelOrder], Accepted>(
    name: string,
    sendDeadline: number,
    accept: (signedAt: number) => Placed | Refusal,
    toAnswer: (placed: Placed) => Accepted,
  ): Promise<Accepted | Rejected> => {
    const signedAt = actor.now();
    // Between signing and the last check, and between that and the wire, a process may be paused.
    await actor.interrupt('answer', 'sign');
    if (actor.now() > sendDeadline || timeLeft() <= 0)
      return { kind: 'rejected', reason: 'too-late', code: 'too-late', message: 'not sent' };
    try {
      return await ask(
        name,
        (): Accepted | Rejected => {
          const placed = accept(signedAt);
          if ('reason' in placed)
            return { kind: 'rejected', reason: placed.reason, code: placed.reason, message: placed.reason };
          return toAnswer(placed);
        },
        true,
      );
    } catch {
      return { kind: 'unknown', message: 'no answer' };
    }
  };
  const toShown = ({ units, average }: { units: Units; average: string }) =>
    units === 0
      ? undefined
      : {
          side: units > 0 ? ('long' as const) : ('short' as const),
          amount: toText(Math.abs(units)),
          averagePrice: average,
        };
  const toAccepted = (order: ModelOrder) => ({ kind: 'accepted', order: view(order) }) as const;

  return {
    recvWindowMs: fenceOf(plan),
    retention: { order: retentionOf(plan), conditional: retentionOf(plan) },
    lookupLagMs: plan.tells && plan.endListedMs === undefined ? absenceMs : acknowledgedAbsenceMs,
    replayWindowMs: plan.tells || plan.reusesIds ? undefined : replayMs,
    loadMarket: async () => rules(plan),
    readMarket: async () => rules(plan),
    fetchOrder: (_market, name) =>
      ask('look', () => {
        const order = find(name);
        return order === undefined ? undefined : view(order);
      }),
    async cancelOrder(_market, name, sendDeadline): Promise<CancelResult> {
      if (actor.now() > sendDeadline || timeLeft() <= 0)
        return { kind: 'unconfirmed', reason: 'not-sent', message: 'not sent' };
      try {
        return await ask(
          'cancel',
          (): CancelResult => {
            const order = book.orders.find((each) => isNamed(each, name));
            if (order === undefined || !order.live)
              return { kind: 'unconfirmed', reason: 'not-found', message: 'unknown order' };
            const end = () => {
              book.end(order);
              if (order.role === 'exit') for (const other of book.companions(order)) book.end(other);
            };
            if (plan.tells) {
              end();
              return { kind: 'confirmed', order: view(order) };
            }
            environment.schedule(80, end);
            return { kind: 'unconfirmed', reason: 'acknowledged', message: 'acknowledged' };
          },
          true,
        );
      } catch {
        return { kind: 'unconfirmed', reason: 'no-response', message: 'no response' };
      }
    },
    async reduceOrder(_market, { orderId }, amount, sendDeadline): Promise<ReduceResult> {
      if (actor.now() > sendDeadline || timeLeft() <= 0) return { kind: 'not-sent', message: 'not sent' };
      try {
        return await ask(
          'reduce',
          (): ReduceResult => {
            const order = book.orders.find((each) => each.orderId === orderId);
            if (order === undefined || !order.live) return { kind: 'refused', message: 'unknown order' };
            const reduce = () => book.resize(order, toUnits(amount));
            if (plan.tells) reduce();
            else environment.schedule(80, reduce);
            return { kind: 'accepted', message: 'accepted' };
          },
          true,
        );
      } catch {
        return { kind: 'unconfirmed', message: 'no response' };
      }
    },
    createMarketOrder: (_market, order) =>
      create('create', order.sendDeadline, (signedAt) => book.accept(order, signedAt), toAccepted),
    exits: { spot: exitSupport, perpetual: exitSupport },
    createExitOrder: (_market, order) =>
      create('create exit', order.sendDeadline, (signedAt) => book.acceptExit(order, signedAt), toAccepted),
    createExitList: (_market, list) =>
      create(
        'create exit',
        list.sendDeadline,
        (signedAt) => book.acceptList(list, signedAt),
        ([target, stop]) => ({ kind: 'accepted', takeProfit: view(target), stopLoss: view(stop) }) as const,
      ),
    openConnection: () => undefined,
    createEntryOrder: async () => ({ kind: 'unknown', message: 'not part of the model' }),
    fetchFills: ({ base }, { orderId }, filled) =>
      ask('fees', () => {
        if (environment.time < book.tradesFrom) throw new Fault('exchange-unreachable', 'no trades');
        const fills = book.ledger.fillsOf(orderId, filled);
        if (fills !== undefined) return fills;
        const fee = toText(book.orders.find((order) => order.orderId === orderId)?.baseFee ?? 0);
        return { fees: [{ currency: base, amount: fee }] };
      }),
    fetchFunding: async () => [],
    fetchPastPrice: async (_market, _currency, at) => book.ledger.pastPrice(at),
    fetchPosition: (_market, _side: Side) =>
      ask('holding', (): ExchangePosition => {
        const shown = toShown(book.shownPosition);
        return { side: undefined, amount: '0', ...shown, hedged: false };
      }),
    fetchBalance: () =>
      ask('balance', () => ({ free: toText(book.holding - book.locked()), total: toText(book.holding) })),
    fetchPrice: async () => '100',
    fetchPrices: async (_kind, marketIds) => new Map(marketIds.map((id) => [id, '100'])),
    fetchTrades: (_market, range) => ask('trades', () => book.tradesIn(range)),
    fetchTakerRate: async () => '0',
    fetchPermissions: async () => ({ canTrade: true, canWithdraw: false, ipRestricted: true }),
    fetchOpenOrders: () =>
      ask('open orders', () =>
        book.orders
          .filter((order) => order.live && order.listedFrom <= environment.time)
          .map((order) => ({ market: rules(plan), order: view(order) })),
      ),
    fetchOpenPositions: async () => [],
    fetchOrdersOfMarkets: () =>
      ask('all open orders', () =>
        book.orders.flatMap((order) => {
          const listed = book.asListed(order);
          if (listed?.live !== true || order.listedFrom > environment.time) return [];
          const average = listed.filled > 0 ? listed.average : undefined;
          return [{ ...view({ ...order, ...listed }), average }];
        }),
      ),
    fetchPositionsOfMarkets: ([market]) =>
      ask('all positions', () => {
        const shown = toShown(book.listedPosition);
        return shown === undefined || market === undefined ? [] : [{ symbol: market.symbol, ...shown }];
      }),
    fetchCandles: async () => [],
  };
}

function sumFilled(orders: ModelOrder[]): Units {
  return orders.reduce((total, { filled }) => total + filled, 0);
}
