import { type Decimal, decimal } from './amounts.ts';
import type { Market } from './model.ts';
import { seededRandom } from './price-walk.ts';

/** Prices are decimal strings; `at` is when the candle opened, in milliseconds since 1970. */
export interface Candle {
  at: number;
  open: string;
  high: string;
  low: string;
  close: string;
}

export interface CandleRange {
  intervalMs: number;
  limit: number;
  since?: number | undefined;
  until?: number | undefined;
}

function nextOpening(at: number, intervalMs: number): number {
  return Math.ceil(at / intervalMs) * intervalMs;
}

const minuteMs = 60_000;
/** Recorded prices are kept for a week: more than any chart of the demo shows in one-minute candles. */
const minutesKept = 10_080;
/** Swings of 4 minutes to 45 days. Each has a larger amplitude than the next faster one, as market prices do. */
const swings = 15;
/** The amplitude of the fastest swing; that of one day is about 2 %. */
const fastestSwing = 0.001;
/** How many generated prices a candle consists of. */
const samples = 12;

/**
 * The prices of one market as candles. Recorded prices start when the exchange starts. Earlier prices are generated: they
 * are the same at every read and end at the first recorded price.
 */
export class PriceHistory {
  readonly #seed: number;
  readonly #tick: string;
  /** One candle per minute, oldest first; minutes without a price change have none. */
  readonly #recorded: Candle[] = [];

  constructor({ kind, symbol, tick, price }: Market, now: number) {
    this.#seed = [...`${kind}:${symbol}`].reduce((hash, letter) => hash * 31 + letter.charCodeAt(0), 7) >>> 0;
    this.#tick = tick;
    this.record(price, now);
  }

  record(price: string, at: number): void {
    const minute = at - (at % minuteMs);
    const last = this.#recorded.at(-1);
    if (last !== undefined && last.at === minute) {
      last.high = higher(last.high, price);
      last.low = lower(last.low, price);
      last.close = price;
      return;
    }
    // A minute opens at the close of the previous one: simulated prices have no gaps.
    const open = last?.close ?? price;
    this.#recorded.push({
      at: minute,
      open,
      high: higher(open, price),
      low: lower(open, price),
      close: price,
    });
    if (this.#recorded.length > minutesKept) this.#recorded.shift();
  }

  /** @returns candles up to `now`, oldest first: the latest, or with `since` the first that open then or later. */
  candles({ intervalMs, limit, since, until, now }: CandleRange & { now: number }): Candle[] {
    const end = Math.min(until ?? now, now);
    const last = end - (end % intervalMs);
    const first = since === undefined ? last - (limit - 1) * intervalMs : nextOpening(since, intervalMs);
    const count = Math.min(limit, (last - first) / intervalMs + 1);
    return Array.from({ length: Math.max(0, count) }, (_, index) =>
      this.#candle(first + index * intervalMs, intervalMs),
    );
  }

  #candle(at: number, intervalMs: number): Candle {
    const end = at + intervalMs;
    const [first] = this.#recorded;
    const firstAt = first?.at ?? end;
    const recorded = this.#recorded.filter((candle) => candle.at >= at && candle.at < end);
    const generated =
      at < firstAt
        ? Array.from({ length: samples + 1 }, (_, sample) =>
            this.#generate(Math.min(at + (intervalMs * sample) / samples, firstAt)),
          )
        : [];
    const before = this.#recorded.findLast((candle) => candle.at < at)?.close ?? first?.open ?? '0';
    const prices = [
      ...generated,
      ...(at < firstAt ? [] : [recorded[0]?.open ?? before]),
      ...recorded.flatMap(({ high, low, close }) => [high, low, close]),
    ];
    return {
      at,
      open: prices[0] ?? before,
      high: prices.reduce(higher),
      low: prices.reduce(lower),
      close: prices.at(-1) ?? before,
    };
  }

  /** @returns a price before the first recorded one: a sum of swings that ends at that one. */
  #generate(at: number): string {
    const [first] = this.#recorded;
    if (first === undefined) return '0';
    const move = this.#swingAt(at) - this.#swingAt(first.at);
    // Rounded to millionths: the only place where a float becomes a price.
    const factor = decimal(String(Math.round(Math.exp(move) * 1e6))).div('1000000');
    const ticks: Decimal = decimal(first.open).times(factor).div(this.#tick).integerValue();
    return ticks.times(this.#tick).toFixed();
  }

  #swingAt(at: number): number {
    let sum = 0;
    for (let swing = 0; swing < swings; swing += 1) {
      const period = 4 * minuteMs * 2 ** swing;
      const place = at / period;
      const whole = Math.floor(place);
      const part = place - whole;
      const smooth = part * part * (3 - 2 * part);
      const from = this.#noise(swing, whole);
      sum += fastestSwing * Math.SQRT2 ** swing * (from + (this.#noise(swing, whole + 1) - from) * smooth);
    }
    return sum;
  }

  /** @returns a number from -1 to 1, always the same for the same arguments. */
  #noise(swing: number, place: number): number {
    return seededRandom(this.#seed + Math.imul(place, 7_919) + swing * 104_729)() * 2 - 1;
  }
}

function higher(a: string, b: string): string {
  return decimal(a).gte(b) ? a : b;
}
function lower(a: string, b: string): string {
  return decimal(a).lte(b) ? a : b;
}
