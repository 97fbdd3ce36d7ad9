import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { type FunctionName, functionNames } from '../../infra/bundle/bundle.ts';

/**
 * Copies the built functions into one folder, where they can run: an entry for each function, and the chunks that they
 * share once. Compression would not find out that chunks are the same.
 * @param built the folder that holds one folder per function.
 * @param out the package's folder, which gets `functions` and `functions.json`.
 */
export async function packFunctions(built: string, out: string): Promise<void> {
  const packed: Record<string, string[]> = {};
  for (const name of functionNames) {
    const paths = await listFiles(join(built, name));
    for (const path of paths) await copyOnce(join(built, name, path), join(out, toPackedPath(name, path)));
    packed[name] = paths;
  }
  await writeFile(join(out, 'functions.json'), JSON.stringify(packed));
}

/** @returns where a function's file is in the package. */
function toPackedPath(name: FunctionName, path: string): string {
  return join('functions', path === 'index.mjs' ? `${name}.mjs` : path);
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
}

async function copyOnce(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const content = await readFile(from);
  const present = await readFile(to).catch(() => undefined);
  if (present !== undefined && !present.equals(content))
    throw new Error(`Two functions have different files with the name ${to}.`);
  await copyFile(from, to);
}
