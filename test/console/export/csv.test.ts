import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CsvColumn, toCsv } from '../../../console/export/csv.ts';
import { toHitColumns } from '../../../console/export/hit-columns.ts';
import { tradeColumns } from '../../../console/export/trade-columns.ts';
import { toTrades } from '../../../console/export/trades.ts';
import type { HitView } from '../../../lib/admin/contract/commands.ts';
import { mintToken } from '../../../lib/link/token.ts';
import { armedLink, longPosition } from '../../bin/examples.ts';

interface Row {
  text: string | undefined;
  number: string | null;
  time: string;
}
const columns: CsvColumn<Row>[] = [
  { name: 'text', kind: 'text', value: ({ text }) => text },
  { name: 'number', kind: 'number', value: ({ number }) => number },
  { name: 'time', kind: 'time', value: ({ time }) => time },
];

/** Reads a file as RFC 4180 describes it. */
function parseCsv(csv: string): string[][] {
  const lines: string[][] = [];
  let cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (cell.lastIndex < csv.length) {
    const match = cell.exec(csv);
    if (match === null) throw new Error(`not a cell at ${cell.lastIndex}`);
    const [, quoted, plain = '', end] = match;
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\r\n') {
      lines.push(cells);
      cells = [];
    }
  }
  return lines;
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '"', ',', '\r', '\n', '\t', ' ', 'a', '币') }),
);
const at = '2026-11-27T12:00:00.000Z';

test('any text is read back as it was, but for the apostrophe before what a spreadsheet takes for a formula', () => {
  fc.assert(
    fc.property(fc.array(anyText, { maxLength: 5 }), (texts) => {
      const rows = texts.map((text) => ({ text, number: '1', time: at }));
      const [head, ...lines] = parseCsv(toCsv(columns, rows));
      expect(head).toEqual(['text', 'number', 'time']);
      const withoutGuards = (text = '') => text.replaceAll(/(^|[;\t\r\n])'/g, '$1');
      expect(lines.map(([text]) => withoutGuards(text))).toEqual(texts.map(withoutGuards));
    }),
  );
});

test('no text begins a formula, in any cell', () => {
  fc.assert(
    fc.property(anyText, anyText, (text, number) => {
      const [, line = []] = parseCsv(toCsv(columns, [{ text, number, time: number }]));
      const numbers = /^-?\d+(\.\d+)?$/;
      for (const cell of [line[0] ?? '', ...line.slice(1).filter((each) => !numbers.test(each))])
        expect(cell.trimStart()).not.toMatch(/^[=+\-@]/);
    }),
  );
});

test('no text begins a formula, in a spreadsheet that splits at semicolons or tabs', () => {
  const cells = fc.string({ unit: fc.constantFrom(';', '\t', '\n', '=', '-', '@', ' ', '"', ',', 'a') });
  fc.assert(
    fc.property(cells, (text) => {
      for (const cell of toCsv(columns, [{ text, number: '1', time: at }]).split(/[;\t\r\n]/))
        expect(cell.replace(/^[\s"]*/, '')).not.toMatch(/^[=+\-@]/);
    }),
  );
});

test('negative numbers stay plain decimals', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.nat({ max: 9_999 }), (whole, rest) => {
      const number = `${whole}.${rest}`;
      expect(toCsv(columns, [{ text: undefined, number, time: at }])).toBe(
        `text,number,time\r\n,${number},${at}\r\n`,
      );
    }),
  );
});

test('what is not known is an empty cell', () => {
  expect(toCsv(columns, [{ text: undefined, number: null, time: '' }])).toBe('text,number,time\r\n,,\r\n');
});

test('a link that was pasted anywhere is not in a file', () => {
  const token = mintToken();
  const url = `https://links.example.org/l/${token}`;
  const closed = {
    ...longPosition,
    status: 'closed',
    label: url,
    outcome: {
      ...{ outcome: 'closed', closedBy: 'ripcord', action: 'close', actor: 'link', linkId: armedLink.linkId },
      ...{ detail: `Closed by ${url}.`, entryFilled: '0.25', closedAmount: '0.25', remaining: '0' },
      ...{ canceledEntryOrderIds: [], canceledExitOrderIds: [], claimedAt: at, settledAt: at },
    },
  } as typeof longPosition;
  const links = [{ ...armedLink, label: url }];
  const hit: HitView = {
    hitId: 'hit_1',
    at,
    positionId: closed.positionId,
    actor: 'link',
    linkId: armedLink.linkId,
    action: 'close',
    method: 'GET',
    userAgent: url,
    decision: 'fired',
    why: url,
    status: 200,
    requests: [],
    resend: 0,
  };
  const files = [
    toCsv(tradeColumns, toTrades([closed], links)),
    toCsv(toHitColumns({ positions: [closed], links }), [hit]),
  ];
  for (const file of files) {
    expect(file).toContain('https://links.example.org/l/rc_…');
    expect(file).not.toContain(token.slice(3, 20));
  }
});
