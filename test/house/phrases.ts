import type { SourceFile } from './source-files.ts';

/** One entry of phrases.txt: what must not be written, and what to write instead. */
export interface Phrase {
  phrase: string;
  instead: string;
}

/** One entry of allowed-phrases.txt: where a phrase may stay, and why. */
export interface AllowedPhrase {
  /** A file, or a folder with a final slash. */
  path: string;
  phrase: string;
  reason: string;
}

export interface PhraseUse {
  path: string;
  line: number;
  phrase: string;
  instead: string;
}

/** @returns the lines of a list file, without blank lines and comments, split at ` | `. */
export function parseList(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('|').map((field) => field.trim()));
}

/** @throws Error naming the line when an entry lacks a field. */
export function parsePhrases(text: string): Phrase[] {
  return parseList(text).map(([phrase = '', instead = '']) => {
    if (phrase === '' || instead === '') throw new Error(`Expected "phrase | instead", found "${phrase}".`);
    return { phrase: phrase.toLowerCase(), instead };
  });
}

/** @throws Error naming the line when an entry lacks a field. */
export function parseAllowed(text: string): AllowedPhrase[] {
  return parseList(text).map(([path = '', phrase = '', reason = '']) => {
    if (path === '' || phrase === '' || reason === '')
      throw new Error(`Expected "path | phrase | reason", found "${path} | ${phrase}".`);
    return { path, phrase: phrase.toLowerCase(), reason };
  });
}

/** @returns every use of a phrase: whole words, in any case, also across a line break and inside camelCase. */
export function findPhrases({ path, text }: SourceFile, phrases: readonly Phrase[]): PhraseUse[] {
  const plain = toWords(text);
  return phrases
    .flatMap(({ phrase, instead }) =>
      [...plain.matchAll(patternFor(phrase))].map(({ index }) => ({
        path,
        line: plain.slice(0, index).split('\n').length,
        phrase,
        instead,
      })),
    )
    .sort((a, b) => a.line - b.line);
}

/** Lower case, with the words of a camelCase name apart. Line breaks stay, so that lines can be counted. */
function toWords(text: string): string {
  return text
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replaceAll('’', "'");
}

/** Between two words of a phrase: spaces, or a line break with the marks of a comment or quotation. */
const gap = String.raw`(?:[ \t]+|[ \t]*\n[ \t]*(?:\*|//|>)?[ \t]*)`;

function patternFor(phrase: string): RegExp {
  const words = phrase.split(' ').map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${words.join(gap)}(?![\p{L}\p{N}])`, 'gu');
}

export function isAllowed(use: PhraseUse, allowed: readonly AllowedPhrase[]): boolean {
  return allowed.some((entry) => matches(entry, use));
}

export function matches(entry: AllowedPhrase, { path, phrase }: PhraseUse): boolean {
  const isInPlace = entry.path.endsWith('/') ? path.startsWith(entry.path) : path === entry.path;
  return isInPlace && entry.phrase === phrase;
}
