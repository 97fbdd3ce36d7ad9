import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../../../bin/start.ts', import.meta.url));
const ripcord = fileURLToPath(new URL('../../../bin/ripcord.ts', import.meta.url));

export interface LocalProcess {
  child: ChildProcess;
  /** The base URL from the ready line; rejects if the process ends before. */
  ready: Promise<string>;
  /** Waits for the first line that matches. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code and the output, after the process has ended. */
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Runs `npm start`'s program. The test kills it at its end. */
export function runLocal(...options: string[]): LocalProcess {
  return follow(process.execPath, [main, ...options], {});
}

/** Runs another program with the same output, such as the npm package's. */
export function runProgram(program: string, words: string[]): LocalProcess {
  return follow(program, words, {});
}

/** The same through a shell, as npm runs it. `child` is the shell; `ended` waits for both. */
export function runLocalAsNpm(...options: string[]): LocalProcess {
  return follow('sh', ['-c', '"$@"; exit $?', 'sh', process.execPath, main, ...options], {
    npm_lifecycle_event: 'start',
  });
}

/** Runs `ripcord start`. */
export function runRipcordStart(...options: string[]): LocalProcess {
  return follow(process.execPath, [ripcord, 'start', ...options], {});
}

function follow(program: string, words: string[], environment: Record<string, string>): LocalProcess {
  const { npm_lifecycle_event: _, ...inherited } = process.env;
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, NO_COLOR: '1', ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({
    code: code ?? null,
    stdout,
    stderr,
  }));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });

  const line = async (pattern: RegExp): Promise<RegExpExecArray> => {
    const whole = new RegExp(`^${pattern.source}$`, 'm');
    for (;;) {
      // The text after the last line break may be an incomplete line.
      const found = whole.exec(stdout.slice(0, stdout.lastIndexOf('\n') + 1));
      if (found !== null) return found;
      const end = await Promise.race([ended, once(child.stdout, 'data').then(() => undefined)]);
      if (end !== undefined && whole.exec(stdout) === null) {
        throw new Error(`It ended with ${end.code} before it printed ${pattern}: ${end.stdout}${end.stderr}`);
      }
    }
  };
  const ready = line(/ready (\S+)/).then(([, url = '']) => url);
  // Without this, a test that does not wait for it would fail on its rejection.
  ready.catch(() => undefined);
  return { child, ready, line, ended };
}

/** Invokes the admin function of a running stack. */
export async function askAdmin(url: string, command: object): Promise<unknown> {
  const answer = await fetch(`${url}/2015-03-31/functions/ripcord-admin/invocations`, {
    method: 'POST',
    body: JSON.stringify(command),
  });
  return await answer.json();
}
