import { BigNumber } from 'bignumber.js';
import type { CommandInput, PositionView } from '../../../lib/admin/contract/commands.ts';
import { isOpenExit } from '../../figures.ts';
import { snapToStep } from '../chart/drag-price.ts';
import { compare, isPositive, subtract, sum } from '../format.ts';

type SetExits = CommandInput<'positions.setExits'>;
type TakeProfit = PositionView['takeProfits'][number];
export type Side = PositionView['side'];

/** A target as entered. */
export interface TargetChoice {
  price: string;
  percent: string;
}

/** A stop as entered. The price may be `breakEven`. */
export interface StopChoice {
  price: string;
  /** Empty: the stop executes at MARKET. */
  limitPrice: string;
}

export interface ExitChoices {
  targets: TargetChoice[];
  stop: StopChoice | undefined;
}

export const noExits: ExitChoices = { targets: [], stop: undefined };
export const maxTargets = 10;
export const breakEven = 'breakEven';

/** @returns whether the text is a price or an amount that the contract accepts. */
export function isDecimal(text: string): boolean {
  return /^\d{1,30}(\.\d{1,30})?$/.test(text) && isPositive(text);
}

export function toTakeProfits({ targets }: ExitChoices): { price: string; percent: string }[] {
  return targets.map(({ price, percent }) => ({ price: price.trim(), percent: percent.trim() }));
}

export function toStopLoss({ stop }: ExitChoices): { price: string; limitPrice?: string } | undefined {
  if (stop === undefined) return undefined;
  const limitPrice = stop.limitPrice.trim();
  return { price: stop.price.trim(), ...(limitPrice === '' ? {} : { limitPrice }) };
}

/** @returns the part of the command that names only what changed; undefined if nothing did. */
export function toExitsChange(
  before: ExitChoices,
  after: ExitChoices,
): Omit<SetExits, 'positionId'> | undefined {
  const takeProfits = toTakeProfits(after);
  const stopLoss = toStopLoss(after);
  const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const change = {
    ...(isSame(toTakeProfits(before), takeProfits) ? {} : { takeProfits }),
    ...(isSame(toStopLoss(before), stopLoss) ? {} : { stopLoss: stopLoss ?? null }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

/** Distance of a new line from the price, in % of it. */
const newDistance = 2;

/** @returns where a new line starts: a target beyond the furthest one, a stop on the losing side. */
export function suggestPrice(kind: 'target' | 'stop', side: Side, from: string, step: string): string {
  const isAbove = (kind === 'target') === (side === 'long');
  const factor = new BigNumber(100).plus(isAbove ? newDistance : -newDistance).div(100);
  return snapToStep(new BigNumber(from).times(factor).toFixed(), step);
}

/** @returns the choices with one more target, for what the others leave of 100 %. */
export function addTarget(
  choices: ExitChoices,
  { side, price, priceStep }: { side: Side; price: string | undefined; priceStep: string },
): ExitChoices {
  const prices = [price ?? '', ...choices.targets.map((target) => target.price)]
    .filter(isDecimal)
    .toSorted(compare);
  const furthest = side === 'long' ? prices.at(-1) : prices[0];
  const left = subtract('100', sum(choices.targets.map(({ percent }) => percent).filter(isDecimal)));
  const target = {
    price: furthest === undefined ? '' : suggestPrice('target', side, furthest, priceStep),
    percent: isPositive(left) ? left : '',
  };
  return { ...choices, targets: [...choices.targets, target] };
}

export function changeTarget(choices: ExitChoices, at: number, change: Partial<TargetChoice>): ExitChoices {
  const targets = choices.targets.map((target, index) => (index === at ? { ...target, ...change } : target));
  return { ...choices, targets };
}

/** @returns the choices with the stop at another price. Its LIMIT price keeps its distance. */
export function moveStop(choices: ExitChoices, price: string): ExitChoices {
  const { stop } = choices;
  if (stop === undefined) return choices;
  const canShift = isDecimal(stop.limitPrice) && isDecimal(stop.price);
  const limitPrice = canShift ? sum([stop.limitPrice, subtract(price, stop.price)]) : stop.limitPrice;
  return {
    ...choices,
    stop: { price, limitPrice: canShift && !isPositive(limitPrice) ? price : limitPrice },
  };
}

/** @returns the position's exits as choices: what is still to come, with percents of what remains. */
export function toExitChoices(position: PositionView): ExitChoices {
  const open = position.takeProfits.filter(isOpenExit);
  const percents = toPercents(open, position);
  const { stopLoss: stop } = position;
  return {
    targets: open.map(({ price }, index) => ({ price, percent: percents[index] ?? '' })),
    stop:
      stop === null || !isOpenExit(stop)
        ? undefined
        : { price: stop.price, limitPrice: stop.limitPrice ?? '' },
  };
}

/** The plan's percents, unless something closed since they were set: then each target's share of what remains. */
function toPercents(targets: TakeProfit[], { remaining, amountStep }: PositionView): string[] {
  const tolerance = new BigNumber(amountStep).times(targets.length);
  const isShare = ({ amount, percent }: TakeProfit) =>
    percent !== undefined &&
    new BigNumber(remaining).times(percent).div(100).minus(amount).abs().lte(tolerance);
  if (targets.every(isShare)) return targets.map(({ percent = '' }) => percent);
  if (!isPositive(remaining)) return targets.map(({ percent = '' }) => percent);
  const shares = targets.map(({ amount, filled }) =>
    new BigNumber(amount)
      .minus(filled)
      .div(remaining)
      .times(100)
      .decimalPlaces(2, BigNumber.ROUND_DOWN)
      .toFixed(),
  );
  const total = sum(targets.map(({ amount, filled }) => subtract(amount, filled)));
  if (new BigNumber(remaining).minus(total).gt(tolerance)) return shares;
  return [...shares.slice(0, -1), subtract('100', sum(shares.slice(0, -1)))];
}

export const outdatedExits =
  'The exits changed since this was opened. Nothing was sent. Close it and open it again.';

/** @returns a text that changes when an exit fills, ends or is replaced: choices made before it are outdated. */
export function toSignature({ takeProfits, stopLoss }: PositionView): string {
  const toFacts = (exit: Omit<TakeProfit, 'percent'>) => [exit.price, exit.filled, isOpenExit(exit)];
  return JSON.stringify([...takeProfits.map(toFacts), stopLoss === null ? null : toFacts(stopLoss)]);
}
