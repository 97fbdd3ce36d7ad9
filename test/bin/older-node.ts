import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @returns the program of a Node from 20 to 23 on the PATH, or undefined if there is none. */
export async function findOlderNode(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const program = join(folder, 'node');
    const { stdout } = await run(program, ['--version']).catch(() => ({ stdout: '' }));
    if (/^v2[0-3]\./.test(stdout)) return program;
  }
  return undefined;
}
