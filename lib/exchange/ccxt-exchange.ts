import { AsyncLocalStorage } from 'node:async_hooks';
import type { Exchange as Ccxt, Market, Order } from 'ccxt';
import { type Account, type Accounts, exchangeIdSchema } from '../account/account.ts';
import { type Amount, decimal, isPositive, sum, toAmount } from '../amount.ts';
import { Fault } from '../fault.ts';
import { BackOff } from './back-off.ts';
import { ccxtFetch } from './ccxt-fetch.ts';
import { loadCcxt } from './ccxt-loader.ts';
import type {
  Balance,
  CancelResult,
  Candle,
  CandleInterval,
  CreateResult,
  EntryOrder,
  Exchange,
  Exchanges,
  Holding,
  MarketOrder,
  MarketRules,
  OpenHolding,
  OpenOrder,
  OrderName,
  OrderSide,
  OrderView,
  Permissions,
  Side,
  Trade,
} from './exchange.ts';
import type { Kind, Venue, WireError } from './venue.ts';
import { binance } from './venues/binance.ts';
import { binanceusdm } from './venues/binanceusdm.ts';
import { bybit } from './venues/bybit.ts';

const venues: Record<Account['exchange'], Venue> = { binance, binanceusdm, bybit };

export interface Deadlines {
  /** Of one call of the port, in milliseconds. */
  callMs: number;
  /** Of reading a venue's markets: whole ones are megabytes, but never on the way of a trigger. */
  marketsMs: number;
}

/** TradingView itself waits 3 s for all of it, a function 10 s. */
const usualDeadlines: Deadlines = { callMs: 4_000, marketsMs: 20_000 };

/** How a call failed: an error answer of the venue, or no answer that could be read. */
class CallFailure extends Error {
  readonly wire: WireError | undefined;
  constructor(message: string, wire: WireError | undefined, cause: unknown) {
    super(message, { cause });
    this.wire = wire;
  }
}

