import { readFile } from 'node:fs/promises';
import type { Deployable, Template } from '../../stack/deployable.ts';
import { zipFiles } from '../../stack/zip-folder.ts';
import { unpackFunctions } from './function-archive.ts';
import { fillPrefix } from './prefix-placeholder.ts';

function read(name: string): Promise<Buffer> {
  return readFile(new URL(name, import.meta.url));
}

/** As bin/stack/deployable.ts, with the template and the functions that the build put beside the program. */
export async function readDeployable(prefix: string): Promise<Deployable> {
  const template = JSON.parse(fillPrefix(String(await read('template.json')), prefix)) as Template;
  const functions = Object.entries(await unpackFunctions(await read('functions.json.br')));
  return { template, functions: functions.map(([name, files]) => ({ name, zip: zipTexts(files) })) };
}

function zipTexts(files: Readonly<Record<string, string>>): Uint8Array {
  const contents = Object.entries(files).map(([path, text]) => [path, Buffer.from(text)] as const);
  return zipFiles(Object.fromEntries(contents));
}
