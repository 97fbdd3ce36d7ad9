import { triggerAlgoOrders } from './algo-triggers.ts';
import { decimal, isStepMultiple, text } from './amounts.ts';
import { type Candle, type CandleRange, PriceHistory } from './candles.ts';
import { matchAtPrice } from './matching.ts';
import type { Market, MarketKind } from './model.ts';
import { seededRandom, walkPrice } from './price-walk.ts';
import { Rejection } from './rejection.ts';
import type { ExchangeState } from './state.ts';

export interface MarketRef {
  market: MarketKind;
  symbol: string;
}

/** Moves the markets' prices and keeps their history. Open orders react to every move. */
export class MarketPrices {
  readonly #state: ExchangeState;
  readonly #seed: number;
  readonly #histories = new Map<string, PriceHistory>();
  #random: () => number;
  #ticker: NodeJS.Timeout | undefined;

  constructor(state: ExchangeState, seed: number) {
    this.#state = state;
    this.#seed = seed;
    this.#random = seededRandom(seed);
  }

  set({ market: kind, symbol, price }: MarketRef & { price: string }): Market {
    const market = this.#state.market(kind, symbol);
    if (decimal(price).lte(0) || !isStepMultiple(decimal(price), decimal(market.tick)))
      throw new Rejection('price_off_tick', `the tick of ${symbol} is ${market.tick}`);
    this.#state.record({ type: 'price', market: kind, symbol, price: text(decimal(price)) });
    this.#move(market, price);
    return market;
  }

  candles({ market: kind, symbol, ...range }: MarketRef & CandleRange): Candle[] {
    return this.#historyOf(this.#state.market(kind, symbol)).candles({ ...range, now: this.#state.now() });
  }

  /** Moves every price one random step. The ledger does not record it: a running ticker would fill it. */
  tick({ spread = '0.001' }: { spread?: string | undefined } = {}): void {
    for (const market of [...this.#state.markets.values()])
      this.#move(market, text(walkPrice(market.price, market.tick, spread, this.#random)));
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

  reset(): void {
    this.stopTicker();
    this.#histories.clear();
    this.#random = seededRandom(this.#seed);
  }

  #move(market: Market, price: string): void {
    const history = this.#historyOf(market);
    market.price = text(decimal(price));
    history.record(market.price, this.#state.now());
    this.#state.onChange();
    matchAtPrice(this.#state, market);
    triggerAlgoOrders(this.#state, market);
  }

  /** A history starts with the first read or move of a price. It is not kept between runs. */
  #historyOf(market: Market): PriceHistory {
    const key = `${market.kind}:${market.symbol}`;
    const known = this.#histories.get(key);
    if (known !== undefined) return known;
    const started = new PriceHistory(market, this.#state.now());
    this.#histories.set(key, started);
    return started;
  }
}