/** Nothing was sent: its time was over, there was no connection to send it on, or the venue wants a pause. */
class NotSent extends Error {
  readonly reason: 'too-late' | 'no-connection' | 'rate-limit';
  constructor(reason: NotSent['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Of ccxt's error texts, those of a name that is not found and of an address that takes no connection. */
const noConnection =
  /fetch failed: (getaddrinfo (ENOTFOUND|EAI_AGAIN)|connect (ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)) /;

/** ccxt's messages quote URLs, signatures and bodies: only what sort of error it was, and where, goes on. */
const wordless = (thrown: unknown): Error => {
  const { name, stack = '' } = thrown instanceof Error ? thrown : new Error();
  const error = new Error(name);
  error.stack = [name, ...stack.split('\n').filter((line) => /^\s+at /.test(line))].join('\n');
  return error;
};

/** `sendBefore` of the order being created, carried past ccxt to the moment before its request is written. */
const sendDeadline = new AsyncLocalStorage<number>();

/** What `cancelOrder` says where the venue took the cancel and told nothing of the order. */
const acknowledged = 'acknowledged';

const describeWire = (wire: WireError): string => `${wire.message || 'no message'} (${wire.code})`;

const plain = (value: unknown): Amount | undefined => {
  if (value === undefined || value === null || value === '') return undefined;
  return toAmount(decimal(String(value)));
};

/** Prices and averages of zero mean "none" on the wire. */
const plainOrNone = (value: unknown): Amount | undefined => {
  const amount = plain(value);
  return isPositive(amount) ? amount : undefined;
};

/** A candle with a hole is no candle. */
const demandPrice = (value: unknown): Amount => {
  const price = plainOrNone(value);
  if (price === undefined) throw new TypeError('a candle without a price');
  return price;
};

/** ccxt's types say number where, with `number = String`, strings go in and out untouched. */
const asCcxtNumber = (amount: Amount | undefined): number => amount as unknown as number;

/** A unified symbol of a perpetual names what it is settled in: "BTC/USDT:USDT". */
const kindOf = (symbol: string): Kind => (symbol.includes(':') ? 'perpetual' : 'spot');

const isOfKind = (market: NonNullable<Market>, kind: Kind): boolean =>
  kind === 'spot' ? market.spot === true : market.swap === true && market.linear === true;

const expectedSymbol: Record<Kind, string> = {
  spot: 'a spot symbol such as "BTC/USDT"',
  perpetual: 'a linear perpetual such as "BTC/USDT:USDT"',
};

/** The one adapter to ccxt: one account of one venue. */
class CcxtExchange implements Exchange {
  readonly fenceMs: number;
  readonly absenceMs: number;
  readonly #venue: Venue;
  readonly #ccxt: Ccxt;
  readonly #rereadKeys: () => Promise<Account>;
  readonly #deadlines: Deadlines;
  readonly #markets = new Map<string, { content: string; rules: MarketRules }>();
  #keys: string;

  constructor(
    venue: Venue,
    ccxt: Ccxt,
    account: Account,
    rereadKeys: () => Promise<Account>,
    deadlines: Deadlines,
  ) {
    this.#venue = venue;
    this.#ccxt = ccxt;
    this.#keys = `${account.apiKey}:${account.secret}`;
    this.#rereadKeys = rereadKeys;
    this.#deadlines = deadlines;
    this.fenceMs = venue.fenceMs;
    this.absenceMs = venue.absenceMs;
  }

  async loadMarket(symbol: string): Promise<MarketRules> {
    const kind = kindOf(symbol);
    const { id, kinds } = this.#venue;
    const markets = kinds.has(kind) ? await this.#readMarkets(kind) : [];
    const market = markets.find((candidate) => candidate.symbol === symbol);
    if (market === undefined || market.active === false)
      throw new Fault(
        'unknown-market',
        `${id} has no ${[...kinds].join(' or ')} market ${symbol} that is open for trading. ` +
          `Expected ${[...kinds].map((each) => expectedSymbol[each]).join(' or ')}.`,
      );
    return this.#rulesOf(market, kind);
  }

  async #readMarkets(kind: Kind): Promise<NonNullable<Market>[]> {
    const markets = await this.#read(
      'read the markets',
      () => this.#venue.fetchMarkets(this.#ccxt, kind),
      this.#deadlines.marketsMs,
    );
    return markets.flatMap((market) => (market !== undefined && isOfKind(market, kind) ? [market] : []));
  }

  #rulesOf(market: NonNullable<Market>, kind: Kind): MarketRules {
    return {
      symbol: market.symbol,
      id: String(market.id),
      kind,
      base: String(market.base),
      quote: String(market.quote),
      settle: market.settle || undefined,
      amountStep: plain(market.precision.amount) ?? '0',
      amountMin: plain(market.limits.amount?.min) ?? '0',
      priceStep: plain(market.precision.price) ?? '0',
      costMin: plainOrNone(market.limits.cost?.min),
      contractSize: plain(market.contractSize),
      ...this.#venue.rulesOf(market),
    };
  }

  async fetchOrder(market: MarketRules, name: OrderName): Promise<OrderView | undefined> {
    this.#know(market);
    try {
      const order = await this.#call(() => this.#venue.fetchOrder(this.#ccxt, market, name));
      if (order === undefined) return undefined;
      const view = this.#viewOf(market, order, name.conditional ?? false);
      const actualId = view.conditional ? this.#venue.triggeredOrderId(order.info ?? {}) : undefined;
      // A triggered conditional order, "closed" to ccxt, is spent; what it filled is in the order it has made.
      if (actualId === undefined && !(view.conditional && order.status === 'closed')) return view;
      const actual =
        actualId === undefined ? undefined : await this.fetchOrder(market, { orderId: actualId });
      // Until that one is named and found it may fill, or have filled, any amount.
      if (actual === undefined) return { ...view, status: 'live', filled: '0', average: undefined };
      return { ...actual, orderId: view.orderId, conditional: true };
    } catch (thrown) {
      if (thrown instanceof CallFailure && this.#saysAbsent(thrown)) return undefined;
      throw this.#faultOf('read an order', thrown);
    }
  }

  async cancelOrder(market: MarketRules, name: OrderName): Promise<CancelResult> {
    this.#know(market);
    const result = await this.#cancel(market, name);
    if (!name.conditional || result.kind !== 'look' || result.message === acknowledged) return result;
    // A triggered conditional order is spent and can't be cancelled; the order that it has made can.
    const actualId = await this.#call(() => this.#venue.fetchOrder(this.#ccxt, market, name)).then(
      (order) => this.#venue.triggeredOrderId(order?.info ?? {}),
      () => undefined,
    );
    if (actualId === undefined) return result;
    const actual = await this.#cancel(market, { orderId: actualId });
    return actual.kind === 'told' ? { kind: 'look', message: acknowledged } : actual;
  }

