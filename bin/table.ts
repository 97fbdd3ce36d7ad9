import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import { asPlainText } from './terminal.ts';

export interface Column<Row> {
  head: string;
  text: (row: Row) => string;
  /** Numbers stand right. */
  right?: boolean;
  paint?: (text: string, row: Row) => string;
  /** May go when the terminal is too narrow: the highest first. */
  spare?: number;
}

const none = '-';
const gap = 2;

const lineless = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '' },
};

function draw<Row>(columns: Column<Row>[], rows: Row[]): string {
  const drawn = new Table({
    chars: lineless,
    colAligns: columns.map(({ right }) => (right === true ? 'right' : 'left')),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': gap },
  });
  drawn.push(columns.map(({ head }) => head));
  for (const row of rows)
    drawn.push(
      columns.map(({ text, paint }) => {
        const cell = asPlainText(text(row)) || none;
        return paint === undefined ? cell : paint(cell, row);
      }),
    );
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function widthOf(drawn: string): number {
  return Math.max(...drawn.split('\n').map((line) => stripVTControlCharacters(line).length));
}

/** @returns aligned columns under a head; on a terminal, as many as fit. */
export function drawTable<Row>(columns: Column<Row>[], rows: Row[]): string {
  const room = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  let shown = columns;
  let drawn = draw(shown, rows);
  const spares = columns.filter(({ spare }) => spare !== undefined);
  for (const spare of spares.toSorted((a, b) => (b.spare ?? 0) - (a.spare ?? 0))) {
    if (widthOf(drawn) <= room) break;
    shown = shown.filter((column) => column !== spare);
    drawn = draw(shown, rows);
  }
  return drawn;
}

/** @returns names and values in two columns; what is undefined is left out. */
export function drawFacts(facts: [name: string, value: string | undefined][]): string {
  const told = facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
  const width = Math.max(...told.map(([name]) => name.length)) + gap;
  return told.map(([name, value]) => `${name.padEnd(width)}${value}`).join('\n');
}
