import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { zipSync } from 'fflate';

/** The first day that a zip can hold, in local time, as zips have it. With the files' own times, no two builds were equal. */
const firstDay = new Date(1980, 0, 1);

/** A plain file that everyone may read, as Unix has it: Lambda unpacks as root and runs as another user. */
const unix = 3;
const readable = 0o100_644 * 2 ** 16;

/** @returns a zip of all files of a folder. Equal files give an equal zip on every machine. */
export async function zipFolder(folder: string): Promise<Uint8Array> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents: Record<string, Uint8Array> = {};
  for (const file of files) contents[relative(folder, file).replaceAll(sep, '/')] = await readFile(file);
  return zipFiles(contents);
}

/** @param contents by the path in the zip. */
export function zipFiles(contents: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const sorted = Object.fromEntries(
    Object.keys(contents)
      .sort()
      .map((path) => [path, contents[path] ?? new Uint8Array()]),
  );
  return zipSync(sorted, { level: 9, mtime: firstDay, os: unix, attrs: readable });
}
