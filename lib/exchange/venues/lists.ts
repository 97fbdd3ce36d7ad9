/** The venue's own fields of a request or a row. */
export type Fields = Record<string, unknown>;

export interface Response {
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

/** @throws TypeError if the response has no object. */
export function readObject({ data }: Response): Fields {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new TypeError('the response has no data');
  return data as Fields;
}

/** The most rows of one request, at OKX and at Bitget. */
const rowsPerPage = 100;

/** How a list with pages is read. */
export interface Pages {
  /** The field that identifies a row. */
  idName: string;
  /** The parameter that asks for the rows before one. */
  before: string;
  /** No page is read after one with such a row. */
  isLast?(row: Fields): boolean;
}

/** @returns the rows of all pages, latest first. */
export async function fetchPages(
  fetchPage: (request: Fields) => Promise<Response>,
  request: Fields,
  { idName, before, isLast }: Pages,
): Promise<Fields[]> {
  const rows: Fields[] = [];
  for (let last: unknown; ; ) {
    const page = parseData(
      await fetchPage({ ...request, limit: rowsPerPage, ...(last ? { [before]: last } : {}) }),
    );
    rows.push(...page);
    last = page.at(-1)?.[idName];
    if (page.length < rowsPerPage || last === undefined || page.some((row) => isLast?.(row))) return rows;
  }
}

/**
 * @param hasWanted stops at the page that has what is looked for.
 * @returns the rows of all pages of a list that counts them from 1.
 */
export async function fetchNumberedPages(
  fetchPage: (page: { page: number; limit: number }) => Promise<unknown>,
  limit: number,
  hasWanted: (rows: Fields[]) => boolean = () => false,
): Promise<Fields[]> {
  const rows: Fields[] = [];
  for (let page = 1; ; page += 1) {
    const next = parseRows(await fetchPage({ page, limit }));
    rows.push(...next);
    if (next.length < limit || hasWanted(next)) return rows;
  }
}

/** @throws TypeError if the response is no list: only an empty list means that there is nothing. */
export function parseRows(response: unknown): Fields[] {
  if (!Array.isArray(response)) throw new TypeError('the response is no list');
  return response;
}
