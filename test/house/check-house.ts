/**
 * Counts how the code and its words keep to the house rules of CONTRIBUTING.md, and fails above a limit:
 * `npm run check:house`. With `--json` it prints every finding as JSON; a folder as argument is checked instead of
 * the project.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Counts, countHouse, type Lists, toTable } from './count-house.ts';
import { parseAllowed, parseList, parsePhrases } from './phrases.ts';
import { readDocFiles, readProductFiles } from './source-files.ts';

async function readLists(): Promise<Lists> {
  const read = (name: string): Promise<string> => readFile(new URL(`./${name}`, import.meta.url), 'utf8');
  return {
    phrases: parsePhrases(await read('phrases.txt')),
    allowedPhrases: parseAllowed(await read('allowed-phrases.txt')),
    longFunctions: parseList(await read('long-functions.txt')).map(([path = '', name = '', reason = '']) => {
      if (reason === '') throw new Error(`Expected "path | name | reason", found "${path} | ${name}".`);
      return { path, name, reason };
    }),
  };
}

/** @returns the report: the table, then each finding with its place. */
function render(counts: Counts): string {
  const lines = toTable(counts);
  const width = Math.max(...lines.map(({ what }) => what.length));
  const table = lines.map(
    ({ what, found, limit, isOver }) =>
      `${isOver ? '✗' : '✓'} ${what.padEnd(width)}  ${found.padStart(6)}  limit ${limit}`,
  );
  const shares = Object.entries(counts.folderLines).map(([folder, count]) => `${folder} ${count}`);
  return [...table, `  lines of code by folder: ${shares.join(', ')}`, ...describeFindings(counts)].join(
    '\n',
  );
}

function describeFindings(counts: Counts): string[] {
  const table = toTable(counts);
  const isOver = table.some((line) => line.isOver);
  if (!isOver) return [];
  return [
    '',
    ...counts.longFunctions.map(({ path, line, name, lines }) => `${path}:${line} ${name}: ${lines} lines`),
    ...counts.longFiles.map(({ path, lines }) => `${path}: ${lines} lines`),
    ...counts.nestedTernaries.map(({ path, line }) => `${path}:${line} nested ternary`),
    ...counts.phrases.map(({ path, line, phrase, instead }) => `${path}:${line} "${phrase}": ${instead}`),
    ...counts.staleEntries,
  ];
}

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const root = positionals[0] ?? new URL('../..', import.meta.url).pathname;
const counts = await countHouse(await readProductFiles(root), await readDocFiles(root), await readLists());
process.stdout.write(`${values.json ? JSON.stringify(counts, null, 2) : render(counts)}\n`);
if (toTable(counts).some(({ isOver }) => isOver)) process.exitCode = 1;
