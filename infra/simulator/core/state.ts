import type { LedgerEntry, LedgerEvent } from './ledger.ts';
import type { Account, AlgoOrder, Fill, Market, MarketKind, Order, OrderList } from './model.ts';
import { Rejection } from './rejection.ts';

/** Locked spot funds. The two legs of an order list share one lock. */
export interface Lock {
  account: string;
  asset: string;
  amount: string;
}

export interface StateSnapshot {
  version: 1;
  lastId: number;
  seq: number;
  accounts: Account[];
  markets: Market[];
  orders: Order[];
  orderLists: OrderList[];
  algoOrders: AlgoOrder[];
  fills: Fill[];
  locks: [string, Lock][];
  ledger: LedgerEntry[];
}

export interface StateOptions {
  now: () => number;
  nextId: (previous: number) => number;
  firstId: number;
  markets: Market[];
}

// Without a limit, the ledger of a long-running demo grows indefinitely.
const ledgerLimit = 20_000;

export function isOpen(order: Order): boolean {
  return order.status === 'new' || order.status === 'partially_filled' || order.status === 'pending_new';
}

/** Whether an order is in the book, where it can fill. */
export function isResting(order: Order): boolean {
  return (
    isOpen(order) && order.status !== 'pending_new' && order.triggered && order.takesEffectAt === undefined
  );
}

/** The lock of what a working order has paid for its pending orders. */
export function toPaidLockId({ id }: OrderList): string {
  return `paid-${id}`;
}

/** All state of the exchange. Look-ups throw a Rejection if an id or symbol is unknown. */
export class ExchangeState {
  readonly now: () => number;
  /** Called after each change that the snapshot must include. */
  onChange: () => void = () => {};
  accounts = new Map<string, Account>();
  markets = new Map<string, Market>();
  orders = new Map<number, Order>();
  /** Ids of open orders, oldest first, so that a price move does not iterate over finished orders. */
  open = new Set<number>();
  orderLists = new Map<number, OrderList>();
  algoOrders = new Map<number, AlgoOrder>();
  fills: Fill[] = [];
  locks = new Map<string, Lock>();
  ledger: LedgerEntry[] = [];
  /** How long an algo order is triggering before its order enters the book. */
  triggerDelayMs = 0;
  #lastId: number;
  #seq = 0;
  readonly #nextId: (previous: number) => number;

  constructor(options: StateOptions) {
    this.now = options.now;
    this.#nextId = options.nextId;
    this.#lastId = options.firstId;
    for (const market of options.markets) this.setMarket(market);
  }

  newId(): number {
    this.#lastId = this.#nextId(this.#lastId);
    return this.#lastId;
  }

  record(event: LedgerEvent): void {
    this.#seq += 1;
    this.ledger.push({ seq: this.#seq, at: this.now(), ...event });
    if (this.ledger.length > ledgerLimit) this.ledger.splice(0, this.ledger.length - ledgerLimit);
    this.onChange();
  }

  setMarket(market: Market): void {
    this.markets.set(`${market.kind}:${market.symbol}`, market);
    this.onChange();
  }

  market(kind: MarketKind, symbol: string): Market {
    const market = this.markets.get(`${kind}:${symbol}`);
    if (market === undefined) throw new Rejection('unknown_market', `${kind} ${symbol}`);
    return market;
  }

  marketsOf(kind: MarketKind): Market[] {
    return [...this.markets.values()].filter((market) => market.kind === kind);
  }

  account(id: string): Account {
    const account = this.accounts.get(id);
    if (account === undefined) throw new Rejection('unknown_account', id);
    return account;
  }

  accountByKey(apiKey: string): Account | undefined {
    return [...this.accounts.values()].find((account) => account.apiKey === apiKey);
  }

  order(id: number): Order {
    const order = this.orders.get(id);
    if (order === undefined) throw new Rejection('unknown_order', String(id));
    return order;
  }

  addOrder(order: Order): void {
    this.orders.set(order.id, order);
    this.open.add(order.id);
  }

  openOrders(): Order[] {
    return [...this.open].map((id) => this.order(id));
  }

  openAlgoOrders(): AlgoOrder[] {
    return [...this.algoOrders.values()].filter((order) => order.status === 'new');
  }

  fillsOf(orderId: number): Fill[] {
    return this.fills.filter((fill) => fill.orderId === orderId);
  }

  snapshot(): StateSnapshot {
    return {
      version: 1,
      lastId: this.#lastId,
      seq: this.#seq,
      accounts: [...this.accounts.values()],
      markets: [...this.markets.values()],
      orders: [...this.orders.values()],
      orderLists: [...this.orderLists.values()],
      algoOrders: [...this.algoOrders.values()],
      fills: this.fills,
      locks: [...this.locks],
      ledger: this.ledger,
    };
  }

  restore(snapshot: StateSnapshot): void {
    this.#lastId = snapshot.lastId;
    this.#seq = snapshot.seq;
    this.accounts = new Map(snapshot.accounts.map((account) => [account.id, account]));
    this.markets = new Map(snapshot.markets.map((market) => [`${market.kind}:${market.symbol}`, market]));
    this.orders = new Map(snapshot.orders.map((order) => [order.id, order]));
    this.open = new Set(snapshot.orders.filter(isOpen).map((order) => order.id));
    this.orderLists = new Map(snapshot.orderLists.map((list) => [list.id, list]));
    this.algoOrders = new Map(snapshot.algoOrders.map((order) => [order.id, order]));
    this.fills = snapshot.fills;
    this.locks = new Map(snapshot.locks);
    this.ledger = snapshot.ledger;
  }
}
