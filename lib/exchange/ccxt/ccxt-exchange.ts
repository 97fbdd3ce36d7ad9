import type { Exchange as Ccxt, Market, Order } from 'ccxt';
import { type Account, type Accounts, exchangeIdSchema } from '../../account/account.ts';
import { type Amount, decimal, sum } from '../../amount.ts';
import { Fault } from '../../fault.ts';
import type {
  Balance,
  CancelResult,
  Candle,
  CandleInterval,
  CreateResult,
  EntryOrder,
  Exchange,
  ExchangeOrder,
  ExchangePosition,
  Exchanges,
  MarketOrder,
  MarketRules,
  OpenExchangePosition,
  OpenOrder,
  OrderRef,
  OrderSide,
  Permissions,
  Side,
  Trade,
} from '../exchange.ts';
import type { MarketKind, Venue } from '../venues/venue.ts';
import {
  type CcxtConnection,
  connect,
  type Deadlines,
  describeWire,
  notSentBy,
  sendDeadline,
  usualDeadlines,
  wireOf,
} from './ccxt-connection.ts';
import { loadCcxt } from './ccxt-loader.ts';
import {
  asCcxtNumber,
  demandPrice,
  expectedSymbol,
  isOfKind,
  kindOf,
  plain,
  plainOrNone,
  rulesOf,
  viewOf,
  viewOfAcknowledged,
} from './ccxt-mapping.ts';

/** What `cancelOrder` says where the venue took the cancel and told nothing of the order. */
const acknowledged = 'acknowledged';
/** What it and the creates say where nothing came back. */
const noAnswer = 'no answer';

/** The one adapter to ccxt: one account of one venue. */
class CcxtExchange implements Exchange {
  readonly #connection: CcxtConnection;
  readonly #venue: Venue;
  readonly #ccxt: Ccxt;

  constructor(connection: CcxtConnection) {
    this.#connection = connection;
    this.#venue = connection.venue;
    this.#ccxt = connection.ccxt;
  }

  get recvWindowMs(): number {
    return this.#venue.recvWindowMs;
  }

  get lookupLagMs(): number {
    return this.#venue.lookupLagMs;
  }

