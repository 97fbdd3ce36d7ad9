import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';

/** The text of each file, by its path in the function's folder. */
type FunctionFiles = Record<string, string>;

/** The functions share most of their code. This window finds that, and npm's own compression, of 32 kB, does not. */
const largestWindow = 24;
/** The best quality is a tenth smaller, and takes 20 times as long. */
const quality = 9;

/** @param folder holds one folder with the text files of each function. */
export async function packFunctions(folder: string, names: readonly string[]): Promise<Uint8Array> {
  const functions: Record<string, FunctionFiles> = {};
  for (const name of names) functions[name] = await readFiles(join(folder, name));
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: largestWindow };
  return promisify(brotliCompress)(JSON.stringify(functions), { params });
}

/** @returns each function's files. */
export async function unpackFunctions(archive: Uint8Array): Promise<Record<string, FunctionFiles>> {
  return JSON.parse(String(await promisify(brotliDecompress)(archive)));
}

async function readFiles(folder: string): Promise<FunctionFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files: FunctionFiles = {};
  for (const path of paths.sort())
    files[relative(folder, path).replaceAll(sep, '/')] = await readFile(path, 'utf8');
  return files;
}
