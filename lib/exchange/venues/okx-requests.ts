import { type Fields, fetchPages as fetchAllPages, type Response } from './lists.ts';
import { parsePositiveAmount } from './parse-amount.ts';

/**
 * @returns the rows of all pages. `after` asks for those before the row that it names.
 * "Number of results per request. The maximum is 100." https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-order-list
 */
export function fetchPages(
  fetchPage: (request: Fields) => Promise<Response>,
  request: Fields,
  idName: 'ordId' | 'algoId' | 'billId',
): Promise<Fields[]> {
  return fetchAllPages(fetchPage, request, { idName, before: 'after' });
}

export function toInstrumentType(kind: 'spot' | 'perpetual'): string {
  return kind === 'spot' ? 'SPOT' : 'SWAP';
}

/** @returns a price that is one: `-1` stands for MARKET. */
export function toPrice(value: unknown) {
  return value === '-1' ? undefined : parsePositiveAmount(value);
}