  async loadMarket(symbol: string): Promise<MarketRules> {
    const kind = kindOf(symbol);
    const { id, kinds } = this.#venue;
    const markets = kinds.has(kind) ? await this.#readMarkets(kind) : [];
    const market = markets.find((candidate) => candidate.symbol === symbol);
    if (market === undefined || market.active === false)
      throw new Fault(
        'market-not-found',
        `${id} has no ${[...kinds].join(' or ')} market ${symbol} that is open for trading. ` +
          `Expected ${[...kinds].map((each) => expectedSymbol[each]).join(' or ')}.`,
      );
    return rulesOf(this.#venue, market, kind);
  }

  async #readMarkets(kind: MarketKind): Promise<NonNullable<Market>[]> {
    const markets = await this.#connection.read(
      'read the markets',
      () => this.#venue.fetchMarkets(this.#ccxt, kind),
      this.#connection.deadlines.marketsMs,
    );
    return markets.flatMap((market) => (market !== undefined && isOfKind(market, kind) ? [market] : []));
  }

  async fetchOrder(market: MarketRules, name: OrderRef): Promise<ExchangeOrder | undefined> {
    this.#connection.know(market);
    try {
      const order = await this.#connection.call(() => this.#venue.fetchOrder(this.#ccxt, market, name));
      if (order === undefined) return undefined;
      const view = viewOf(this.#venue, market, order, name.conditional ?? false);
      const actualId = view.conditional ? this.#venue.triggeredOrderId(order.info ?? {}) : undefined;
      // A triggered conditional order, "closed" to ccxt, is spent; what it filled is in the order it has made.
      if (actualId === undefined && !(view.conditional && order.status === 'closed')) return view;
      const actual =
        actualId === undefined ? undefined : await this.fetchOrder(market, { orderId: actualId });
      // Until that one is named and found it may fill, or have filled, any amount.
      if (actual === undefined) return { ...view, status: 'live', filled: '0', average: undefined };
      return { ...actual, orderId: view.orderId, conditional: true };
    } catch (thrown) {
      if (this.#saysAbsent(thrown)) return undefined;
      throw this.#connection.faultOf('read an order', thrown);
    }
  }

  async cancelOrder(market: MarketRules, name: OrderRef, sendBefore: number): Promise<CancelResult> {
    this.#connection.know(market);
    const result = await this.#cancel(market, name, sendBefore);
    if (!name.conditional || result.kind !== 'unconfirmed') return result;
    // Taken; or not heard, and who gives no answer to this gives none to a look either.
    if (result.message === acknowledged || result.message === noAnswer) return result;
    // A triggered conditional order is spent and can't be cancelled; the order that it has made can.
    const actualId = await this.#connection
      .call(() => this.#venue.fetchOrder(this.#ccxt, market, name))
      .then(
        (order) => this.#venue.triggeredOrderId(order?.info ?? {}),
        () => undefined,
      );
    if (actualId === undefined) return result;
    const actual = await this.#cancel(market, { orderId: actualId }, sendBefore);
    return actual.kind === 'confirmed' ? { kind: 'unconfirmed', message: acknowledged } : actual;
  }

  async #cancel(market: MarketRules, name: OrderRef, sendBefore: number): Promise<CancelResult> {
    const { id, parameters } = this.#venue.orderRef(market, name);
    try {
      const order = await this.#connection.call(() =>
        sendDeadline.run(sendBefore, () => this.#ccxt.cancelOrder(id as string, market.symbol, parameters)),
      );
      // An answer about a whole order list names no single order: the order itself has to be read.
      const tells =
        this.#venue.cancelReturnsFill &&
        !name.conditional &&
        order.id !== undefined &&
        order.status !== undefined;
      if (!tells) return { kind: 'unconfirmed', message: acknowledged };
      const view = viewOf(this.#venue, market, order as Order, false);
      const isIt = name.orderId === undefined || view.orderId === name.orderId;
      return view.status === 'done' && isIt
        ? { kind: 'confirmed', order: view }
        : { kind: 'unconfirmed', message: acknowledged };
    } catch (thrown) {
      const notSent = notSentBy(thrown);
      if (notSent?.reason === 'rate-limit') throw this.#connection.faultOf('cancel an order', thrown);
      if (notSent !== undefined) return { kind: 'unconfirmed', message: notSent.message };
      const wire = wireOf(thrown);
      if (wire !== undefined && this.#venue.deniedCodes.has(wire.code))
        return { kind: 'denied', code: wire.code, message: describeWire(wire) };
      return { kind: 'unconfirmed', message: wire === undefined ? noAnswer : describeWire(wire) };
    }
  }

  createMarketOrder(market: MarketRules, order: MarketOrder): Promise<CreateResult> {
    return this.#create(market, { ...order, type: 'market' }, this.#venue.closeParameters(order));
  }

  createEntryOrder(market: MarketRules, order: EntryOrder): Promise<CreateResult> {
    return this.#create(market, order, {
      ...(order.cost === undefined ? {} : { cost: order.cost }),
      ...this.#venue.entryParameters(order),
    });
  }

  async fetchBaseFee(market: MarketRules, orderId: string, filled: Amount): Promise<Amount> {
    if (market.kind === 'perpetual') return '0';
    this.#connection.know(market);
    const { amount, fees } = await this.#connection.read('read the fees', () =>
      this.#venue.fetchFills(this.#ccxt, market, orderId, filled),
    );
    if (!decimal(amount).eq(filled))
      throw new Fault(
        'exchange-unreachable',
        `the exchange does not list all trades of order ${orderId} yet: ${amount} of ${filled} ${market.base}`,
      );
    return sum(fees.filter((fee) => fee.currency === market.base).map((fee) => fee.amount));
  }

  fetchPosition(market: MarketRules, side: Side): Promise<ExchangePosition> {
    this.#connection.know(market);
    return this.#connection.read('read the position', () =>
      this.#venue.fetchPosition(this.#ccxt, market, side),
    );
  }

  async fetchBalance(currency: string): Promise<Balance> {
    const balances = await this.#connection.read('read the balance', async () => {
      const told = await this.#ccxt.fetchBalance();
      if (!this.#venue.isBalanceResponse(told.info)) throw new TypeError('an answer without balances');
      return told;
    });
    const balance = balances[currency] as { free?: unknown; total?: unknown } | undefined;
    return { free: plain(balance?.free) ?? '0', total: plain(balance?.total) ?? '0' };
  }

  async fetchPrice(market: MarketRules): Promise<Amount> {
    this.#connection.know(market);
    const price = plainOrNone(
      await this.#connection.read('read the price', () => this.#venue.fetchPrice(this.#ccxt, market)),
    );
    if (price === undefined)
      throw new Fault('exchange-unreachable', `${this.#venue.id} gave no price for ${market.symbol}.`);
    return price;
  }

  async fetchLastTrade(market: MarketRules, side: OrderSide): Promise<Trade | undefined> {
    this.#connection.know(market);
    const trades = await this.#connection.read('read the trades', () =>
      this.#ccxt.fetchMyTrades(market.symbol, undefined, 100),
    );
    const last = trades
      .filter((trade) => trade.side === side)
      .reduce<(typeof trades)[number] | undefined>(
        (latest, trade) => (Number(trade.timestamp ?? 0) >= Number(latest?.timestamp ?? 0) ? trade : latest),
        undefined,
      );
    if (last === undefined) return undefined;
    return {
      orderId: last.order,
      amount: plain(last.amount) ?? '0',
      price: plain(last.price) ?? '0',
      at: last.timestamp,
    };
  }

  async fetchPermissions(): Promise<Permissions> {
    // A signed call first: a wrong key has to show even where the venue tells nothing of permissions.
    await this.#connection.read('use the key', () => this.#ccxt.fetchBalance());
    try {
      return await this.#connection.call(() => this.#venue.fetchPermissions(this.#ccxt));
    } catch {
      return { canTrade: undefined, canWithdraw: undefined, ipRestricted: undefined };
    }
  }

  async fetchOpenOrders(): Promise<OpenOrder[]> {
    const found = await Promise.all(
      [...this.#venue.kinds].map(async (kind) => {
        const open = await this.#connection.read('read the open orders', () =>
          this.#venue.fetchOpenOrders(this.#ccxt, kind),
        );
        return this.#withMarkets(
          kind,
          open.map(({ order, conditional }) => {
            const { marketId } = this.#venue.orderDetails(order.info ?? {});
            return { marketId: String(marketId), order, conditional };
          }),
        );
      }),
    );
    return this.#connection.read('read the open orders', async () =>
      found.flat().map(({ market, order, conditional }) => ({
        market,
        order: viewOf(this.#venue, market, order, conditional),
      })),
    );
  }

  async fetchOpenPositions(): Promise<OpenExchangePosition[]> {
    if (!this.#venue.kinds.has('perpetual')) return [];
    const open = await this.#connection.read('read the positions', () =>
      this.#venue.fetchOpenPositions(this.#ccxt),
    );
    const known = await this.#withMarkets('perpetual', open);
    return known.map(({ market, side, amount, averagePrice }) => ({
      symbol: market.symbol,
      side,
      amount,
      averagePrice,
    }));
  }

  /** Lists name markets by the venue's own ids. What is in a market that Ripcord can't trade in is left out. */
  async #withMarkets<Item extends { marketId: string }>(
    kind: MarketKind,
    items: Item[],
  ): Promise<(Item & { market: MarketRules })[]> {
    if (items.length === 0) return [];
    const markets = new Map((await this.#readMarkets(kind)).map((market) => [String(market.id), market]));
    return items.flatMap((item) => {
      const market = markets.get(item.marketId);
      return market === undefined ? [] : [{ ...item, market: rulesOf(this.#venue, market, kind) }];
    });
  }

  async fetchCandles(market: MarketRules, interval: CandleInterval, limit: number): Promise<Candle[]> {
    this.#connection.know(market);
    return this.#connection.read('read the candles', async () => {
      const candles = await this.#ccxt.fetchOHLCV(market.symbol, interval, undefined, limit);
      return candles.map(([at, open, high, low, close]) => ({
        at: Number(at),
        open: demandPrice(open),
        high: demandPrice(high),
        low: demandPrice(low),
        close: demandPrice(close),
      }));
    });
  }

  async #create(
    market: MarketRules,
    order: EntryOrder,
    parameters: Record<string, unknown>,
  ): Promise<CreateResult> {
    this.#connection.know(market);
    const send = () =>
      this.#ccxt.createOrder(
        market.symbol,
        order.type,
        order.side,
        asCcxtNumber(order.amount),
        order.price === undefined ? undefined : asCcxtNumber(order.price),
        { clientOrderId: order.clientOrderId, ...parameters },
      );
    try {
      const answer = await this.#connection.call(() => sendDeadline.run(order.sendDeadline, send));
      if (answer.id === undefined) return { kind: 'unknown', message: 'the answer names no order' };
      return {
        kind: 'accepted',
        order: this.#venue.createReturnsFill
          ? viewOf(this.#venue, market, answer, false)
          : viewOfAcknowledged(answer.id, market, order),
      };
    } catch (thrown) {
      const notSent = notSentBy(thrown);
      if (notSent !== undefined) {
        const { reason, message } = notSent;
        return { kind: 'rejected', reason, code: reason, message };
      }
      const wire = wireOf(thrown);
      if (wire === undefined) return { kind: 'unknown', message: noAnswer };
      const reason = this.#venue.rejectReason(wire);
      if (reason === undefined) return { kind: 'unknown', code: wire.code, message: describeWire(wire) };
      return { kind: 'rejected', reason, code: wire.code, message: describeWire(wire) };
    }
  }

  #saysAbsent(thrown: unknown): boolean {
    const wire = wireOf(thrown);
    return wire !== undefined && this.#venue.notFoundCodes.has(wire.code);
  }
}

