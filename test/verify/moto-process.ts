import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { listen } from '../../infra/loopback/listen.ts';

const server = fileURLToPath(new URL('./moto/server.py', import.meta.url));
const startMs = 60_000;
const pollMs = 100;

export interface Moto {
  url: string;
  /** The Python that runs it. */
  python: string;
  stop(): Promise<void>;
}

/** @returns a Python that can import moto's server; undefined if this machine has none. */
export function findMotoPython(): string | undefined {
  const named = findInterpreter('moto_server');
  const candidates = ['python3', 'python', ...(named === undefined ? [] : [named])];
  return candidates.find((python) => spawnSync(python, ['-c', 'import moto.server']).status === 0);
}

/** @returns the interpreter that the first line of a Python program names. */
function findInterpreter(program: string): string | undefined {
  const folder = (process.env.PATH ?? '').split(delimiter).find((each) => existsSync(join(each, program)));
  if (folder === undefined) return undefined;
  return /^#!(\S*python\S*)/.exec(readFileSync(join(folder, program), 'utf8'))?.[1];
}

/**
 * @param concurrentExecutions the quota of the AWS account.
 * @returns moto on a free port of the loopback address.
 */
export async function startMoto(python: string, concurrentExecutions: number): Promise<Moto> {
  const port = await findFreePort();
  const child = spawn(python, [server, String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: '1',
      MOTO_LAMBDA_CONCURRENCY_QUOTA: String(concurrentExecutions),
    },
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-10_000);
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(url, child, () => errors);
  return {
    url,
    python,
    async stop() {
      const closed = once(child, 'close');
      child.kill();
      await closed;
    },
  };
}

async function findFreePort(): Promise<number> {
  const probe = createServer();
  const port = await listen(probe, 0);
  probe.close();
  await once(probe, 'close');
  return port;
}

async function waitUntilReady(url: string, child: ChildProcess, errors: () => string): Promise<void> {
  const deadline = Date.now() + startMs;
  while (child.exitCode === null && Date.now() < deadline) {
    const response = await fetch(`${url}/moto-api/`).catch(() => undefined);
    if (response?.ok === true) return;
    await wait(pollMs);
  }
  child.kill();
  throw new Error(`moto did not start: ${errors()}`);
}