  async #cancel(market: MarketRules, name: OrderName): Promise<CancelResult> {
    const { id, parameters } = this.#venue.nameOf(market, name);
    try {
      const order = await this.#call(() => this.#ccxt.cancelOrder(id as string, market.symbol, parameters));
      // An answer about a whole order list names no single order: the order itself has to be read.
      const tells =
        this.#venue.cancelTells && !name.conditional && order.id !== undefined && order.status !== undefined;
      if (!tells) return { kind: 'look', message: acknowledged };
      const view = this.#viewOf(market, order as Order, false);
      const isIt = name.orderId === undefined || view.orderId === name.orderId;
      return view.status === 'done' && isIt
        ? { kind: 'told', order: view }
        : { kind: 'look', message: acknowledged };
    } catch (thrown) {
      if (notSentBy(thrown)?.reason === 'rate-limit') throw this.#faultOf('cancel an order', thrown);
      const wire = thrown instanceof CallFailure ? thrown.wire : undefined;
      if (wire !== undefined && this.#venue.deniedCodes.has(wire.code))
        return { kind: 'refused', code: wire.code, message: describeWire(wire) };
      return { kind: 'look', message: wire === undefined ? 'no answer' : describeWire(wire) };
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
    this.#know(market);
    const { amount, fees } = await this.#read('read the fees', () =>
      this.#venue.fetchTraded(this.#ccxt, market, orderId, filled),
    );
    if (!decimal(amount).eq(filled))
      throw new Fault(
        'exchange-unreachable',
        `the exchange does not list all trades of order ${orderId} yet: ${amount} of ${filled} ${market.base}`,
      );
    return sum(fees.filter((fee) => fee.currency === market.base).map((fee) => fee.amount));
  }

  fetchHolding(market: MarketRules, side: Side): Promise<Holding> {
    this.#know(market);
    return this.#read('read the position', () => this.#venue.fetchHolding(this.#ccxt, market, side));
  }

