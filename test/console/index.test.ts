import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const readme = await readFile(new URL('./README.md', import.meta.url), 'utf8');

/** The numbered rows of a section of README.md. */
function listRows(heading: string): { number: number; tests: { file: string; title: string }[] }[] {
  const section = readme.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| (\d+) \| .* \| (.*) \|$/gm)].map(([, number, cell = '']) => ({
    number: Number(number),
    tests: [...cell.matchAll(/`([\w./-]+)`: (.+?)(?=; `|$)/g)].map(([, file = '', title = '']) => ({
      file: file.startsWith('test/') ? `../../${file}` : `./${file}`,
      title,
    })),
  }));
}

it.each([
  ['Promises', 11],
  ['Defects that were fixed', 27],
])('the index of tests has each of %s, by tests that exist', async (heading, count) => {
  const rows = listRows(heading);
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  for (const { number, tests } of rows) {
    expect({ number, tests: tests.length }).not.toEqual({ number, tests: 0 });
    for (const { file, title } of tests) {
      const source = await readFile(new URL(file, import.meta.url), 'utf8');
      expect(source, `${number}: ${file} has the test "${title}"`).toContain(title);
    }
  }
});
