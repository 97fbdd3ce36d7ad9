import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of the project: its path from the root with forward slashes, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

/** The top-level folders that hold product code. */
export const productFolders = ['bin', 'console', 'functions', 'infra', 'lib'] as const;

const codeExtension = /\.(ts|tsx|css)$/;

/** @returns the product code, sorted by path. */
export async function readProductFiles(root: string): Promise<SourceFile[]> {
  const files = await Promise.all(productFolders.map((folder) => readFolder(root, folder)));
  return files.flat().filter(({ path }) => codeExtension.test(path));
}

/** @returns the Markdown files in the root and everything textual under docs, sorted by path. */
export async function readDocFiles(root: string): Promise<SourceFile[]> {
  const names = (await readdir(root)).filter((name) => name.endsWith('.md')).sort();
  const pages = await Promise.all(names.map((name) => readSource(root, name)));
  const docs = await readFolder(root, 'docs');
  return [...pages, ...docs.filter(({ path }) => /\.(md|ts)$/.test(path))];
}

/** Reads all text files of a folder; a missing folder holds no files. */
async function readFolder(root: string, folder: string): Promise<SourceFile[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(ts|tsx|css|md|html)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, '/').length))
    .sort();
  return Promise.all(paths.map((path) => readSource(root, path)));
}

async function readSource(root: string, path: string): Promise<SourceFile> {
  return { path: path.replaceAll('\\', '/'), text: await readFile(join(root, path), 'utf8') };
}

/** @returns the number of lines; a final newline does not start another one. */
export function countLines(text: string): number {
  return text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
}

const blockComment = /^[ \t]*\/\*[\s\S]*?\*\/[ \t]*$/gm;
const lineComment = /^[ \t]*\/\/.*$/gm;

/** @returns the number of lines that are neither blank nor all comment. */
export function countCodeLines(text: string): number {
  const code = text.replace(blockComment, '').replace(lineComment, '');
  return code.split('\n').filter((line) => line.trim() !== '').length;
}