/**
 * Exchanges by account name. A connection is kept as long as the account's entry stays the same, so that
 * warm functions reuse it; `accounts` decides how long it trusts what it has read.
 */
export function ccxtExchanges(
  accounts: Accounts,
  now: () => number = Date.now,
  deadlines: Partial<Deadlines> = {},
): Exchanges {
  const connected = new Map<string, { entry: string; exchange: Promise<Exchange> }>();
  /** Whoever asks meanwhile gets the same: a hit asks before it claims, and again when it has. */
  const opening = new Map<string, Promise<Exchange>>();

  const open = async (name: string, venueId: string | undefined): Promise<Exchange> => {
    // The code of the exchange and the credentials come from different places, so they are fetched at once.
    const code = exchangeIdSchema.safeParse(venueId);
    if (code.success && !connected.has(name)) loadCcxt(code.data).catch(() => undefined);
    const isMeant = ({ exchange }: Account) => venueId === undefined || exchange === venueId;
    const read = await accounts.read(name);
    // What is cached may be the older one.
    const account = isMeant(read) ? read : await accounts.read(name, { fresh: true });
    if (!isMeant(account))
      throw new Fault(
        'account-not-found',
        `account "${name}" is now a ${account.exchange} account, and this position is on ${venueId}`,
      );
    const entry = JSON.stringify(account);
    const known = connected.get(name);
    if (known?.entry === entry) return known.exchange;
    const exchange = connect(account, () => accounts.read(name, { fresh: true }), now, {
      ...usualDeadlines,
      ...deadlines,
    }).then((connection) => new CcxtExchange(connection));
    connected.set(name, { entry, exchange });
    return exchange;
  };

  return {
    of(name, venueId) {
      const key = `${name} ${venueId ?? ''}`;
      const known = opening.get(key);
      if (known !== undefined) return known;
      const exchange = open(name, venueId).finally(() => opening.delete(key));
      opening.set(key, exchange);
      return exchange;
    },
  };
}
