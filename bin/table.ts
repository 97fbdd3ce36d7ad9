import { stripVTControlCharacters } from 'node:util';
import { asPlainText } from './terminal.ts';

export interface Column<Row> {
  head: string;
  text: (row: Row) => string;
  /** Aligns numbers at their last digit. */
  right?: boolean;
  /** Adds color. It must not change the width. */
  paint?: (text: string, row: Row) => string;
  /** On a narrow terminal, columns with a rank are left out, the highest rank first. */
  dropRank?: number;
}

const emptyCell = '-';
const gap = '  ';

/** East Asian wide and full-width characters, and emoji: terminals draw them two columns wide. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\p{Script=Han}\p{Emoji_Presentation}]|\ufe0f/u;
const graphemes = new Intl.Segmenter();

/** @returns how many columns of a terminal the text takes. */
export function measureWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text)))
    width += wide.test(segment) ? 2 : 1;
  return width;
}

interface Cell {
  text: string;
  /** The text with its color. */
  painted: string;
}

function toCell<Row>({ text, paint }: Column<Row>, row: Row): Cell {
  const plain = asPlainText(text(row)) || emptyCell;
  return { text: plain, painted: paint?.(plain, row) ?? plain };
}

function drawColumns<Row>(columns: Column<Row>[], rows: Row[]): string {
  const drawn = columns.map((column) => {
    const head: Cell = { text: column.head, painted: column.head };
    const cells = [head, ...rows.map((row) => toCell(column, row))];
    const width = Math.max(...cells.map(({ text }) => measureWidth(text)));
    return cells.map(({ text, painted }) => {
      const padding = ' '.repeat(width - measureWidth(text));
      return column.right === true ? padding + painted : painted + padding;
    });
  });
  const lines = ['head', ...rows].map((_, line) => drawn.map((cells) => cells[line] ?? '').join(gap));
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** @returns aligned columns below their heads; on a terminal, as many columns as fit. */
export function drawTable<Row>(columns: Column<Row>[], rows: Row[]): string {
  const room = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  const fits = (text: string) => text.split('\n').every((line) => measureWidth(line) <= room);
  let shown = columns;
  let drawn = drawColumns(shown, rows);
  const optional = columns.filter(({ dropRank }) => dropRank !== undefined);
  for (const dropped of optional.toSorted((a, b) => (b.dropRank ?? 0) - (a.dropRank ?? 0))) {
    if (fits(drawn)) break;
    shown = shown.filter((column) => column !== dropped);
    drawn = drawColumns(shown, rows);
  }
  return drawn;
}

/** @returns names and values in two columns, without undefined values. */
export function drawFacts(facts: [name: string, value: string | undefined][]): string {
  const known = facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}${gap}${value}`).join('\n');
}