  async fetchBalance(currency: string): Promise<Balance> {
    const balances = await this.#read('read the balance', async () => {
      const told = await this.#ccxt.fetchBalance();
      if (!this.#venue.tellsBalances(told.info)) throw new TypeError('an answer without balances');
      return told;
    });
    const balance = balances[currency] as { free?: unknown; total?: unknown } | undefined;
    return { free: plain(balance?.free) ?? '0', total: plain(balance?.total) ?? '0' };
  }

  async fetchPrice(market: MarketRules): Promise<Amount> {
    this.#know(market);
    const price = plainOrNone(
      await this.#read('read the price', () => this.#venue.fetchPrice(this.#ccxt, market)),
    );
    if (price === undefined)
      throw new Fault('exchange-unreachable', `${this.#venue.id} gave no price for ${market.symbol}.`);
    return price;
  }

  async fetchLastTrade(market: MarketRules, side: OrderSide): Promise<Trade | undefined> {
    this.#know(market);
    const trades = await this.#read('read the trades', () =>
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
    await this.#read('use the key', () => this.#ccxt.fetchBalance());
    try {
      return await this.#call(() => this.#venue.fetchPermissions(this.#ccxt));
    } catch {
      return { canTrade: undefined, canWithdraw: undefined, ipRestricted: undefined };
    }
  }

  async fetchOpenOrders(): Promise<OpenOrder[]> {
    const found = await Promise.all(
      [...this.#venue.kinds].map(async (kind) => {
        const open = await this.#read('read the open orders', () =>
          this.#venue.fetchOpenOrders(this.#ccxt, kind),
        );
        return this.#withMarkets(
          kind,
          open.map(({ order, conditional }) => {
            const { marketId } = this.#venue.detailsOf(order.info ?? {});
            return { marketId: String(marketId), order, conditional };
          }),
        );
      }),
    );
    return this.#read('read the open orders', async () =>
      found.flat().map(({ market, order, conditional }) => ({
        market,
        order: this.#viewOf(market, order, conditional),
      })),
    );
  }

  async fetchOpenHoldings(): Promise<OpenHolding[]> {
    if (!this.#venue.kinds.has('perpetual')) return [];
    const open = await this.#read('read the positions', () => this.#venue.fetchOpenHoldings(this.#ccxt));
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
    kind: Kind,
    items: Item[],
  ): Promise<(Item & { market: MarketRules })[]> {
    if (items.length === 0) return [];
    const markets = new Map((await this.#readMarkets(kind)).map((market) => [String(market.id), market]));
    return items.flatMap((item) => {
      const market = markets.get(item.marketId);
      return market === undefined ? [] : [{ ...item, market: this.#rulesOf(market, kind) }];
    });
  }

  async fetchCandles(market: MarketRules, interval: CandleInterval, limit: number): Promise<Candle[]> {
    this.#know(market);
    return this.#read('read the candles', async () => {
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
    this.#know(market);
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
      const answer = await this.#call(() => sendDeadline.run(order.sendBefore, send));
      if (answer.id === undefined) return { kind: 'unknown', message: 'the answer names no order' };
      return {
        kind: 'accepted',
        order: this.#venue.createTells
          ? this.#viewOf(market, answer, false)
          : viewOfAcknowledged(answer.id, market, order),
      };
    } catch (thrown) {
      const notSent = notSentBy(thrown);
      if (notSent !== undefined) {
        const { reason, message } = notSent;
        return { kind: 'rejected', reason, code: reason, message };
      }
      const wire = thrown instanceof CallFailure ? thrown.wire : undefined;
      if (wire === undefined) return { kind: 'unknown', message: 'no answer' };
      const reason = this.#venue.rejectionOf(wire);
      if (reason === undefined) return { kind: 'unknown', code: wire.code, message: describeWire(wire) };
      return { kind: 'rejected', reason, code: wire.code, message: describeWire(wire) };
    }
  }

  #viewOf(market: MarketRules, order: Order, conditional: boolean): OrderView {
    const info: Record<string, unknown> = order.info ?? {};
    const { id, side } = order;
    const filled = plain(order.filled);
    if (
      id === undefined ||
      filled === undefined ||
      (side !== 'buy' && side !== 'sell') ||
      order.status === undefined
    )
      throw new CallFailure('an order without id, side, status or fill', undefined, undefined);
    const details = this.#venue.detailsOf(info);
    return {
      orderId: id,
      clientOrderId: order.clientOrderId,
      // For a market that it doesn't know ccxt names the one it was asked for.
      symbol: details.marketId === market.id ? market.symbol : String(details.marketId),
      side,
      type: String(details.type ?? order.type ?? '').toLowerCase(),
      status: finalStatuses.has(order.status) ? 'done' : 'live',
      amount: plain(order.amount) ?? filled,
      filled,
      average: plainOrNone(order.average),
      price: plainOrNone(order.price),
      triggerPrice: plainOrNone(order.triggerPrice),
      positionSide: details.positionSide,
      reduceOnly: order.reduceOnly,
      conditional,
      at: order.lastUpdateTimestamp ?? order.lastTradeTimestamp ?? order.timestamp,
    };
  }

  /** Lets ccxt know a market by its given rules alone, so that no call loads whole markets. */
  #know(market: MarketRules): void {
    // A table gives the same rules back in another order, and without what is undefined.
    const content = JSON.stringify(
      Object.entries(market)
        .filter(([, rule]) => rule !== undefined)
        .sort(),
    );
    if (this.#markets.get(market.symbol)?.content === content) return;
    this.#markets.set(market.symbol, { content, rules: market });
    const known = [...this.#markets.values()].map(({ rules }) => ({
      id: rules.id,
      symbol: rules.symbol,
      base: rules.base,
      quote: rules.quote,
      settle: rules.settle,
      baseId: rules.base,
      quoteId: rules.quote,
      settleId: rules.settle,
      type: rules.kind === 'spot' ? 'spot' : 'swap',
      spot: rules.kind === 'spot',
      swap: rules.kind === 'perpetual',
      contract: rules.kind === 'perpetual',
      linear: rules.kind === 'perpetual' ? true : undefined,
      active: true,
      contractSize: rules.contractSize,
      precision: { amount: rules.amountStep, price: rules.priceStep },
      limits: { amount: { min: rules.amountMin } },
      info: this.#venue.marketInfo,
    }));
    this.#ccxt.setMarkets(known);
  }

  async #read<Result>(
    what: string,
    call: () => Promise<Result>,
    deadlineMs = this.#deadlines.callMs,
  ): Promise<Result> {
    try {
      return await this.#call(call, deadlineMs);
    } catch (thrown) {
      throw this.#faultOf(what, thrown);
    }
  }

  /** One call under a deadline. What the venue refused for its clock or its keys is asked once more. */
  async #call<Result>(call: () => Promise<Result>, deadlineMs = this.#deadlines.callMs): Promise<Result> {
    try {
      return await this.#attempt(call, deadlineMs);
    } catch (thrown) {
      const code = thrown instanceof CallFailure ? thrown.wire?.code : undefined;
      if (code === undefined) throw thrown;
      if (this.#venue.clockCodes.has(code))
        await this.#attempt(() => this.#ccxt.loadTimeDifference(), deadlineMs);
      else if (!(this.#venue.deniedCodes.has(code) && (await this.#keysChanged()))) throw thrown;
      return await this.#attempt(call, deadlineMs);
    }
  }

  async #attempt<Result>(call: () => Promise<Result>, deadlineMs: number): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    // ccxt's own time-out ends at the headers: a body that stalls would never settle.
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new CallFailure('no answer in time', undefined, undefined)),
        deadlineMs,
      );
    });
    try {
      return await Promise.race([call(), deadline]);
    } catch (thrown) {
      if (thrown instanceof CallFailure) throw thrown;
      const wire = (thrown as { wire?: WireError } | undefined)?.wire;
      throw new CallFailure('the call failed', wire, thrown instanceof NotSent ? thrown : wordless(thrown));
    } finally {
      clearTimeout(timer);
    }
  }

  /** @returns whether the stored keys are other ones than those in use, which it puts into use. */
  async #keysChanged(): Promise<boolean> {
    const account = await this.#rereadKeys();
    if (account.exchange !== this.#venue.id) return false;
    const keys = `${account.apiKey}:${account.secret}`;
    if (keys === this.#keys) return false;
    this.#keys = keys;
    this.#ccxt.apiKey = account.apiKey;
    this.#ccxt.secret = account.secret;
    if (account.password !== undefined) this.#ccxt.password = account.password;
    return true;
  }

  #saysAbsent(failure: CallFailure): boolean {
    return failure.wire !== undefined && this.#venue.absentCodes.has(failure.wire.code);
  }

  /** Whether asking again later may help: unless the venue has said what it doesn't like about the request. */
  #mayPass(wire: WireError): boolean {
    const reason = this.#venue.rejectionOf(wire);
    if (reason === 'clock' || reason === 'rate-limit') return true;
    if (reason !== undefined || this.#venue.deniedCodes.has(wire.code)) return false;
    // A code that means nothing in an answer of 200 tells nothing either.
    return wire.status < 400 || wire.status >= 500 || limitingStatuses.has(wire.status);
  }

  #faultOf(what: string, thrown: unknown): Fault {
    if (thrown instanceof Fault) return thrown;
    const notSent = notSentBy(thrown);
    if (notSent?.reason === 'rate-limit') return new Fault('exchange-unreachable', notSent.message);
    const wire = thrown instanceof CallFailure ? thrown.wire : undefined;
    const mayPass = wire === undefined || this.#mayPass(wire);
    const words = wire === undefined ? 'no answer' : describeWire(wire);
    return new Fault(
      mayPass ? 'exchange-unreachable' : 'exchange-refused',
      `${this.#venue.id} did not let us ${what}: ${words}`,
      { cause: thrown },
    );
  }
}

