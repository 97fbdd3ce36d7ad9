import type { Argv } from 'yargs';
import {
  countSupport,
  describeExits,
  describeFence,
  describeProof,
  describeRefused,
  type ExchangeRow,
  refusedEverywhere,
} from './exchange-row.ts';
import type { SharedArguments } from './options.ts';
import { type Column, drawTable } from './table.ts';
import { printResult } from './terminal.ts';

export const exchangesSummary = 'Lists the exchanges: their markets, and what Ripcord can prove at each';

const atMostOnceName = 'at most once';

const supportNames = {
  proven: 'proven',
  'at-most-once': atMostOnceName,
  generic: atMostOnceName,
  refused: 'refused',
} as const;

const columns: Column<ExchangeRow>[] = [
  { head: 'EXCHANGE', text: ({ exchange }) => exchange },
  { head: 'NAME', text: ({ name }) => name },
  { head: 'SUPPORT', text: ({ support }) => supportNames[support] },
  { head: 'MARKETS', text: ({ markets }) => markets.join(', ') },
  { head: 'LOST ORDER', text: describeProof, dropRank: 3 },
  { head: 'ACCEPTED UNTIL', text: describeFence, dropRank: 4 },
  { head: 'EXITS', text: describeExits, dropRank: 2 },
  { head: 'TEST NETWORK', text: ({ testNetwork }) => (testNetwork ? 'yes' : 'no'), dropRank: 1 },
];

export function buildExchanges(yargs: Argv<SharedArguments>) {
  return yargs
    .example('$0 exchanges', 'a table')
    .example('$0 exchanges --json', 'with fees, and what is refused and why');
}

function describe(rows: readonly ExchangeRow[]): string {
  const usable = rows.filter(({ support }) => support !== 'refused');
  const parts = usable.flatMap(({ name, refused }) => refused.map((why) => `${name}: ${why}`));
  const notSupported = [refusedEverywhere, ...parts].map((each) => `  ${each}`);
  const refused = describeRefused(rows).map((each) => `  ${each}`);
  const provable = rows.filter(({ support }) => support === 'at-most-once').map(({ name }) => name);
  const generic = `At most once: add such an account with --generic. A test could prove ${provable.join(' and ')}.`;
  return [
    drawTable(columns, usable),
    ...['', generic, '', 'Not supported:', ...notSupported, '', 'Refused:', ...refused],
  ].join('\n');
}

/** Calls no stack: the table is part of this version. */
export async function runExchanges(args: SharedArguments): Promise<void> {
  // Only this command needs the exchanges' files.
  const { exchangeTable } = await import('./exchange-table.ts');
  const result = { exchanges: exchangeTable, counts: countSupport(exchangeTable) };
  printResult(args, result, () => describe(exchangeTable));
}
