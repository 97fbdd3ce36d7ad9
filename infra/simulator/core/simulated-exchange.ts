import { cancelAlgoOrder, placeAlgoOrder } from './algo-orders.ts';
import { placeTriggered } from './algo-triggers.ts';
import { decimal, text } from './amounts.ts';
import type { Candle, CandleRange } from './candles.ts';
import { type EndPosition, endPosition, type Funding, payFunding } from './end-position.ts';
import { type Fault, Faults } from './faults.ts';
import { setFeeAsset } from './fees.ts';
import { expireOrder, type PositionChange, setBalance, setPosition } from './interventions.ts';
import type { LedgerEntry } from './ledger.ts';
import { MarketPrices, type MarketRef } from './market-prices.ts';
import { applyChange, defaultMarkets, type MarketChange } from './markets.ts';
import { fillResting } from './matching.ts';
import type { Account, AlgoOrder, Market, MarketKind, Order, OrderList } from './model.ts';
import { createAccount, type NewAccount } from './new-account.ts';
import type { OrderRequest } from './new-order.ts';
import { type OcoRequest, placeOco } from './order-lists.ts';
import {
  acknowledgeCancel,
  acknowledgeChange,
  applyAcknowledged,
  type CancelRestriction,
  cancelOrder,
  type OrderChange,
  placeOrder,
} from './orders.ts';
import { Rejection } from './rejection.ts';
import { isConditionalType } from './rules.ts';
import { ExchangeState, isOpen, isResting } from './state.ts';
import { Timers } from './timers.ts';
import { type Description, describeState, findPlaced, type Placed } from './views.ts';

export interface ExchangeOptions {
  /** Milliseconds since 1970. A caller that moves its own clock calls `runDue` after each move. */
  clock?: (() => number) | undefined;
  nextId?: ((previous: number) => number) | undefined;
  /** Determines where ids start and how prices move. */
  seed?: number | undefined;
  /** On venues that only acknowledge: how long after its acknowledgment a create or cancel takes effect. */
  effectDelayMs?: number | undefined;
}

export type SeededOrder = Omit<OrderRequest, 'account' | 'triggerPrice' | 'algoId'> & {
  apiKey: string;
  stopPrice?: string | undefined;
};
export type SeededOco = Omit<OcoRequest, 'account'> & { apiKey: string };

/** The exchange without HTTP: what traders, the market and its owner can do. */
export class SimulatedExchange {
  readonly state: ExchangeState;
  readonly faults = new Faults();
  readonly timers: Timers;
  readonly now: () => number;
  readonly #options: ExchangeOptions;
  #effectDelayMs: number;
  readonly #prices: MarketPrices;

  constructor(options: ExchangeOptions = {}) {
    this.#options = options;
    this.now = options.clock ?? Date.now;
    this.timers = new Timers({ now: this.now, wakesItself: options.clock === undefined });
    this.#effectDelayMs = options.effectDelayMs ?? 0;
    this.state = this.#newState();
    this.#prices = new MarketPrices(this.state, options.seed ?? 1);
  }

  setEffectDelay({ ms }: { ms: number }): void {
    this.#effectDelayMs = ms;
  }