const notSentBy = (thrown: unknown): NotSent | undefined =>
  thrown instanceof CallFailure && thrown.cause instanceof NotSent ? thrown.cause : undefined;

/** How venues answer who asks too much: Bybit and Binance's firewall with 403, Binance before a ban with 418. */
const limitingStatuses = new Set([403, 418, 429]);

/** ccxt's words for an order that can fill no further. A word that ccxt doesn't know either proves nothing. */
const finalStatuses = new Set(['closed', 'canceled', 'expired', 'rejected']);

/** What is known of an order that the venue has only acknowledged: what was sent, and nothing filled yet. */
const viewOfAcknowledged = (orderId: string, market: MarketRules, sent: EntryOrder): OrderView => ({
  orderId,
  clientOrderId: sent.clientOrderId,
  symbol: market.symbol,
  side: sent.side,
  type: sent.type,
  status: 'live',
  // Sized by cost, its amount is the venue's to tell.
  amount: sent.amount ?? '0',
  filled: '0',
  price: sent.price,
  positionSide: sent.hedged ? sent.positionSide : undefined,
  conditional: false,
});

/** Puts another scheme and host in front of every URL of the exchange, and leaves their paths. */
const rebase = (urls: Record<string, unknown>, baseUrl: string): void => {
  const origin = new URL(baseUrl).origin;
  for (const [name, url] of Object.entries(urls)) {
    if (typeof url === 'string') urls[name] = origin + new URL(url).pathname.replace(/\/$/, '');
    else if (typeof url === 'object' && url !== null) rebase(url as Record<string, unknown>, baseUrl);
  }
};

