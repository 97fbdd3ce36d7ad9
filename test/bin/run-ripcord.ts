import { spawn } from 'node:child_process';
import { Console } from 'node:console';
import { tmpdir } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { run } from '../../bin/command-line.ts';

const script = fileURLToPath(new URL('../../bin/ripcord.ts', import.meta.url));

export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Given {
  stdin?: string;
  environment?: Record<string, string>;
}

/** The machine's AWS configuration must not affect the test. */
function toEnvironment({ environment }: Given): Record<string, string | undefined> {
  return {
    PATH: process.env.PATH,
    HOME: tmpdir(),
    AWS_EC2_METADATA_DISABLED: 'true',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    ...environment,
  };
}

/** Runs the command line as a process of its own, without a terminal: stdin and both outputs are pipes. */
export async function spawnRipcord(words: string[], given: Given = {}): Promise<Run> {
  const child = spawn(process.execPath, [script, ...words], { env: toEnvironment(given), stdio: 'pipe' });
  child.stdin.on('error', () => undefined);
  child.stdin.end(given.stdin ?? '');
  const exited = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, stdout, stderr };
}

/** One command has the process's streams and environment at a time. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the command line in this process, with other streams and another environment: starting a process takes most of
 * the time of a command. What a test is about may be the process itself, such as its end or its signals: `spawnRipcord`.
 */
export function runRipcord(words: string[], given: Given = {}): Promise<Run> {
  const next = last.then(() => runHere(words, given));
  last = next.catch(() => undefined);
  return next;
}

async function runHere(words: string[], given: Given): Promise<Run> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const outputs = [text(stdout), text(stderr)] as const;
  const restore = [
    replace(process, 'stdin', Readable.from([given.stdin ?? ''], { objectMode: false })),
    replace(process, 'stdout', stdout),
    replace(process, 'stderr', stderr),
    replace(process, 'argv', [process.execPath, script, ...words]),
    replace(globalThis, 'console', new Console(stdout, stderr)),
    replaceEnvironment(toEnvironment(given)),
  ];
  let code: number;
  try {
    code = await run(words);
  } finally {
    for (const undo of restore) undo();
    stdout.end();
    stderr.end();
  }
  const [printed, remarks] = await Promise.all(outputs);
  return { code, stdout: printed, stderr: remarks };
}

/** @returns what puts the former value back. */
function replace<Owner extends object>(owner: Owner, name: keyof Owner & string, value: unknown): () => void {
  const former = Object.getOwnPropertyDescriptor(owner, name);
  if (former === undefined) throw new Error(`no ${name} to replace`);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: true });
  return () => void Object.defineProperty(owner, name, former);
}

/** In the object that the operating system knows, of which the home directory is read. */
function replaceEnvironment(next: Record<string, string | undefined>): () => void {
  const former = { ...process.env };
  const set = (variables: Record<string, string | undefined>) => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    for (const [name, value] of Object.entries(variables)) if (value !== undefined) process.env[name] = value;
  };
  set(next);
  return () => set(former);
}

/** Runs it against a fake admin function. */
export function runLocally(url: string, words: string[], given?: Given): Promise<Run> {
  return runRipcord([...words, '--local', url], given);
}
