/**
 * Exchanges where Ripcord does not trade, by ccxt's name. An account on their test network is stored for `venues verify`, and
 * commands that trade or check accounts refuse it. No schema: bundles of exchanges load this.
 */
export const testOnlyIds = ['krakenfutures'] as const;
export type TestOnlyId = (typeof testOnlyIds)[number];

const known: ReadonlySet<string> = new Set(testOnlyIds);

/** Whether an account of this exchange is for `venues verify` only. */
export function isTestOnly(exchange: string): exchange is TestOnlyId {
  return known.has(exchange);
}

/** @returns the exchange of what is stored as such an account; undefined if it is another one. */
export function findTestOnly(stored: unknown): TestOnlyId | undefined {
  const { exchange } = (stored ?? {}) as { exchange?: unknown };
  return typeof exchange === 'string' && isTestOnly(exchange) ? exchange : undefined;
}
