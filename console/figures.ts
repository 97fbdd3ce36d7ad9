import { BigNumber } from 'bignumber.js';
import type { PositionView } from '../lib/admin/contract/commands.ts';

type ExitState = PositionView['takeProfits'][number]['state'];

const openStates: ReadonlySet<ExitState> = new Set(['waiting', 'unconfirmed', 'resting', 'refused']);

/** Whether an exit is still to come. */
export function isOpenExit({ state }: { state: ExitState }): boolean {
  return openStates.has(state);
}

/** What a trader reads off a position besides its own fields. What can't be computed is absent. */
export interface Figures {
  /** What remains at the mark price, in quote currency. */
  value?: string;
  /** How far the mark price has to move to the stop and to the next target, in % of it; negative: to fall. */
  stopDistance?: string;
  targetDistance?: string;
  liquidationDistance?: string;
  /**
   * The gain of a coin at the mark price as a multiple of its loss at the first stop, both from the average entry and
   * before fees. A stop that is moved to break-even changes nothing about what was risked. Absent if no stop ever lost.
   */
  multiple?: string;
}

export function computeFigures(position: PositionView): Figures {
  const { markPrice, remaining, exchangePosition } = position;
  if (markPrice === undefined || !new BigNumber(remaining).gt(0)) return {};
  const stop = findStop(position);
  const target = findNextTarget(position);
  const liquidation = exchangePosition?.liquidationPrice;
  const multiple = computeMultiple(position, markPrice);
  return {
    value: new BigNumber(markPrice).times(remaining).toFixed(),
    ...(stop === undefined ? {} : { stopDistance: computeDistance(stop, markPrice) }),
    ...(target === undefined ? {} : { targetDistance: computeDistance(target, markPrice) }),
    ...(liquidation === undefined ? {} : { liquidationDistance: computeDistance(liquidation, markPrice) }),
    ...(multiple === undefined ? {} : { multiple }),
  };
}

/** @returns the trigger price of the stop that is set, also an adopted one. */
export function findStop({ stopLoss }: PositionView): string | undefined {
  return stopLoss !== null && isOpenExit(stopLoss) ? stopLoss.price : undefined;
}

/** @returns the price of the target that the market reaches first. */
export function findNextTarget({ takeProfits, side }: PositionView): string | undefined {
  const prices = takeProfits.filter(isOpenExit).map(({ price }) => price);
  if (prices.length === 0) return undefined;
  return (side === 'long' ? BigNumber.min(...prices) : BigNumber.max(...prices)).toFixed();
}

function computeDistance(price: string, markPrice: string): string {
  return new BigNumber(price).minus(markPrice).div(markPrice).times(100).toFixed(2);
}

function computeMultiple(position: PositionView, markPrice: string): string | undefined {
  const { averageEntry, side } = position;
  const stop = findFirstStop(position) ?? findLosingStop(position);
  if (averageEntry === undefined || stop === undefined) return undefined;
  const gainAt = (price: string) => new BigNumber(price).minus(averageEntry).times(side === 'long' ? 1 : -1);
  return gainAt(markPrice).div(gainAt(stop).negated()).toFixed(2);
}

/** The stop that is set, if it loses: it may not have been placed yet. */
function findLosingStop(position: PositionView): string | undefined {
  const stop = findStop(position);
  return stop !== undefined && loses(position, stop) ? stop : undefined;
}

function loses({ averageEntry, side }: PositionView, price: string): boolean {
  if (averageEntry === undefined) return false;
  return side === 'long' ? new BigNumber(price).lt(averageEntry) : new BigNumber(price).gt(averageEntry);
}

/** @returns the stop that the trade began with: a later one may have been moved to where it risks nothing. */
export function findFirstStop(position: PositionView): string | undefined {
  const { entryOrders, exitOrders } = position;
  const attached = entryOrders.flatMap((entry) => entry.attached?.stopLoss.triggerPrice ?? []);
  const placed = exitOrders
    .filter(
      ({ isStop, conditional, rung }) => isStop === true || (conditional === true && rung === undefined),
    )
    .toSorted((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0))
    .flatMap(({ triggerPrice }) => triggerPrice ?? []);
  return [...attached, ...placed].find((price) => loses(position, price));
}

/** Whether the exchange would close the position by force before the market reaches the stop. */
export function isStopBeyondLiquidation(position: PositionView): boolean {
  const stop = findStop(position);
  const liquidation = position.exchangePosition?.liquidationPrice;
  if (stop === undefined || liquidation === undefined) return false;
  return position.side === 'long'
    ? new BigNumber(stop).lte(liquidation)
    : new BigNumber(stop).gte(liquidation);
}

/** @returns since when the position is open, epoch milliseconds: since its first entry order, or its adoption. */
export function findOpenedAt({ entryOrders, createdAt }: PositionView): number {
  return Math.min(Date.parse(createdAt), ...entryOrders.flatMap((order) => order.createdAt ?? []));
}

/** What open positions in one quote currency have brought. Currencies are never added. */
export interface QuoteTotal {
  quote: string;
  unrealized: string;
  /** At the average entry, of what remains. */
  cost: string;
  /** Realized profit less fees, of the positions of which it is known. */
  net: string;
  fees: { currency: string; amount: string }[];
  /** How many positions hold something whose unrealized profit, or net profit, is unknown. */
  unknownUnrealized: number;
  unknownNet: number;
}

export function sumByQuote(positions: readonly PositionView[]): QuoteTotal[] {
  return [...Map.groupBy(positions, ({ quote }) => quote)].map(([quote, all]) => {
    const held = all.filter(({ remaining }) => new BigNumber(remaining).gt(0));
    const known = held.filter(({ unrealizedProfit }) => unrealizedProfit !== null);
    return {
      quote,
      unrealized: sum(known.map(({ unrealizedProfit }) => unrealizedProfit ?? '0')),
      cost: sum(
        known.map(({ remaining, averageEntry = '0' }) => new BigNumber(remaining).times(averageEntry)),
      ),
      net: sum(all.map(({ netProfit }) => netProfit ?? '0')),
      fees: sumFees(all),
      unknownUnrealized: held.length - known.length,
      unknownNet: all.filter(({ netProfit }) => netProfit === null).length,
    };
  });
}

function sumFees(positions: readonly PositionView[]): QuoteTotal['fees'] {
  const all = positions.flatMap(({ fees }) => fees ?? []);
  return [...Map.groupBy(all, ({ currency }) => currency)].map(([currency, fees]) => ({
    currency,
    amount: sum(fees.map(({ amount }) => amount)),
  }));
}

function sum(values: BigNumber.Value[]): string {
  return BigNumber.sum(0, ...values).toFixed();
}
