import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { type Counts, countHouse, type Lists, limits, toTable } from './count-house.ts';
import { parseAllowed, parsePhrases } from './phrases.ts';
import { readDocFiles, readProductFiles } from './source-files.ts';

const folders: string[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

/** Writes a small project; the keys are paths. */
async function plant(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'ripcord-house-'));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const noLists: Lists = { phrases: [], allowedPhrases: [], longFunctions: [] };

async function count(files: Record<string, string>, lists: Partial<Lists> = {}): Promise<Counts> {
  const root = await plant(files);
  return countHouse(await readProductFiles(root), await readDocFiles(root), { ...noLists, ...lists });
}

function over(counts: Counts): string[] {
  return toTable(counts)
    .filter(({ isOver }) => isOver)
    .map(({ what }) => what);
}

const body = (lines: number): string => '  step();\n'.repeat(lines);
/** As many lines in every folder, so that none holds too large a share. */
const evenFolders = Object.fromEntries(
  ['bin', 'console', 'functions', 'infra', 'lib'].map((folder) => [
    `${folder}/even.ts`,
    'export const a = 1;\n'.repeat(limits.fileLines),
  ]),
);

describe('functions', () => {
  it.each([
    ['a declaration', `function act() {\n${body(39)}}\n`, 'act'],
    ['an arrow function', `export const act = async () => {\n${body(39)}};\n`, 'act'],
    ['a method', `class A {\n act() {\n${body(39)}}\n}\n`, 'act'],
    ['a private method', `class A {\n #act() {\n${body(39)}}\n}\n`, 'act'],
    ['a constructor', `class A {\n constructor() {\n${body(39)}}\n}\n`, 'constructor'],
    ['a getter', `const a = {\n get act() {\n${body(39)}}\n};\n`, 'act'],
    ['a function as a property', `const a = {\n act: (b) => {\n${body(39)}},\n};\n`, 'act'],
    ['a callback', `run(() => {\n${body(39)}});\n`, 'callback'],
  ])('of more than 40 lines are counted when one is %s', async (_kind, text, name) => {
    const { longFunctions } = await count({ 'lib/a.ts': text });
    expect(longFunctions.map((found) => [found.name, found.lines])).toEqual([[name, 41]]);
  });

  it('of 40 lines are not counted', async () => {
    const { longFunctions } = await count({ 'lib/a.ts': `function act() {\n${body(38)}}\n` });
    expect(longFunctions).toEqual([]);
  });

  it('are found at their line below a shebang, comments, umlauts and JSX', async () => {
    const text = `#!/usr/bin/env node\n// «é»\nconst p = <p>ü</p>;\nfunction act() {\n${body(39)}}\n`;
    const { longFunctions } = await count({ 'console/a.tsx': text, 'bin/b.ts': `\n\n${'/* é */'}\n` });
    expect(longFunctions).toEqual([{ path: 'console/a.tsx', name: 'act', line: 4, lines: 41 }]);
  });

  it('that are long need a reason', async () => {
    const files = { ...evenFolders, 'lib/a.ts': `function act() {\n${body(39)}}\n` };
    const longFunctions = [{ path: 'lib/a.ts', name: 'act', reason: 'one table' }];
    expect(over(await count(files))).toEqual(['… without a reason in long-functions.txt']);
    expect(over(await count(files, { longFunctions }))).toEqual([]);
  });

  it('may be long five times, with reasons', async () => {
    const text = (index: number): string => `function act${index}() {\n${body(39)}}\n`;
    const indexes = Array.from({ length: limits.longFunctions + 1 }, (_, index) => index);
    const longFunctions = indexes.map((index) => ({ path: 'lib/a.ts', name: `act${index}`, reason: 'x' }));
    const counts = await count({ ...evenFolders, 'lib/a.ts': indexes.map(text).join('') }, { longFunctions });
    expect(over(counts)).toEqual(['functions over 40 lines']);
  });
});

