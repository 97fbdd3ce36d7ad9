import { type Amount, decimal, isPositive, plainDecimal, toAmount } from '../../decimal.ts';

/**
 * @returns the amount; undefined if the field is missing, empty or zero, which venues use for "none".
 * @throws TypeError on anything else that is no number, such as null: a broken response must not read as "none".
 */
export function parsePositiveAmount(value: unknown): Amount | undefined {
  if (value === undefined || value === '') return undefined;
  const amount = toAmount(decimal(String(value)));
  return isPositive(amount) ? amount : undefined;
}

/** @returns a figure that is only shown. A read that an action needs must not fail by it, nor the write that stores it. */
export function readFigure(value: unknown): Amount | undefined {
  try {
    const amount = parsePositiveAmount(value);
    const figure = amount && toAmount(decimal(amount).decimalPlaces(16));
    return figure !== undefined && plainDecimal.test(figure) ? figure : undefined;
  } catch {
    return undefined;
  }
}
