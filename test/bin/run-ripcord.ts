import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../bin/ripcord.ts', import.meta.url));

export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command line without a terminal: stdin and both outputs are pipes. */
export async function runRipcord(
  words: string[],
  given: { stdin?: string; environment?: Record<string, string> } = {},
): Promise<Run> {
  const child = spawn(process.execPath, [script, ...words], {
    // The machine's AWS configuration must not affect the test.
    env: {
      PATH: process.env.PATH,
      HOME: tmpdir(),
      AWS_EC2_METADATA_DISABLED: 'true',
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...given.environment,
    },
    stdio: 'pipe',
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(given.stdin ?? '');
  const exited = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, stdout, stderr };
}

/** Runs it against a fake admin function. */
export function runLocally(
  url: string,
  words: string[],
  given?: Parameters<typeof runRipcord>[1],
): Promise<Run> {
  return runRipcord([...words, '--local', url], given);
}
