import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { cases, toRow } from './standing-refusals.ts';

const page = await readFile(new URL('../../../docs/reference/link-responses.md', import.meta.url), 'utf8');
/** The rows below the heading, without the head of the table. */
const [, section = ''] = page.split('## Standing links that do not act\n');
const rows =
  section
    .split('\n## ')[0]
    ?.match(/^\| .*$/gm)
    ?.slice(1) ?? [];

it.each(Object.keys(cases))(
  'A standing link answers, notifies and shows "%s" as the reference lists it',
  async (name) => {
    expect(rows.find((row) => row.startsWith(`| ${name} | `))).toBe(await toRow(name));
  },
);

it('The reference lists no other case', () => {
  expect(rows.map((row) => row.split(' | ')[0]?.slice(2))).toEqual(Object.keys(cases));
});
