import { parsePositiveAmount } from './parse-amount.ts';

/** OKX's own fields of a request or a row. */
export type Fields = Record<string, unknown>;

interface Response {
  data?: unknown;
}

/** @throws TypeError if the response has no list: only an empty list means that there is nothing. */
export function parseData({ data }: Response): Fields[] {
  if (!Array.isArray(data)) throw new TypeError('the response has no data');
  return data;
}

/** @throws TypeError for an empty list, which answers no question about one thing. */
export function readFirst(response: Response): Fields {
  const [first] = parseData(response);
  if (first === undefined) throw new TypeError('the response is empty');
  return first;
}

/** "Number of results per request. The maximum is 100." https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-order-list */
const rowsPerPage = 100;

/** @returns the rows of all pages, latest first. `after` asks for those before the row that it names. */
export async function fetchPages(
  fetchPage: (request: Fields) => Promise<Response>,
  request: Fields,
  idName: 'ordId' | 'algoId' | 'billId',
): Promise<Fields[]> {
  const rows: Fields[] = [];
  for (let after: unknown; ; ) {
    const page = parseData(await fetchPage({ ...request, limit: rowsPerPage, ...(after ? { after } : {}) }));
    rows.push(...page);
    after = page.at(-1)?.[idName];
    if (page.length < rowsPerPage || after === undefined) return rows;
  }
}

export function toInstrumentType(kind: 'spot' | 'perpetual'): string {
  return kind === 'spot' ? 'SPOT' : 'SWAP';
}

/** @returns a price that is one: `-1` stands for MARKET. */
export function toPrice(value: unknown) {
  return value === '-1' ? undefined : parsePositiveAmount(value);
}
