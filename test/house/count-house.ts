import {
  type AllowedPhrase,
  findPhrases,
  isAllowed,
  matches,
  type Phrase,
  type PhraseUse,
} from './phrases.ts';
import { countCodeLines, countLines, productFolders, type SourceFile } from './source-files.ts';
import { type FunctionSize, inspectSyntax, type Location } from './syntax.ts';

/** What the house may hold at most. */
export const limits = {
  functionLines: 40,
  longFunctions: 5,
  fileLines: 300,
  longFiles: 0,
  nestedTernaries: 0,
  phrases: 0,
  /**
   * Of all lines of product code, in %. Comments and blank lines do not count: they are no reason for a split. Why it is
   * not 40 any more: docs/decisions/0013-share-of-lib.md.
   */
  folderShare: 44,
} as const;

/** A function that may be longer than the limit, and why. */
export interface LongFunctionReason {
  path: string;
  name: string;
  reason: string;
}

export interface Lists {
  phrases: Phrase[];
  allowedPhrases: AllowedPhrase[];
  longFunctions: LongFunctionReason[];
}

export interface Counts {
  longFunctions: FunctionSize[];
  /** Long functions without a reason in long-functions.txt. */
  unexplainedFunctions: FunctionSize[];
  longFiles: { path: string; lines: number }[];
  nestedTernaries: Location[];
  phrases: PhraseUse[];
  /** Lines of product code by top-level folder, without comments and blank lines. */
  folderLines: Record<string, number>;
  largestFolder: { folder: string; share: number };
  /** Entries of the list files that nothing needs any more. */
  staleEntries: string[];
}

/** Counts what the limits are about. Product files are code and styles; docs are read for phrases only. */
export async function countHouse(product: SourceFile[], docs: SourceFile[], lists: Lists): Promise<Counts> {
  const code = product.filter(({ path }) => !path.endsWith('.css'));
  const syntax = await Promise.all(code.map(inspectSyntax));
  const longFunctions = syntax
    .flatMap(({ functions }) => functions)
    .filter(({ lines }) => lines > limits.functionLines)
    .sort((a, b) => b.lines - a.lines);
  const uses = [...product, ...docs].flatMap((file) => findPhrases(file, lists.phrases));
  const folderLines = countFolderLines(product);
  return {
    longFunctions,
    unexplainedFunctions: longFunctions.filter(
      (found) => !lists.longFunctions.some((known) => isSameFunction(known, found)),
    ),
    longFiles: product
      .map(({ path, text }) => ({ path, lines: countLines(text) }))
      .filter(({ lines }) => lines > limits.fileLines)
      .sort((a, b) => b.lines - a.lines),
    nestedTernaries: syntax.flatMap(({ nestedTernaries }) => nestedTernaries),
    phrases: uses.filter((use) => !isAllowed(use, lists.allowedPhrases)),
    folderLines,
    largestFolder: findLargest(folderLines),
    staleEntries: findStaleEntries(lists, longFunctions, uses),
  };
}

function isSameFunction(known: LongFunctionReason, found: FunctionSize): boolean {
  return known.path === found.path && known.name === found.name;
}

function countFolderLines(product: SourceFile[]): Record<string, number> {
  const entries = productFolders.map((folder) => [
    folder,
    product
      .filter(({ path }) => path.startsWith(`${folder}/`))
      .reduce((sum, { text }) => sum + countCodeLines(text), 0),
  ]);
  return Object.fromEntries(entries);
}

function findLargest(folderLines: Record<string, number>): Counts['largestFolder'] {
  const entries = Object.entries(folderLines);
  const total = entries.reduce((sum, [, lines]) => sum + lines, 0);
  const [folder = '', lines = 0] = entries.sort(([, a], [, b]) => b - a)[0] ?? [];
  return { folder, share: total === 0 ? 0 : Math.round((lines / total) * 1000) / 10 };
}

function findStaleEntries(lists: Lists, longFunctions: FunctionSize[], uses: PhraseUse[]): string[] {
  const functions = lists.longFunctions
    .filter((known) => !longFunctions.some((found) => isSameFunction(known, found)))
    .map(({ path, name }) => `long-functions.txt: ${path} | ${name}`);
  const phrases = lists.allowedPhrases
    .filter((entry) => !uses.some((use) => matches(entry, use)))
    .map(({ path, phrase }) => `allowed-phrases.txt: ${path} | ${phrase}`);
  return [...functions, ...phrases];
}

export interface Line {
  what: string;
  found: string;
  limit: string;
  isOver: boolean;
}

/** @returns the table's lines, one for each limit. */
export function toTable(counts: Counts): Line[] {
  const { longFunctions, unexplainedFunctions, longFiles, nestedTernaries, phrases, largestFolder } = counts;
  return [
    toLine(`functions over ${limits.functionLines} lines`, longFunctions.length, limits.longFunctions),
    toLine('… without a reason in long-functions.txt', unexplainedFunctions.length, 0),
    toLine(`files over ${limits.fileLines} lines`, longFiles.length, limits.longFiles),
    toLine('nested ternaries', nestedTernaries.length, limits.nestedTernaries),
    toLine('phrases of phrases.txt', phrases.length, limits.phrases),
    toLine(`largest folder (${largestFolder.folder}), % of lines`, largestFolder.share, limits.folderShare),
    toLine('list entries that nothing needs', counts.staleEntries.length, 0),
  ];
}

function toLine(what: string, found: number, limit: number): Line {
  return { what, found: String(found), limit: String(limit), isOver: found > limit };
}
