import type { OrderFills } from '../../lib/exchange/exchange.ts';
import { Fault } from '../../lib/fault.ts';
import type { Profit } from '../../lib/position/profit.ts';
import type { Plan, Units } from './plan.ts';

type Role = 'entry' | 'exit' | 'close';
/** What exits do to the P&L does not depend on who sent them. */
type Kind = 'entry' | 'exit';

/** One execution. Whole numbers: prices in hundredths, fees in billionths of the quote currency or of the coin. */
interface Fill {
  orderId: string;
  kind: Kind;
  units: bigint;
  cents: bigint;
  fee: bigint;
  /** Thousandths of the base that the exchange has taken instead. */
  baseFee: bigint;
  /** What one coin of the fee was worth at that time, in tenths. */
  feeTenths: bigint;
  at: number;
}

const minuteMs = 60_000;
/** A unit is a thousandth, a cent a hundredth. */
const costDigits = 5n;
const feeDigits = 9n;

/** What a coin that pays fees is worth, in tenths: it differs from minute to minute. */
function toTenths(at: number): bigint {
  return 6_000n + BigInt(Math.floor(at / minuteMs) % 7) * 5n;
}

/** The account's own record of what every execution of the position was worth. It calculates in whole numbers. */
export class Ledger {
  readonly plan: Plan;
  readonly #fills: Fill[] = [];

  constructor(plan: Plan) {
    this.plan = plan;
  }

  /** @param price of the order; undefined: what the market gives. @returns the price of the execution. */
  note(
    order: { orderId: string; role: Role; price?: string | undefined; baseFee?: Units },
    units: Units,
    at: number,
  ): string {
    const { exits, seed } = this.plan;
    if (exits === undefined) return '100';
    const slip = BigInt((seed * 31 + this.#fills.length * 137) % 401) - 200n;
    const cents = order.price === undefined ? 10_000n + slip : BigInt(Number(order.price) * 100);
    const cost = BigInt(units) * cents;
    const paysCoin = exits.feeCoin !== 'USDT';
    // Five ten-thousandths of the cost, in the coin rounded down to its own digits.
    const inQuote = cost * 5n;
    const baseFee = BigInt(order.baseFee ?? 0);
    const feeOfCost = paysCoin ? ((inQuote * 10n) / toTenths(at) / 10n) * 10n : inQuote;
    const fee = baseFee === 0n ? feeOfCost : 0n;
    const kind = order.role === 'entry' ? 'entry' : 'exit';
    const feeTenths = paysCoin ? toTenths(at) : 10n;
    this.#fills.push({
      orderId: order.orderId,
      kind,
      units: BigInt(units),
      cents,
      fee,
      baseFee,
      feeTenths,
      at,
    });
    return toText(cents, 2n);
  }

  average(orderId: string): string {
    const fills = this.#fills.filter((fill) => fill.orderId === orderId);
    const units = add(fills.map((fill) => fill.units));
    return units === 0n ? '100' : toText((costOf(fills) * 10n ** 5n) / units, 7n);
  }

  /** Undefined if the plan has no exits: its orders all execute at 100. */
  fillsOf(orderId: string, filled: string): OrderFills | undefined {
    const { exits } = this.plan;
    if (exits === undefined) return undefined;
    const fills = this.#fills.filter((fill) => fill.orderId === orderId);
    // More has filled since the caller read the order.
    if (toText(add(fills.map(({ units }) => units)), 3n) !== filled)
      throw new Fault('exchange-unreachable', 'the trades are for another amount');
    const fees = fills.map(({ fee, baseFee, at }) =>
      baseFee === 0n
        ? { currency: exits.feeCoin, amount: toText(fee, feeDigits), at }
        : { currency: 'BTC', amount: toText(baseFee, 3n), at },
    );
    return { cost: toText(costOf(fills), costDigits), fees };
  }

  pastPrice(at: number): string {
    return toText(toTenths(at), 1n);
  }

  /** @returns what `positions.get` has to show of the closed part, the fees and both together. */
  profit(): Pick<Profit, 'realizedProfit' | 'fees' | 'netProfit'> {
    const entries = this.#fills.filter(({ kind }) => kind === 'entry');
    const exits = this.#fills.filter(({ kind }) => kind === 'exit');
    const [filled, closed] = [entries, exits].map((fills) => add(fills.map(({ units }) => units)));
    const { side, exits: { feeCoin } = { feeCoin: 'USDT' } } = this.plan;
    const paid = add(this.#fills.map(({ fee }) => fee));
    // In 10 ** -10 of the quote currency, times what has filled.
    const per = filled === 0n || filled === undefined ? 1n : filled;
    const gain = (costOf(exits) * per - costOf(entries) * (closed ?? 0n)) * 10n ** 5n;
    const realized = side === 'long' ? gain : -gain;
    // Coins that were taken as a fee cost what the entry has paid for them.
    const inBase = add(this.#fills.map(({ baseFee }) => baseFee));
    const costs =
      add(this.#fills.map(({ fee, feeTenths }) => fee * feeTenths)) * per +
      costOf(entries) * inBase * 10n ** 5n;
    return {
      realizedProfit: divide(realized, per),
      fees: [
        ...(inBase === 0n ? [] : [{ currency: 'BTC', amount: toText(inBase, 3n) }]),
        ...(paid === 0n ? [] : [{ currency: feeCoin, amount: toText(paid, feeDigits) }]),
      ],
      netProfit: divide(realized - costs, per),
    };
  }
}

function add(values: bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

function costOf(fills: Fill[]): bigint {
  return add(fills.map(({ units, cents }) => units * cents));
}

/** @returns a number of 10 ** -10 divided, with 16 digits after the point. Halves are rounded away from zero. */
function divide(value: bigint, by: bigint): string {
  const scaled = (value < 0n ? -value : value) * 10n ** 6n;
  const rounded = (scaled * 2n + by) / (by * 2n);
  return toText(value < 0n ? -rounded : rounded, 16n);
}

function toText(value: bigint, digits: bigint): string {
  const text = String(value < 0n ? -value : value).padStart(Number(digits) + 1, '0');
  const [whole, part] = [text.slice(0, -Number(digits)), text.slice(-Number(digits)).replace(/0+$/, '')];
  const sign = value < 0n ? '-' : '';
  return `${sign}${whole}${part === '' ? '' : `.${part}`}`;
}
