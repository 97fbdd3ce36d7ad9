import { styleText } from 'node:util';
import { expect, test } from 'vitest';
import { drawFacts, drawTable, measureWidth } from '../../bin/table.ts';

test.for([
  ['BTC/USDT', 8],
  ['币安人生', 8],
  ['ビットコイン', 12],
  ['ｶﾅ', 2],
  ['비트코인', 8],
  ['Ｗｉｄｅ', 8],
  ['🚀', 2],
  ['👨‍👩‍👧', 2],
  ['Zu\u0308rich', 6],
  ['– … ·', 5],
  [styleText('red', 'loss', { validateStream: false }), 4],
] as const)('%s is %i columns wide', ([text, width]) => {
  expect(measureWidth(text)).toBe(width);
});

interface Row {
  name: string;
  amount: string;
}
const columns = [
  { head: 'NAME', text: ({ name }: Row) => name },
  { head: 'AMOUNT', text: ({ amount }: Row) => amount, right: true },
  { head: 'LAST', text: () => '' },
];

test('a table aligns wide characters and numbers, and marks empty cells', () => {
  const rows = [
    { name: '币安', amount: '0.5' },
    { name: 'weekly\u001b[2J', amount: '12345.25' },
  ];
  expect(drawTable(columns, rows)).toBe(
    ['NAME      AMOUNT  LAST', '币安         0.5  -', 'weekly  12345.25  -'].join('\n'),
  );
});

test('color does not change the alignment', () => {
  const paint = (text: string) => styleText('green', text, { validateStream: false });
  const painted = [{ head: 'STATE', text: ({ name }: Row) => name, paint }, columns[1] ?? columns[0]];
  const rows = [
    { name: 'open', amount: '1' },
    { name: 'closing', amount: '2' },
  ] as const;
  const drawn = drawTable(painted as typeof columns, [...rows]);
  expect(drawn.split('\n').map(measureWidth)).toEqual([15, 15, 15]);
  expect(drawn).toContain(`${paint('open')}     `);
});

test('facts leave out undefined values', () => {
  expect(
    drawFacts([
      ['Position', 'pos_1'],
      ['Label', undefined],
      ['Left', '1 BTC'],
    ]),
  ).toBe('Position  pos_1\nLeft      1 BTC');
});
