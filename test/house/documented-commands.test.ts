import { expect, it } from 'vitest';
import { runRipcord } from '../bin/run-ripcord.ts';
import { readDocFiles } from './source-files.ts';

const nounsWithVerbs = new Set(['positions', 'links', 'accounts', 'notify', 'venues']);
/** From the help, so that a new command is checked too. */
const { stdout: help } = await runRipcord(['--help']);
const nouns = new Set([...help.matchAll(/^ {2}ripcord (\w+)/gm)].map(([, noun = '']) => noun));

/** The command lines of a page, in code blocks and in inline code. */
function commandLines(text: string): string[] {
  const blocks = [...text.matchAll(/```\n(.*?)```/gs)].flatMap(([, block = '']) => block.split('\n'));
  const inline = [...text.replaceAll(/```.*?```/gs, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  return [...blocks, ...inline]
    .map((line) => /^\s*(?:npx )?ripcord (.+)$/s.exec(line.replace(/\s+#.*$/, ''))?.[1] ?? '')
    .filter((line) => line !== '');
}

/** @returns the command without its values, and the options that the line gives it. */
function parseLine(line: string): { command: string; options: string[] } | undefined {
  const words = line.split(/\s+/).filter((word) => word !== '--local');
  const options = words.filter((word) => word.startsWith('--'));
  const [noun = '', verb = ''] = words.filter((word) => !word.startsWith('--'));
  if (!nouns.has(noun)) return undefined;
  return { command: nounsWithVerbs.has(noun) ? `${noun} ${verb}` : noun, options };
}

const pages = await readDocFiles(new URL('../..', import.meta.url).pathname);
const documented = new Map<string, Set<string>>();
for (const { text } of pages)
  for (const parsed of commandLines(text).map(parseLine))
    if (parsed !== undefined) {
      const options = documented.get(parsed.command) ?? new Set();
      documented.set(parsed.command, options.union(new Set(parsed.options)));
    }

it.each([...documented])(
  'the documented command "%s" exists and has its options',
  async (command, options) => {
    const { code, stdout } = await runRipcord([...command.split(' '), '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`ripcord ${command}`);
    for (const option of options) expect(stdout).toMatch(new RegExp(`${option}\\b`));
  },
);

it('the documentation shows every noun, and every command that creates something', () => {
  const shown = [...documented.keys()];
  expect(new Set(shown.map((command) => command.split(' ')[0]))).toEqual(nouns);
  expect(shown).toEqual(
    expect.arrayContaining(['accounts add', 'positions adopt', 'positions open', 'links create']),
  );
});