/** Longer than any id and any word of a message; signatures, and keys in whatever form, are longer still. */
const longWords = /[\w+/=%.-]{40,}/g;
/** Words for a person. A venue that sends a whole page must not outgrow the position that they are kept with. */
const wordsLength = 500;

/** Some venues repeat in an error what was signed, and the key is part of it. */
const withoutKeys = ({ apiKey, secret, password }: Ccxt, error: WireError): WireError => {
  const forms = [apiKey, secret, password].flatMap((key) =>
    key === undefined || key === ''
      ? []
      : [key, encodeURIComponent(key), Buffer.from(key).toString('base64').replace(/=+$/, '')],
  );
  const message = forms.reduce((told, form) => told.replaceAll(form, '…'), error.message);
  return { ...error, message: message.replaceAll(longWords, '…').slice(0, wordsLength) };
};

type Options = Record<string, unknown>;

const isOptions = (value: unknown): value is Options =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a venue sets, an account can't change: its fence is only as long as the receive window that is sent. */
const optionsOf = (own: Options, fixed: Options): Options => ({
  ...own,
  ...Object.fromEntries(
    Object.entries(fixed).map(([name, value]) => {
      const given = own[name];
      return [name, isOptions(value) && isOptions(given) ? optionsOf(given, value) : value];
    }),
  ),
});