describe('files', () => {
  it('of more than 300 lines are counted, styles too', async () => {
    const { longFiles } = await count({
      'lib/a.ts': 'a();\n'.repeat(301),
      'lib/b.ts': 'a();\n'.repeat(300),
      'console/c.css': 'a{}\n'.repeat(302),
    });
    expect(longFiles).toEqual([
      { path: 'console/c.css', lines: 302 },
      { path: 'lib/a.ts', lines: 301 },
    ]);
  });

  it('outside of the product folders are not counted', async () => {
    const counts = await count({ 'test/a.ts': 'a();\n'.repeat(301), 'docs/b.ts': 'a();\n'.repeat(301) });
    expect(counts.longFiles).toEqual([]);
    expect(Object.values(counts.folderLines)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('conditionals', () => {
  it.each([
    ['in the alternate', 'const a = b ? 1 : c ? 2 : 3;'],
    ['in the consequent', 'const a = b ? c ? 1 : 2 : 3;'],
    ['in the condition', 'const a = (b ? c : d) ? 1 : 2;'],
    ['in parentheses', 'const a = b ? 1 : ((c ? 2 : 3));'],
    ['in JSX', 'const a = b ? <p /> : c ? <i /> : null;'],
  ])('that are nested are counted %s', async (_place, text) => {
    const { nestedTernaries } = await count({ 'console/a.tsx': `\n${text}\n` });
    expect(nestedTernaries).toEqual([{ path: 'console/a.tsx', line: 2 }]);
  });

  it('beside each other are not counted', async () => {
    const { nestedTernaries } = await count({ 'lib/a.ts': 'const a = b ? 1 : f(c ? 2 : 3);\n' });
    expect(nestedTernaries).toEqual([]);
  });
});

describe('phrases', () => {
  const phrases = parsePhrases('# words\n\nnobody | name the actor\nper cent | %\ntold | reported\n');

  async function find(files: Record<string, string>): Promise<string[]> {
    const counts = await count(files, { phrases });
    return counts.phrases.map(({ path, line, phrase }) => `${path}:${line} ${phrase}`);
  }

  it('are found in code, comments, strings, styles and JSX', async () => {
    const found = await find({
      'lib/a.ts': "// Nobody reads it.\nconst toldAt = 1;\nconst s = '5 per cent';\n",
      'console/a.css': '/* told */\n',
      'console/b.tsx': 'const a = <p>\n  Nobody\n</p>;\n',
    });
    expect(found).toEqual([
      'console/a.css:1 told',
      'console/b.tsx:2 nobody',
      'lib/a.ts:1 nobody',
      'lib/a.ts:2 told',
      'lib/a.ts:3 per cent',
    ]);
  });

  it('are found in the Markdown of the root and of docs, but not in tests', async () => {
    const found = await find({
      'README.md': 'a\ntold\n',
      'docs/guide/a.md': 'told\n',
      'test/a.ts': '// told\n',
    });
    expect(found).toEqual(['README.md:2 told', 'docs/guide/a.md:1 told']);
  });

  it('are found across the lines of a comment', async () => {
    expect(await find({ 'lib/a.ts': '/**\n * 5 per\n * cent\n */\n' })).toEqual(['lib/a.ts:2 per cent']);
  });

  it('are whole words', async () => {
    expect(await find({ 'lib/a.ts': '// extolled, untold-of, percent, nobodyish\n' })).toEqual([]);
  });

  it('are allowed with a reason, in one file or in a folder', async () => {
    const files = { ...evenFolders, 'lib/a.ts': '// told\n', 'docs/b/c.md': 'told\n', 'docs/d.md': 'told\n' };
    const allowedPhrases = parseAllowed('lib/a.ts | told | an API field\ndocs/b/ | told | quotation\n');
    const counts = await count(files, { phrases, allowedPhrases });
    expect(counts.phrases.map(({ path }) => path)).toEqual(['docs/d.md']);
    expect(counts.staleEntries).toEqual([]);
  });

  it('need a replacement, and an exception needs a reason', () => {
    expect(() => parsePhrases('nobody\n')).toThrow('phrase | instead');
    expect(() => parseAllowed('lib/a.ts | told\n')).toThrow('path | phrase | reason');
  });
});

describe('the rest', () => {
  it('counts the share of the largest folder', async () => {
    const files = { 'lib/a.ts': 'a();\n'.repeat(41), 'bin/a.ts': 'a();\n'.repeat(59) };
    const counts = await count(files);
    expect(counts.largestFolder).toEqual({ folder: 'bin', share: 59 });
    expect(over(counts)).toEqual(['largest folder (bin), % of lines']);
  });

  it('counts neither comments nor blank lines as lines of a folder', async () => {
    const text = '/** a\n * b\n */\n\n// c\nd(); // e\n  /* f */\n';
    expect((await count({ 'lib/a.ts': text })).folderLines.lib).toBe(1);
  });

  it('finds list entries that nothing needs any more', async () => {
    const counts = await count(evenFolders, {
      longFunctions: [{ path: 'lib/a.ts', name: 'act', reason: 'x' }],
      allowedPhrases: parseAllowed('lib/a.ts | told | an API field\n'),
    });
    expect(counts.staleEntries).toEqual([
      'long-functions.txt: lib/a.ts | act',
      'allowed-phrases.txt: lib/a.ts | told',
    ]);
    expect(over(counts)).toEqual(['list entries that nothing needs']);
  });

  it('fails as a command, and prints every finding as JSON', async () => {
    const root = await plant({ 'lib/a.ts': 'const a = b ? 1 : c ? 2 : 3; // nobody\n' });
    const script = new URL('./check-house.ts', import.meta.url).pathname;
    const failed = await promisify(execFile)(process.execPath, [script, '--json', root]).catch(
      (thrown: { code: number; stdout: string }) => thrown,
    );
    expect(failed).toMatchObject({ code: 1 });
    const counts = JSON.parse(failed.stdout) as Counts;
    expect(counts.nestedTernaries).toHaveLength(1);
    expect(counts.phrases).toMatchObject([{ path: 'lib/a.ts', line: 1, phrase: 'nobody' }]);
  });
});
