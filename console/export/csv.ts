/** A column of an export. `number`: a plain decimal, possibly negative. `time`: ISO 8601, UTC. */
export interface CsvColumn<Row> {
  name: string;
  kind: 'text' | 'number' | 'time';
  /** Undefined or null: not known, and left empty. */
  value(row: Row): string | number | null | undefined;
}

/** A URL of a link that the owner pasted, such as into a label: any reader of the file could fire the link. */
const token = /rc_[0-9A-Za-z]{8,}/g;
/**
 * Spreadsheets take text that begins with one of these for a formula. An apostrophe before it makes it text. In many
 * countries they split at semicolons, and then not at commas, so that text can begin a cell after each of those.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const beforeFormula = /(?<=^|[;\t\r\n])(?=[\s"\p{Cf}]*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20])|^(?=[\t\r\n])/gu;
const plainNumber = /^-?\d+(\.\d+)?$/;
const isoTime = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** @returns rows below their column names, as RFC 4180 writes them. https://www.rfc-editor.org/rfc/rfc4180 */
export function toCsv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = rows.map((row) => columns.map((column) => toCell(column, row)));
  return [columns.map(({ name }) => name), ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

function toCell<Row>({ kind, value }: CsvColumn<Row>, row: Row): string {
  const text = String(value(row) ?? '');
  // Anything else under these kinds would be text after all.
  if (kind === 'number' && plainNumber.test(text)) return text;
  if (kind === 'time' && isoTime.test(text)) return text;
  return quote(text.replaceAll(token, 'rc_…').replaceAll(beforeFormula, "'"));
}

function quote(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