const connect = async (
  account: Account,
  rereadKeys: () => Promise<Account>,
  now: () => number,
  deadlines: Deadlines,
): Promise<Exchange> => {
  const venue = venues[account.exchange];
  const Class = await loadCcxt(account.exchange);
  const ccxt = new Class({
    apiKey: account.apiKey,
    secret: account.secret,
    ...(account.password === undefined ? {} : { password: account.password }),
    // A trigger is one call or two: waiting in ccxt's queue would only make the price worse.
    enableRateLimit: false,
    timeout: deadlines.marketsMs,
    options: optionsOf(account.options ?? {}, venue.options),
  });
  ccxt.number = String as unknown as typeof ccxt.number;
  ccxt.fetchImplementation = ccxtFetch;
  // Otherwise its first request looks for three packages of proxies, which nobody here has installed.
  ccxt.proxiesModulesLoading = Promise.resolve();
  // Without any markets some calls load them all, and where that failed once it is never tried again.
  ccxt.setMarkets([]);
  if (account.sandbox === true) venue.useSandbox(ccxt);
  if (account.baseUrl !== undefined) rebase(ccxt.urls.api as Record<string, unknown>, account.baseUrl);

  // ccxt's error texts lose the code for some messages and may carry the signed URL: keep the answer itself.
  const backOff = new BackOff(now);
  const handleErrors = ccxt.handleErrors.bind(ccxt);
  ccxt.handleErrors = (status, reason, url, method, headers, body, response, requestHeaders, requestBody) => {
    backOff.hear(status, headerOf(headers, 'retry-after'));
    const failed = (thrown: unknown) =>
      Object.assign(thrown instanceof Error ? thrown : new Error('error answer'), {
        wire: withoutKeys(ccxt, venue.wireErrorOf(status, response)),
      });
    try {
      handleErrors(status, reason, url, method, headers, body, response, requestHeaders, requestBody);
    } catch (thrown) {
      throw failed(thrown);
    }
    if (status >= 400) throw failed(undefined);
    // ccxt would read a page of HTML or half an answer as an answer without orders and balances.
    if (response === undefined || response === null) throw new Error('the answer is not JSON');
  };
  const fetch = ccxt.fetch.bind(ccxt);
  ccxt.fetch = async (url, method, headers, body) => {
    const sendBefore = sendDeadline.getStore();
    if (sendBefore !== undefined && now() > sendBefore)
      throw new NotSent('too-late', 'not sent: its time was over');
    const pausedUntil = backOff.pausedUntil();
    if (pausedUntil !== undefined)
      throw new NotSent(
        'rate-limit',
        `the exchange asked for a pause until ${new Date(pausedUntil).toISOString()}`,
      );
    try {
      return await fetch(url, method, headers, body);
    } catch (thrown) {
      // With `wire` it is an answer, whatever its words.
      const isSilent = thrown instanceof Error && !('wire' in thrown);
      throw isSilent && noConnection.test(thrown.message)
        ? new NotSent('no-connection', 'not sent: there was no connection')
        : thrown;
    }
  };
  return new CcxtExchange(venue, ccxt, account, rereadKeys, deadlines);
};

const headerOf = (headers: Record<string, unknown>, name: string): string | undefined => {
  const [, value] = Object.entries(headers).find(([each]) => each.toLowerCase() === name) ?? [];
  return value === undefined ? undefined : String(value);
};

/**
 * Exchanges by account name. A connection is kept as long as the account's entry stays the same, so that
 * warm functions reuse it; `accounts` decides how long it trusts what it has read.
 */
export const ccxtExchanges = (
  accounts: Accounts,
  now: () => number = Date.now,
  deadlines: Partial<Deadlines> = {},
): Exchanges => {
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
        'conflict',
        `account "${name}" is now a ${account.exchange} account, and this position is on ${venueId}`,
      );
    const entry = JSON.stringify(account);
    const known = connected.get(name);
    if (known?.entry === entry) return known.exchange;
    const exchange = connect(account, () => accounts.read(name, { fresh: true }), now, {
      ...usualDeadlines,
      ...deadlines,
    });
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
};
