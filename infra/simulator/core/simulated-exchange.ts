import { cancelAlgoOrder, placeAlgoOrder, triggerAlgoOrders } from './algo-orders.ts';
import { decimal, isStepMultiple, text } from './amounts.ts';
import { type Candle, PriceHistory } from './candles.ts';
import { type Fault, Faults } from './faults.ts';
import { positionOf } from './futures-account.ts';
import { defaultMarkets } from './markets.ts';
import { fillResting, matchAtPrice } from './matching.ts';
import {
  type Account,
  type AlgoOrder,
  type Fill,
  type LedgerEntry,
  type Market,
  type MarketKind,
  type Order,
  type OrderList,
  type Permissions,
  type PositionSide,
  Rejection,
} from './model.ts';
import {
  acknowledgeCancel,
  applyAcknowledged,
  type CancelRestriction,
  cancelOrder,
  type OcoRequest,
  type OrderRequest,
  placeOco,
  placeOrder,
} from './orders.ts';
import { seededRandom, walkPrice } from './price-walk.ts';
import { isConditionalType } from './rules.ts';
import { balanceOf } from './spot-account.ts';
import { ExchangeState, isOpen } from './state.ts';
import { Timers } from './timers.ts';

export interface CoreOptions {
  /** Milliseconds since 1970. With a clock of one's own, move it and call `runDue`. */
  clock?: (() => number) | undefined;
  nextId?: ((previous: number) => number) | undefined;
  /** Where ids start and how the moving price moves. */
  seed?: number | undefined;
  /** How long after its acknowledgement a change comes into effect, on venues that only acknowledge. */
  effectDelayMs?: number | undefined;
}

export interface NewAccount {
  apiKey: string;
  secret: string;
  balances?:
    | { spot?: Record<string, string> | undefined; usdm?: Record<string, string> | undefined }
    | undefined;
  hedged?: boolean | undefined;
  permissions?: { [name in keyof Permissions]?: boolean | undefined } | undefined;
  feesInBnb?: boolean | undefined;
}

interface MarketRef {
  market: MarketKind;
  symbol: string;
}

export type SeededOrder = Omit<OrderRequest, 'account' | 'triggerPrice' | 'algoId'> & {
  apiKey: string;
  stopPrice?: string | undefined;
};
export type SeededOco = Omit<OcoRequest, 'account'> & { apiKey: string };

/** The exchange without a wire: what its users, its market and its owner can do to it. */
export class SimulatedExchange {
  readonly state: ExchangeState;
  readonly faults = new Faults();
  readonly timers: Timers;
  readonly now: () => number;
  readonly #options: CoreOptions;
  #random: () => number;
  #effectDelayMs: number;
  #ticker: NodeJS.Timeout | undefined;
  readonly #histories = new Map<string, PriceHistory>();

  constructor(options: CoreOptions = {}) {
    this.#options = options;
    this.now = options.clock ?? Date.now;
    this.timers = new Timers(this.now, options.clock === undefined);
    this.#random = seededRandom(options.seed ?? 1);
    this.#effectDelayMs = options.effectDelayMs ?? 0;
    this.state = this.#newState();
  }

  setEffectDelay({ ms }: { ms: number }): void {
    this.#effectDelayMs = ms;
  }

