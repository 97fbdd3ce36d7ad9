import { type CsvColumn, toCsv } from '../console/export/csv.ts';
import { CliError } from './cli-error.ts';

export const csvOption = {
  csv: {
    type: 'boolean',
    default: false,
    describe: 'Print the rows as CSV, with times in UTC',
  },
} as const;

/** Throws a CliError before anything is sent. */
export function requireOneFormat({ csv, json }: { csv: boolean; json: boolean }): void {
  if (csv && json) throw new CliError('invalid-input', 'Use either --csv or --json.');
}

/** Prints rows for a spreadsheet, the only output on stdout. */
export function printCsv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): void {
  process.stdout.write(toCsv(columns, rows));
}
