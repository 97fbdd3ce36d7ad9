import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { functionNames } from '../../../infra/bundle/bundle.ts';

/** Writes a folder for each function with an empty program: templates do not contain their code. */
export async function writeEmptyFunctions(folder: string): Promise<void> {
  for (const name of functionNames) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'index.mjs'), `// ${name}\n`);
  }
}