  /** Acknowledges an order that comes into effect later. */
  acknowledgeOrder(request: OrderRequest): Order {
    const order = placeOrder(this.state, { ...request, effectDelayMs: this.#effectDelayMs });
    this.#wakeAfterEffect();
    return order;
  }

  acknowledgeCancel(order: Order): void {
    acknowledgeCancel(this.state, order, this.#effectDelayMs);
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
      throw new TypeError('there is an account with this apiKey already');
    const { withdraw = false, trade = true, futures = true, ipRestricted = true } = input.permissions ?? {};
    const account: Account = {
      id: `account-${this.state.accounts.size + 1}`,
      apiKey: input.apiKey,
      secret: input.secret,
      permissions: { withdraw, trade, futures, ipRestricted },
      hedged: input.hedged ?? false,
      feesInBnb: input.feesInBnb ?? false,
      spot: {},
      usdm: { ...input.balances?.usdm },
      positions: {},
      leverage: {},
      marginType: {},
    };
    for (const [asset, free] of Object.entries(input.balances?.spot ?? {}))
      balanceOf(account, asset).free = free;
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

  setPrice({ market: kind, symbol, price }: MarketRef & { price: string }): Market {
    const market = this.state.market(kind, symbol);
    if (decimal(price).lte(0) || !isStepMultiple(decimal(price), decimal(market.tick)))
      throw new Rejection('price_off_tick', `the tick of ${symbol} is ${market.tick}`);
    this.state.record({ type: 'price', market: kind, symbol, price: text(decimal(price)) });
    this.#movePrice(market, price);
    return market;
  }

  #movePrice(market: Market, price: string): void {
    const history = this.#historyOf(market);
    market.price = text(decimal(price));
    history.record(market.price, this.now());
    this.state.onChange();
    matchAtPrice(this.state, market);
    triggerAlgoOrders(this.state, market);
  }

  /** Begun at the first look or move; not kept between runs. */
  #historyOf(market: Market): PriceHistory {
    const key = `${market.kind}:${market.symbol}`;
    const known = this.#histories.get(key);
    if (known !== undefined) return known;
    const begun = new PriceHistory(market, this.now());
    this.#histories.set(key, begun);
    return begun;
  }

  /** The latest candles, oldest first. */
  candles({ market: kind, symbol, ...span }: MarketRef & { intervalMs: number; limit: number }): Candle[] {
    return this.#historyOf(this.state.market(kind, symbol)).candles({ ...span, now: this.now() });
  }

  setLiquidity({ market: kind, symbol, amount }: MarketRef & { amount: string | null }): Market {
    const market = this.state.market(kind, symbol);
    if (amount === null) delete market.liquidity;
    else market.liquidity = text(decimal(amount));
    this.state.onChange();
    return market;
  }

  /** Fills a resting order at its limit price, as if someone had traded with it. */
  fill({ orderId, amount }: { orderId: number; amount?: string | undefined }): Order {
    const order = this.state.order(orderId);
    if (!isOpen(order) || !order.triggered || order.takesEffectAt !== undefined)
      throw new Rejection('not_fillable', `order ${orderId} is not resting`);
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

  /** Takes ids of algo orders too. */
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

  /** Sets what is free on spot (locked funds stay locked), or the futures wallet. */
  setBalance({
    apiKey,
    market,
    asset,
    amount,
  }: {
    apiKey: string;
    market: MarketKind;
    asset: string;
    amount: string;
  }): void {
    const account = this.accountOf(apiKey);
    const value = text(decimal(amount));
    if (market === 'spot') balanceOf(account, asset).free = value;
    else account.usdm[asset] = value;
    this.state.onChange();
  }

  /** As after trades made by hand elsewhere; the amount is signed, negative for a short. */
  setPosition(input: {
    apiKey: string;
    symbol: string;
    positionSide?: PositionSide | undefined;
    amount: string;
    entryPrice?: string | undefined;
  }): void {
    const account = this.accountOf(input.apiKey);
    const market = this.state.market('usdm', input.symbol);
    const position = positionOf(account, input.symbol, input.positionSide ?? 'BOTH');
    position.amount = text(decimal(input.amount));
    position.entryPrice = decimal(input.amount).isZero() ? '0' : (input.entryPrice ?? market.price);
    position.updatedAt = this.now();
    this.state.onChange();
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

  orders({ apiKey, symbol }: { apiKey?: string | undefined; symbol?: string | undefined } = {}): {
    orders: Order[];
    algoOrders: AlgoOrder[];
    fills: Fill[];
  } {
    const account = apiKey === undefined ? undefined : this.accountOf(apiKey).id;
    const wanted = (item: { account: string; symbol: string }) =>
      (account === undefined || item.account === account) && (symbol === undefined || item.symbol === symbol);
    return {
      orders: [...this.state.orders.values()].filter(wanted),
      algoOrders: [...this.state.algoOrders.values()].filter(wanted),
      fills: this.state.fills.filter(wanted),
    };
  }

  /** Everything but keys, secrets, orders and ledger. */
  describe(): {
    now: number;
    markets: Market[];
    accounts: Omit<Account, 'apiKey' | 'secret'>[];
    faults: Fault[];
    pending: number;
  } {
    return {
      now: this.now(),
      markets: [...this.state.markets.values()],
      accounts: [...this.state.accounts.values()].map(
        ({ apiKey: _key, secret: _secret, ...account }) => account,
      ),
      faults: this.faults.list(),
      pending: this.timers.pending,
    };
  }

  /** Runs what an injected clock has made due. */
  runDue(): void {
    this.timers.runDue();
    // Timers don't outlive a restart, what was acknowledged does.
    applyAcknowledged(this.state);
  }

  /** Moves every price one small step; what the ticker does each time. */
  tick({ spread = '0.001' }: { spread?: string | undefined } = {}): void {
    // Not in the ledger, which a running ticker would fill with nothing else.
    for (const market of [...this.state.markets.values()])
      this.#movePrice(market, text(walkPrice(market.price, market.tick, spread, this.#random)));
  }

  startTicker({ everyMs, spread }: { everyMs: number; spread?: string | undefined }): void {
    this.stopTicker();
    this.#ticker = setInterval(() => this.tick({ spread }), everyMs);
    this.#ticker.unref();
  }

  stopTicker(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  /** Back to the default markets: no accounts, orders, faults or ledger. Ids start over. */
  reset(): void {
    this.stopTicker();
    this.timers.clear();
    this.faults.clear();
    this.#histories.clear();
    this.#effectDelayMs = this.#options.effectDelayMs ?? 0;
    this.#random = seededRandom(this.#options.seed ?? 1);
    this.state.restore(this.#newState().snapshot());
    this.state.onChange();
  }
}