  /** Acknowledges an order that takes effect later. */
  acknowledgeOrder(request: OrderRequest): Order {
    const order = placeOrder(this.state, { ...request, effectDelayMs: this.#effectDelayMs });
    this.#wakeAfterEffect();
    return order;
  }

  acknowledgeCancel(order: Order): void {
    acknowledgeCancel(this.state, order, this.#effectDelayMs);
    this.#wakeAfterEffect();
  }

  acknowledgeChange(order: Order, change: OrderChange): void {
    acknowledgeChange(this.state, order, change, this.#effectDelayMs);
    this.#wakeAfterEffect();
  }

  #wakeAfterEffect(): void {
    if (this.#effectDelayMs > 0) this.timers.after(this.#effectDelayMs, () => applyAcknowledged(this.state));
  }

  #newState(): ExchangeState {
    return new ExchangeState({
      now: this.now,
      nextId: this.#options.nextId ?? ((previous) => previous + 1),
      firstId: (this.#options.seed ?? 1) * 1000,
      markets: defaultMarkets(),
    });
  }

  addAccount(input: NewAccount): { account: string } {
    if (this.state.accountByKey(input.apiKey) !== undefined)
      throw new TypeError('An account with this apiKey exists already.');
    const account = createAccount(`account-${this.state.accounts.size + 1}`, input);
    this.state.accounts.set(account.id, account);
    this.state.onChange();
    return { account: account.id };
  }

  accountOf(apiKey: string): Account {
    const account = this.state.accountByKey(apiKey);
    if (account === undefined) throw new Rejection('unknown_account', 'no account has this apiKey');
    return account;
  }

  addMarket(market: Market): Market {
    this.state.setMarket({ ...market });
    return market;
  }

  /** Changes a market's rules, or suspends trading in it. */
  changeMarket({ market: kind, symbol, ...change }: MarketRef & MarketChange): Market {
    applyChange(this.state.market(kind, symbol), change);
    this.state.onChange();
    return this.state.market(kind, symbol);
  }

  setPrice(input: MarketRef & { price: string }): Market {
    return this.#prices.set(input);
  }

  /** @returns candles of a range, or the latest, oldest first. */
  candles(input: MarketRef & CandleRange): Candle[] {
    return this.#prices.candles(input);
  }

  setLiquidity({ market: kind, symbol, amount }: MarketRef & { amount: string | null }): Market {
    const market = this.state.market(kind, symbol);
    if (amount === null) delete market.liquidity;
    else market.liquidity = text(decimal(amount));
    this.state.onChange();
    return market;
  }

  /** Fills a resting order at its limit price, as a trade of another account would. */
  fill({ orderId, amount }: { orderId: number; amount?: string | undefined }): Order {
    const order = this.state.order(orderId);
    if (!isResting(order)) throw new Rejection('not_fillable', `order ${orderId} is not resting`);
    const before = order.filled;
    fillResting(this.state, order, amount);
    if (isOpen(order) && order.filled === before) throw new Rejection('not_fillable', 'less than one step');
    return order;
  }

  placeOrder({ apiKey, stopPrice, ...order }: SeededOrder): Order | AlgoOrder {
    const request: OrderRequest = { ...order, account: this.accountOf(apiKey), triggerPrice: stopPrice };
    return order.market === 'usdm' && isConditionalType(order.type)
      ? placeAlgoOrder(this.state, request)
      : placeOrder(this.state, request);
  }

  placeOco({ apiKey, ...request }: SeededOco): OrderList & { orders: Order[] } {
    const list = placeOco(this.state, { ...request, account: this.accountOf(apiKey) });
    return { ...list, orders: list.orderIds.map((id) => this.state.order(id)) };
  }

  /** Cancels an order or an algo order. */
  cancelOrder({
    orderId,
    restriction,
  }: {
    orderId: number;
    restriction?: CancelRestriction | undefined;
  }): Order | AlgoOrder {
    const algo = this.state.algoOrders.get(orderId);
    return algo === undefined
      ? cancelOrder(this.state, this.state.order(orderId), restriction)
      : cancelAlgoOrder(this.state, algo);
  }

  /** Sets the free spot balance (locked funds stay locked) or the futures wallet. */
  setBalance({
    apiKey,
    ...input
  }: {
    apiKey: string;
    market: MarketKind;
    asset: string;
    amount: string;
  }): void {
    setBalance(this.state, { ...input, account: this.accountOf(apiKey) });
  }

  /** Sets a position as trades outside the simulation would. The amount is negative for a short. */
  setPosition({ apiKey, ...change }: PositionChange & { apiKey: string }): void {
    setPosition(this.state, this.accountOf(apiKey), change);
  }

  /** How long a conditional perpetual order of Binance stays between its trigger and the book. */
  setTriggerDelay({ ms }: { ms: number }): void {
    this.state.triggerDelayMs = ms;
  }

  expireOrder(input: { orderId: number }): Order | AlgoOrder {
    return expireOrder(this.state, input);
  }

  /** Closes a perpetual position as the exchange itself does. */
  endPosition({ apiKey, ...input }: Omit<EndPosition, 'account'> & { apiKey: string }): Order {
    return endPosition(this.state, { ...input, account: this.accountOf(apiKey) });
  }

  /** Pays the funding fee of a position, which does not change its amount. */
  payFunding({ apiKey, ...input }: Omit<Funding, 'account'> & { apiKey: string }): void {
    payFunding(this.state, { ...input, account: this.accountOf(apiKey) });
  }

  /** Sets the coin that pays commissions, such as BNB; null is the asset that a trade receives. */
  setFeeAsset({ apiKey, asset }: { apiKey: string; asset: string | null }): void {
    setFeeAsset(this.state, this.accountOf(apiKey), asset);
  }

  setHedged({ apiKey, hedged }: { apiKey: string; hedged: boolean }): void {
    this.accountOf(apiKey).hedged = hedged;
    this.state.onChange();
  }

  addFault(fault: Fault): void {
    this.faults.add(fault);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  ledger({ since = 0 }: { since?: number | undefined } = {}): LedgerEntry[] {
    return this.state.ledger.filter((entry) => entry.seq > since);
  }

  orders({ apiKey, ...input }: { apiKey?: string | undefined; symbol?: string | undefined } = {}): Placed {
    const account = apiKey === undefined ? undefined : this.accountOf(apiKey);
    return findPlaced(this.state, { ...input, account });
  }

  /** @returns the state without keys, secrets, orders and ledger. */
  describe(): Description & { faults: Fault[]; pending: number } {
    return { ...describeState(this.state), faults: this.faults.list(), pending: this.timers.pending };
  }

  /** Runs the tasks that are due by the clock. */
  runDue(): void {
    this.timers.runDue();
    // A restart loses timers but keeps acknowledged orders and cancels.
    applyAcknowledged(this.state);
    placeTriggered(this.state);
  }

  /** Moves every price one random step, as the ticker does. */
  tick(input: { spread?: string | undefined } = {}): void {
    this.#prices.tick(input);
  }

  startTicker(input: { everyMs: number; spread?: string | undefined }): void {
    this.#prices.startTicker(input);
  }

  stopTicker(): void {
    this.#prices.stopTicker();
  }

  /** Restores the default markets, without accounts, orders, faults and ledger. Ids start over. */
  reset(): void {
    this.#prices.reset();
    this.timers.clear();
    this.faults.clear();
    this.#effectDelayMs = this.#options.effectDelayMs ?? 0;
    this.state.triggerDelayMs = 0;
    this.state.restore(this.#newState().snapshot());
    this.state.onChange();
  }
}
