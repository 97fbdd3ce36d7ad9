import { type Amount, decimal, larger, toAmount, truncateToStep } from '../../decimal.ts';
import type { Answer, Fields, TestRequest } from './test-venue.ts';

export const get = (path: string, fields: Fields = {}): TestRequest => ({ method: 'GET', path, fields });
export const post = (path: string, fields: Fields): TestRequest => ({ method: 'POST', path, fields });
/** A request without a key. */
export const getPublic = (path: string, fields?: Fields): TestRequest => ({
  ...get(path, fields),
  isPublic: true,
});

type Json = Record<string, unknown>;

/** Throws a TypeError if there is no object. */
export function asObject(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`the ${what} could not be read`);
  return value as Json;
}

/** Throws a TypeError if there is no list: only an empty list means that there is nothing. */
export function asList(value: unknown, what: string): Json[] {
  if (!Array.isArray(value)) throw new TypeError(`the ${what} could not be read`);
  return value as Json[];
}

/** Null stands for an empty list. */
export function asListOrNull(value: unknown, what: string): Json[] {
  return value === null ? [] : asList(value, what);
}

export function requireAnswer(answer: Answer | undefined, what: string): Json {
  if (answer === undefined || answer.status >= 400) throw new TypeError(`the ${what} could not be read`);
  return answer.body;
}

/** @param success the code of an answer with data. */
export function readData(answer: Answer | undefined, what: string, success: unknown): unknown {
  const { code, data } = requireAnswer(answer, what);
  if (code !== success) throw new TypeError(`the ${what} could not be read`);
  return data;
}

interface Minimums {
  step: unknown;
  amount: unknown;
  cost?: unknown;
}

/** Of the present price: far enough for a buy to rest, and no further than exchanges allow. */
const lowPart = '0.8';
/** BigNumber's rounding mode. */
const roundUp = 0;
/** A whole multiple of every price step that BTC has. */
const priceStep = '10';

/** @returns the smallest order that the minimums allow also at the low price. */
export function toMarket(minimums: Minimums, price: unknown): { amount: Amount; lowPrice: Amount } {
  const lowPrice = truncateToStep(toAmount(decimal(String(price)).times(lowPart)), priceStep);
  const step = String(minimums.step);
  const forCost = decimal(String(minimums.cost ?? '0'))
    .dividedBy(lowPrice)
    .dividedBy(step)
    .integerValue(roundUp)
    .times(step);
  return { amount: larger(String(minimums.amount), toAmount(forCost)), lowPrice };
}

/** @returns the size of a position, without its sign. Throws a TypeError if there is none. */
export function toSize(size: unknown): Amount {
  return toAmount(decimal(String(size)).abs());
}

/** @returns 0.0001 for 4 decimal places. */
export function toStep(places: unknown): Amount {
  return toAmount(decimal('10').pow(-Number(places)));
}
