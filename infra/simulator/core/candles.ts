import { type Decimal, decimal } from './amounts.ts';
import type { Market } from './model.ts';
import { seededRandom } from './price-walk.ts';

/** Prices are decimal strings, `at` is when it opened, in milliseconds since 1970. */
export interface Candle {
  at: number;
  open: string;
  high: string;
  low: string;
  close: string;
}

const minuteMs = 60_000;
/** Of what was seen, a week is kept: more than any chart of the demo shows in minutes. */
const minutesKept = 10_080;
/** Swings of 4 minutes to 45 days, each a little wilder than its faster neighbour, as prices are. */
const swings = 15;
/** Of the fastest swing; the swing of a day comes to about 2 %. */
const fastestSwing = 0.001;
/** How often the imagined price is looked at within a candle. */
const looks = 12;

/**
 * The prices of one market as candles: those that were seen since the exchange started, and before them a past that
 * was never there, the same at every look and leading up to the first price that was.
 */
export class PriceHistory {
  readonly #seed: number;
  readonly #tick: string;
  /** One candle a minute, oldest first; minutes without a change have none. */
  readonly #seen: Candle[] = [];

  constructor({ kind, symbol, tick, price }: Market, now: number) {
    this.#seed = [...`${kind}:${symbol}`].reduce((hash, letter) => hash * 31 + letter.charCodeAt(0), 7) >>> 0;
    this.#tick = tick;
    this.record(price, now);
  }

  record(price: string, at: number): void {
    const minute = at - (at % minuteMs);
    const last = this.#seen.at(-1);
    if (last !== undefined && last.at === minute) {
      last.high = higher(last.high, price);
      last.low = lower(last.low, price);
      last.close = price;
      return;
    }
    // Prices have no gaps here: a minute opens where the one before has ended.
    const open = last?.close ?? price;
    this.#seen.push({ at: minute, open, high: higher(open, price), low: lower(open, price), close: price });
    if (this.#seen.length > minutesKept) this.#seen.shift();
  }

  /** The latest candles up to `now`, oldest first. */
  candles(options: { intervalMs: number; limit: number; now: number }): Candle[] {
    const { intervalMs, limit, now } = options;
    const last = now - (now % intervalMs);
    return Array.from({ length: limit }, (_, index) =>
      this.#candle(last - (limit - 1 - index) * intervalMs, intervalMs),
    );
  }

  #candle(at: number, intervalMs: number): Candle {
    const end = at + intervalMs;
    const [first] = this.#seen;
    const began = first?.at ?? end;
    const seen = this.#seen.filter((candle) => candle.at >= at && candle.at < end);
    const imagined =
      at < began
        ? Array.from({ length: looks + 1 }, (_, look) =>
            this.#imagine(Math.min(at + (intervalMs * look) / looks, began)),
          )
        : [];
    const before = this.#seen.findLast((candle) => candle.at < at)?.close ?? first?.open ?? '0';
    const prices = [
      ...imagined,
      ...(at < began ? [] : [seen[0]?.open ?? before]),
      ...seen.flatMap(({ high, low, close }) => [high, low, close]),
    ];
    return {
      at,
      open: prices[0] ?? before,
      high: prices.reduce(higher),
      low: prices.reduce(lower),
      close: prices.at(-1) ?? before,
    };
  }

  /** A price before the first one: a sum of swings, drawn so that it ends at the first price. */
  #imagine(at: number): string {
    const [first] = this.#seen;
    if (first === undefined) return '0';
    const move = this.#swingAt(at) - this.#swingAt(first.at);
    // Whole millionths: the only place where a float turns into a price.
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

  /** Between -1 and 1, always the same at the same place. */
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
