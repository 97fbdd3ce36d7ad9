import { readFile } from 'node:fs/promises';
import type { PageFile } from '../../../console/server/build-page.ts';

let read: Promise<ReadonlyMap<string, PageFile>> | undefined;

/** @returns the console's files by name, which the build put beside the program. */
export function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  read ??= readFile(new URL('page.json', import.meta.url), 'utf8').then(
    (text) => new Map(Object.entries(JSON.parse(text) as Record<string, PageFile>)),
  );
  return read;
}
